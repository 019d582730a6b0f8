"""A delivery status notification: multipart/report with message/delivery-status (RFC 3464), or its international form
(RFC 6533). What the sender wished is kept: ENVID and ORCPT come back, RET says how much of the message does."""

from collections.abc import Sequence
from datetime import timedelta

from mailtrap_local.bounces.order import Concerned, Terms
from mailtrap_local.bounces.parts import (
    RETURNED,
    About,
    Part,
    assembled,
    date,
    fields,
    header,
    returned,
    spelled,
    words,
)
from mailtrap_local.bounces.wishes import envid_of, ret_of

_RETRIES = timedelta(days=5)  # RFC 5321 section 4.5.4.1 asks for four to five
_WHOLE = {"FULL": True, "HDRS": False}


def delivery_report(about: About, terms: Terms, concerned: Sequence[Concerned]) -> bytes:
    """The notification, its lines ended by CRLF."""
    kind = "global-delivery-status" if about.international else "delivery-status"
    groups = [_per_message(about), *(_per_recipient(about, terms, each) for each in concerned)]
    status = Part(
        f"message/{kind}",
        b"\r\n".join(groups),
        "8bit" if about.international and not all(group.isascii() for group in groups) else "7bit",
        "Delivery report",
    )
    parts = [words(_told(about, terms, concerned), international=about.international), status, _returned(about, terms)]
    head = header(about, sender="Mail Delivery System", subject=terms.kind.subject)
    return assembled(head, parts, report_type="delivery-status")


def _returned(about: About, terms: Terms) -> Part:
    """RFC 3461 section 4.3: RET counts where something failed; reports of anything else return the header alone."""
    if terms.kind.name != "failed":
        return returned(about, whole=False)
    return returned(about, whole=_WHOLE.get(ret_of(about.record.envelope), len(about.raw) <= RETURNED))


def _per_message(about: About) -> bytes:
    envid, helo = envid_of(about.record.envelope), about.record.origin.helo
    return fields(
        [
            *([("Original-Envelope-Id", envid)] if envid else []),
            ("Reporting-MTA", f"dns; {about.hostname}"),
            *([("Received-From-MTA", f"dns; {helo}")] if helo.isascii() and helo and " " not in helo else []),
            ("Arrival-Date", about.arrived),
        ]
    )


def _per_recipient(about: About, terms: Terms, concerned: Concerned) -> bytes:
    kind, original = terms.kind.name, concerned.wishes.original
    remote = terms.remote_mta or _mail_host(concerned.address)
    tried = terms.kind.name in ("failed", "delayed")
    named: list[tuple[str, str]] = []
    if original is not None:
        named.append(("Original-Recipient", f"{original.type};{spelled(about, original.address)}"))
    named.append(("Final-Recipient", _final(about, concerned.address)))
    named += [("Action", kind), ("Status", terms.status)]
    if (tried or kind == "relayed") and remote:
        named.append(("Remote-MTA", f"dns; {remote}"))
    if terms.diagnostic:
        named.append(("Diagnostic-Code", _diagnostic(about, terms.diagnostic)))
    if tried:
        named.append(("Last-Attempt-Date", date(about.now)))
    named.append(("Final-Log-ID", about.record.summary.id))
    if kind == "delayed":
        named.append(("Will-Retry-Until", date(about.now + _RETRIES)))
    return fields(named)


def _final(about: About, address: str) -> str:
    return f"{'rfc822' if address.isascii() else 'utf-8'};{spelled(about, address)}"


def _diagnostic(about: About, text: str) -> str:
    """RFC 3464 section 2.3.6: of type smtp where it is a reply, else of a type that means nothing to programs."""
    kind = "smtp" if text[:3].isdigit() and text[3:4] in ("", " ", "-") else "x-mailtrap-local"
    shown = text if about.international else text.encode("ascii", "backslashreplace").decode()
    return f"{kind}; {shown}"


def _mail_host(address: str) -> str:
    """The host that would have answered, by a name that is recognised as made up for the occasion."""
    domain = address.rpartition("@")[2]
    plain = domain.isascii() and "." in domain and not domain.startswith("[")
    return f"mx.{domain.rstrip('.')}" if plain else ""


def _told(about: About, terms: Terms, concerned: Sequence[Concerned]) -> str:
    listed = "\n".join(
        f"<{each.address}>: {terms.status}{f' ({terms.diagnostic})' if terms.diagnostic else ''}" for each in concerned
    )
    subject = f'"{about.head.subject}"' if about.head.subject else "without a subject"
    return (
        f"This is {about.hostname}.\n\n{terms.kind.opening}\n\n{listed}\n\n"
        f"It came at {about.arrived}, {subject}, from <{about.reverse_path}>. What follows is for programs, and the "
        "message or its header."
    )
