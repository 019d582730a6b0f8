"""Latency: from the 250 of a message to the WebSocket frame that tells of it, at a steady rate with several clients.

The clock for the 250 and that for the frames is the same process's. A frame may come before its 250 is read, then the
latency is below zero: both are sent after the commit.
"""

import contextlib
import re
import selectors
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import MILLISECONDS, RATE, Figures, quantile
from benchmarks.letters import Letters, letters
from benchmarks.peers import Catcher, Running, start
from benchmarks.plan import Plan
from benchmarks.process import Failed
from benchmarks.senders import Session, deliver
from benchmarks.websocket import Frame, Listener

SECTION = "Latency from 250 to WebSocket frame"
HALF = "p50"
MOST = "p99"
WHOLE = "p99 from the letter's first byte to the frame"
ACHIEVED = "rate that was sent"
_SENDERS = 4
_GRACE_SECONDS = 3.0
_SUBJECT = re.compile(rb'"Subject":\s*"\[(\d+)\]')


@dataclass
class Times:
    """By the letters' numbers: when it was sent, when its 250 came (seconds of time.perf_counter)."""

    sent: dict[int, float] = field(default_factory=dict)
    accepted: dict[int, float] = field(default_factory=dict)


def measure(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
    """Each catcher that has a WebSocket, in turn, for as many rounds as planned."""
    for round_ in range(plan.rounds):
        for catcher in (each for each in catchers if each.live_path):
            values: dict[str, float] = {}
            try:
                with start(catcher, root=plan.root) as running:
                    values = _run(plan, running, letters("text"))
            except (Failed, OSError) as error:
                figures.note(f"{catcher.name}, latency: {error}")
            for case, unit in ((HALF, MILLISECONDS), (MOST, MILLISECONDS), (WHOLE, MILLISECONDS), (ACHIEVED, RATE)):
                figures.add(SECTION, case, catcher.name, unit, values.get(case))
            say(f"latency {round_ + 1}/{plan.rounds}  {catcher.name}  p50 {values.get(HALF, 0):.2f} ms")


def _run(plan: Plan, running: Running, post: Letters) -> dict[str, float]:
    deliver(running.places.smtp, post.row(10_000_000, plan.warm_up), sessions=_SENDERS, kept=True)
    with contextlib.ExitStack() as stack:
        listeners = [Listener(running.places.http, running.catcher.live_path) for _ in range(plan.live_clients)]
        sessions = [Session(running.places.smtp) for _ in range(_SENDERS)]
        for connection in [each.socket for each in listeners] + [each.socket for each in sessions]:
            stack.callback(connection.close)
        pace = _Pace(plan, post, listeners, sessions)
        stack.callback(pace.selector.close)
        times = pace.run()
    return summarise(times, [each.frames() for each in listeners])


def summarise(times: Times, heard: Sequence[Iterable[Frame]]) -> dict[str, float]:
    """The figures of a run. Raises Failed if a client did not hear of every message."""
    after, whole = [], []
    for frames in heard:
        told = told_at(frames)
        if missing := times.accepted.keys() - told.keys():
            raise Failed(f"a client was not told of {len(missing)} of {len(times.accepted)} messages")
        after += [(told[number] - at) * 1000 for number, at in times.accepted.items()]
        whole += [(told[number] - at) * 1000 for number, at in times.sent.items()]
    lasted = max(times.accepted.values()) - min(times.sent.values())
    rate = len(times.accepted) / lasted
    return {HALF: quantile(after, 0.5), MOST: quantile(after, 0.99), WHOLE: quantile(whole, 0.99), ACHIEVED: rate}


def told_at(frames: Iterable[Frame]) -> dict[int, float]:
    """When a message was first told of, by the number in its subject."""
    told: dict[int, float] = {}
    for frame in frames:
        for number in _SUBJECT.findall(frame.text):
            told.setdefault(int(number), frame.at)
    return told


class _Pace:
    """One loop that sends at a steady rate and reads every connection."""

    def __init__(self, plan: Plan, post: Letters, listeners: Sequence[Listener], sessions: Sequence[Session]) -> None:
        self._post = post
        self._total = int(plan.live_rate * plan.live_seconds)
        self._interval = 1 / plan.live_rate
        self._idle: list[Session] = []
        self._carried: dict[Session, int] = {}
        self._times = Times()
        self._silent_since = time.perf_counter()
        self.selector = selectors.DefaultSelector()
        for listener in listeners:
            self.selector.register(listener.socket, selectors.EVENT_READ, listener)
        for session in sessions:
            self.selector.register(session.socket, selectors.EVENT_READ, session)
        self._sessions = len(sessions)

    def run(self) -> Times:
        """Until every message has its 250, and nothing more has come for a while. Raises Failed."""
        while len(self._idle) < self._sessions:
            self._read(5.0)
        begin = time.perf_counter()
        for number in range(self._total):
            due = begin + number * self._interval
            while (left := due - time.perf_counter()) > 0 or not self._idle:
                self._read(max(left, 0) if self._idle else 5.0)
            self._send(number)
        while len(self._times.accepted) < self._total:
            self._read(5.0)
        while self._read(0.5) and time.perf_counter() - begin < self._total * self._interval + _GRACE_SECONDS:
            pass
        return self._times

    def _send(self, number: int) -> None:
        session = self._idle.pop(0)
        self._carried[session] = number
        self._times.sent[number] = time.perf_counter()
        session.begin(self._post.wire(number))

    def _read(self, seconds: float) -> bool:
        """Read what comes within the time; whether anything did. Raises Failed if five seconds pass in silence."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            if isinstance(key.data, Listener):
                key.data.read()
            else:
                self._serve(key.data)
        if not ready and seconds >= 5.0:
            raise Failed("nothing came for five seconds")
        return bool(ready)

    def _serve(self, session: Session) -> None:
        accepted = session.read()
        if accepted:
            self._times.accepted[self._carried.pop(session)] = time.perf_counter()
        if session.idle:
            self._idle.append(session)
