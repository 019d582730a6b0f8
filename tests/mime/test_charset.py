"""Charsets declared, undeclared, unknown and wrong."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtrap_local.mime.charset import SURROGATE, codec_of, decode, displayed


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"caf\xc3\xa9", "utf-8", "café"),
        (b"caf\xc3\xa9", "UTF8", "café"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        (b"\x81", "iso-8859-1", "\x81"),
        ("①".encode("cp932"), "shift_jis", "①"),
        ("㈱".encode("gb18030"), "gb2312", "㈱"),
        ("힣".encode("cp949"), "ks_c_5601-1987", "힣"),
        (b"\xa4", "iso-8859-15", "€"),
        (b"abc", "ANSI_X3.4-1968", "abc"),
        ("ä".encode("utf-16"), "utf-16", "ä"),
        (b"\x1b$B\x1b(B", "iso-2022-jp", ""),
    ],
)
def test_declared(data: bytes, label: str, text: str) -> None:
    assert decode(data, label) == (text, "")


@pytest.mark.parametrize(
    ("data", "label", "text", "told"),
    [
        (b"caf\xc3\xa9", "", "café", "without a charset"),
        (b"caf\xe9", "", "café", "without a charset"),
        (b"caf\xc3\xa9", "us-ascii", "café", "declared as us-ascii"),
        (b"caf\xc3\xa9", "x-klingon", "café", "unknown charset 'x-klingon'"),
        (b"caf\xe9", "rot13", "café", "unknown charset 'rot13'"),
        (b"\\ud800", "unicode_escape", "\\ud800", "unknown charset"),
        (b"caf\xe9", "utf-8", "caf\ufffd", "bytes that are no utf-8"),
        (b"\xff\xfe\x00", "utf-16", "\ufffd", "bytes that are no utf-16"),
    ],
)
def test_told(data: bytes, label: str, text: str, told: str) -> None:
    found, defect = decode(data, label)
    assert found == text
    assert told in defect


@given(
    st.binary(max_size=40),
    st.sampled_from(["", "utf-7", "utf-16", "utf-32", "cp1252", "iso-2022-jp", "gbk", "hz", "big5"]),
)
@example(b"+2AA-", "utf-7")
def test_no_lone_surrogates(data: bytes, label: str) -> None:
    assert not SURROGATE.search(decode(data, label)[0])


@given(st.text(max_size=20))
def test_any_label_names_a_text_codec_or_none(label: str) -> None:
    name = codec_of(label)
    assert name is None or isinstance("".encode(codecs.lookup(name).name), bytes)


def test_displayed() -> None:
    assert displayed("\ufeffa\0b\rc\r\nd\n\r") == "ab\nc\r\nd\n\n"
