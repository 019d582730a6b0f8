"""The mails that the UI's tests send."""

import smtplib
import struct
import zlib
from collections.abc import Sequence
from email.message import EmailMessage


def plain(subject: str = "Hello", *, to: str = "ann@example.org", text: str = "Hello from the test.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "App <app@example.com>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content(text)
    return mail


def html(source: str, *, subject: str = "HTML") -> EmailMessage:
    """A mail that is HTML alone."""
    mail = plain(subject)
    mail.clear_content()
    mail.set_content(source, subtype="html")
    return mail


def rich() -> EmailMessage:
    """Text, HTML, an inline image, two attachments, tags, names that are not ASCII."""
    mail = EmailMessage()
    mail["From"] = "Grüße Shop <shop@example.com>"
    mail["To"] = "Ann Example <ann@example.org>, Bo <bo@example.org>"
    mail["Cc"] = "carol@example.org"
    mail["Reply-To"] = "help@example.com"
    mail["Subject"] = "Your order №4711 has shipped"
    mail["X-Tags"] = "orders"
    mail.set_content("Hi Ann,\n\nyour order: https://shop.example.com/track/4711.\n\n> quoted\n")
    mail.add_alternative(
        "<!doctype html><p>Hi <b>Ann</b>, <a href='https://shop.example.com/'>track it</a></p><img src='cid:logo'>",
        subtype="html",
    )
    related = mail.get_payload(1)
    assert isinstance(related, EmailMessage)
    related.add_related(png(), "image", "png", cid="<logo>", filename="logo.png", disposition="inline")
    mail.add_attachment(png(), maintype="image", subtype="png", filename="größe.png")
    mail.add_attachment(b"a;b\n1;2\n", maintype="text", subtype="csv", filename="invoice.csv")
    return mail


def login_code() -> EmailMessage:
    """A one-time code, links with names, images with and without alt, and one-click unsubscribing."""
    mail = plain("Your login code", text="Your login code is 204861.\n\nOr open https://app.example.com/login?t=5f2b\n")
    mail["List-Unsubscribe"] = "<mailto:off@example.com>, <https://app.example.com/off?u=1>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.add_alternative(
        "<!doctype html><p>Your login code is <b>204861</b>.</p>"
        "<a href='https://app.example.com/login?t=5f2b'>Log in</a>"
        "<a href='exampleapp://login?t=5f2b'>Open the app</a><a href='mailto:help@example.com'>Help</a>"
        "<img src='https://app.example.com/logo.png' alt='Example' width=120 height=40>"
        "<img src='https://app.example.com/a.png'>"
        "<img src='https://app.example.com/open.gif' alt='' width=1 height=1>",
        subtype="html",
    )
    return mail


def nested(inner: EmailMessage, *, subject: str) -> EmailMessage:
    """A mail that forwards another, which has a file attached, as a message inside it."""
    mail = plain(subject)
    if not inner.is_multipart():
        inner.add_attachment(b"1;2\n", maintype="text", subtype="csv", filename="a.csv")
    mail.add_attachment(inner)
    return mail


def travelled() -> bytes:
    """Three servers had it before: one was slow, the clock of one is wrong, one says little."""
    return (
        b"Received: from relay.example.net (relay.example.net [203.0.113.7] (may be forged))\r\n"
        b"\tby mx.example.org (Postfix) with ESMTPS id 4F2 for <ann@example.org>;\r\n"
        b"\tTue, 24 Nov 2026 10:13:20 +0100 (CET)\r\n"
        b"Received: from app.example.com by relay.example.net with esmtp (Exim 4.97)\r\n"
        b"\tid 1abc-0001; Tue, 24 Nov 2026 09:13:27 +0000\r\n"
        b"Received: (qmail 1234 invoked by uid 89)\r\n"
        b"Received: by app.example.com; Tue, 24 Nov 2026 09:10:05 +0000\r\n"
        b"From: App <app@example.com>\r\nTo: ann@example.org\r\nSubject: Far travelled\r\n\r\nHello.\r\n"
    )


BROKEN = (
    b"From: broken <a@b.example>\r\nTo: x@example.org\r\nSubject: broken boundaries\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nPGI+Ym9sZDwvYj4!!!\r\n"
)


def many_parts(count: int) -> bytes:
    parts = b"".join(
        b"--x\r\nContent-Type: text/plain; name=file%d.txt\r\nContent-Disposition: attachment\r\n\r\n%d\r\n"
        % (one, one)
        for one in range(count)
    )
    return (
        b"From: a@b.example\r\nSubject: many\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        + parts
        + b"--x--\r\n"
    )


def png(width: int = 40, height: int = 20) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"".join(b"\0" + b"\x28\x6e\xdc" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def deliver(port: int, *mails: EmailMessage | bytes, to: Sequence[str] | None = None, user: str | None = None) -> None:
    """By a real SMTP client, all in one session."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        if user:
            smtp.login(user, "secret")
        for mail in mails:
            if isinstance(mail, bytes):
                smtp.sendmail("bounce@example.com", to or ["x@example.org"], mail)
            else:
                smtp.send_message(mail, to_addrs=to)
