"""Reading and keeping mail in a process of its own under load, for whoever asks for it (`--store-process`).

The event loop speaks SMTP; whatever else this process does with a mail fights the loop for the interpreter's lock. So
under load small mail goes, as it came, to a child (keeper.py) that parses it, makes its rows and commits them over a
connection of its own, and this process is left with the conversation: about half of its processor time for a mail. On
two quiet cores the rate was no better for it (2,035 against 2,236 and 1,772 against 1,812 mails a second, 10 sessions),
since the hand-over costs what the lock did; so it is not the default.

Theory of operation
1. The event loop itself writes to the child and reads from it; no thread has a part in that. What has come within one
   turn of the loop is one frame.
2. Two write to one database, one at a time: the child commits only between GO and HOLD, and the writer's thread works
   only on what was claimed, while the child holds. So events come in the order of commits, and no one waits for
   SQLite's lock.
3. The child starts when mail comes at `ENGAGE_RATE`, and ends when that was not so for `RELEASE_SECONDS`.
4. If it is ended from outside, whoever waits for it is told that his mail may not be safe, and from then on all is done
   in this process. What it had committed without having said so is told of then (`lost`).
"""

import asyncio
import logging
import os
import pickle
import socket
import subprocess
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from mailtrap_local.children import Frames, frame, spawn
from mailtrap_local.errors import StoreError
from mailtrap_local.model import Event, Summary, Unread
from mailtrap_local.store import keeper
from mailtrap_local.store.awaited import Awaited
from mailtrap_local.store.committer import Commit


class Mode(StrEnum):
    """When the child runs."""

    AUTO = "auto"  # under load
    NEVER = "never"
    ALWAYS = "always"


ENGAGE_RATE = 300.0  # messages a second
ENGAGE_SECONDS = 0.25  # over which they are counted
RELEASE_SECONDS = 10.0
END_SECONDS = 0.5  # for the child to come to its end

log = logging.getLogger(__name__)


