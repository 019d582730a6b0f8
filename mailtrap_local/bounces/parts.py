"""The pieces of a report (multipart/report, RFC 6522): header, words, fields, and the message that it is about.

Written octet by octet rather than by an e-mail generator: what is returned has to be the message as it was sent, and a
generator would parse it and write it anew.
"""

import quopri
import re
import secrets
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mailtrap_local.mime.charset import scrub
from mailtrap_local.model import Head, Record

LONGEST_LINE = 998  # octets, RFC 5322 section 2.1.1
RETURNED = 50_000  # octets of a message that are returned whole where the sender did not say how much
SUBJECT = 150
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")
_NOT_PLAIN = re.compile(r"[^!-*,-<>-\[\]-~]")  # what is no QCHAR of RFC 6533 section 3
LONGEST_WORD = 900  # octets of a field that cannot be folded; none that is right comes near
_FOLD = 76


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about, and who makes it. `international` lets it hold UTF-8 (RFC 6533).

    `narrow` keeps it to 7 bits, for a server without 8BITMIME (RFC 6152); such a report is not international.
    """

    record: Record
    raw: bytes
    hostname: str
    international: bool
    now: datetime
    narrow: bool = False

    @property
    def head(self) -> Head:
        return self.record.summary.head

    @property
    def reverse_path(self) -> str:
        return self.record.envelope.mail_from

    @property
    def arrived(self) -> str:
        """When the message came, as a header field has it."""
        return date(datetime.fromtimestamp(self.record.summary.created / 1e6, UTC))


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its type with parameters, its content, whose lines end with CRLF, and how it travels."""

    content_type: str
    content: bytes
    encoding: str = "7bit"
    description: str = ""


def spelled(about: About, address: str) -> str:
    """An address as a field may hold it; beyond ASCII in an ASCII report as RFC 6533 section 3 writes it."""
    if about.international or address.isascii():
        return address
    return _NOT_PLAIN.sub(lambda match: f"\\x{{{ord(match[0]):X}}}", address)


def date(moment: datetime) -> str:
    """A date as a header field has it."""
    return format_datetime(moment)


def header(about: About, *, sender: str, subject: str) -> list[bytes]:
    """The fields of the report but those of MIME."""
    message = EmailMessage(SMTP.clone(utf8=about.international))
    title = f"{subject}: {about.head.subject}" if about.head.subject else subject
    message["Subject"] = scrub(" ".join(_printable(title).split()))[:SUBJECT]
    message["Date"] = about.now
    message["Message-ID"] = make_msgid(domain=about.hostname)
    if _MESSAGE_ID.fullmatch(about.head.message_id):
        message["References"] = f"<{about.head.message_id}>"
    message["Auto-Submitted"] = "auto-replied"  # RFC 3834 section 5: nobody answers it by itself
    message["MIME-Version"] = "1.0"
    addressed = fields([("From", f"{sender} <MAILER-DAEMON@{about.hostname}>"), ("To", f"<{about.reverse_path}>")])
    return [addressed, message.as_bytes().removesuffix(b"\r\n")]


def assembled(head: Iterable[bytes], parts: Sequence[Part], *, report_type: str) -> bytes:
    """The whole report."""
    boundary = f"=_{secrets.token_hex(12)}"
    while any(boundary.encode() in part.content for part in parts):
        boundary = f"=_{secrets.token_hex(12)}"
    octets = b"".join(part.content for part in parts)
    kind = f'multipart/report; report-type={report_type};\r\n boundary="{boundary}"'
    lines = [*head, f"Content-Type: {kind}\r\n".encode()]
    if not octets.isascii():
        lines.append(b"Content-Transfer-Encoding: 8bit\r\n")
    lines.append(b"\r\n")
    for part in parts:
        lines += [f"--{boundary}\r\n".encode(), _part_head(part), b"\r\n", part.content, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


def _part_head(part: Part) -> bytes:
    named = [("Content-Description", part.description)] if part.description else []
    encoding = [("Content-Transfer-Encoding", part.encoding)] if part.encoding != "7bit" else []
    return fields([*named, ("Content-Type", part.content_type), *encoding])


def words(text: str, *, international: bool) -> Part:
    """The part for people."""
    wrapped = "\r\n".join(
        line for each in text.splitlines() for line in (textwrap.wrap(each, _FOLD, break_long_words=False) or [""])
    )
    content = (wrapped + "\r\n").encode()
    if content.isascii():
        return Part("text/plain; charset=us-ascii", content, description="Notification")
    if international:
        return Part("text/plain; charset=utf-8", content, "8bit", "Notification")
    return Part("text/plain; charset=utf-8", quoted(content), "quoted-printable", "Notification")


def fields(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Header-like fields, a long one folded at its blanks. No value begins a line of its own."""
    return b"".join(_folded(f"{name}: {_printable(value)}") for name, value in pairs)


def _folded(field: str) -> bytes:
    lines = [""]
    for word in (each[:LONGEST_WORD] for each in field.split(" ")):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _FOLD:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n ".join(lines).encode() + b"\r\n"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in scrub(text))


def returned(about: About, *, whole: bool) -> Part:
    """The message that the report is about, or its header where that is enough or the whole cannot travel."""
    raw = _with_line_ends(about.raw)
    head, _, _ = raw.partition(b"\r\n\r\n")
    travels = max(map(len, raw.split(b"\r\n"))) <= LONGEST_LINE and (raw.isascii() or not about.narrow)
    if whole and travels:  # a part that holds a message is never encoded (RFC 2046 section 5.2.1)
        kind = "message/rfc822" if head.isascii() or not about.international else "message/global"
        return Part(kind, raw, "7bit" if raw.isascii() else "8bit", "The message")
    head = head.removesuffix(b"\r\n") + b"\r\n"
    if about.international and not head.isascii():
        return Part("message/global-headers", head, "8bit", "The header of the message")
    if head.isascii() and max(map(len, head.split(b"\r\n"))) <= LONGEST_LINE:
        return Part("text/rfc822-headers", head, description="The header of the message")
    return Part("text/rfc822-headers; charset=utf-8", quoted(head), "quoted-printable", "The header of the message")


def _with_line_ends(raw: bytes) -> bytes:
    """The message as it may travel: lines end with CRLF, and NUL, which nothing carries, is gone."""
    if b"\0" in raw:
        raw = raw.replace(b"\0", b"")
    return b"\r\n".join(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))


def quoted(content: bytes) -> bytes:
    """Text as quoted-printable; its line ends stay line ends."""
    return b"\r\n".join(
        quopri.encodestring(line, quotetabs=True).replace(b"\n", b"\r\n") for line in content.split(b"\r\n")
    )
