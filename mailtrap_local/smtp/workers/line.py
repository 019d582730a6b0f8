"""One end of the line between the server and a worker: messages out, messages in."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from mailtrap_local.children import Frames, frame
from mailtrap_local.smtp.workers import messages

Said = TypeVar("Said")


class Line(asyncio.Protocol, Generic[Said]):
    """Tells `said` of each message of a frame, and `lost` when the other end has gone."""

    def __init__(
        self, *, decode: Callable[[bytes], list[Said]], said: Callable[[Said], None], lost: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._decode = decode
        self._said = said
        self._lost = lost
        self._frames = Frames()
        self._unsent: list[Any] = []
        self._transport: asyncio.WriteTransport | None = None
        self._closed = asyncio.Event()

    async def connect(self, end: socket.socket) -> None:
        """Use this socket."""
        end.setblocking(False)
        await self._loop.create_unix_connection(lambda: self, sock=end)

    def say(self, message: Any) -> None:
        """Send it, with what else there is to send at this turn of the loop."""
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(message)

    async def drain(self) -> None:
        """Hang up, when all is sent."""
        self._flush()
        if self._transport is not None:
            self._transport.close()
            await self._closed.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line stands."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's

    def data_received(self, data: bytes) -> None:
        """Something came."""
        for each in self._frames.feed(data):
            self._hear(self._decode(each))

    def connection_lost(self, error: Exception | None) -> None:
        """The other end has gone."""
        self._transport = None
        self._closed.set()
        self._lost()

    def _hear(self, said: Sequence[Said]) -> None:
        for message in said:
            self._said(message)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if unsent and self._transport is not None:
            self._transport.write(frame(messages.encode(unsent)))
