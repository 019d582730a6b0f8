"""A complaint in the abuse reporting format: multipart/report with message/feedback-report (RFC 5965)."""

import re
from collections.abc import Sequence

from mailtrap_local.bounces.order import Concerned, Terms
from mailtrap_local.bounces.parts import RETURNED, About, Part, assembled, fields, header, returned, spelled, words
from mailtrap_local.bounces.wishes import envid_of
from mailtrap_local.fetch.http import AGENT

_PEER = re.compile(r"\[?([0-9A-Fa-f.:]+?)\]?:\d+")


def complaint(about: About, terms: Terms, concerned: Sequence[Concerned]) -> bytes:
    """The report, its lines ended by CRLF."""
    international = about.international
    listed = ", ".join(f"<{each.address}>" for each in concerned)
    text = (
        f"This is {about.hostname}.\n\n{terms.kind.opening}\n\nIt came at {about.arrived} from "
        f"<{about.reverse_path}> to {listed}. What follows is for programs, and the message itself."
    )
    feedback = fields(_feedback(about, terms, concerned))
    parts = [
        words(text, international=international),
        Part("message/feedback-report", feedback, "7bit" if feedback.isascii() else "8bit"),
        returned(about, whole=len(about.raw) <= RETURNED),
    ]
    head = header(about, sender="Feedback Loop", subject=terms.kind.subject)
    return assembled(head, parts, report_type="feedback-report")


def _feedback(about: About, terms: Terms, concerned: Sequence[Concerned]) -> list[tuple[str, str]]:
    """RFC 5965 section 3: what must be there, once each, and then what may be."""
    peer, envid = _PEER.fullmatch(about.record.origin.peer), envid_of(about.record.envelope)
    domain = (about.head.from_.address if about.head.from_ else about.reverse_path).rpartition("@")[2]
    return [
        ("Feedback-Type", terms.feedback),
        ("User-Agent", AGENT),
        ("Version", "1"),
        *([("Original-Envelope-Id", envid)] if envid else []),
        ("Original-Mail-From", f"<{spelled(about, about.reverse_path)}>"),
        ("Arrival-Date", about.arrived),
        ("Reporting-MTA", f"dns; {about.hostname}"),
        *([("Source-IP", peer[1])] if peer else []),
        *(("Original-Rcpt-To", f"<{spelled(about, each.address)}>") for each in concerned),
        *([("Reported-Domain", spelled(about, domain))] if domain else []),
    ]
