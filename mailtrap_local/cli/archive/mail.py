"""A mail out of a file, and the envelope that it gets."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from mailtrap_local.cli.archive.ledger import digest
from mailtrap_local.sendmail import header_recipients

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `place` is for people; `read` is a Maildir's flag, `octets` how much of its source was read for it."""

    place: str
    raw: bytes
    mail_from: str
    recipients: tuple[str, ...]
    octets: int
    inbox: str = ""
    read: bool = False
    tags: tuple[str, ...] = ()


def mail(
    place: str,
    raw: bytes,
    line: Mapping[str, Any] | None,
    *,
    octets: int,
    sender: str | None = None,
    read: bool = False,
) -> Mail:
    """The mail with what the ledger's line says of it, if that is about this very mail; else with its header's.

    `sender` is what the file says besides.
    """
    if line and line["Size"] == len(raw) and line["SHA256"] == digest(raw):
        envelope = line["Envelope"]
        recipients = tuple(each["Address"] for each in envelope["To"])
        tags = tuple(line["Tags"])
        return Mail(place, raw, envelope["From"], recipients, octets, line["Inbox"], read or line["Read"], tags)
    return Mail(place, raw, _sender(raw, sender), tuple(dict.fromkeys(header_recipients(raw))), octets, read=read)


def _sender(raw: bytes, sender: str | None) -> str:
    """Return-Path, where a delivery wrote one; else what the file says; else From."""
    head = BytesHeaderParser().parsebytes(raw)
    path = head.get("Return-Path")
    if path is not None:
        return str(path).strip().removeprefix("<").removesuffix(">")
    if sender is not None:
        return sender
    return next((address for _, address in getaddresses(map(str, head.get_all("From", []))) if address), "")
