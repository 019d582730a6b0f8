"""Watching: which messages a live client wants, of all that it is told of.

A watch is a waiter that never has enough, so any number of them cost a message as little as those who wait do: whose
query it does not match is not woken. What had come before the watch began is asked of the store.
"""

from collections.abc import Awaitable, Callable, Sequence

from mailtrap_local.mailbox.waiting import Look, Waiter
from mailtrap_local.model import Summary
from mailtrap_local.search.syntax import Query


class Watch:
    """A query over what comes. `offered` tells the seq up to which it was, `told` waits until it was up to another."""

    def __init__(
        self,
        waiter: Waiter,
        *,
        inbox: str | None,
        query: Query,
        offered: Callable[[], int],
        told: Callable[[int], Awaitable[None]],
        look: Look,
    ) -> None:
        self._waiter = waiter
        self._inbox = inbox
        self._query = query
        self._offered = offered
        self._told = told
        self._look = look

    def passed(self) -> int:
        """The seq up to which nothing matches, but for what was asked about already."""
        asked = self._offered()
        return min((asked, *(seq - 1 for seq in (*self._waiter.group.looking.values(), *self._waiter.found))))

    async def matching(self, summaries: Sequence[Summary]) -> set[str]:
        """The ids of those that match. Each is asked about once, in the order of arrival. Raises Stopping, Busy."""
        newest = max(summary.seq for summary in summaries)
        await self._told(newest)
        await self._waiter.settled()
        found = self._waiter.take(newest)
        before = tuple(summary.id for summary in summaries if summary.seq <= self._waiter.after)
        if before:
            found += await self._look(self._inbox, self._query, before)
        return {summary.id for summary in found}
