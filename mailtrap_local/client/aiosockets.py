"""The sockets of the client for asyncio: plain ones, that the running loop reads and writes.

So they outlive a loop (each test has one of its own), are closed without waiting, and end with a call so cancelled.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, TypeVar

from mailtrap_local.client.http11 import CHUNK
from mailtrap_local.client.lines import Dial, Lines, Put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mailtrap_local.client.http11 import Answer, Place, Request
    from mailtrap_local.client.lines import Act, Acts
    from mailtrap_local.client.live import Following
    from mailtrap_local.client.model import Event

Result = TypeVar("Result")


class Connections(Lines):
    """Connections to one server that are kept alive between calls."""

    async def ask(self, place: Place, request: Request) -> Answer:
        """The answer to a request. Raises Unreachable."""
        __tracebackhide__ = True
        return await _run(self.asking(place, request))

    async def follow(self, place: Place, steps: Following) -> AsyncIterator[Event]:
        """Carry out the acts of a listener; the events that it tells."""
        from mailtrap_local.client import live

        line = None
        try:
            act = next(steps)
            while True:
                received = None
                try:
                    if isinstance(act, live.Tell):
                        yield act.event
                    elif isinstance(act, live.Pause):
                        await asyncio.sleep(act.seconds)
                    elif isinstance(act, live.Connect) or line is None:
                        if line is not None:
                            line.close()
                        line = await _run(self.opening(place))
                    elif isinstance(act, live.Send):
                        await _run(line.put(act.octets, self.timeout))
                    else:
                        received = await _run(line.take(act.seconds))
                except TimeoutError as error:
                    act = steps.send(None) if isinstance(act, live.Receive) else steps.throw(error)
                except OSError as error:
                    act = steps.throw(error)
                else:
                    act = steps.send(received)
        finally:
            if line is not None:
                line.close()


async def _run(acts: Acts[Result]) -> Result:
    """Carry them out; what comes of it."""
    __tracebackhide__ = True
    try:
        act = next(acts)
        while True:
            try:
                async with asyncio.timeout(act.seconds):
                    done = await _done(act)
            except OSError as error:
                act = acts.throw(error)
            else:
                act = acts.send(done)
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        acts.close()


async def _done(act: Act) -> Any:
    loop = asyncio.get_running_loop()
    if isinstance(act, Dial):
        return await _dialled(act)
    act.socket.setblocking(False)
    if isinstance(act, Put):
        return await loop.sock_sendall(act.socket, act.octets)
    return await loop.sock_recv(act.socket, CHUNK)


async def _dialled(act: Dial) -> socket.socket:
    loop = asyncio.get_running_loop()
    failure = OSError(f"{act.host} has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(act.host, act.port, type=socket.SOCK_STREAM):
        opened = socket.socket(family, kind, protocol)
        try:
            opened.setblocking(False)
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
