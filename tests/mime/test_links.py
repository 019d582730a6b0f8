"""Which links a mail has, what they are called, and where they stand."""

import time

import pytest

from mailtrap_local import limits, mime
from mailtrap_local.mime.links import count_links, links, text_link_spans
from mailtrap_local.mime.text import seen
from mailtrap_local.model import Link


def of(html: str) -> list[tuple[str, str]]:
    return [(link.url, link.text) for link in links((), ("2", seen(html)))]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://x.org/a?b=c#d.", ["https://x.org/a?b=c#d"]),
        (
            "(http://x.org/a_(b)) and <HTTP://Y.org>, [https://z.org/]",
            ["http://x.org/a_(b)", "HTTP://Y.org", "https://z.org/"],
        ),
        ("https://x.org/a, https://x.org/b!", ["https://x.org/a", "https://x.org/b"]),
        ("ftp://x.org ://y http:// https://", []),
        ("https://例え.jp/ä?ö", ["https://例え.jp/ä?ö"]),
        ("nohttps://x.org", ["https://x.org"]),
    ],
)
def test_links_in_text(text: str, links: list[str]) -> None:
    assert [text[start:end] for start, end in text_link_spans(text)] == links


@pytest.mark.parametrize(
    ("plain", "html", "count"),
    [
        ("https://x.org https://x.org https://y.org", "", 2),
        ("https://x.org", '<a href="https://x.org">', 1),
        ("https://x.org/?a=1&b=2", "<A HREF='https://x.org/?a=1&amp;b=2'>", 1),
        ("", "<a class=x href=mailto:a@x.org><area href=' https://y.org '>", 2),
        (
            "",
            "<a href='#top'><a href='javascript:x'><a href='/relative'><a data-href='https://x.org'><link href='https://x.org'>",
            0,
        ),
        ("write mailto:a@x.org", "", 1),
    ],
)
def test_links_are_counted_once(plain: str, html: str, count: int) -> None:
    assert count_links(plain, seen(html)) == count


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<a href='https://x.org'>Reset <b>your</b>\n password</a>", [("https://x.org", "Reset your password")]),
        ("<a title=a class='b c' href = https://x.org/?a=1&amp;b=2>go</a>", [("https://x.org/?a=1&b=2", "go")]),
        ("<a href=https://x.org><img src=cid:a alt='Our logo'></a>", [("https://x.org", "Our logo")]),
        ("<a href=https://x.org aria-label='Close'></a>", [("https://x.org", "Close")]),
        ("<a href=https://x.org title='More'><img src=a></a>", [("https://x.org", "More")]),
        ("<map><area href=https://x.org alt='North'></map>", [("https://x.org", "North")]),
        ("<a href=https://x.org>one<a href=https://y.org>two", [("https://x.org", "one"), ("https://y.org", "two")]),
        ("<a href=myapp://reset?token=1>Open the app</a>", [("myapp://reset?token=1", "Open the app")]),
        ("<a href=tel:+4930123>Call</a>", [("tel:+4930123", "Call")]),
        ("<a href='Mailto:a@x.org?subject=Hi'>Write</a>", [("Mailto:a@x.org?subject=Hi", "Write")]),
        ("<a href='https://x.org/a\n b'>x</a>", [("https://x.org/a b", "x")]),
        ("<a href='JavaScript:alert(1)'>x</a><a href=data:text/html,x>y</a><a href=cid:z>z</a>", []),
        ("<a href='#top'>x</a><a href=/relative>y</a><a name=href>z</a><a data-href=https://x.org>w</a>", []),
        ("<a title='href=https://no.org' href=https://x.org>x</a>", [("https://x.org", "x")]),
        ("<a href=https://x.org href=https://y.org>x</a>", [("https://x.org", "x")]),
        ("<abbr href=https://x.org>x</abbr>", []),
        (
            "<!--[if mso]><a href='https://outlook.org'>x</a><![endif]--><!--[if !mso]><!--><a href=https://x.org>x</a><!--<![endif]-->",
            [("https://x.org", "x")],
        ),
        ("<style>a { content: '<a href=https://no.org>' }</style><title><a href=https://no.org></title>", []),
        ("<base href='https://x.org/a/'><a href=b?c>x</a><a href=//y.org>y</a><a href='#top'>top</a>",
         [("https://x.org/a/b?c", "x"), ("https://y.org", "y")]),
        ("<base href='javascript:x'><a href=b>x</a>", []),
        ("<base href='https://x.org'><a href='http://[::1'>x</a><a href='//[::1'>y</a>", [("http://[::1", "x")]),
        ("<a href=https://x.org>a\u00adb\u200b</a>", [("https://x.org", "ab")]),
    ],
)  # fmt: skip
def test_links_in_html(html: str, found: list[tuple[str, str]]) -> None:
    assert of(html) == found
    assert count_links("", seen(html)) == len({url for url, _ in found})


BOTH = (
    b"Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nGo to https://x.org/a, or mailto:b@x.org. https://x.org/a\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n"
    b"<a href='https://x.org/a'>Go</a> <a href='https://x.org/a'>there</a> <a href='https://x.org/a'>Go</a>\r\n--b--\r\n"
)


def test_those_of_the_text_come_first_and_each_once_by_target_name_and_part() -> None:
    parsed = mime.parse(BOTH)
    assert parsed.links == (
        Link("https://x.org/a", "", "1"),
        Link("mailto:b@x.org", "", "1"),
        Link("https://x.org/a", "Go", "2"),
        Link("https://x.org/a", "there", "2"),
    )
    assert mime.digest(BOTH).links == len({link.url for link in parsed.links}) == 2


def test_each_text_part_has_its_own() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhttps://x.org\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nhttps://x.org\r\n--b--\r\n"
    )
    assert [(link.url, link.part) for link in mime.parse(raw).links] == [("https://x.org", "1"), ("https://x.org", "2")]


def test_those_of_a_message_inside_where_the_mail_has_no_body() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhttps://x.org\r\n"
    assert mime.parse(raw).links == (Link("https://x.org", "", "1"),)
    assert mime.digest(raw).links == 1


def test_names_and_number_are_bounded() -> None:
    many = "".join(f"<a href=https://x.org/{number}>{'n' * 600}</a>" for number in range(limits.LINKS + 9))
    found = of(many)
    assert len(found) == limits.LINKS
    assert {len(text) for _, text in found} == {limits.LINK_TEXT}


@pytest.mark.parametrize(
    "piece", ["<a href=https://x.org>", "<a ", "<a href=", "<a href='", "<area href=https://x.org ", "<a href=https://x.org>x</a",
              "https://", "mailto:x ", "<base href=https://x.org>", "<img alt=x>", "<a x=y "]
)  # fmt: skip
def test_links_are_read_in_linear_time(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    began = time.process_time()
    count_links(text, seen(text))
    links([("1", text)], ("2", seen(text)))
    assert time.process_time() - began < 10.0
