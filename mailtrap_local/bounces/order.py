"""What report is asked for, and for which recipients of a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailtrap_local.bounces.kinds import KINDS, Kind
from mailtrap_local.bounces.wishes import Wishes, wishes_of
from mailtrap_local.errors import BadRequest
from mailtrap_local.model import Envelope, Recipient

Deliver = Literal["catcher", "smtp", "webhook"]

FEEDBACK = ("abuse", "fraud", "virus", "other", "not-spam")  # RFC 5965 section 7.3 and IANA's registry
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")
_IN_DIAGNOSTIC = re.compile(r"[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,255}")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Order:
    """A report to be made. What is "" is as the kind has it; no recipients are all of the message."""

    kind: str = "failed"
    recipients: tuple[str, ...] = ()
    status: str = ""
    diagnostic: str = ""
    remote_mta: str = ""
    feedback: str = ""
    deliver: Deliver = "catcher"
    server: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """A recipient of whom a report tells, and what the sender wished."""

    address: str
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Terms:
    """An order that has been checked: what the report says."""

    kind: Kind
    status: str
    diagnostic: str
    remote_mta: str
    feedback: str


def read_terms(order: Order) -> Terms:
    """What the report shall say. Raises BadRequest."""
    kind = KINDS.get(order.kind)
    if kind is None:
        raise BadRequest(f"there is no report of kind {order.kind[:50]!r}; there are {', '.join(KINDS)}.")
    diagnostic = _line("the diagnostic", order.diagnostic)
    if order.remote_mta and not _HOST.fullmatch(order.remote_mta):
        raise BadRequest(f"the remote MTA {order.remote_mta[:100]!r} is no name of a host.")
    if order.feedback and order.feedback not in FEEDBACK:
        raise BadRequest(f"a complaint is one of {', '.join(FEEDBACK)}, not {order.feedback[:50]!r}.")
    if kind.name == "complaint":
        if order.status or diagnostic:
            raise BadRequest("a complaint has no status and no diagnostic; leave them out.")
        return Terms(kind, "", "", "", order.feedback or "abuse")
    if order.feedback:
        raise BadRequest(f"only a complaint has a feedback type; leave it out for {kind.name}.")
    status = _status(kind, order.status, diagnostic)
    default = kind.diagnostic if status == kind.status else ""
    return Terms(kind, status, diagnostic or default or _plain_diagnostic(kind, status), order.remote_mta, "")


def _status(kind: Kind, status: str, diagnostic: str) -> str:
    found = _IN_DIAGNOSTIC.match(diagnostic)
    status = status or (found[1] if found else kind.status)
    match = _STATUS.fullmatch(status)
    if match is None or match[1] not in kind.classes:
        allowed = " or ".join(f"{each}.x.x" for each in kind.classes)
        raise BadRequest(f"the status {status[:50]!r} is none for {kind.name}: give one like {allowed} (RFC 3463).")
    return status


def _plain_diagnostic(kind: Kind, status: str) -> str:
    """What a server would say with this status."""
    if kind.event == "SUCCESS":
        return ""
    return f"{'550' if status.startswith('5') else '451'} {status} {kind.name}"


def _line(what: str, text: str) -> str:
    if len(text) > _LONGEST or not text.isprintable():
        raise BadRequest(f"{what} must be one line of at most {_LONGEST} characters without control characters.")
    return text.strip()


def choose(envelope: Envelope, wanted: Sequence[str]) -> tuple[Recipient, ...]:
    """The recipients that are meant, as the envelope has them. Raises BadRequest."""
    if not envelope.recipients:
        raise BadRequest("the message has no recipients in its envelope, so there is nobody to report of.")
    if not wanted:
        return envelope.recipients
    folded = {address.casefold() for address in wanted}
    there = {recipient.address.casefold() for recipient in envelope.recipients}
    strangers = [address for address in wanted if address.casefold() not in there]
    if strangers:
        known = ", ".join(recipient.address for recipient in envelope.recipients[:20])
        raise BadRequest(f"{strangers[0][:200]!r} is no recipient of the message; its envelope names {known}.")
    return tuple(recipient for recipient in envelope.recipients if recipient.address.casefold() in folded)


def sift(kind: Kind, recipients: Sequence[Recipient]) -> tuple[tuple[Concerned, ...], dict[str, str]]:
    """Those of whom a report is wanted, and of the others why not."""
    concerned, silent = [], {}
    for recipient in recipients:
        wishes = wishes_of(recipient)
        if not kind.event or wishes.wants(kind.event):
            concerned.append(Concerned(recipient.address, wishes))
        else:
            silent[recipient.address] = f"{wishes.told} asks for no report of {kind.event} (RFC 3461 section 4.1)"
    return tuple(concerned), silent
