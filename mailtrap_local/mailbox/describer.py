"""The parse that a 250 does not wait for: bodies of large mail, in the order of arrival, off the event loop.

A search waits with `caught_up` until what was accepted before it is described. The backlog is bounded: beyond it
`admit` makes receivers wait, so ingest slows down instead of memory growing.
"""

import asyncio
import logging
from collections import deque
from dataclasses import replace

from mailtrap_local import limits, mime
from mailtrap_local.errors import Busy, Stopping, StoreError
from mailtrap_local.mailbox.parser import Parser
from mailtrap_local.model import Entry
from mailtrap_local.store.base import Store

log = logging.getLogger(__name__)


class Describer:
    """Parses what was stored without its digest. `start` and `stop` it on the event loop."""

    def __init__(self, store: Store, parser: Parser) -> None:
        self._store = store
        self._parser = parser
        self._backlog: deque[tuple[int, Entry]] = deque()
        self._bytes = 0
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work."""
        self._task = asyncio.create_task(self._run(), name="describer")

    async def stop(self) -> None:
        """End; what is left in the backlog is done after the next start of a file database."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        async with self._changed:
            self._changed.notify_all()

    async def admit(self) -> None:
        """Wait until the backlog has room. Raises Stopping."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._bytes < limits.UNDESCRIBED_BYTES or self._task is None)
        self._check()

    async def put(self, seq: int, entry: Entry) -> None:
        """Have a stored message described."""
        async with self._changed:
            self._backlog.append((seq, entry))
            self._bytes += len(entry.raw)
            self._changed.notify_all()

    async def caught_up(self) -> None:
        """Wait until everything that was put before is described. Raises Stopping."""
        if not self._backlog:
            return
        last = self._backlog[-1][0]
        async with self._changed:
            await self._changed.wait_for(lambda: not self._backlog or self._backlog[0][0] > last or self._task is None)
        self._check()

    def _check(self) -> None:
        if self._task is None:
            raise Stopping("the server is stopping")

    async def _run(self) -> None:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._backlog))
            seq, entry = self._backlog[0]
            try:
                digest = await self._parser.run(mime.digest, entry.raw)
                await self._store.describe([(seq, replace(entry, digest=digest))])
            except (StoreError, Busy) as error:
                log.error("a stored message could not be described and is not found by its text: %s", error)
            async with self._changed:
                self._backlog.popleft()
                self._bytes -= len(entry.raw)
                self._changed.notify_all()
