"""A message as MailDev's API has it. Pure.

What MailDev keeps on disk is named by address here: `source` is the path of the source, and an attachment is asked for
by its `generatedFileName`. The HTML is as it was sent, `cid:` links included.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from mailtrap_local.model import Address, Message, Parsed, Part, Record, Summary

PREVIEW = 140  # characters
_UNITS = ("Bytes", "KB", "MB", "GB")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,16}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Mailbox(msgspec.Struct):
    """An address."""

    address: str
    name: str


class Attachment(msgspec.Struct):
    """A file, embedded ones included."""

    filename: str
    generatedFileName: str
    contentType: str
    contentDisposition: str
    size: int
    contentId: str | UnsetType = UNSET


class Path(msgspec.Struct):
    """A path of the transaction with its ESMTP parameters; false for none."""

    address: str
    args: dict[str, str | bool] | bool


class Envelope(msgspec.Struct, rename={"from_": "from"}):
    """The transaction."""

    from_: Path
    to: list[Path]
    host: str
    remoteAddress: str


class Row(msgspec.Struct, rename={"from_": "from"}):
    """A message in a list."""

    id: str
    time: str
    read: bool
    subject: str
    size: int
    sizeHuman: str
    from_: list[Mailbox]
    to: list[Mailbox]
    attachmentCount: int
    preview: str
    cc: list[Mailbox] | UnsetType = UNSET


class Mail(msgspec.Struct, rename={"from_": "from"}):
    """A whole message."""

    id: str
    time: str
    read: bool
    subject: str
    source: str
    size: int
    sizeHuman: str
    from_: list[Mailbox]
    to: list[Mailbox]
    headers: dict[str, str | list[str]]
    attachments: list[Attachment]
    envelope: Envelope
    calculatedBcc: list[Mailbox]
    cc: list[Mailbox] | UnsetType = UNSET
    bcc: list[Mailbox] | UnsetType = UNSET
    date: str | UnsetType = UNSET
    html: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    messageId: str | UnsetType = UNSET
    inReplyTo: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET


def row_of(summary: Summary) -> Row:
    """The row of a list."""
    head = summary.head
    return Row(
        id=summary.id,
        time=_moment(summary.created),
        read=summary.read,
        subject=head.subject,
        size=summary.size,
        sizeHuman=human(summary.size),
        from_=_mailboxes([head.from_] if head.from_ else []),
        to=_mailboxes(head.to),
        attachmentCount=summary.attachments,
        preview=" ".join(summary.snippet.split())[:PREVIEW],
        cc=_mailboxes(head.cc) or UNSET,
    )


def mail_of(message: Message) -> Mail:
    """A whole message."""
    parsed, summary = message.parsed, message.record.summary
    head, headers = summary.head, _headers(parsed)
    date = _moment(parsed.date) if parsed.date is not None else UNSET
    return Mail(
        id=summary.id,
        time=date or _moment(summary.created),
        read=summary.read,
        subject=head.subject,
        source=f"/email/{summary.id}/source",
        size=summary.size,
        sizeHuman=human(summary.size),
        from_=_mailboxes([head.from_] if head.from_ else []),
        to=_mailboxes(head.to),
        headers=headers,
        attachments=[_attachment(part) for part in files(parsed)],
        envelope=_envelope(message.record),
        calculatedBcc=_hidden(message.record),
        cc=_mailboxes(head.cc) or UNSET,
        bcc=_mailboxes(parsed.head.bcc) or UNSET,
        date=date,
        html=parsed.html or UNSET,
        text=parsed.text.replace("\r\n", "\n") if parsed.has_text else UNSET,
        messageId=_one(headers, "message-id"),
        inReplyTo=_one(headers, "in-reply-to"),
        priority=_one(headers, "priority"),
    )


def files(parsed: Parsed) -> list[Part]:
    """The attachments and embedded files of a message, in the order of its parts."""
    return sorted((*parsed.inline, *parsed.attachments), key=lambda part: [int(step) for step in part.path.split(".")])


def generated_name(part: Part) -> str:
    """The name by which a file is asked for: where it stands, and the ending of its own name."""
    ending = _ENDING.search(part.filename)
    return part.path.replace(".", "-") + (ending[0].lower() if ending else "")


def human(size: int) -> str:
    """A size for people, with two digits behind the point at most."""
    value, unit = float(size), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{round(value, 2):g} {_UNITS[unit]}"


def fits(value: Any, path: Sequence[str], wanted: str) -> bool:
    """Whether what stands at a path is, as text, what is wanted; in a list it is enough that one item does."""
    if isinstance(value, list):
        return any(fits(item, path, wanted) for item in value)
    if path:
        return isinstance(value, dict) and path[0] in value and fits(value[path[0]], path[1:], wanted)
    return wanted == ({True: "true", False: "false"}[value] if isinstance(value, bool) else str(value))


def _moment(microseconds: int) -> str:
    """A time as JavaScript writes it; "" for one beyond the years that have four digits."""
    try:
        there = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return ""
    return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _mailboxes(addresses: Iterable[Address]) -> list[Mailbox]:
    return [Mailbox(value.address, value.name) for value in addresses]


def _hidden(record: Record) -> list[Mailbox]:
    """The recipients that neither To nor Cc names."""
    head = record.summary.head
    named = {value.address.casefold() for value in (*head.to, *head.cc)}
    recipients = (recipient.address for recipient in record.envelope.recipients)
    return [Mailbox(address, "") for address in recipients if address.casefold() not in named]


def _headers(parsed: Parsed) -> dict[str, str | list[str]]:
    values: dict[str, list[str]] = {}
    for header in parsed.headers:
        values.setdefault(header.name.lower(), []).append(header.value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _one(headers: dict[str, str | list[str]], name: str) -> str | UnsetType:
    found = headers.get(name, UNSET)
    return found[0] if isinstance(found, list) else found


def _attachment(part: Part) -> Attachment:
    return Attachment(
        filename=part.filename,
        generatedFileName=generated_name(part),
        contentType=part.content_type,
        contentDisposition=part.disposition or "attachment",
        size=part.size,
        contentId=part.content_id or UNSET,
    )


def _envelope(record: Record) -> Envelope:
    envelope, origin = record.envelope, record.origin
    return Envelope(
        from_=Path(envelope.mail_from, _args(envelope.mail_params)),
        to=[Path(recipient.address, _args(recipient.params)) for recipient in envelope.recipients],
        host=origin.helo,
        remoteAddress=origin.peer.rpartition(":")[0].strip("[]"),
    )


def _args(params: Sequence[str]) -> dict[str, str | bool] | bool:
    pairs = (param.partition("=") for param in params)
    return {name.upper(): value if equals else True for name, equals, value in pairs} or False
