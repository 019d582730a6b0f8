"""The parse that a 250 does not wait for: bodies of large mail, in the order of arrival, off the event loop.

Theory of operation
1. Whoever searches waits with `caught_up` until what was being received at that moment is described.
2. Waiters are told of each message once, in the order of arrival and described: small mail, which comes with its
   digest, is passed on at once, but never past large mail that came before it.
3. The backlog is bounded: beyond it `admit` makes receivers wait, so ingest slows down instead of memory growing.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from msgspec.structs import replace

from mailtrap_local import limits, mime
from mailtrap_local.errors import Busy, Stopping, StoreError
from mailtrap_local.mailbox.parser import Parser
from mailtrap_local.model import Entry, Summary
from mailtrap_local.store.base import Store
from mailtrap_local.store.rows import Prepared

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Expected:
    """A large mail between its arrival and its description."""

    stored: bool = False


class Describer:
    """Parses what was stored without its digest. `start` and `stop` it on the event loop.

    `told` hears of each message, described, in the order of arrival.
    """

    def __init__(self, store: Store, parser: Parser, *, told: Callable[[Summary, Entry | Prepared], None]) -> None:
        self._store = store
        self._parser = parser
        self._told = told
        self._expected: set[Expected] = set()
        self._backlog: deque[tuple[Summary, Entry | Prepared, Expected | None]] = deque()
        self._bytes = 0
        self._more = asyncio.Event()
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
        await self._tell_changed()

    async def admit(self) -> None:
        """Wait until the backlog has room. Raises Stopping."""
        await self._until(lambda: self._bytes < limits.UNDESCRIBED_BYTES)

    @contextmanager
    def expecting(self) -> Iterator[Expected]:
        """A large mail is on its way to the store; no search waits for it once the block ends before `describe`."""
        expected = Expected()
        self._expected.add(expected)
        try:
            yield expected
        finally:
            if not expected.stored:
                self._expected.discard(expected)

    def describe(self, summary: Summary, *, entry: Entry, expected: Expected) -> None:
        """It was stored without its digest: have it described, and told of."""
        expected.stored = True
        self._expected.add(expected)  # again, if who received it has gone
        self._put(summary, entry, expected)

    def pass_on(self, summary: Summary, *, mail: Prepared) -> None:
        """It was stored with its digest: have it told of, behind what came before it."""
        if self._backlog:
            self._put(summary, mail, None)
        else:
            self._told(summary, mail)

    async def caught_up(self) -> None:
        """Wait until all that was expected at this moment is described. Raises Stopping."""
        if self._expected:
            before = set(self._expected)
            await self._until(lambda: before.isdisjoint(self._expected))

    async def told_until(self, seq: int) -> None:
        """Wait until waiters were told of all that is stored up to this seq. Raises Stopping."""
        await self._until(lambda: not self._backlog or self._backlog[0][0].seq > seq)

    async def _until(self, condition: Callable[[], bool]) -> None:
        if not condition():
            async with self._changed:
                await self._changed.wait_for(lambda: condition() or self._task is None)
        if self._task is None:
            raise Stopping("the server is stopping")

    def _put(self, summary: Summary, mail: Entry | Prepared, expected: Expected | None) -> None:
        self._backlog.append((summary, mail, expected))
        self._bytes += summary.size
        self._more.set()

    async def _tell_changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _run(self) -> None:
        while True:
            await self._more.wait()
            while self._backlog:
                summary, mail, expected = self._backlog[0]
                if isinstance(mail, Entry):
                    mail = await self._described(summary, mail)
                if expected is not None:
                    self._expected.discard(expected)
                self._told(summary, mail)
                self._backlog.popleft()
                self._bytes -= summary.size
                await self._tell_changed()
            self._more.clear()

    async def _described(self, summary: Summary, entry: Entry) -> Entry:
        try:
            described = replace(entry, digest=await self._parser.run(mime.digest, entry.raw))
            await self._store.describe([(summary.seq, described)])
        except (StoreError, Busy) as error:
            log.error("message %s could not be parsed, so a search does not find its text: %s", summary.id, error)
            return entry
        return described
