"""Connections of the blocking client: plain sockets, kept alive between calls, one for each call under way."""

from __future__ import annotations

import socket
import time

from mailtrap_local.client.errors import Unreachable
from mailtrap_local.client.http11 import CHUNK, KEPT, Answer, Incoming, Place, Request, absent, silent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailtrap_local.client.live import Following
    from mailtrap_local.client.model import Event


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

    def follow(self, place: Place, steps: Following) -> Iterator[Event]:
        """Carry out the acts of a listener; the events that it tells."""
        from mailtrap_local.client import live

        connection = None
        try:
            act = next(steps)
            while True:
                received = None
                try:
                    if isinstance(act, live.Tell):
                        yield act.event
                    elif isinstance(act, live.Pause):
                        time.sleep(act.seconds)
                    elif isinstance(act, live.Connect) or connection is None:
                        if connection is not None:
                            connection.close()
                        connection = self._open(place)
                    elif isinstance(act, live.Send):
                        connection.sendall(act.octets)
                    else:
                        received = _received(connection, act.seconds)
                except OSError as error:
                    act = steps.throw(error)
                else:
                    act = steps.send(received)
        finally:
            if connection is not None:
                connection.close()

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


def _received(connection: socket.socket, seconds: float) -> bytes | None:
    connection.settimeout(seconds)
    try:
        return connection.recv(CHUNK)
    except TimeoutError:
        return None


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
