"""Paths: the two ways to read them agree, nothing else than a refusal is raised, nothing harmful comes through."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.smtp import commands, paths
from mailtrap_local.smtp.paths import BadPath, BadSyntax

_LIKELY = st.text(alphabet='ab.-_@<>[]()",:;\\ \x00\r\n\té例。=1IPv6', max_size=30)
_PLAIN = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}@[a-z0-9-]{1,10}(\.[a-z0-9-]{1,10}){0,3}", fullmatch=True)


@given(st.one_of(_LIKELY.map(str.encode), st.binary(max_size=40)))
def test_whatever_comes(rest: bytes) -> None:
    for argument in (b"TO:<" + rest + b">", b"TO:" + rest, rest):
        with contextlib.suppress(BadPath, BadSyntax):
            path = paths.parse(argument, keyword=b"TO:")
            assert not any(ord(character) < 32 or character == "\x7f" for character in path.address)
            assert all(" " not in param for param in path.params)
            path.address.encode()


@given(_PLAIN, st.sampled_from(["", " SIZE=1", "  SIZE=1  BODY=7BIT", " "]), st.sampled_from(["FROM:", "from:"]))
def test_the_fast_way_agrees_with_the_full_one(address: str, params: str, keyword: str) -> None:
    argument = f"{keyword}<{address}>{params}".encode()
    plain = commands._PLAIN_FROM.fullmatch(argument)
    assert plain is not None
    full = paths.parse(argument, keyword=b"FROM:")
    assert (full.address, full.remarks) == (plain[1].decode(), ())
    assert full.params == tuple((plain[2] or b"").decode().split())


@given(st.binary(max_size=60))
def test_what_the_fast_way_takes_the_full_one_takes_too(argument: bytes) -> None:
    for candidate in (argument, b"TO:<" + argument + b">", b"TO:<a@b> " + argument):
        if plain := commands._PLAIN_TO.fullmatch(candidate):
            assert paths.parse(candidate, keyword=b"TO:").address == plain[1].decode()


@pytest.mark.parametrize(
    ("inside", "address"),
    [
        ("", ""),
        ("a@b.example", "a@b.example"),
        ("@one.example:a@b.example", "a@b.example"),
        ("@one.example,@two.example:a@b.example", "a@b.example"),
        ('"a b"@b.example', '"a b"@b.example'),
        ('"a\\"b"@b.example', '"a\\"b"@b.example'),
        ('"a>b@c"@b.example', '"a>b@c"@b.example'),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("a@[IPv6:::1]", "a@[IPv6:::1]"),
        ("a@[tag:content]", "a@[tag:content]"),
        ("a..b@b.example", "a..b@b.example"),
        ("a@b_c.example.", "a@b_c.example."),
        ("root", "root"),
    ],
)
def test_taken(inside: str, address: str) -> None:
    assert paths.parse(f"TO:<{inside}>".encode(), keyword=b"TO:").address == address


@pytest.mark.parametrize(
    "inside",
    [
        "@b.example",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b c",
        "a,b@c",
        "a@[1.2.3]",
        "a@[IPv6:zz]",
        "a@[]",
        "@:a@b",
        "@one.example",
        '"a@b',
        '"a"b@c',
        "a\\@b",
        "a@.b",
        "a@b..c",
        "a@b。c",
    ],
)
def test_refused(inside: str) -> None:
    with pytest.raises((BadPath, BadSyntax)):
        paths.parse(f"TO:<{inside}>".encode(), keyword=b"TO:")


@pytest.mark.parametrize(
    ("argument", "remark"),
    [
        ("TO: <a@b>", "a blank before the address"),
        ("TO:a@b", "no angle brackets"),
        ("TO:<@x:a@b>", "a source route"),
        ("TO:<root>", "without a domain"),
    ],
)
def test_remarks(argument: str, remark: str) -> None:
    (said,) = paths.parse(argument.encode(), keyword=b"TO:").remarks
    assert remark in said


def test_a_hostile_path_is_read_in_linear_time() -> None:
    before = time.perf_counter()
    for filling in (b'"', b'\\"', b"a.", b"@a,", b"[", b'"\\'):
        argument = b"TO:<" + filling * 2_000 + b">"
        with contextlib.suppress(BadPath, BadSyntax):
            paths.parse(argument, keyword=b"TO:")
    assert time.perf_counter() - before < 5
