"""News as other catchers tell them: frames on a WebSocket, or server-sent events. Only what comes from now on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack
from functools import partial
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from mailtrap_local.errors import Stopping
from mailtrap_local.events import CutOff, Listener
from mailtrap_local.http import sockets
from mailtrap_local.http.route import Call, Front
from mailtrap_local.model import Event

Frames = Callable[[Call, str | None, Event], AsyncIterator[str]]  # of an event, as the inbox (None: all) sees it

_EVENT_STREAM = "text/event-stream"
KEEPALIVE_SECONDS = 60.0


class _Conversation:
    def __init__(self, call: Call, socket: WebSocket, frames: Frames) -> None:
        self._inbox = call.inbox  # one that cannot be is refused before the socket is accepted
        self.listener = call.mailbox.hub.listen(inbox=call.inbox)
        self._call = call
        self._socket = socket
        self._frames = frames

    def acts(self) -> tuple[Coroutine[Any, Any, None], ...]:
        return (self._follow(),)

    async def _follow(self) -> None:
        while True:
            for event in await self.listener.batch():
                async for frame in self._frames(self._call, self._inbox, event):
                    await self._socket.send_text(frame)


async def by_socket(front: Front, socket: WebSocket, frames: Frames) -> None:
    """Send the frames of each event for as long as the client stays."""
    await sockets.converse(front, socket, lambda call, socket: _Conversation(call, socket, frames))


def by_event_stream(call: Call, frames: Frames) -> Response:
    """The same as server-sent events, with a line now and then that keeps the connection open. Raises Busy."""
    inbox = call.inbox
    if call.method == "HEAD":
        return Response(media_type=_EVENT_STREAM)
    with ExitStack() as stack:
        stack.enter_context(sockets.seat(call.front))
        listener = stack.enter_context(call.mailbox.hub.listen(inbox=inbox))
        return _EventStream(_lines(partial(frames, call, inbox), listener), stack.pop_all())


async def _lines(frames: Callable[[Event], AsyncIterator[str]], listener: Listener) -> AsyncIterator[str]:
    while True:
        try:
            events = await asyncio.wait_for(listener.batch(), KEEPALIVE_SECONDS)
        except TimeoutError:
            yield "keepalive:\n\n"
            continue
        except (CutOff, Stopping):
            return
        for event in events:
            async for frame in frames(event):
                yield f"data: {frame}\n\n"


class _EventStream(StreamingResponse):
    """Lets go of its place when it ends, however that is."""

    def __init__(self, lines: AsyncIterator[str], stack: ExitStack) -> None:
        super().__init__(lines, media_type=_EVENT_STREAM)
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._stack:
            await super().__call__(scope, receive, send)
