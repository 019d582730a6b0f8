"""The WebSockets: /api/v1/live, ordered and resumable, and Mailpit's /api/events.

A client gets frames as fast as it takes them, each with all that has gathered. The hub cuts off who does not keep up
(close code 1013, resumed by `since`); a stop closes with 1001. What clients send is read and dropped. The counts of the
scope follow by themselves, so that they are never in the way of an event.
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect

from mailtrap_local import limits
from mailtrap_local.api.frames import FRAME_EVENTS, Broadcast, empty_frame, mailpit_stats
from mailtrap_local.errors import Busy, MailtrapLocalError, Stopping
from mailtrap_local.events import Cursor, CutOff
from mailtrap_local.http import answer, guard
from mailtrap_local.http.route import Call, Front
from mailtrap_local.model import Event

_REASON_BYTES = 123  # RFC 6455 section 5.5


class _Client:
    """One connected client: what it asked for, and how far it was told."""

    def __init__(self, front: Front, socket: WebSocket) -> None:
        call = Call(front, socket)
        since = Cursor.parse(call.text("since")) if call.text("since") else None
        self.inbox = call.inbox
        self.query = call.query()
        self.socket = socket
        self.broadcast = front.one(Broadcast)
        self.hub = front.mailbox.hub
        self.listener = self.hub.listen(since=since)
        self.cursor = self.listener.cursor
        self.stale = asyncio.Event()  # something was told since the counts were

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
            frame = await self.broadcast.frame(piece, inbox=self.inbox, query=self.query)
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
        await self.socket.send_text(empty_frame(self.cursor, counts=counts))


class _MailpitClient(_Client):
    """One that speaks Mailpit's frames."""

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
    await _serve(front, socket, _Client)


async def events(front: Front, socket: WebSocket) -> None:
    """WS /api/events, as Mailpit has it."""
    await _serve(front, socket, _MailpitClient)


async def _serve(front: Front, socket: WebSocket, kind: Callable[[Front, WebSocket], _Client]) -> None:
    broadcast = front.one(Broadcast)
    try:
        guard.check_socket(socket, allowed=front.settings.allow_origin)
        if broadcast.clients >= limits.LIVE_CLIENTS:
            raise Busy(f"{limits.LIVE_CLIENTS} live clients are connected, and no more are served.")
        client = kind(front, socket)
    except MailtrapLocalError as error:
        await socket.send_denial_response(answer.failure(error))
        return
    broadcast.clients += 1
    try:
        with client.listener:
            await socket.accept()
            await _converse(client)
    except WebSocketDisconnect:
        pass  # it went before we could tell it anything
    finally:
        broadcast.clients -= 1


async def _converse(client: _Client) -> None:
    """Follow the events until either side ends it."""
    left = asyncio.create_task(_left(client.socket))
    telling = asyncio.create_task(_tell(client))
    counting = asyncio.create_task(_count(client))
    tasks = (left, telling, counting)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if left not in done:
            await _close(client.socket, next(iter(done)).exception())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _left(socket: WebSocket) -> None:
    """Read and drop what the client says, until it has gone."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _tell(client: _Client) -> None:
    await client.greet()
    while True:
        await client.tell(await client.listener.batch())


async def _count(client: _Client) -> None:
    while True:
        await client.stale.wait()
        client.stale.clear()
        await client.tell_counts()


async def _close(socket: WebSocket, error: BaseException | None) -> None:
    if isinstance(error, WebSocketDisconnect | OSError) or error is None:
        return  # it went while we spoke
    codes: tuple[tuple[type[BaseException], int], ...] = ((CutOff, 1013), (Stopping, 1001), (MailtrapLocalError, 1011))
    code = next((code for kind, code in codes if isinstance(error, kind)), None)
    if code is None:
        raise error
    await socket.close(code, str(error).encode()[:_REASON_BYTES].decode(errors="ignore"))
