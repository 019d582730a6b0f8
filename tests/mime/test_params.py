"""Parameters of Content-Type and Content-Disposition."""

import time

import pytest

from mailtrap_local.mime.params import media_type


@pytest.mark.parametrize(
    ("value", "params"),
    [
        (b" text/plain", {}),
        (b"text/plain; charset=utf-8", {"charset": "utf-8"}),
        (b'TEXT/Plain ; CharSet="utf-8" ;x = y', {"charset": "utf-8", "x": "y"}),
        (b"text/plain; charset=us-ascii (plain text)", {"charset": "us-ascii"}),
        (b"text/plain (a comment); charset='utf-8'", {"charset": "utf-8"}),
        (b"text/plain; charset=utf-8; charset=latin-1", {"charset": "utf-8"}),
        (b"text/plain; name=two words.txt; x=1", {"name": "two words.txt", "x": "1"}),
        (b'text/plain; name="a;b\\"c\\\\d"', {"name": 'a;b"c\\d'}),
        (b'text/plain; name="C:\\temp\\x"', {"name": "C:\\temp\\x"}),
        (b'text/plain; name="never closed', {"name": "never closed"}),
        (b"text/plain; name*=utf-8''%C3%A4", {"name": "ä"}),
        (b"text/plain; name*0=a; name*1=b", {"name": "ab"}),
        (b"text/plain; name*1*=%C3%A4; name*0*=utf-8'de'x", {"name": "xä"}),
        (b"text/plain; name=plain; name*=utf-8''ext", {"name": "ext"}),
        (b"text/plain; name*=ext", {"name": "ext"}),
        (b"text/plain; name*=x-none''%E4", {"name": "ä"}),
        (b'text/plain; name="=?utf-8?b?w6Q=?="', {"name": "ä"}),
        (b'text/plain; name="\xc3\xa4"', {"name": "ä"}),
        (b'text/plain; name="\xe4"', {"name": "ä"}),
        (b'text/plain; name="a\r\n b"', {"name": "a b"}),
        (b'text/plain; boundary="=?x?q?y?="', {"boundary": "=?x?q?y?="}),
        (b"text/plain;;; charset = utf-8;", {"charset": "utf-8"}),
        (b"text/plain; name*99999999999=a; =b; c", {}),
    ],
)
def test_params(value: bytes, params: dict[str, str]) -> None:
    media = media_type(value)
    assert media.type == "text/plain"
    assert media.well_formed
    assert media.params == params


@pytest.mark.parametrize(
    "value", [b"", b"text", b"text/", b"/plain", b"text/pl ain", b"a/b/c", b"\xff/\xfe", b"text plain"]
)
def test_what_is_no_media_type(value: bytes) -> None:
    assert not media_type(value).well_formed


def test_a_long_value_is_read_in_linear_time() -> None:
    began = time.perf_counter()
    assert media_type(b'text/plain; a="' + b"\\" * 1_000_000).type == "text/plain"
    for piece in (b" ", b"(", b"; ", b";a", b';a="', b";a*0=", b"\\", b"=", b'; a="'):
        media_type(b"text/plain" + piece * 50_000 + b"(")
        media_type(b"text/plain;x" + piece * 50_000 + b"(")
    assert media_type(b"text/plain" + b"; a=(" * 200_000).params["a"] == "("
    assert time.perf_counter() - began < 10.0
