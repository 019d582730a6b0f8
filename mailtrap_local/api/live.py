"""The WebSockets: /api/v1/live, ordered and resumable, and Mailpit's /api/events.

A client gets frames as fast as it takes them, each with all that has gathered. The hub cuts off who does not keep up,
and `since` resumes. The counts of the scope follow by themselves, so that they are never in the way of an event.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from starlette.websockets import WebSocket

from mailtrap_local.api.frames import COUNTS_SECONDS, FRAME_EVENTS, Broadcast, empty_frame, mailpit_stats
from mailtrap_local.events import Cursor
from mailtrap_local.http import sockets
from mailtrap_local.http.route import Call, Front
from mailtrap_local.mailbox.watching import Watch
from mailtrap_local.model import Event


class _Client:
    """One connected client: what it asked for, and how far it was told."""

    def __init__(self, call: Call, socket: WebSocket) -> None:
        since = Cursor.parse(call.text("since")) if call.text("since") else None
        self.inbox = call.inbox
        self.query = call.query()
        self.socket = socket
        self.broadcast = call.front.one(Broadcast)
        self.hub = call.mailbox.hub
        self.listener = self.hub.listen(inbox=self.inbox, since=since)
        self.mailbox = call.mailbox
        self.rules = (call.front.faults, call.front.rates)
        self.watch: Watch | None = None
        self.cursor = self.listener.cursor
        self.stale = asyncio.Event()  # something was told since the counts were

    def acts(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """Tell the events, the counts behind them, and that faults or rate limits have changed."""
        return self._follow(), self._count(), self._watch_rules()

    async def _follow(self) -> None:
        with self._watching() as self.watch:
            if self.watch is not None:
                self.listener.sleep(self.watch.passed)
            await self.greet()
            while True:
                await self.tell(await self.listener.batch())

    def _watching(self) -> AbstractContextManager[Watch | None]:
        if self.query is None:
            return nullcontext()
        return self.mailbox.watching(self.query, inbox=self.inbox, found=self.listener.wake)

    async def _count(self) -> None:
        while True:
            await self.stale.wait()
            self.stale.clear()
            await self.tell_counts()

    async def _watch_rules(self) -> None:
        """Tell that they have changed, at most every `COUNTS_SECONDS`: some fire a thousand times a second."""
        changed = asyncio.Event()
        for each in self.rules:
            each.listen(changed.set)
        try:
            while True:
                await changed.wait()
                changed.clear()
                faults, rates = self.rules
                await self.socket.send_text(empty_frame(self.cursor, revisions=(faults.revision, rates.revision)))
                await asyncio.sleep(COUNTS_SECONDS)
        finally:
            for each in self.rules:
                each.forget(changed.set)

    async def greet(self) -> None:
        """Say at once where the client stands, with what it missed."""
        missed = self.cursor != self.hub.cursor and not self.listener.reset
        told = await self.tell(await self.listener.batch()) if missed else False
        if not told:
            await self.socket.send_text(empty_frame(self.cursor, reset=self.listener.reset))

    async def tell(self, events: Sequence[Event]) -> bool:
        """Send what of these is in the client's scope; whether that was anything."""
        told = False
        for start in range(0, len(events), FRAME_EVENTS):
            piece = events[start : start + FRAME_EVENTS]
            frame = await self.broadcast.frame(piece, inbox=self.inbox, watch=self.watch)
            if frame:
                await self.socket.send_text(frame)
                told = True
            self.cursor = Cursor(self.hub.epoch, piece[-1].seq)
        if told:
            self.stale.set()
        return told

    async def tell_counts(self) -> None:
        """Send the counts of the scope."""
        counts = await self.broadcast.counts(inbox=self.inbox)
        await self.socket.send_text(self.broadcast.counts_frame(self.cursor, counts))


class _MailpitClient(_Client):
    """One that speaks Mailpit's frames, which are not narrowed by a search."""

    def __init__(self, call: Call, socket: WebSocket) -> None:
        super().__init__(call, socket)
        self.query = None

    def acts(self) -> tuple[Coroutine[Any, Any, None], ...]:
        return self._follow(), self._count()

    async def greet(self) -> None:
        await self.tell_counts()

    async def tell(self, events: Sequence[Event]) -> bool:
        told = False
        for event in events:
            for frame in self.broadcast.mailpit(event, inbox=self.inbox):
                await self.socket.send_text(frame)
                told = True
        if told:
            self.stale.set()
        return told

    async def tell_counts(self) -> None:
        await self.socket.send_text(mailpit_stats(await self.broadcast.counts(inbox=self.inbox)))


async def live(front: Front, socket: WebSocket) -> None:
    """WS /api/v1/live."""
    await sockets.converse(front, socket, _Client)


async def events(front: Front, socket: WebSocket) -> None:
    """WS /api/events, as Mailpit has it."""
    await sockets.converse(front, socket, _MailpitClient)
