"""Where a report goes: into the catcher, to an SMTP server, or to a webhook. Its reverse-path is null (RFC 3464
section 2): a report of a report is never made, so nothing goes round in circles."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from mailtrap_local import limits
from mailtrap_local.bounces.complaint import complaint
from mailtrap_local.bounces.delivery import delivery_report
from mailtrap_local.bounces.order import Concerned, Order, Terms, choose, read_terms, sift
from mailtrap_local.bounces.parts import About
from mailtrap_local.bounces.wishes import envid_of, is_international
from mailtrap_local.doctor.drive import Driver
from mailtrap_local.doctor.letter import Letter
from mailtrap_local.doctor.report import report_of
from mailtrap_local.doctor.target import read_target
from mailtrap_local.doctor.walk import Walk
from mailtrap_local.errors import BadRequest, Unreachable
from mailtrap_local.fetch.addresses import Reach
from mailtrap_local.fetch.http import Outgoing, ask
from mailtrap_local.model import Arrival, Envelope, Origin, Recipient, Record, Summary

NULL_PATH = "its reverse-path is null, so nobody is told (RFC 5321 section 6.1)"
PROTOCOL = "REPORT"  # of the origin of a report


class Receiver(Protocol):
    """Where a report that stays here goes: the mailbox."""

    async def receive(self, arrival: Arrival) -> Summary:
        """Keep a mail."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order. `report` is the id of a report that stayed in the catcher, `reply` what the SMTP server
    or the webhook answered; `silent` says of whom nothing is reported, and why."""

    kind: str
    recipients: tuple[str, ...] = ()
    report: str = ""
    reply: str = ""
    silent: dict[str, str] = field(default_factory=dict)


async def bounce(
    order: Order, record: Record, raw: bytes, *, mailbox: Receiver, hostname: str, reach: Reach
) -> Outcome:
    """Make a report of a message, and take it where the order says.

    Raises BadRequest for an order that makes no sense, Refused for a host that must not be reached, Unreachable if the
    server or the webhook does not take it.
    """
    terms = read_terms(order)
    recipients = choose(record.envelope, order.recipients)
    send = _way(order, mailbox=mailbox, reach=reach)
    if not record.envelope.mail_from:
        return Outcome(terms.kind.name, silent={each.address: NULL_PATH for each in recipients})
    concerned, silent = sift(terms.kind, recipients)
    if not concerned:
        return Outcome(terms.kind.name, silent=silent)
    about = About(record, raw, hostname, is_international(record.envelope), datetime.now(UTC))
    written = await asyncio.to_thread(_write, about, terms, concerned)
    report, reply = await send(_Report(about, terms, concerned, *written))
    return Outcome(terms.kind.name, tuple(each.address for each in concerned), report, reply, silent)


def _write(about: About, terms: Terms, concerned: Sequence[Concerned]) -> tuple[bytes, bytes | None]:
    """The report, and the same in ASCII: None where it cannot be, since the reverse-path is beyond that."""
    made = complaint if terms.kind.name == "complaint" else delivery_report
    report = made(about, terms, concerned)
    if report.isascii():
        return report, report
    if not about.reverse_path.isascii():
        return report, None
    return report, made(replace(about, international=False, narrow=True), terms, concerned)


@dataclass(frozen=True, slots=True)
class _Report:
    about: About
    terms: Terms
    concerned: Sequence[Concerned]
    raw: bytes
    narrow: bytes | None

    @property
    def params(self) -> tuple[str, ...]:
        """What MAIL has to say of it."""
        utf8 = self.about.international
        return (*(("SMTPUTF8",) if utf8 else ()), *(("BODY=8BITMIME",) if not self.raw.isascii() else ()))


class _Way(Protocol):
    async def __call__(self, report: _Report) -> tuple[str, str]:
        """Take it there: its id if it stayed here, and the answer."""


def _way(order: Order, *, mailbox: Receiver, reach: Reach) -> _Way:
    """How the report goes. Raises BadRequest, before anything is made, if it is not said where to."""
    if order.deliver == "catcher":
        return _Here(mailbox)
    if order.deliver == "smtp":
        if not order.server:
            raise BadRequest("deliver is smtp, and no server is named: give it as smtp://host:port.")
        return _BySmtp(order.server, reach)
    if not order.url:
        raise BadRequest("deliver is webhook, and no url is named.")
    return _ByWebhook(order.url, reach)


@dataclass(frozen=True, slots=True)
class _Here:
    mailbox: Receiver

    async def __call__(self, report: _Report) -> tuple[str, str]:
        envelope = Envelope("", report.params, (Recipient(report.about.reverse_path),))
        inbox = report.about.record.summary.inbox
        summary = await self.mailbox.receive(Arrival(report.raw, envelope, Origin(protocol=PROTOCOL), inbox))
        return summary.id, ""


@dataclass(frozen=True, slots=True)
class _BySmtp:
    server: str
    reach: Reach

    async def __call__(self, report: _Report) -> tuple[str, str]:
        target = read_target(self.server)
        letter = Letter("", (report.about.reverse_path,), report.raw, narrow=report.narrow)
        walk = Walk(target, letter, helo=report.about.hostname, careful=True)
        try:
            async with asyncio.timeout(limits.DELIVERY_SECONDS):
                await Driver(self.reach).run(walk)
        except TimeoutError:
            late = f"{target.shown} said nothing final within {limits.DELIVERY_SECONDS:g} s"
            raise Unreachable(f"{late}; it may have taken the report or not.") from None
        told = report_of(walk)
        if told.delivered:
            return "", told.delivered
        fault = next((each for each in told.findings if each.level == "fault"), None)
        why = f" {fault.means} {fault.change}" if fault else ""
        raise Unreachable(f"{target.shown} did not take the report.{why}")


@dataclass(frozen=True, slots=True)
class _ByWebhook:
    url: str
    reach: Reach

    async def __call__(self, report: _Report) -> tuple[str, str]:
        body = msgspec.json.encode(_event(report))
        request = Outgoing("POST", self.url, body, {"Content-Type": "application/json"})
        answer = await ask(request, reach=self.reach)
        if not 200 <= answer.status < 300:
            raise Unreachable(f"the webhook answered {answer.status} and not 2xx; the report is as good as not sent.")
        return "", f"HTTP {answer.status}"


def _event(report: _Report) -> dict[str, object]:
    """What a webhook is told: the facts as values, and the report itself."""
    about, terms = report.about, report.terms
    return {
        "Kind": terms.kind.name,
        "ID": about.record.summary.id,
        "MessageID": about.head.message_id,
        "Inbox": about.record.summary.inbox,
        "ReversePath": about.reverse_path,
        "EnvelopeID": envid_of(about.record.envelope),
        "Recipients": [each.address for each in report.concerned],
        "Status": terms.status,
        "Diagnostic": terms.diagnostic,
        "FeedbackType": terms.feedback,
        "Created": f"{about.now:%Y-%m-%dT%H:%M:%SZ}",
        "Report": report.raw.decode("utf-8", "replace"),
    }
