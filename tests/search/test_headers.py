"""`header:` over the bytes of a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.mime.headers import split
from mailtrap_local.search.headers import header_matches

MAIL = (
    b"X-Tenant: Blue\r\nReceived: one\r\nreceived: two\r\nX-Folded: a\r\n b\r\nX-Word: =?iso-8859-1?q?=C4pfel?=\r\n"
    b"X-Raw: \xc3\x84pfel\r\nX-Empty:\r\n\r\nX-Body: no\r\n"
)


@pytest.mark.parametrize(
    ("name", "test", "value", "expected"),
    [
        ("x-tenant", "has", "", True),
        ("x-tenant", "is", "blue", True),
        ("x-tenant", "is", "blu", False),
        ("x-tenant", "re", "^BL", True),
        ("received", "is", "two", True),
        ("received", "is", "three", False),
        ("received", "re", "^(one|three)$", True),
        ("x-folded", "is", "a b", True),
        ("x-word", "is", "äpfel", True),
        ("x-raw", "re", "^Äpfel$", True),
        ("x-empty", "has", "", True),
        ("x-empty", "is", "", True),
        ("x-body", "has", "", False),
        ("tenant", "has", "", False),
    ],
)
def test_header_matches(name: str, test: str, value: str, expected: bool) -> None:
    assert header_matches(MAIL, name, test, value) is expected


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\0\xff", b"no header at all", b":\r\n: x\r\n", b"X-Tenant"])
def test_any_bytes_are_taken(raw: bytes) -> None:
    assert header_matches(raw, "x-tenant", "re", ".") is False


LINES = [
    b"X-A: b",
    b"x-a : b",
    b"X-B: x-a",
    b" X-A: b",
    b"\tx",
    b"",
    b"From x",
    b"\xef\xbb\xbf",
    b"no field",
    b"Subject: s",
]


@given(st.lists(st.sampled_from(LINES) | st.sampled_from([b"\r\n", b"\n", b"\r", b"\n\n"]), max_size=12).map(b"".join))
def test_a_field_is_there_exactly_when_the_header_taken_apart_has_it(raw: bytes) -> None:
    names = {name.lower() for name, _ in split(raw).fields}
    for name in ("x-a", "x-b", "subject"):
        assert header_matches(raw, name, "has", "") is (name.encode() in names)
