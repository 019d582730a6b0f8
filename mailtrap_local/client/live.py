"""What happens, as it happens: one stream of events over as many connections as it takes. No I/O.

`follow` is a generator of acts that the clients carry out: `sync.py` with a blocking socket, `aio.py` on an event loop.

1. The cursor of the last frame goes with every new connection, so nothing is missed between two of them.
2. The first connection has to succeed. After that a lost one is told as `lost`, and tried again, at first soon and
   then ever more slowly; the one that stands again as `back`.
3. Where the server cannot replay what came in between, because it began anew or so much came, it is told as `reset`.
4. A server that says nothing is asked by a ping whether it is still there.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass

from mailtrap_local.client import model
from mailtrap_local.client.core import V1, good
from mailtrap_local.client.errors import ServerRefused, Unreachable
from mailtrap_local.client.http11 import Place, absent
from mailtrap_local.client.websocket import PING, Closed, Listening

QUIET = 20.0  # seconds of silence after which the server is asked whether it is there
_PAUSES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)  # seconds before each next try; the last one from there on
_BUSY = 503  # it stops, or has no room now


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection, in place of the one before."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send this."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Receive:
    """Read what there is: b"" at the end, None if nothing comes for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Hand an event to who listens."""

    event: model.Event


Act = Connect | Send | Receive | Pause | Tell
Following = Generator[Act, bytes | None, None]


def follow(place: Place, query: str, since: str) -> Following:
    """The acts of one listener; it never ends by itself. Raises Unreachable, ServerRefused."""
    stream = _Stream(place, query, since)
    failures = 0
    while True:
        why = ""
        try:
            yield from stream.connected()
        except Closed as closed:
            why = str(closed)
        except Unreachable as error:
            why = str(error)
        except ServerRefused as error:
            if not stream.stood or error.status != _BUSY:
                raise
            why = str(error)
        except OSError as error:
            why = absent(place, error)
        if not stream.stood:
            raise Unreachable(why if why.startswith("No catcher") else f"{place.url}: {why}.")
        if stream.standing:
            stream.standing, failures = False, 0
            yield Tell(model.Event("lost", stream.cursor, text=why))
        yield Pause(_PAUSES[min(failures, len(_PAUSES) - 1)])
        failures += 1


class _Stream:
    """The listener's state, whatever the connection."""

    def __init__(self, place: Place, query: str, since: str) -> None:
        self.cursor = since
        self.stood = False  # a connection has stood
        self.standing = False  # one stands now
        self._place = place
        self._query = [("query", query)] if query else []

    def connected(self) -> Following:
        """One connection, until it ends; it ends by an exception."""
        listening = Listening()
        since = [("since", self.cursor)] if self.cursor else []
        yield Connect()
        yield Send(listening.opening(self._place, f"{V1}/live", [*self._query, *since]))
        asked = False
        while True:
            data = yield Receive(QUIET)
            if data is None:
                if asked or not listening.open:
                    raise Unreachable(f"the server has said nothing for {QUIET * (1 + asked):g} s")
                asked = True
                yield Send(PING)
                continue
            asked = False
            try:
                messages = listening.feed(data)
            except Closed:
                yield Send(bytes(listening.outgoing))
                raise
            if listening.refusal is not None:
                self._refused(listening)
            for message in messages:
                yield from self._frame(message)
            if listening.outgoing:
                yield Send(bytes(listening.outgoing))
                listening.outgoing.clear()

    def _refused(self, listening: Listening) -> None:
        assert listening.refusal is not None
        good(listening.refusal)
        raise Unreachable("what answers there speaks no WebSocket")

    def _frame(self, message: bytes) -> Following:
        told = json.loads(message)
        before, self.cursor = self.cursor, told["cursor"]
        if not self.standing:
            kind = "back" if self.stood else "open"
            self.stood = self.standing = True
            yield Tell(model.Event(kind, self.cursor if told.get("reset") or not before else before))
        if told.get("reset"):
            yield Tell(model.Event("reset", self.cursor))
        events = told["events"]
        for number, wire in enumerate(events, 1):
            yield Tell(model.event(wire, self.cursor if number == len(events) else before))
