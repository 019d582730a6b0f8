"""Elements by CSS selector."""

import pytest

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest, NotFound, TooLarge
from mailtrap_local.mime.select import select
from mailtrap_local.model import Element


def mail(html: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


def test_what_is_told_of_each() -> None:
    html = "<P>Hi<p id=a class='b c' hidden DATA-x='1&amp;2'>One <b>two</b><br>Grüße<script>no</script></p>"
    assert select(mail(html), css="p.c").elements == (
        Element(
            "p",
            "One two\nGrüße",
            {"id": "a", "class": "b c", "hidden": "", "data-x": "1&2"},
            "One <b>two</b><br>Grüße<script>no</script>",
        ),
    )


@pytest.mark.parametrize(
    ("css", "texts"),
    [
        ("a", ["one", "two", "three"]),
        ("a.button[href^='https://']", ["one"]),
        ("td > a, a.button", ["one", "two"]),
        ("a, a, a", ["one", "two", "three"]),
        ("tr:nth-child(2) a", ["two"]),
        ("table:has(.button) + p a", ["three"]),
        ("a:not(.button)", ["two", "three"]),
        ("A.BUTTON, article", []),
        ("#no", []),
    ],
)
def test_selectors(css: str, texts: list[str]) -> None:
    html = (
        "<!doctype html><table><tr><td><a class=button href='https://x.org'>one</a><tr><td><a href='http://x.org'>two</a></table>"
        "<p><a href=x>three"
    )
    found = select(mail(html), css=css)
    assert ([element.text for element in found.elements], found.total) == (texts, len(texts))


@pytest.mark.parametrize(
    "css", ["a[", "p)", "p):is(a", "a:visited", "p::before", "> p", "a {}", "@import x", "1", "a,,b"]
)
def test_what_is_no_selector(css: str) -> None:
    with pytest.raises(BadRequest, match="no CSS selector"):
        select(mail("<p><a href=x>y"), css=css)


def test_a_mail_without_html() -> None:
    with pytest.raises(NotFound, match="no HTML part"):
        select(b"Subject: x\r\n\r\ntext", css="p")


def test_what_is_looked_at_and_told_is_bounded() -> None:
    with pytest.raises(TooLarge, match="characters"):
        select(mail("<p>" * limits.SELECT_HTML), css="p")
    found = select(mail("<i>x</i>" * (limits.SELECTED + 9)), css="i")
    assert (len(found.elements), found.total) == (limits.SELECTED, limits.SELECTED + 9)
    deep = select(mail("<div>" * 2_000 + "x" * 10_000), css="div")
    assert 0 < len(deep.elements) < 200 and deep.total == 2_000
    assert sum(len(element.inner_html) for element in deep.elements) < limits.SELECTED_CHARACTERS


@pytest.mark.parametrize(
    "html",
    ["<p>\0\x01</p>", "<p \0=\0>x</p>", "<p>\ud83d\ude00</p>".encode("utf-16", "surrogatepass").decode("utf-16")],
)
def test_any_characters(html: str) -> None:
    assert select(mail(html), css="p").total == 1
