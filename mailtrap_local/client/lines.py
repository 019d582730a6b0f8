"""Connections kept for the next calls, and what is done over them. No I/O.

`Lines` says it as generators of acts, that `sockets.py` carries out with blocking sockets and `aiosockets.py` on an
event loop: what a broken connection means, when one is used again, and TLS are the same for both, since they are here.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Generator
from typing import Any, NamedTuple, TypeVar

from mailtrap_local.client.errors import Unreachable
from mailtrap_local.client.http11 import KEPT, Answer, Incoming, Place, Request, absent, silent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext

    from mailtrap_local.client.tls import Tls

    Verify = bool | str | SSLContext

Result = TypeVar("Result")


class Dial(NamedTuple):
    """Connect: the socket comes back."""

    host: str
    port: int
    seconds: float


class Put(NamedTuple):
    """Send all of it."""

    socket: socket.socket
    octets: bytes
    seconds: float


class Take(NamedTuple):
    """Read what there is; b"" at the end."""

    socket: socket.socket
    seconds: float


Act = Dial | Put | Take
Acts = Generator[Act, Any, Result]


class Line:
    """An open connection, under TLS or not."""

    def __init__(self, opened: socket.socket, tls: Tls | None = None) -> None:
        self.socket = opened
        self._tls = tls

    def shaken(self, seconds: float) -> Acts[None]:
        """TLS stands, where there is any. Raises ssl.SSLError."""
        end = time.monotonic() + seconds
        while self._tls is not None:
            done = self._tls.shaken()
            if octets := self._tls.outgoing():
                yield Put(self.socket, octets, _left(end))
            if done:
                return
            self._tls.feed((yield Take(self.socket, _left(end))))

    def put(self, octets: bytes, seconds: float) -> Acts[None]:
        """Send all of it."""
        yield Put(self.socket, octets if self._tls is None else self._tls.sealed(octets), seconds)

    def take(self, seconds: float) -> Acts[bytes]:
        """What there is to read; b"" at the end."""
        end = time.monotonic() + seconds
        while self._tls is not None:
            if (opened := self._tls.opened()) is not None:
                return opened
            self._tls.feed((yield Take(self.socket, _left(end))))
        octets: bytes = yield Take(self.socket, seconds)
        return octets

    def is_quiet(self) -> bool:
        """Whether it is still open, after a while: nothing is to be read from it, not even its end."""
        self.socket.setblocking(False)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Close it."""
        self.socket.close()


class Lines:
    """Connections to one server. `timeout` in seconds; `verify` is what is trusted where the URL says https."""

    def __init__(self, timeout: float, *, verify: Verify = True) -> None:
        self.timeout = timeout
        self._verify = verify
        self._context: SSLContext | None = None
        self._idle: list[Line] = []

    def asking(self, place: Place, request: Request) -> Acts[Answer]:
        """The answer to a request. Raises Unreachable."""
        octets, seconds = place.encode(request), request.seconds + self.timeout
        try:
            kept = self._kept()
            if kept is not None:
                incoming = Incoming()
                try:
                    return (yield from self._exchange(kept, octets, incoming, seconds))
                except (ConnectionError, Unreachable) as error:
                    if incoming.begun or request.method == "POST":
                        raise Unreachable(f"it broke off while it was asked ({error})") from None
            line = yield from self.opening(place)
            return (yield from self._exchange(line, octets, Incoming(), seconds))
        except Unreachable as error:
            raise Unreachable(f"{place.url}: {error}.") from None
        except TimeoutError:
            raise Unreachable(silent(place, request, seconds)) from None
        except OSError as error:
            raise Unreachable(absent(place, error)) from None

    def opening(self, place: Place) -> Acts[Line]:
        """A new connection. Raises OSError."""
        opened = yield Dial(place.host, place.port, self.timeout)
        line = Line(opened)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if place.secure:
                from mailtrap_local.client import tls

                self._context = self._context or tls.context(self._verify)
                line = Line(opened, tls.Tls(self._context, place.host))
                yield from line.shaken(self.timeout)
        except BaseException:
            line.close()
            raise
        return line

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        self.close()  # nobody has to: it spares the next call a connection, and is no resource to take care of

    def _kept(self) -> Line | None:
        while self._idle:
            kept = self._idle.pop()
            if kept.is_quiet():
                return kept
            kept.close()
        return None

    def _exchange(self, line: Line, octets: bytes, incoming: Incoming, seconds: float) -> Acts[Answer]:
        keep, end = False, time.monotonic() + seconds
        try:
            yield from line.put(octets, seconds)
            while not incoming.feed((yield from line.take(_left(end)))):
                pass
            keep = incoming.reusable
        finally:
            if keep and len(self._idle) < KEPT:
                self._idle.append(line)
            else:
                line.close()
        return incoming.answer()


def _left(end: float) -> float:
    """Seconds until then. Raises TimeoutError."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
