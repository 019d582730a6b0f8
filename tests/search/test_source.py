"""The search in the source of a mail, which MailHog's API asks for: as a function, by SQL and by the predicate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.search.document import Document
from mailtrap_local.search.source import source_has
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import InSource
from tests.search.shelf import Shelf

MAIL = (
    b"From: =?utf-8?q?Zo=C3=AB?= <Zoe@x.org>\r\nTo: Bob <bob@y.org>,\r\n Ann <ann@x.org>\r\nSubject: Offer\r\n\r\n"
    b"=48i, see https://X.org/?a=3D1 \xc3\x84pfel\r\n"
)


@pytest.mark.parametrize(
    ("field", "needle", "expected"),
    [
        ("", "a=3d1", True),
        ("", "zoe@x.org", True),
        ("", "=c3=ab", True),
        ("", "äpfel", True),
        ("", "bob@y.org>, ann", True),
        ("", "subject", False),
        ("", "offer\r\n", False),
        ("to", "bob <bob", True),
        ("to", "zoe", False),
        ("to", "https", False),
        ("from", "zoe@", True),
        ("cc", "bob", False),
        ("cc", "", False),
    ],
)
def test_source_has(field: str, needle: str, expected: bool) -> None:
    assert source_has(MAIL, field, needle) is expected


@given(st.binary(max_size=300), st.sampled_from(["", "to", "subject"]), st.text(max_size=5))
def test_any_bytes_are_taken(data: bytes, field: str, needle: str) -> None:
    assert source_has(data, field, needle.lower()) in (True, False)


def test_sql_and_predicate_agree(shelf: Shelf) -> None:
    shelf.put(Document(raw=MAIL), Document(raw=b"Subject: Bob\r\n\r\nx"), Document(), Document(raw=b"\n\nbob"))
    for field, needle, found in (("", "bob", [0, 1, 3]), ("to", "bob", [0]), ("subject", "bob", [1]), ("", "\0", [])):
        assert shelf.find_parsed(Query(needle, InSource(field, needle, needle))) == found
