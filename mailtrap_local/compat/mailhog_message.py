"""A message as MailHog's API has it: undecoded, taken apart by text alone. Pure.

Its rules, quirks included, since its clients count on them
1. A field is a line with ": " in it. Folded lines are joined without their line end; of a repeated field the last
   counts; its name is spelt as it was sent.
2. Parts are what stands between the delimiters: a preamble is the first part, the "--" of the closing delimiter the
   last. Their bodies stay in their transfer encoding.
3. The line end before the final dot is no part of the message.
4. Message-ID, Received and Return-Path are added to the fields as a server adds them. The source stays as it was sent.
Where MailHog knows CRLF alone, LF ends lines too. What each level of a multipart repeats is bounded, as is a header.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec

from mailtrap_local import limits
from mailtrap_local.mime.params import media_type
from mailtrap_local.model import Record

_BLANK_LINE = re.compile(r"\r?\n(?:\r?\n|\Z)")
_NUMBER = re.compile(r"[0-9]{1,9}")
_LINE_END = re.compile(r"\r?\n")
_HEADER_LINES = 8 * limits.HEADER_FIELDS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Path(msgspec.Struct):
    """A forward-path or reverse-path."""

    Relays: list[str] | None
    Mailbox: str
    Domain: str
    Params: str = ""


class Content(msgspec.Struct):
    """A message or a body part."""

    Headers: dict[str, list[str]]
    Body: str
    Size: int
    MIME: "Multipart | None" = None


class Multipart(msgspec.Struct):
    """What a multipart holds."""

    Parts: list[Content]


class Raw(msgspec.Struct):
    """The transaction."""

    From: str
    To: list[str]
    Data: str
    Helo: str


class Message(msgspec.Struct):
    """A message with its transaction."""

    ID: str
    From: Path
    To: list[Path]
    Content: Content
    Created: str
    MIME: Multipart | None
    Raw: Raw


def message_of(record: Record, raw: bytes, *, hostname: str) -> Message:
    """A stored message in MailHog's form."""
    envelope, helo = record.envelope, record.origin.helo
    recipients = [recipient.address for recipient in envelope.recipients]
    data = raw.decode("latin-1").removesuffix("\n").removesuffix("\r")  # a character is a byte until it is shown
    content = _Parser(4 * len(data) + limits.MB).content(data)
    multipart, content.MIME = content.MIME, None  # beside the content for a message, in it for a part
    created = _EPOCH + timedelta(microseconds=record.summary.created)
    _add_trace(content.Headers, record, created=created, hostname=hostname)
    return Message(
        ID=record.summary.id,
        From=_path(envelope.mail_from),
        To=[_path(address) for address in recipients],
        Content=content,
        Created=created.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        MIME=multipart,
        Raw=Raw(envelope.mail_from, recipients, _shown(data), helo),
    )


def section(raw: bytes, number: str) -> bytes | None:
    """The part of that number, counted from 0, as it was sent; None if there is none."""
    data = raw.decode("latin-1")
    pieces = _BLANK_LINE.split(data, maxsplit=1)
    sections = _sections(_fields(pieces[0]), pieces[1]) if len(pieces) == 2 else []
    wanted = int(number) if _NUMBER.fullmatch(number) else len(sections)
    return sections[wanted].encode("latin-1") if wanted < len(sections) else None


def _sections(fields: dict[str, list[str]], body: str) -> list[str]:
    """What stands between the delimiters of a multipart; nothing if it is none."""
    kind = fields.get("Content-Type", [""])[0]
    boundary = media_type(kind.encode()).params.get("boundary", "") if kind.startswith("multipart/") else ""
    delimiter = f"--{boundary.encode().decode('latin-1')}"
    found = body.split(delimiter, limits.MIME_PARTS) if boundary else []
    return [section.strip("\r\n") for section in found if section]


def _path(path: str) -> Path:
    """A path; a source route (RFC 5321 appendix C) stands before the first colon."""
    relays, colon, address = path.partition(":") if path.startswith("@") else ("", "", path)
    mailbox, _, domain = address.partition("@")
    return Path(relays.split(",") if colon else None, mailbox, domain)


def _shown(text: str) -> str:
    """The text of bytes: UTF-8, with U+FFFD for what is none."""
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")


def _fields(header: str) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    last = ""
    for line in _LINE_END.split(header, maxsplit=_HEADER_LINES):
        name, colon, value = line.partition(": ")
        if last and line.startswith((" ", "\t")):
            lines[last].append(line)
        elif colon and len(lines) < limits.HEADER_FIELDS:
            lines[name] = [value]
            last = name
    return {_shown(name): [_shown("".join(pieces))] for name, pieces in lines.items()}


def _add_trace(fields: dict[str, list[str]], record: Record, *, created: datetime, hostname: str) -> None:
    spelt = {name.lower(): name for name in fields}
    if "message-id" not in spelt:
        fields["Message-ID"] = [record.summary.id]
    trace = f"from {record.origin.helo} by {hostname} (mailtrap-local)\r\n          id {record.summary.id}; "
    fields.setdefault(spelt.get("received", "Received"), []).append(trace + format_datetime(created))
    fields.setdefault(spelt.get("return-path", "Return-Path"), []).append(f"<{record.envelope.mail_from}>")


class _Parser:
    """Takes a message apart. `left` is how many bytes its parts may still hold, since each level repeats them."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.count = 0

    def content(self, data: str, *, depth: int = 0) -> Content:
        """A message or a part, with all that is in it."""
        pieces = _BLANK_LINE.split(data, maxsplit=1)
        fields, body = (_fields(pieces[0]), pieces[1]) if len(pieces) == 2 else ({}, data)
        return Content(fields, _shown(body), len(data), self._multipart(fields, body, depth))

    def _multipart(self, fields: dict[str, list[str]], body: str, depth: int) -> Multipart | None:
        if not fields.get("Content-Type", [""])[0].startswith("multipart/") or depth >= limits.MIME_DEPTH:
            return None
        parts = (self._part(section, depth) for section in _sections(fields, body))
        return Multipart([part for part in parts if part is not None])

    def _part(self, section: str, depth: int) -> Content | None:
        self.left -= len(section)
        self.count += 1
        if self.left < 0 or self.count > limits.MIME_PARTS:
            return None
        return self.content(section, depth=depth + 1)
