"""The hub: what happened, in the order of commits, to everybody who listens.

Theory of operation
1. The mailbox publishes events after their commit, in one thread, so everybody sees them in the order of `seq`.
2. A listener is a bounded queue. One that does not keep up is cut off, never waited for; it resumes by seq. It hears
   nothing of other inboxes than its own.
3. The newest events stay in a replay buffer. Who asks for what is older, or comes with a cursor of another life,
   is told to begin anew (`reset`).
4. A listener may sleep through mail: then new messages cost it nothing at all. Who has it woken knows which of them it
   looks for, and from the replay buffer it takes what came from there on.
5. Stopping wakes all listeners with `Stopping`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile
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

    def __init__(
        self, hub: "Hub", pending: Sequence[Event], *, inbox: str | None, seq: int, reset: bool, capacity: int
    ) -> None:
        self.reset = reset  # what lies between the asked-for cursor and now is not to be had: begin anew
        self.inbox = inbox
        self._hub = hub
        self._pending = list(pending)
        self._seq = seq
        self._capacity = capacity
        self._heard = hub.cursor.seq  # it was offered all that is for it up to here
        self._wake = asyncio.Event()
        self._passed: Callable[[], int] | None = None
        self._overrun = asyncio.Event()
        self._stopping = False
        if pending:
            self._wake.set()

    @property
    def cursor(self) -> Cursor:
        """Where this listener has come to: behind the last event that `batch` handed out."""
        return Cursor(self._hub.epoch, self._seq)

    async def batch(self) -> list[Event]:
        """All events since the last call, at least one. Raises CutOff when it was too slow, Stopping at the end."""
        while True:
            await self._wake.wait()
            if self._overrun.is_set():
                raise CutOff(self._seq)
            if self._pending or self._stopping:
                break
            self._rest()  # it was called for what it had already
        if not self._pending:
            raise Stopping("the server is stopping")
        events, self._pending = self._pending, []
        self._seq = events[-1].seq
        if not self._stopping:
            self._rest()
        return events

    async def cut(self) -> None:
        """Raises CutOff as soon as it is too slow, also while nobody can come to `batch` because the client stands."""
        await self._overrun.wait()
        raise CutOff(self._seq)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hub.forget(self)

    def sleep(self, passed: Callable[[], int]) -> None:
        """Let new mail come by from now on until `wake` is called; all else wakes it as ever.

        `passed` tells the seq up to which there is no mail for it.
        """
        self._passed = passed
        if not self._wake.is_set():
            self._rest()

    def wake(self) -> None:
        """There is something in what has come."""
        if self._hub.rouse(self):
            self._catch_up()
        self._wake.set()

    def offer(self, events: Sequence[Event]) -> None:
        """The hub's side: take these, or be cut off."""
        if self._overrun.is_set():
            return
        self._heard = events[-1].seq
        if len(self._pending) + len(events) > self._capacity:
            self._overrun.set()
            self._pending = []
        else:
            self._pending.extend(events)
        self._wake.set()

    def _rest(self) -> None:
        """Nothing is left to be told."""
        self._wake.clear()
        if self._passed is not None:
            self._heard = self._hub.cursor.seq
            self._hub.lull(self)

    def _catch_up(self) -> None:
        """Take what has come since it fell asleep, without the mail that is not for it."""
        assert self._passed is not None
        missed = self._hub.behind(max(self._heard, self._passed()))
        if missed is None:
            self._overrun.set()
        elif missed:
            self.offer(missed)

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
        self._sleepers: set[Listener] = set()
        self._stopping = False

    @property
    def cursor(self) -> Cursor:
        """Where the order of arrival stands now."""
        return Cursor(self.epoch, self._seq)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners) + len(self._sleepers)

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
        inboxes = {event.inbox for event in events}
        for listener in self._listeners:
            if _hears(listener, inboxes):
                listener.offer(events)
        if any(event.kind != "new" for event in events):
            for sleeper in tuple(self._sleepers):
                if _hears(sleeper, inboxes):
                    sleeper.wake()

    def listen(
        self, *, inbox: str | None = None, since: Cursor | None = None, capacity: int = limits.LIVE_QUEUE_EVENTS
    ) -> Listener:
        """Begin to listen: to what comes from now on, or from just behind `since` on.

        With an inbox, it hears nothing of what happens in others alone.

        A `since` that cannot be served gives a listener with `reset` set that hears from now on.
        """
        if self._stopping:
            raise Stopping("the server is stopping")
        pending: Sequence[Event] = ()
        seq, reset = self._seq, False
        if since is not None:
            missed = self.behind(since.seq) if since.epoch == self.epoch and since.seq <= self._seq else None
            reset = missed is None
            if missed is not None:
                seq, pending = since.seq, missed
        room = max(capacity, len(pending))
        listener = Listener(self, pending, inbox=inbox, seq=seq, reset=reset, capacity=room)
        self._listeners.add(listener)
        return listener

    def behind(self, seq: int) -> list[Event] | None:
        """The events above a seq, in their order; None if they are not to be had any more."""
        if seq < self._replay_from:
            return None
        events = list(takewhile(lambda event: event.seq > seq, reversed(self._replay)))
        events.reverse()
        return events

    def lull(self, listener: Listener) -> None:
        """Offer it nothing until something else than mail comes, or it is roused."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            self._sleepers.add(listener)

    def rouse(self, listener: Listener) -> bool:
        """Offer it what comes from now on; False if it did not sleep."""
        if listener not in self._sleepers:
            return False
        self._sleepers.remove(listener)
        self._listeners.add(listener)
        return True

    def check(self, cursor: Cursor) -> None:
        """Raise CursorGone unless the cursor is of this life and not ahead of it."""
        if cursor.epoch != self.epoch:
            raise CursorGone("this cursor is of another database (a memory database begins anew at each start)")
        if cursor.seq > self._seq:
            raise CursorGone("this cursor is ahead of the server")

    def forget(self, listener: Listener) -> None:
        """The listener has gone."""
        self._listeners.discard(listener)
        self._sleepers.discard(listener)

    def stop(self) -> None:
        """Wake every listener with Stopping, and take no new ones."""
        self._stopping = True
        for listener in (*self._listeners, *self._sleepers):
            listener.stop()


def _hears(listener: Listener, inboxes: Set[str | None]) -> bool:
    return listener.inbox is None or listener.inbox in inboxes or None in inboxes
