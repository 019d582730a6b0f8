"""What becomes of an arrival: its inbox, its Bcc, its tags. Pure; the mailbox calls it for each mail."""

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from mailtrap_local import limits, mime
from mailtrap_local.model import Address, Arrival, Digest, Entry, Head

DEFAULT_INBOX = "default"
Addressed = Callable[[str], str | None]
INBOX_CHARACTERS = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_RESOLVED = frozenset({".", ".."})
_TAG = re.compile(r"[\w .@+:/\-]{1,100}")
_PLUS = re.compile(r"[^+@]*\+([^@]+)@")


def entry(
    arrival: Arrival,
    head: Head,
    digest: Digest | None,
    *,
    created: int,
    plus_tags: bool,
    addressed: str = DEFAULT_INBOX,
) -> Entry:
    """The entry for the store. `created` is in microseconds; `digest` None means that the parse of bodies follows.

    `addressed` is the inbox that its recipients lead to.
    """
    hidden = hidden_recipients(head, arrival)
    if hidden:
        head = replace(head, bcc=head.bcc + hidden)
    return Entry(
        raw=arrival.raw,
        envelope=arrival.envelope,
        origin=arrival.origin,
        head=head,
        inbox=inbox_of(arrival, head, addressed),
        tags=tags_of(head, plus_tags=plus_tags),
        created=created,
        digest=digest,
    )


def read(arrival: Arrival, *, created: int, plus_tags: bool, addressed: str = DEFAULT_INBOX) -> Entry:
    """Parse a mail, and decide. Costs about a tenth of a millisecond for 2 kB."""
    return entry(arrival, *mime.read(arrival.raw), created=created, plus_tags=plus_tags, addressed=addressed)


def inbox_of(arrival: Arrival, head: Head, addressed: str) -> str:
    """The inbox that the front named, else the AUTH user name, else `X-Inbox`, else that of a made address."""
    return inbox_name(arrival.inbox or arrival.origin.username or head.inbox) or addressed


def addressed_inbox(recipients: Iterable[str], made: Addressed) -> str:
    """The inbox of the first that is a made address, else the default one."""
    return next(filter(None, map(made, recipients)), DEFAULT_INBOX)


def inbox_name(text: str) -> str:
    """A text as the name of an inbox: no control characters, no blanks around it, of bounded length; "" if it is none.

    A path cannot hold `.` and `..`: browsers and HTTP clients resolve them, escaped or not, so what is meant for
    `/inbox/../` would reach all inboxes.
    """
    name = _CONTROL.sub(" ", text).strip()[:INBOX_CHARACTERS].rstrip()
    return "" if name in _RESOLVED else name


def hidden_recipients(head: Head, arrival: Arrival) -> tuple[Address, ...]:
    """The RCPT TO that no header field names: blind copies, as far as a receiver can tell."""
    named = {address.address.casefold() for field in (head.to, head.cc, head.bcc) for address in field}
    hidden: dict[str, Address] = {}
    for recipient in arrival.envelope.recipients:
        folded = recipient.address.casefold()
        if folded not in named:
            hidden.setdefault(folded, Address("", recipient.address))
    return tuple(hidden.values())


def tags_of(head: Head, *, plus_tags: bool) -> tuple[str, ...]:
    """Tags from `X-Tags` and, if wanted, from plus-addresses (`ann+billing@example.org` is tagged billing)."""
    found = list(head.tags)
    if plus_tags:
        senders = (head.from_,) if head.from_ else ()
        for address in (*head.to, *head.cc, *head.bcc, *senders):
            plus = _PLUS.match(address.address)
            if plus:
                found.append(plus[1])
    return valid_tags(found) if found else ()


def valid_tags(names: Iterable[str]) -> tuple[str, ...]:
    """Those that may be tags, each once whatever its case, sorted, at most limits.TAGS. What is none is left out."""
    kept: dict[str, str] = {}
    for name in names:
        tidy = " ".join(name.split())
        if _TAG.fullmatch(tidy) and len(kept) < limits.TAGS:
            kept.setdefault(tidy.casefold(), tidy)
    return tuple(sorted(kept.values(), key=str.casefold))
