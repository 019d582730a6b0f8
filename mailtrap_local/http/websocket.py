"""One WebSocket: uvicorn's. A module of its own, since the library below it takes long to load."""

import asyncio
from functools import lru_cache
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

LAST_WORD_SECONDS = 5.0  # for a client that does not keep up to make room for the reason


class SocketConnection(WebSocketsSansIOProtocol):
    """The server's side of a WebSocket."""

    async def send(self, message: Any) -> None:
        """Send what the application says. A refusal ends the handshake too.

        uvicorn takes it for unfinished, and logs an error: any web page could fill the log with those.
        """
        text = message.get("text")
        if text is not None and self.conn.state is State.OPEN and not self.close_sent:
            await self._send_text(text)
            return
        if message["type"] == "websocket.close":
            await self._close(message)
            return
        await super().send(message)
        if self.close_sent and self.initial_response is not None:
            self.handshake_complete = True

    async def _close(self, message: Any) -> None:
        """As uvicorn does it, but who takes nothing any more is not waited for: neither to be told, nor to go."""
        try:
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await self.writable.wait()
        except TimeoutError:
            self.transport.abort()
            return
        await super().send(message)
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    async def _send_text(self, text: str) -> None:
        """As uvicorn does it, but a frame that goes to a thousand clients is made once."""
        await self.writable.wait()
        if self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(_frame(text))


@lru_cache(maxsize=8)
def _frame(text: str) -> bytes:
    """RFC 6455 section 5.2; from a server it is not masked, and without extensions it is the same for everybody."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
