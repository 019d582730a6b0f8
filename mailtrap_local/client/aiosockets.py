"""Connections of the client for asyncio: plain sockets that the running loop reads and writes.

So they outlive a loop (each test has one of its own), are closed without waiting, and end with a call so cancelled.
"""

from __future__ import annotations

import asyncio
import socket

from mailtrap_local.client.errors import Unreachable
from mailtrap_local.client.http11 import CHUNK, KEPT, Answer, Incoming, Place, Request, absent, silent
from mailtrap_local.client.sockets import is_quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mailtrap_local.client.live import Following
    from mailtrap_local.client.model import Event


class Connections:
    """Connections to one server that are kept alive between calls. `timeout` in seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._idle: list[socket.socket] = []

    async def ask(self, place: Place, request: Request) -> Answer:
        """The answer to a request. Raises Unreachable."""
        __tracebackhide__ = True
        data, seconds = place.encode(request), request.seconds + self._timeout
        try:
            kept = self._kept()
            if kept is not None:
                incoming = Incoming()
                try:
                    return await self._exchange(kept, data, incoming, seconds)
                except (ConnectionError, Unreachable) as error:
                    if incoming.begun or request.method == "POST":
                        raise Unreachable(f"it broke off while it was asked ({error})") from None
            return await self._exchange(await self._open(place), data, Incoming(), seconds)
        except Unreachable as error:
            raise Unreachable(f"{place.url}: {error}.") from None
        except TimeoutError:
            raise Unreachable(silent(place, request, seconds)) from None
        except OSError as error:
            raise Unreachable(absent(place, error)) from None

    async def follow(self, place: Place, steps: Following) -> AsyncIterator[Event]:
        """Carry out the acts of a listener; the events that it tells."""
        from mailtrap_local.client import live

        connection, loop = None, asyncio.get_running_loop()
        try:
            act = next(steps)
            while True:
                received = None
                try:
                    if isinstance(act, live.Tell):
                        yield act.event
                    elif isinstance(act, live.Pause):
                        await asyncio.sleep(act.seconds)
                    elif isinstance(act, live.Connect) or connection is None:
                        if connection is not None:
                            connection.close()
                        connection = await self._open(place)
                    elif isinstance(act, live.Send):
                        await loop.sock_sendall(connection, act.octets)
                    else:
                        received = await _received(connection, act.seconds)
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

    async def _open(self, place: Place) -> socket.socket:
        loop = asyncio.get_running_loop()
        failure = OSError(f"{place.host} has no address")
        async with asyncio.timeout(self._timeout):
            for family, kind, protocol, _, address in await loop.getaddrinfo(
                place.host, place.port, type=socket.SOCK_STREAM
            ):
                opened = socket.socket(family, kind, protocol)
                try:
                    opened.setblocking(False)
                    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    await loop.sock_connect(opened, address)
                except OSError as error:
                    opened.close()
                    failure = error
                except BaseException:
                    opened.close()
                    raise
                else:
                    return opened
        raise failure

    async def _exchange(self, connection: socket.socket, data: bytes, incoming: Incoming, seconds: float) -> Answer:
        keep, loop = False, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                await loop.sock_sendall(connection, data)
                while not incoming.feed(await loop.sock_recv(connection, CHUNK)):
                    pass
            keep = incoming.reusable
        finally:
            if keep and len(self._idle) < KEPT:
                self._idle.append(connection)
            else:
                connection.close()
        return incoming.answer()


async def _received(connection: socket.socket, seconds: float) -> bytes | None:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(connection, CHUNK)
    except TimeoutError:
        return None
