"""RFC 2047 encoded words, and base64 as it comes."""

import time

import pytest

from mailtrap_local.mime.words import base64_bytes, decode_words


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("=?utf-8?q?a?=", "a"),
        ("=?UTF-8?Q?a_b=5F?=", "a b_"),
        ("=?utf-8?b?w6Q=?= =?utf-8?b?w6Q=?=", "ää"),
        ("=?utf-8?b?w6Q?=", "ä"),
        ("=?utf-8?q?=C3?=\r\n =?utf-8?q?=A4?=", "ä"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("x=?utf-8?q?a?=y", "xay"),
        ("=?iso-8859-1?q?=E4?= =?utf-8?q?=C3=A4?=", "ää"),
        ("=?utf-8*de?q?=C3=A4?=", "ä"),
        ("=?utf-8?q?two words?=", "two words"),
        ("=?utf-8?q?what?now?=", "what?now"),
        ("=?utf-8?q??=", ""),
        ("=?x-unknown?q?=E4?=", "ä"),
        ("=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?=?utf-8?q?a?=", "=?a"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),
        ("a =?= b ?= c", "a =?= b ?= c"),
    ],
)
def test_words(text: str, decoded: str) -> None:
    assert decode_words(text) == decoded


@pytest.mark.parametrize("piece", ["=?", "=?a?q?", "=?a?q?b?=", "=?a?q?b?= ", "?="])
def test_words_are_read_in_linear_time(piece: str) -> None:
    began = time.perf_counter()
    decode_words(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 5.0


@pytest.mark.parametrize(
    ("data", "decoded", "clean"),
    [
        (b"aGVsbG8=", b"hello", True),
        (b"aGVs\r\nbG8=\r\n", b"hello", True),
        (b"aGVsbG8", b"hello", False),
        (b"aGV!sb?G8=", b"hello", False),
        (b"aGVsbG8=aGVsbG8=", b"hellohello", False),
        (b"aGVsbG8=\n--\nsome list footer", b"hello", False),
        (b"a", b"", False),
        (b"", b"", True),
        (b"====", b"", False),
    ],
)
def test_base64(data: bytes, decoded: bytes, clean: bool) -> None:
    found, was_clean = base64_bytes(data)
    assert found.startswith(decoded)
    assert was_clean is clean
