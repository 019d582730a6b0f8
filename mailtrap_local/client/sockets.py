"""Connections of the blocking client: plain sockets, kept alive between calls, one for each call under way."""

from __future__ import annotations

import socket

from mailtrap_local.client.errors import Unreachable
from mailtrap_local.client.http11 import CHUNK, KEPT, Answer, Incoming, Place, Request, absent, silent


class Connections:
    """Connections to one server that are kept alive between calls. `timeout` in seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._idle: list[socket.socket] = []

    def ask(self, place: Place, request: Request) -> Answer:
        """The answer to a request. Raises Unreachable."""
        __tracebackhide__ = True
        data, seconds = place.encode(request), request.seconds + self._timeout
        try:
            kept = self._kept()
            if kept is not None:
                incoming = Incoming()
                try:
                    return self._exchange(kept, data, incoming, seconds)
                except (ConnectionError, Unreachable) as error:
                    if incoming.begun or request.method == "POST":
                        raise Unreachable(f"it broke off while it was asked ({error})") from None
            return self._exchange(self._open(place), data, Incoming(), seconds)
        except Unreachable as error:
            raise Unreachable(f"{place.url}: {error}.") from None
        except TimeoutError:
            raise Unreachable(silent(place, request, seconds)) from None
        except OSError as error:
            raise Unreachable(absent(place, error)) from None

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        self.close()  # nobody has to: it spares the next call a connection, and is no resource to take care of

    def _kept(self) -> socket.socket | None:
        """A kept connection that the server has not closed meanwhile."""
        while self._idle:
            kept = self._idle.pop()
            if is_quiet(kept):
                return kept
            kept.close()
        return None

    def _open(self, place: Place) -> socket.socket:
        opened = socket.create_connection((place.host, place.port), self._timeout)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _exchange(self, connection: socket.socket, data: bytes, incoming: Incoming, seconds: float) -> Answer:
        keep = False
        try:
            connection.settimeout(seconds)
            connection.sendall(data)
            while not incoming.feed(connection.recv(CHUNK)):
                pass
            keep = incoming.reusable
        finally:
            if keep and len(self._idle) < KEPT:
                self._idle.append(connection)
            else:
                connection.close()
        return incoming.answer()


def is_quiet(connection: socket.socket) -> bool:
    """Whether a kept connection is still open: nothing is to be read from it, not even its end."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
