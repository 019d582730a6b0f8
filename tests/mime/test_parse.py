"""What is made of a mail's parts: Mailpit's rules for Text, HTML, Inline and Attachments; the rest of Parsed."""

from datetime import UTC, datetime

from mailtrap_local.mime.parse import parse
from mailtrap_local.model import Part
from tests.mime.mails import crlf


def mixed(*parts: str, kind: str = "mixed") -> bytes:
    """A multipart of these parts, each with its own header."""
    return crlf(
        f"Content-Type: multipart/{kind}; boundary=b\n\n" + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    )


TEXT = "Content-Type: text/plain\n\nfirst"
MORE = "Content-Type: text/plain\n\nsecond"
HTML = "Content-Type: text/html\n\n<p>html</p>"
TEXT_FILE = "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nfile"


def names(parts: tuple[Part, ...]) -> list[str]:
    return [part.filename or part.content_id for part in parts]


def test_text_parts_are_joined() -> None:
    parsed = parse(mixed(TEXT, HTML, MORE, TEXT_FILE))
    assert (parsed.text, parsed.html, parsed.has_text) == ("first\n--\nsecond", "<p>html</p>", True)
    assert names(parsed.attachments) == ["a.txt"]


def test_of_an_alternative_the_first_text_counts() -> None:
    assert parse(mixed(TEXT, MORE, HTML, kind="alternative")).text == "first"


def test_only_the_first_html_counts() -> None:
    assert parse(mixed(HTML, "Content-Type: text/html\n\n<p>more</p>")).html == "<p>html</p>"


def test_text_is_made_from_html_where_there_is_none() -> None:
    parsed = parse(mixed("Content-Type: text/html\n\n<style>p{}</style><p>one</p><p>two &amp; three</p>"))
    assert (parsed.text, parsed.has_text) == ("one\ntwo & three", False)


def test_a_part_without_content_type_is_text() -> None:
    assert parse(mixed("\nplain")).text == "plain"


def test_inline_parts() -> None:
    parsed = parse(
        mixed(
            HTML,
            "Content-Type: image/png\nContent-Disposition: inline; filename=a.png\n\nA",
            "Content-Type: image/png\nContent-ID: <b@x>\n\nB",
            "Content-Type: image/png\n\nwithout a name",
            "Content-Type: image/png\nContent-Disposition: inline\n\nwithout a name",
            kind="related",
        )
    )
    assert names(parsed.inline) == ["a.png", "b@x"]
    assert parsed.attachments == ()


def test_attachments() -> None:
    parsed = parse(
        mixed(
            TEXT,
            "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n\nA",
            "Content-Type: application/octet-stream; name=b.bin\n\nB",
            "Content-Type: application/octet-stream\n\nwithout a name",
            "Content-Type: application/pdf\nContent-Disposition: attachment\n\nwithout a name",
            "Content-Type: application/pdf\nContent-Disposition: form-data; filename=c.pdf\n\nunknown disposition",
            "Content-Type: application/pdf; name=d.pdf\n\nwithout a disposition",
        )
    )
    assert names(parsed.attachments) == ["a.pdf", "b.bin", "c.pdf"]
    assert names(parsed.inline) == ["d.pdf"]


def test_breadth_comes_first() -> None:
    inner = (
        mixed("Content-Type: a/b\nContent-Disposition: attachment; filename=deep\n\nx")
        .decode()
        .replace("--b", "--c")
        .replace("=b", "=c")
    )
    parsed = parse(mixed(inner, "Content-Type: a/b\nContent-Disposition: attachment; filename=flat\n\nx"))
    assert names(parsed.attachments) == ["flat", "deep"]


def test_a_mail_that_is_one_file() -> None:
    parsed = parse(crlf("Content-Type: application/pdf; name=a.pdf\n\nPDF"))
    assert names(parsed.attachments) == ["a.pdf"]
    assert (parsed.text, parsed.html, parsed.inline) == ("", "", ())
    parsed = parse(crlf("Content-Type: image/png\nContent-Disposition: inline; filename=a.png\n\nPNG"))
    assert (names(parsed.inline), parsed.attachments) == (["a.png"], ())
    parsed = parse(crlf("Content-Disposition: attachment; filename=a.txt\n\ntext"))
    assert (names(parsed.attachments), parsed.text) == (["a.txt"], "")
    parsed = parse(crlf("Content-Type: attachment; filename=a.xyz\n\ndata"))
    assert (names(parsed.attachments), parsed.root.content_type) == (["a.xyz"], "application/octet-stream")


def test_html_alone_tells_its_charset() -> None:
    raw = '<html><head><meta charset="iso-8859-15"></head>5 €'.encode("iso-8859-15")
    assert parse(b"Content-Type: text/html\r\n\r\n" + raw).html.endswith("5 €")


def test_dates() -> None:
    parsed = parse(crlf("Date: Wed, 25 Nov 2026 01:02:03 +0100\n\n"))
    assert parsed.date == int(datetime(2026, 11, 25, 0, 2, 3, tzinfo=UTC).timestamp()) * 1_000_000
    assert parsed.date_offset == 3600
    parsed = parse(crlf("Date: soon\n\n"))
    assert (parsed.date, parsed.date_offset, parsed.defects) == (None, None, ("Date cannot be read",))
    assert parse(b"").defects == ()


def test_return_path_falls_back_to_from() -> None:
    assert parse(crlf("Return-Path: <bounce@x.org>\nFrom: ann@x.org\n\n")).return_path == "bounce@x.org"
    assert parse(crlf("From: Ann <ann@x.org>\n\n")).return_path == "ann@x.org"
    assert parse(b"").return_path == ""


def test_list_unsubscribe() -> None:
    parsed = parse(
        crlf(
            "List-Unsubscribe: <mailto:u@x.org>,\n <https://x.org/u>\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\n"
        )
    )
    assert parsed.unsubscribe.header == "<mailto:u@x.org>, <https://x.org/u>"
    assert parsed.unsubscribe.post == "List-Unsubscribe=One-Click"


def test_headers_keep_order_and_repetition() -> None:
    parsed = parse(crlf("Received: b\nX-A: 1\nReceived: a\nx-a: =?utf-8?q?=C3=A4?=\n\n"))
    assert [(each.name, each.value) for each in parsed.headers] == [
        ("Received", "b"),
        ("X-A", "1"),
        ("Received", "a"),
        ("x-a", "ä"),
    ]
    assert parsed.headers[3].raw == "=?utf-8?q?=C3=A4?="


def test_a_part_tells_its_own_defects() -> None:
    parsed = parse(mixed("Content-Type: text/plain; charset=x-none\n\nbody"))
    assert parsed.root.children[0].defects == ("unknown charset 'x-none', read as utf-8",)
    assert parsed.text == "body"
    broken = parse(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain; charset=x-none\r\n\r\n\xe4\r\n--b--\r\n"
    )
    assert broken.defects == ("part 1: unknown charset 'x-none', read as cp1252",)
    assert broken.text == "ä"
