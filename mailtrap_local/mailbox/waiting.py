"""Waiting for mail: who waits, for what, and how each is woken the moment it has come.

Theory of operation
1. A waiter is registered before the store is looked at, so nothing slips between. What the look finds and what arrives
   meanwhile are one set, by seq.
2. Each message is offered once, in the order of arrival and with its body parsed. It meets the waiters of its inbox and
   those of all inboxes, and no others; nobody polls, and nobody who does not match is woken.
3. A query with a pattern could keep the event loop busy for long over a hostile mail. Such a waiter is given to the
   store instead, which runs it in a reading thread with a deadline.
4. What was looked at up to an answer is its cursor: the last message returned, or else the last one offered or found.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mailtrap_local.errors import Stopping
from mailtrap_local.events import Cursor
from mailtrap_local.model import Entry, Summary
from mailtrap_local.search.document import Document, columns
from mailtrap_local.search.match import matches
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import And, HeaderField, Node, Not, Or, Pattern, Tagged

Look = Callable[[tuple[str, ...]], Awaitable[Sequence[Summary]]]


Outcome = Literal["found", "too many", "timeout"]


@dataclass(frozen=True, slots=True)
class Waited:
    """How a wait ended: with enough messages, with more than were allowed, or with its time. Oldest first."""

    outcome: Outcome
    summaries: tuple[Summary, ...]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A message that was not meant, and the terms of the query that it failed, as they were written."""

    summary: Summary
    failed: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Waiter:
    """One who waits for `enough` messages. `look` asks the store which of some ids match, for queries with patterns."""

    inbox: str | None
    query: Query | None
    enough: int
    look: Look
    after: int = 0  # the seq behind which it looks
    found: dict[int, Summary] = field(default_factory=dict)
    seen: int = 0  # the seq up to which everything was looked at
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    slow: bool = False
    looking: set["asyncio.Task[None]"] = field(default_factory=set)

    def add(self, summaries: Sequence[Summary]) -> None:
        """These match."""
        for summary in summaries:
            self.found[summary.seq] = summary
        if len(self.found) >= self.enough:
            self.woken.set()

    async def filled(self, seconds: float) -> bool:
        """Wait until there is enough; False when the time is over before."""
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            await asyncio.gather(*self.looking)  # what arrived in time counts
        return len(self.found) >= self.enough

    def oldest(self) -> tuple[Summary, ...]:
        """What was found, in the order of arrival."""
        return tuple(self.found[seq] for seq in sorted(self.found))


class Waiters:
    """Everybody who waits. Lives on one event loop."""

    def __init__(self) -> None:
        self._by_inbox: dict[str | None, set[Waiter]] = {}
        self.stopping = False

    def __len__(self) -> int:
        return sum(map(len, self._by_inbox.values()))

    def enter(self, waiter: Waiter) -> None:
        """Begin to offer it what arrives. Raises Stopping."""
        if self.stopping:
            raise Stopping("the server is stopping")
        waiter.slow = waiter.query is not None and _has_patterns(waiter.query.root)
        self._by_inbox.setdefault(waiter.inbox, set()).add(waiter)

    def leave(self, waiter: Waiter) -> None:
        """Offer it nothing more."""
        group = self._by_inbox[waiter.inbox]
        group.discard(waiter)
        if not group:
            del self._by_inbox[waiter.inbox]
        for task in waiter.looking:
            task.cancel()

    def offer(self, summary: Summary, entry: Entry) -> None:
        """A message arrived; `entry` has its digest. In the order of arrival."""
        if not self._by_inbox:
            return
        document: Document | None = None
        for inbox in (summary.inbox, None):
            for waiter in self._by_inbox.get(inbox, ()):
                if summary.seq <= waiter.after:
                    continue  # told late, because it was parsed late, and seen by then
                waiter.seen = max(waiter.seen, summary.seq)
                if waiter.slow:
                    self._look(waiter, summary)
                    continue
                if waiter.query is not None:
                    document = document or columns(entry)
                    if not matches(waiter.query, document):
                        continue
                waiter.add((summary,))

    def stop(self) -> None:
        """Wake everybody for the last time."""
        self.stopping = True
        for group in self._by_inbox.values():
            for waiter in group:
                waiter.woken.set()

    def _look(self, waiter: Waiter, summary: Summary) -> None:
        async def look() -> None:
            waiter.add(await waiter.look((summary.id,)))

        task = asyncio.ensure_future(look())
        waiter.looking.add(task)
        task.add_done_callback(waiter.looking.discard)


def _has_patterns(node: Node) -> bool:
    match node:
        case And(children) | Or(children):
            return any(map(_has_patterns, children))
        case Not(child):
            return _has_patterns(child)
        case Tagged(_, pattern):
            return bool(pattern)
        case HeaderField(_, test, _):
            return test == "re"
        case Pattern():
            return True
        case _:
            return False
