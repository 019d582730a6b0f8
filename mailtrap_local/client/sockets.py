"""The blocking client's sockets, kept alive between calls, one for each call under way."""

from __future__ import annotations

import socket
import time
from typing import Any, TypeVar

from mailtrap_local.client.http11 import CHUNK
from mailtrap_local.client.lines import Dial, Lines, Put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailtrap_local.client.http11 import Answer, Place, Request
    from mailtrap_local.client.lines import Act, Acts
    from mailtrap_local.client.live import Following
    from mailtrap_local.client.model import Event

Result = TypeVar("Result")


class Connections(Lines):
    """Connections to one server that are kept alive between calls."""

    def ask(self, place: Place, request: Request) -> Answer:
        """The answer to a request. Raises Unreachable."""
        __tracebackhide__ = True
        return _run(self.asking(place, request))

    def follow(self, place: Place, steps: Following) -> Iterator[Event]:
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
                        time.sleep(act.seconds)
                    elif isinstance(act, live.Connect) or line is None:
                        if line is not None:
                            line.close()
                        line = _run(self.opening(place))
                    elif isinstance(act, live.Send):
                        _run(line.put(act.octets, self.timeout))
                    else:
                        received = _run(line.take(act.seconds))
                except TimeoutError as error:
                    act = steps.send(None) if isinstance(act, live.Receive) else steps.throw(error)
                except OSError as error:
                    act = steps.throw(error)
                else:
                    act = steps.send(received)
        finally:
            if line is not None:
                line.close()


def _run(acts: Acts[Result]) -> Result:
    """Carry them out; what comes of it."""
    __tracebackhide__ = True
    try:
        act = next(acts)
        while True:
            try:
                done = _done(act)
            except OSError as error:
                act = acts.throw(error)
            else:
                act = acts.send(done)
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        acts.close()


def _done(act: Act) -> Any:
    if isinstance(act, Dial):
        return socket.create_connection((act.host, act.port), act.seconds)
    act.socket.settimeout(act.seconds)
    return act.socket.sendall(act.octets) if isinstance(act, Put) else act.socket.recv(CHUNK)
