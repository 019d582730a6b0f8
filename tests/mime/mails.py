"""Mails for the tests of mime: hand-made pieces, and a strategy for whole mails."""

import base64
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import strategies as st
from msgspec import json

from mailtrap_local.model import Digest, Head, Parsed

CHARSETS = (
    "utf-8",
    "iso-8859-1",
    "iso-8859-15",
    "shift_jis",
    "gbk",
    "gb2312",
    "iso-2022-jp",
    "euc-jp",
    "euc-kr",
    "big5",
    "koi8-r",
)
SENTENCES = {
    "utf-8": "Grüße, 日本, привет, 👋",
    "iso-8859-1": "Grüße aus Köln",
    "iso-8859-15": "Grüße für 5 €",
    "shift_jis": "ご注文ありがとうございます",
    "gbk": "您的订单已发货",
    "gb2312": "您的订单已发货",
    "iso-2022-jp": "日本語のメール",
    "euc-jp": "日本語のメール",
    "euc-kr": "주문해 주셔서 감사합니다",
    "big5": "感謝您的訂購",
    "koi8-r": "Спасибо за заказ",
}


def crlf(text: str) -> bytes:
    """A mail written with bare line feeds, as it goes over the wire."""
    return text.replace("\n", "\r\n").encode()


def header(*lines: str) -> bytes:
    """A mail of these header lines and a short body."""
    return crlf("\n".join(lines) + "\n\nbody\n")


def nested(depth: int, *, text: str = "deep down") -> bytes:
    """A mail of `depth` multiparts inside one another, with a text part in each."""
    lines = ["Subject: nested"]
    for level in range(depth):
        lines += [f"Content-Type: multipart/mixed; boundary=level{level}", "", f"--level{level}"]
        lines += ["Content-Type: text/plain", "", f"text {level}", f"--level{level}"]
    lines += ["Content-Type: text/plain", "", text]
    lines += [f"--level{level}--" for level in reversed(range(depth))]
    return crlf("\n".join(lines) + "\n")


def wide(parts: int) -> bytes:
    """A mail of this many text parts."""
    body = "".join(f"--b\n\npart {number}\n" for number in range(1, parts + 1))
    return crlf(f"Subject: wide\nContent-Type: multipart/mixed; boundary=b\n\n{body}--b--\n")


def sound(value: Head | Digest | Parsed) -> bool:
    """Whether a value can go into JSON and UTF-8: no lone surrogate anywhere. Raises if not."""
    return bool(json.encode(value))


@dataclass(frozen=True)
class Sent:
    """A well-formed mail and what went into it."""

    raw: bytes
    subject: str
    text: str
    html: str
    files: tuple[tuple[str, bytes], ...] = field(default=())


_LINE = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\x85\xa0"), max_size=60
)
_TEXT = st.lists(_LINE, min_size=1, max_size=8).map(lambda lines: "\n".join(lines) + "\n")
_NAME = st.text(st.sampled_from("abcäöü日本 _-.1"), min_size=1, max_size=40).map(
    lambda name: f"f{name}".strip() + ".bin"
)


@st.composite
def mails(draw: st.DrawFn) -> Sent:
    """Well-formed mails as the standard library writes them."""
    message = EmailMessage(SMTP)
    subject = " ".join(draw(_LINE).split())
    message["From"] = "Ann <ann@example.org>"
    message["To"] = "Bob <bob@example.net>, carl@example.com"
    message["Subject"] = subject
    text, html = draw(_TEXT), ""
    encoding = draw(st.sampled_from(("quoted-printable", "base64", "8bit")))
    message.set_content(text, cte=encoding)
    if draw(st.booleans()):
        html = f"<p>{draw(_LINE)}</p>\n"
        message.add_alternative(html, subtype="html", cte=encoding)
    files = tuple(draw(st.lists(st.tuples(_NAME, st.binary(max_size=300)), max_size=3)))
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{number}_boundary_")  # the library would draw one at random
    return Sent(message.as_bytes(), subject, text, html, files)


def encoded(data: bytes) -> str:
    """Base64 in lines."""
    return base64.encodebytes(data).decode()
