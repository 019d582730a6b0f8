"""What live clients are told, made once for all who are told the same.

Theory of operation
1. A frame holds everything that a listener has at once, in pieces of at most `FRAME_EVENTS`. Clients of one scope share
   its text: the key is where it begins and ends, since what lies between is the same for all, but for 2.
2. With a query, the client's watch knows which of the new messages do not match, and the key has them too. Other events
   pass: a client that does not know the message ignores them.
3. The counts of a scope are asked for at most four times a second, however many clients want them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

from msgspec import UNSET

from mailtrap_local import __version__
from mailtrap_local.api import schema
from mailtrap_local.api.wire import event_of, summary_of
from mailtrap_local.events import Cursor
from mailtrap_local.http.answer import encode
from mailtrap_local.http.route import Front
from mailtrap_local.mailbox.watching import Watch
from mailtrap_local.model import Event
from mailtrap_local.store.base import Selection

K = TypeVar("K")
V = TypeVar("V")

FRAME_EVENTS = 500
DELETES_TOLD = 200  # Mailpit names each deleted message up to here, and says "reload" above
COUNTS_SECONDS = 0.25
_REMEMBERED = 64
_SCOPES = 1_000


class _Counts:
    """The counts of one scope: asked for when somebody wants them, at most every `COUNTS_SECONDS`, and shared."""

    def __init__(self, ask: Callable[[], Awaitable[schema.LiveStats]]) -> None:
        self._ask = ask
        self._next: asyncio.Task[schema.LiveStats] | None = None
        self._asked = float("-inf")

    async def get(self) -> schema.LiveStats:
        """Counts that are looked at after this call."""
        if self._next is None:
            self._next = asyncio.create_task(self._wait_and_ask())
        return await asyncio.shield(self._next)  # who leaves does not take it from the others

    async def _wait_and_ask(self) -> schema.LiveStats:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._asked + COUNTS_SECONDS - loop.time()))
        self._next = None  # who comes from here on wants newer ones
        self._asked = loop.time()
        return await self._ask()


class Broadcast:
    """The texts of frames for both WebSockets. Lives on one event loop."""

    def __init__(self, front: Front) -> None:
        self._mailbox = front.mailbox
        self._frames: OrderedDict[Hashable, str] = OrderedDict()
        self._counts: OrderedDict[str | None, _Counts] = OrderedDict()

    async def frame(self, events: Sequence[Event], *, inbox: str | None, watch: Watch | None) -> str:
        """Our frame of these events, seen from a scope; "" if there is nothing in it for that scope."""
        scoped = _scoped(events, inbox)
        unwanted = await _unwanted(scoped, watch) if watch is not None else frozenset()
        cursor = Cursor(self._mailbox.hub.epoch, events[-1].seq)
        key = ("live", events[0].seq, events[-1].seq, inbox, unwanted)
        return self._remembered(key, lambda: _frame(cursor, [event for event in scoped if event.seq not in unwanted]))

    def mailpit(self, event: Event, *, inbox: str | None) -> list[str]:
        """The frames of one event as Mailpit has them."""
        return self._remembered(("mailpit", event.seq, inbox), lambda: "\n".join(_mailpit(event, inbox))).splitlines()

    async def counts(self, *, inbox: str | None) -> schema.LiveStats:
        """The counts of a scope, looked at after this call; comes at most every `COUNTS_SECONDS`."""
        counts = self._counts.get(inbox)
        if counts is None:
            counts = _remember(self._counts, inbox, _Counts(lambda: self._count(inbox)), limit=_SCOPES)
        return await counts.get()

    def counts_frame(self, cursor: Cursor, counts: schema.LiveStats) -> str:
        """Our frame of the counts of a scope, for each client that has come as far as `cursor`."""
        key = ("counts", cursor, counts.Total, counts.Unread)
        return self._remembered(key, lambda: empty_frame(cursor, counts=counts))

    async def _count(self, inbox: str | None) -> schema.LiveStats:
        page = await self._mailbox.page(Selection(inbox=inbox), limit=0)
        return schema.LiveStats(page.total, page.unread)

    def _remembered(self, key: Hashable, make: Callable[[], str]) -> str:
        text = self._frames.get(key)
        return _remember(self._frames, key, make(), limit=_REMEMBERED) if text is None else text


def _remember(known: OrderedDict[K, V], key: K, value: V, *, limit: int) -> V:
    known[key] = value
    if len(known) > limit:
        known.popitem(last=False)
    return value


def empty_frame(
    cursor: Cursor,
    *,
    reset: bool = False,
    counts: schema.LiveStats | None = None,
    revisions: tuple[int, int] | None = None,
) -> str:
    """A frame without events: the one that opens a connection, the counts, or the revisions of faults and limits."""
    stats = UNSET if counts is None else counts
    faults, rates = (UNSET, UNSET) if revisions is None else revisions
    return encode(schema.Frame(str(cursor), [], reset or UNSET, stats, faults, rates)).decode()


def _frame(cursor: Cursor, events: Sequence[Event]) -> str:
    return encode(schema.Frame(str(cursor), [event_of(event) for event in events])).decode() if events else ""


def _scoped(events: Sequence[Event], inbox: str | None) -> list[Event]:
    """The events that an inbox's clients hear: its own, and those that are of several."""
    return [event for event in events if inbox is None or event.inbox in (None, inbox)]


async def _unwanted(events: list[Event], watch: Watch) -> frozenset[int]:
    """The seqs of those new messages that the client does not watch for."""
    new = [event.summary for event in events if event.summary is not None and event.kind == "new"]
    if not new:
        return frozenset()
    wanted = await watch.matching(new)
    return frozenset(summary.seq for summary in new if summary.id not in wanted)


def mailpit_stats(counts: schema.LiveStats) -> str:
    """The counts as Mailpit tells them."""
    return _mailpit_frame("stats", {"Total": counts.Total, "Unread": counts.Unread, "Version": __version__})


def _mailpit(event: Event, inbox: str | None) -> list[str]:
    if event.kind == "sessions" or not _scoped([event], inbox):
        return []
    if event.kind == "new" and event.summary is not None:
        return [_mailpit_frame("new", summary_of(event.summary))]
    if event.kind == "update" and (changed := _changed(event)):
        return [_mailpit_frame("update", {"ID": message_id, **changed}) for message_id in event.ids]
    if event.kind == "delete" and len(event.ids) <= DELETES_TOLD:
        return [_mailpit_frame("delete", {"ID": message_id}) for message_id in event.ids]
    if event.kind == "truncate" and event.inbox in (None, inbox):
        return [_mailpit_frame("truncate", None)]
    return [_mailpit_frame("prune", None)]


def _changed(event: Event) -> dict[str, object]:
    if event.read is not None:
        return {"Read": event.read}
    if event.tags is not None:
        return {"Tags": event.tags}
    summary = event.summary
    return {} if summary is None else {"Snippet": summary.snippet, "Attachments": summary.attachments}


def _mailpit_frame(kind: schema.MailpitKind, value: object) -> str:
    return encode(schema.MailpitFrame(kind, value)).decode().rstrip("\n")
