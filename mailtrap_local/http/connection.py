"""One HTTP connection, and what becomes of it as a WebSocket: uvicorn's, with bounds on what comes outside of bodies.

Theory of operation
1. Bodies have their cap in `guard.BodyCap`. What stands around them has none in uvicorn: a URL, a field or a chunk
   extension without an end is gathered and copied for each piece that comes, on the event loop. So octets are counted
   between two things that get on: the end of a head, a piece of a body, the end of a request.
2. Fields behind a body (trailers) are dropped: nobody asks for them, and they must not become fields of the head.
3. A WebSocket's head is read a second time, by a reader with limits of its own that says nothing when they are reached
   and waits for ever. What is over them is refused before.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mailtrap_local import limits

if TYPE_CHECKING:
    from mailtrap_local.http.websocket import SocketConnection


class HttpConnection(HttpToolsProtocol):
    """The server's side of one connection until it becomes a WebSocket."""

    _idle_octets = 0  # since something got on
    _in_body = False

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        self._idle_octets += len(data)
        super().data_received(data)
        if self._idle_octets > limits.HTTP_HEAD and not self.transport.is_closing():
            self._refuse(f"The head of a request may have {limits.HTTP_HEAD} bytes at most.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_body = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head, or one behind the body."""
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._in_body, self._idle_octets = True, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body came."""
        self._idle_octets = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        self._idle_octets = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Go on as a WebSocket."""
        from websockets.http11 import MAX_LINE_LENGTH, MAX_NUM_HEADERS

        lines = [len(self.url) + len("GET  HTTP/1.1"), *(len(name) + len(value) + 2 for name, value in self.headers)]
        if max(lines) > MAX_LINE_LENGTH - len("\r\n") or len(self.headers) > MAX_NUM_HEADERS:
            self._refuse(
                f"The head of a WebSocket's request may have {MAX_NUM_HEADERS} fields at most,"
                f" and no line of it over {MAX_LINE_LENGTH} bytes; the query and cookies count."
            )
        else:
            super().handle_websocket_upgrade()

    def _refuse(self, why: str) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(why) + 1}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
        )
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(f"{head}{why}\n".encode())
        self.transport.close()


def open_socket(**given: Any) -> "SocketConnection":
    """A connection as a WebSocket. What that needs is loaded with the first one."""
    from mailtrap_local.http.websocket import SocketConnection

    return SocketConnection(**given)
