"""The hub: what happened, in the order of commits, to everybody who listens.

Theory of operation
1. The mailbox publishes events after their commit, in one thread, so everybody sees them in the order of `seq`.
2. A listener is a bounded queue. One that does not keep up is cut off, never waited for; it resumes by seq.
3. The newest events stay in a replay buffer. Who asks for what is older, or comes with a cursor of another life,
   is told to begin anew (`reset`).
4. Stopping wakes all listeners with `Stopping`.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest, CursorGone, Stopping
from mailtrap_local.model import Event


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where in the order of arrival one has read to: everything up to and with `seq` is known."""

    epoch: str
    seq: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The cursor that a client handed back. Raises BadRequest if it never was one of ours."""
        epoch, dash, seq = text.rpartition("-")
        if not dash or not epoch.isalnum() or not (seq.isascii() and seq.isdigit()) or len(seq) > 15:
            raise BadRequest(f"not a cursor: {text[:64]!r}; take it from an earlier answer as it is")
        return cls(epoch, int(seq))

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"


class CutOff(Exception):
    """This listener did not keep up; `seq` is the last event that it was given."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"too slow: cut off after event {seq}; connect again with since= to resume")
        self.seq = seq


class Listener:
    """One reader of the hub. Use as a context manager; `batch()` waits for news."""

    def __init__(self, hub: "Hub", pending: Sequence[Event], *, seq: int, reset: bool, capacity: int) -> None:
        self.reset = reset  # what lies between the asked-for cursor and now is not to be had: begin anew
        self._hub = hub
        self._pending = list(pending)
        self._seq = seq
        self._capacity = capacity
        self._wake = asyncio.Event()
        self._overrun = False
        self._stopping = False
        if pending:
            self._wake.set()

    @property
    def cursor(self) -> Cursor:
        """Where this listener has come to: behind the last event that `batch` handed out."""
        return Cursor(self._hub.epoch, self._seq)

    async def batch(self) -> list[Event]:
        """All events since the last call, at least one. Raises CutOff when it was too slow, Stopping at the end."""
        await self._wake.wait()
        if self._overrun:
            raise CutOff(self._seq)
        if not self._pending and self._stopping:
            raise Stopping("the server is stopping")
        events, self._pending = self._pending, []
        self._seq = events[-1].seq
        if not self._stopping:
            self._wake.clear()
        return events

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hub.forget(self)

    def offer(self, events: Sequence[Event]) -> None:
        """The hub's side: take these, or be cut off."""
        if self._overrun:
            return
        if len(self._pending) + len(events) > self._capacity:
            self._overrun = True
            self._pending = []
        else:
            self._pending.extend(events)
        self._wake.set()

    def stop(self) -> None:
        """The hub's side: no more will come."""
        self._stopping = True
        self._wake.set()


class Hub:
    """Where events are published and heard. Lives on one event loop; `publish` is called on it only."""

    def __init__(self, *, epoch: str, seq: int, replay: int = limits.REPLAY_EVENTS) -> None:
        self.epoch = epoch
        self._seq = seq
        self._replay: deque[Event] = deque(maxlen=replay)
        self._replay_from = seq  # events above this seq are in the buffer
        self._listeners: set[Listener] = set()
        self._stopping = False

    @property
    def cursor(self) -> Cursor:
        """Where the order of arrival stands now."""
        return Cursor(self.epoch, self._seq)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def publish(self, events: Sequence[Event]) -> None:
        """Tell everybody, in this order. The seqs must ascend and follow those published before."""
        if not events:
            return
        if self._replay.maxlen is not None:
            lost = len(self._replay) + len(events) - self._replay.maxlen
            if lost > 0:
                gone = self._replay[lost - 1] if lost <= len(self._replay) else events[lost - len(self._replay) - 1]
                self._replay_from = gone.seq
        self._replay.extend(events)
        self._seq = events[-1].seq
        for listener in self._listeners:
            listener.offer(events)

    def listen(self, *, since: Cursor | None = None, capacity: int = limits.LIVE_QUEUE_EVENTS) -> Listener:
        """Begin to listen: to what comes from now on, or from just behind `since` on.

        A `since` that cannot be served gives a listener with `reset` set that hears from now on.
        """
        if self._stopping:
            raise Stopping("the server is stopping")
        pending: Sequence[Event] = ()
        seq, reset = self._seq, False
        if since is not None:
            if since.epoch != self.epoch or not self._replay_from <= since.seq <= self._seq:
                reset = True
            else:
                seq = since.seq
                pending = [event for event in self._replay if event.seq > since.seq]
        listener = Listener(self, pending, seq=seq, reset=reset, capacity=max(capacity, len(pending)))
        self._listeners.add(listener)
        return listener

    def check(self, cursor: Cursor) -> None:
        """Raise CursorGone unless the cursor is of this life and not ahead of it."""
        if cursor.epoch != self.epoch:
            raise CursorGone("this cursor is of another database (a memory database begins anew at each start)")
        if cursor.seq > self._seq:
            raise CursorGone("this cursor is ahead of the server")

    def forget(self, listener: Listener) -> None:
        """The listener has gone."""
        self._listeners.discard(listener)

    def stop(self) -> None:
        """Wake every listener with Stopping, and take no new ones."""
        self._stopping = True
        for listener in self._listeners:
            listener.stop()
