"""One WebSocket: uvicorn's. A module of its own, since the library below it takes long to load."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class SocketConnection(WebSocketsSansIOProtocol):
    """The server's side of a WebSocket."""

    async def send(self, message: Any) -> None:
        """Send what the application says. A refusal ends the handshake too.

        uvicorn takes it for unfinished, and logs an error: any web page could fill the log with those.
        """
        await super().send(message)
        if self.close_sent and self.initial_response is not None:
            self.handshake_complete = True
