"""Waiting for mail: who waits, for what, and how each is woken the moment it has come.

Theory of operation
1. A waiter is registered before the store is looked at, so nothing slips between. What the look finds and what arrives
   meanwhile are one set, by seq.
2. Each message is offered once, in the order of arrival and with its body parsed. It meets the waiters of its inbox and
   those of all inboxes, and no others; nobody polls, and nobody who does not match is woken.
3. Who waits for the same in the same inbox is a group, and its query is asked once. Of the groups only those are asked
   that an index does not rule out, so a thousand waiters cost a message hardly more than one.
4. A query with a pattern could keep the event loop busy for long over a hostile mail. Where its patterns may take more
   than a millisecond, or those before it took some, the store is asked instead, in a reading thread with a deadline.
5. What was looked at up to an answer is its cursor: the last message returned, or else the last one offered or found.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mailtrap_local import limits
from mailtrap_local.errors import MailtrapLocalError, Stopping
from mailtrap_local.events import Cursor
from mailtrap_local.model import Entry, Summary
from mailtrap_local.search.document import Document, columns
from mailtrap_local.search.index import Index
from mailtrap_local.search.standing import StandingQuery
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import Node
from mailtrap_local.store import rows
from mailtrap_local.store.rows import Prepared

Look = Callable[[str | None, Query, tuple[str, ...]], Awaitable[Sequence[Summary]]]
"""Asks the store which of some ids match a query, in an inbox or in all."""

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
    """One who waits for `enough` messages behind the seq `after`."""

    group: "_Group"
    enough: int
    after: int
    found: dict[int, Summary] = field(default_factory=dict)
    seen: int = 0  # the seq up to which the store was looked at
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    failure: MailtrapLocalError | None = None
    found_one: Callable[[], None] | None = None  # hears of each that is found, and of a failure

    def add(self, summaries: Sequence[Summary]) -> None:
        """These match; some may be known, or lie before what is asked for."""
        for summary in summaries:
            if summary.seq > self.after:
                self.found[summary.seq] = summary
        if len(self.found) >= self.enough:
            self.woken.set()
        if self.found_one is not None and self.found:
            self.found_one()

    def fail(self, error: MailtrapLocalError) -> None:
        """It cannot be told whether a message matches."""
        self.failure = error
        self.woken.set()
        if self.found_one is not None:
            self.found_one()

    async def filled(self, seconds: float) -> bool:
        """Wait until there is enough; False when the time is over before. Raises what a look at the store does."""
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            pass
        await self.settled()
        return len(self.found) >= self.enough

    async def settled(self) -> None:
        """Wait until all that was offered is known to match or not. Raises what a look at the store does."""
        if self.group.looking and not self.woken.is_set():
            await asyncio.gather(*self.group.looking)
        if self.failure is not None:
            raise self.failure

    def take(self, until: int) -> list[Summary]:
        """What was found up to a seq, which is then forgotten."""
        return [self.found.pop(seq) for seq in sorted(self.found) if seq <= until]

    def oldest(self) -> tuple[Summary, ...]:
        """What was found, in the order of arrival."""
        return tuple(self.found[seq] for seq in sorted(self.found))


@dataclass(slots=True, eq=False)
class _Group:
    """Those who wait for the same in the same scope."""

    inbox: str | None
    query: Query | None
    standing: StandingQuery | None
    waiters: set[Waiter] = field(default_factory=set)
    looking: dict["asyncio.Task[None]", int] = field(default_factory=dict)  # with the seq of the message each looks at


class _Scope:
    """The groups of one inbox, or of all inboxes together."""

    def __init__(self) -> None:
        self.groups: dict[Node | None, _Group] = {}
        self.index: Index[_Group] = Index()


class Waiters:
    """Everybody who waits. Lives on one event loop."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._scopes: dict[str | None, _Scope] = {}
        self._number = 0
        self._offered = 0
        self.stopping = False

    def __len__(self) -> int:
        return self._number

    def enter(self, *, inbox: str | None, query: Query | None, enough: int, after: int) -> Waiter:
        """Begin to offer what arrives to one more. Raises Stopping."""
        if self.stopping:
            raise Stopping("the server is stopping")
        scope = self._scopes.setdefault(inbox, _Scope())
        root = query.root if query else None
        group = scope.groups.get(root)
        if group is None:
            group = scope.groups[root] = _Group(inbox, query, StandingQuery(query) if query else None)
            scope.index.add(group, root)
        waiter = Waiter(group, enough, after)
        group.waiters.add(waiter)
        self._number += 1
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Offer it nothing more."""
        group = waiter.group
        group.waiters.discard(waiter)
        self._number -= 1
        if group.waiters:
            return
        for task in group.looking:
            task.cancel()
        scope = self._scopes[group.inbox]
        del scope.groups[group.query.root if group.query else None]
        scope.index.discard(group)
        if not scope.groups:
            del self._scopes[group.inbox]

    def seen(self, waiter: Waiter) -> int:
        """The seq up to which everything was looked at for it."""
        return max(waiter.seen, self._offered)

    def offer(self, summary: Summary, mail: Entry | Prepared) -> None:
        """A message arrived; its entry has its digest. In the order of arrival."""
        self._offered = summary.seq
        scopes = [scope for inbox in (summary.inbox, None) if (scope := self._scopes.get(inbox))]
        if not scopes:
            return
        document = rows.document(mail) if isinstance(mail, Prepared) else columns(mail)
        until = time.perf_counter() + limits.PATTERN_INLINE_SECONDS
        for scope in scopes:
            for group in scope.index.candidates(document):
                asked = group.standing
                if asked is None or (asked.may_match(document) and self._holds(group, asked, document, summary, until)):
                    for waiter in group.waiters:
                        waiter.add((summary,))

    def stop(self) -> None:
        """Wake everybody for the last time."""
        self.stopping = True
        for scope in self._scopes.values():
            for group in scope.groups.values():
                for waiter in group.waiters:
                    waiter.woken.set()

    def _holds(self, group: _Group, asked: StandingQuery, document: Document, summary: Summary, until: float) -> bool:
        """Whether the patterns match too; False if the store is asked that, and the group told later."""
        if not asked.has_patterns:
            return True
        if asked.effort(document) <= limits.PATTERN_INLINE and time.perf_counter() < until:
            return asked.holds(document)
        self._ask_store(group, summary)
        return False

    def _ask_store(self, group: _Group, summary: Summary) -> None:
        async def look() -> None:
            assert group.query is not None
            try:
                found = await self._look(group.inbox, group.query, (summary.id,))
            except MailtrapLocalError as error:
                for waiter in group.waiters:
                    waiter.fail(error)
            else:
                for waiter in group.waiters:
                    waiter.add(found)

        task = asyncio.ensure_future(look())
        group.looking[task] = summary.seq
        task.add_done_callback(group.looking.pop)
