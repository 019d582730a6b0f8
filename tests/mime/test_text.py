"""Folding, visible text, HTML as text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.mime.charset import SURROGATE
from mailtrap_local.mime.text import fold, html_to_text, visible


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Hello \r\n\t World ", "hello world"),
        ("STRASSE straße", "strasse strasse"),
        ("A\u0308pfel ÄPFEL", "äpfel äpfel"),
        ("a\xa0b\u3000c", "a b c"),
        ("İ", unicodedata.normalize("NFC", "i\u0307")),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_canonically_equal_texts_fold_alike(before: str, after: str) -> None:
    text = f"{before}é{after}"
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ver\u00adification", "verification"),
        ("pre\u200c\u00a0\u034f\u200c\u00a0\u200c", "pre\u00a0\u00a0"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\u200b\ufeffa\u2060b", "ab"),
    ],
)
def test_visible(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("fo<b>ob</b>ar", "foobar"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        (
            "<head><title>T</title><style>p > a {}</style></head><body>seen"
            "<script>if (a < b) alert('</p>')</script></body>",
            "seen",
        ),
        ("<style>never closed", ""),
        ("a<!-- <p>not this</p> -->b<!--> c <!-- open", "ab c"),
        ("<!--[if mso]>outlook<![endif]--><![if !mso]>others<![endif]>", "others"),
        ("<a title='a > b' href=x>link</a>", "link"),
        ("a < b && c > d", "a < b && c > d"),
        ("1 &lt; 2 &amp;amp; &eacute;&#233;&#xe9;&nbsp;x", "1 < 2 &amp; ééé\xa0x"),
        ("&#xd800;&#0;", "\ufffd\ufffd"),
        ("  lots\n\n of \t source  blanks ", "lots of source blanks"),
        ("<p>a</p>\n\n\n<div><div>b</div></div>", "a\n\nb"),
        ("text <img alt='x", "text"),
        ("<STYLE>a</sTyLe >b", "b"),
        ("<?xml version='1.0'?><!DOCTYPE html>a", "a"),
        ("</>x</ y>z", "xz"),
        ("no tags", "no tags"),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


PIECES = [
    "<",
    ">",
    "<!--",
    "-->",
    "<style>",
    "</style>",
    "<a ",
    "='",
    '="',
    "'",
    "&",
    "&#xd800;",
    "</",
    "<p>",
    "<script",
    "-",
    "x",
    " ",
    "=",
    "\n",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_html_gives_clean_text(html: str) -> None:
    text = html_to_text(html)
    assert not SURROGATE.search(text)
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "piece", [*PIECES, "<a b='", '<a b="', "<style><", "<style ", "<!-", "<p ", "<td a=", "&lt", " \n", "<b>", "< "]
)
def test_html_is_read_in_linear_time(piece: str) -> None:
    began = time.perf_counter()
    html_to_text(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 5.0
