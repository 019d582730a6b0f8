"""Snippets, search text and counts of a row."""

import pytest

from mailtrap_local import limits
from mailtrap_local.mime import digest
from mailtrap_local.mime.summary import snippet
from mailtrap_local.model import Digest
from tests.mime.mails import crlf


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("", ""),
        ("  two \r\n\t words  ", "two words"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "..."),
        ("word " * 100, ("word " * 40).strip() + "..."),
        (" " * 5000 + "far behind", "far behind"),
        ("Hello\u00a0\u200c\u00a0\u200c\u00a0\u034f\u00a0\u00ad" * 1 + "\u200c \u034f" * 500 + "World", "Hello World"),
        ("\u00ad" * 3000 + "x", "x"),
    ],
)
def test_snippet(text: str, short: str) -> None:
    assert snippet(text) == short


def test_plain_text() -> None:
    assert digest(crlf("Subject: x\n\nHello,\nworld\n")) == Digest(snippet="Hello, world", text="Hello,\r\nworld\r\n")


def test_html_goes_before_text() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n"
        "--b\n\nThe text: https://x.org/1 https://x.org/2\n"
        "--b\nContent-Type: text/html\n\n<style>p{color:red}</style><script>1</script><title>t</title>"
        "<p>The <b>HT</b>ML</p><p><a href='https://x.org/1'>1</a> <a href='mailto:a@x.org'>2</a></p>\n--b--\n"
        "--a\nContent-Type: image/png\nContent-Disposition: inline; filename=i.png\n\nx\n"
        "--a\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nx\n"
        "--a\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%C3%A4.pdf\n\nx\n--a--\n"
    )
    found = digest(raw)
    assert found.snippet == "The HTML 1 2"
    assert found.text == "The HTML\n1 2"
    assert (found.attachments, found.inlines, found.links) == (2, 1, 3)
    assert found.filenames == ("i.png", "a.pdf", "ä.pdf")


def test_html_without_words_leaves_the_text() -> None:
    raw = crlf(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nThe text\n"
        "--b\nContent-Type: text/html\n\n<img src=x>\n--b--\n"
    )
    assert digest(raw).snippet == "The text"


def test_codes_are_found_in_either() -> None:
    raw = crlf(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nYour code is 123456\n"
        "--b\nContent-Type: text/html\n\n<p>Your code is <b>123456</b></p>\n--b--\n"
    )
    assert digest(raw).codes == 1


def test_a_message_inside_is_found_but_no_snippet() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nouter\n"
        "--b\nContent-Type: message/rfc822\n\n\ninner\n--b--\n"
    )
    assert digest(raw).snippet == "outer"
    assert "inner" in digest(raw).text


def test_the_text_is_bounded() -> None:
    found = digest(b"Subject: x\r\n\r\n" + b"word " * 1_000_000)
    assert len(found.text) == limits.SEARCH_TEXT


def test_a_file_alone_has_no_text() -> None:
    found = digest(crlf("Content-Type: application/pdf; name=a.pdf\n\nJVBERi0\n"))
    assert (found.text, found.attachments, found.filenames) == ("", 1, ("a.pdf",))
