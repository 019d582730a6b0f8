"""A mail from fields: what goes in comes out of a parser that is not ours."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.errors import BadRequest
from mailtrap_local.mime import parse
from mailtrap_local.mime.compose import Attachment, compose
from mailtrap_local.model import Address

ANN, BOB = Address("Ann", "ann@example.org"), Address("Bob, the Böse", "bob@example.net")


def theirs(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_every_field() -> None:
    raw = compose(
        sender=ANN,
        to=[BOB, Address("", "carl@example.com")],
        cc=[Address("", "dora@example.com")],
        bcc=[Address("", "secret@example.com")],
        reply_to=[BOB],
        subject="Grüße " * 20,
        text="Hallo\nÄnn\n",
        headers={"X-Tenant": "blau grün", "List-Id": "<list.example.org>"},
        tags=["red", "blue"],
        date=datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC),
        message_id="1@example.org",
    )
    message = theirs(raw)
    assert str(message["From"]) == "Ann <ann@example.org>"
    assert [each.addr_spec for each in message["To"].addresses] == ["bob@example.net", "carl@example.com"]
    assert message["To"].addresses[0].display_name == "Bob, the Böse"
    assert str(message["Cc"]) == "dora@example.com"
    assert message["Reply-To"].addresses[0].display_name == "Bob, the Böse"
    assert message["Subject"] == ("Grüße " * 20)
    assert message["X-Tenant"] == "blau grün"
    assert message["X-Tags"] == "red, blue"
    assert message["Message-ID"] == "<1@example.org>"
    assert message["Date"].datetime == datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
    assert message.get_content() == "Hallo\r\nÄnn\r\n"
    assert b"secret" not in raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert parse(raw).defects == ()


def test_text_html_inline_and_attached() -> None:
    raw = compose(
        sender=ANN,
        text="text",
        html='<img src="cid:logo@x">',
        attachments=[
            Attachment(b"\x89PNG", "logo.png", content_id="<logo@x>"),
            Attachment(b"%PDF", "größe.pdf"),
            Attachment(b"a,b\n", "a.csv", "text/csv"),
            Attachment(b"data", "odd", "no type"),
            Attachment(b"Subject: inner\r\n\r\nhey\r\n", "mail.eml", "message/rfc822"),
        ],
    )
    parsed = parse(raw)
    assert parsed.text.strip() == "text"
    assert parsed.html.strip() == '<img src="cid:logo@x">'
    assert [(part.content_id, part.content_type) for part in parsed.inline] == [("logo@x", "image/png")]
    assert [(part.filename, part.content_type) for part in parsed.attachments] == [
        ("größe.pdf", "application/pdf"),
        ("a.csv", "text/csv"),
        ("odd", "application/octet-stream"),
        ("mail.eml", "message/rfc822"),
    ]
    files = list(theirs(raw).iter_attachments())
    assert [each.get_filename() for each in files] == ["größe.pdf", "a.csv", "odd", "mail.eml"]
    assert files[1].get_payload(decode=True) == b"a,b\n"
    assert parsed.defects == ()


@pytest.mark.parametrize(
    ("text", "html", "kinds"),
    [
        ("", "", ["text/plain"]),
        ("t", "", ["text/plain"]),
        ("", "<p>", ["text/html"]),
        ("t", "<p>", ["multipart/alternative", "text/plain", "text/html"]),
    ],
)
def test_shapes(text: str, html: str, kinds: list[str]) -> None:
    assert [part.get_content_type() for part in theirs(compose(sender=ANN, text=text, html=html)).walk()] == kinds


def test_html_alone_with_an_inline_image() -> None:
    raw = compose(sender=ANN, html="<img src=cid:a>", attachments=[Attachment(b"x", "a.png", "image/png", "a")])
    assert [part.get_content_type() for part in theirs(raw).walk()] == ["multipart/related", "text/html", "image/png"]


def test_an_inline_part_without_html_stays_with_the_mail() -> None:
    raw = compose(sender=ANN, text="t", attachments=[Attachment(b"x", "a.png", "image/png", "a")])
    assert [part.filename for part in parse(raw).inline] == ["a.png"]


def test_addresses_outside_ascii() -> None:
    raw = compose(sender=Address("Änn", "änn@exämple.org"), text="x")
    assert parse(raw).head.from_ == Address("Änn", "änn@exämple.org")


def test_long_lines_stay_within_what_smtp_allows() -> None:
    raw = compose(sender=ANN, text="x" * 5000, html="y" * 5000)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert parse(raw).text.strip() == "x" * 5000


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": "a\r\nBcc: evil@x.org"}, "Subject holds a line break"),
        ({"sender": Address("A\nB", "a@x.org")}, "From holds a line break"),
        ({"sender": Address("", "a@x.org>\r\nTo: b@x.org")}, "From holds a line break"),
        ({"sender": Address("", "nobody")}, "invalid From address: nobody"),
        ({"to": [Address("", "a b@x.org")]}, "invalid To address"),
        ({"bcc": [Address("", "<a@x.org>")]}, "invalid Bcc address"),
        ({"headers": {"X-A": "a\nb"}}, "X-A holds a line break"),
        ({"headers": {"X A": "a"}}, "invalid header name"),
        ({"headers": {"X-A: b\r\nY": "a"}}, "invalid header name"),
        ({"headers": {"SUBJECT": "a"}}, 'cannot overwrite header: "SUBJECT"'),
        ({"tags": ["a\rb"]}, "X-Tags holds a line break"),
        ({"message_id": "a\nb"}, "Message-ID holds a line break"),
        ({"attachments": [Attachment(b"", "a\nb")]}, "an attachment's name holds a line break"),
        ({"attachments": [Attachment(b"", "a", "text/x\n")]}, "an attachment's type holds a line break"),
        ({"html": "x", "attachments": [Attachment(b"", "a", content_id="a b")]}, "invalid Content-ID"),
    ],
)
def test_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        compose(**{"sender": ANN, "text": "x", **fields})


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_any_text_makes_a_mail_or_is_refused(subject: str, text: str, name: str, value: str) -> None:
    try:
        raw = compose(sender=Address(name, "a@x.org"), subject=subject, text=text, headers={"X-A": value})
    except BadRequest:
        return
    parsed = parse(raw)
    assert [each.name for each in parsed.headers][:2] == ["From", "Subject"]
    assert (
        parsed.head.subject.split() == subject.encode("utf-8", "replace").decode().split() or not subject.isprintable()
    )