class Apart(asyncio.Protocol):
    """The child as the event loop sees it, whether it runs or not."""

    def __init__(
        self, work: keeper.Work, *, mode: Mode, told: Callable[[Commit], None], lost: Callable[[], None]
    ) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._mode = mode if os.name == "posix" and (mode is Mode.ALWAYS or _cores() > 1) else Mode.NEVER
        self._told = told
        self._lost = lost
        self._process: subprocess.Popen[bytes] | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._starting: asyncio.Task[None] | None = None
        self._frames = Frames()
        self._open = False  # it has said that it is ready, and was not closed
        self._ready = False  # mail may be sent
        self._going = False  # it may commit
        self._claims = 0  # works of others that are under way, or want to be
        self._still = asyncio.Event()  # it does not commit
        self._still.set()
        self._unsent: list[Unread] = []
        self._waiting: deque[Awaited] = deque()  # in the order in which their mail was sent
        self._answered = asyncio.Event()  # nobody waits
        self._answered.set()
        self._count = 0
        self._counted_from = 0.0
        self._busy = 0.0  # when there was last enough to do

    # ---- mail ----------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether `add` may be called."""
        return self._ready

    def watch(self) -> None:
        """Another mail comes: start the child if it is time for that."""
        self._count += 1
        now = self._loop.time()
        passed = now - self._counted_from
        if passed < ENGAGE_SECONDS:
            return
        if self._count >= ENGAGE_RATE * passed:
            self._busy = now
            if self._process is None and self._starting is None and self._mode is not Mode.NEVER:
                self.start()
        self._count, self._counted_from = 0, now

    async def add(self, unread: Unread, *, then: Callable[[Summary], None] | None = None) -> Summary:
        """Have a mail read and kept. Raises StoreError. `then` hears of it too, even if who asked has gone."""
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(unread)
        future: asyncio.Future[Summary] = self._loop.create_future()
        self._waiting.append(Awaited(future, then))
        self._answered.clear()
        return await future

    # ---- the works of others -------------------------------------------------------------------------------------

    def claim(self) -> None:
        """Something is to be written elsewhere: the child shall hold. Each claim ends with `release`."""
        self._claims += 1
        self._hold()

    async def still(self) -> None:
        """Wait until it holds."""
        await self._still.wait()

    def release(self, claims: int = 1) -> None:
        """What was claimed is done."""
        self._claims -= claims
        self._go()

    def _hold(self) -> None:
        if self._going:
            self._going = False
            self._still.clear()
            self._flush()
            self._send(keeper.HOLD)

    def _go(self) -> None:
        if self._open and not self._claims and not self._going and self._still.is_set():
            self._going = True
            self._send(keeper.GO)

    # ---- the process ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it; it takes part as soon as it says that it is ready."""
        self._starting = self._loop.create_task(self._start(), name="store-keeper")

    def tick(self) -> None:
        """Time passes: end it if there was little to do for a while."""
        idle = self._mode is Mode.AUTO and self._loop.time() - self._busy > RELEASE_SECONDS
        if idle and self._ready:
            self._starting = self._loop.create_task(self.end(), name="store-keeper")

    async def end(self) -> None:
        """Let it do what it has, and end it."""
        self._ready = False
        process, transport = self._process, self._transport
        if process is None or transport is None:
            return
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._answered.wait()
                self._open = False
                self._hold()
                await self._still.wait()
        except TimeoutError:
            process.kill()
        self._process = self._transport = None
        transport.close()
        await asyncio.to_thread(process.wait)
        self._starting = None
        self._forget(StoreError("the process that keeps mail did not end in time"))

    async def stop(self) -> None:
        """End it for good."""
        self._mode = Mode.NEVER
        if self._starting is not None:
            await self._starting
        await self.end()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.to_thread(spawn, keeper.__name__, keeper.serve.__name__, stdin=theirs)
            except OSError as error:
                ours.close()
                self._give_up(str(error))
                return
        transport, _ = await self._loop.create_unix_connection(lambda: self, sock=ours)
        self._transport = transport
        self._send(pickle.dumps(self._work))

    def _give_up(self, why: str) -> None:
        log.warning("mail is kept without a process of its own from now on: %s", why)
        self._mode = Mode.NEVER

    # ---- what goes over the socket -------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """The child says something."""
        for received in self._frames.feed(data):
            kind, body = received[:1], received[1:]
            if kind == keeper.ANSWER:
                self._take(keeper.decode_answer(body))
                continue
            if kind == keeper.READY:
                self._open = self._ready = True
                self._starting = None
            self._still.set()
            self._go()

    def connection_lost(self, error: Exception | None) -> None:
        """The child has gone, and nobody had asked it to."""
        if self._transport is None:
            return
        process, self._process, self._transport = self._process, None, None
        if process is not None:
            process.kill()
            self._loop.run_in_executor(None, process.wait)
        self._give_up(f"it was ended from outside ({error or 'its socket is closed'})")
        self._lost()
        self._forget(StoreError("the process that keeps mail was ended from outside; try again"))

    def _forget(self, failure: StoreError) -> None:
        """There is no child any more."""
        self._open = self._ready = self._going = False
        self._frames = Frames()
        self._unsent.clear()
        self._settle([failure] * len(self._waiting))
        self._still.set()

    def _take(self, answer: keeper.Answer) -> None:
        events = [Event(seq=kept.seq, kind="new", inbox=kept.inbox, summary=kept) for kept in answer.kept]
        try:
            self._told(Commit((), [*events, *answer.more], answer.seq, answer.deleted))
        finally:
            self._settle(answer.kept if not answer.failure else [StoreError(answer.failure)] * answer.count)

    def _settle(self, results: "list[Any]") -> None:
        for result in results:
            self._waiting.popleft().settle(result)
        if not self._waiting:
            self._answered.set()

    def _flush(self) -> None:
        if self._unsent:
            self._send(keeper.MAIL, keeper.encode(self._unsent))
            self._unsent.clear()

    def _send(self, *pieces: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame(*pieces))


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
