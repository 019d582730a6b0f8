"""Whether ingest has become slower, in shares of what smtp-sink does, which any machine can tell.

Both run side by side and are asked in turn, and a share is taken within a round: what slows the machine slows both.
Processor time for a message says so even on a busy machine. The rate, which also tells of waiting, is judged on a quiet
one alone: with other work on all cores it is the scheduler's, not ours. Rounds go on until their median is good enough
or there have been enough of them. `RECORDED` is measured idle (RESULTS.md); under `ENOUGH` of it is no noise any more.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks import machine
from benchmarks.peers import CATCHERS, FILE, SINK, Running, start
from benchmarks.senders import smtp_source

RATE, PROCESSOR = "rate", "processor time"
RECORDED = {  # by what becomes of the connection after a message
    ("kept", PROCESSOR): 0.09,
    ("each", PROCESSOR): 0.18,
    ("kept", RATE): 0.08,
    ("each", RATE): 0.20,
}
ENOUGH = 0.6  # of what was recorded
FEWEST, MOST = 5, 15  # rounds
SECONDS = 0.25  # that a round takes of each
MOST_SECONDS = 10.0  # for the rounds of a case, once there are enough of them
WARM_UP, LARGEST = 400, 6_000  # messages of a round
SESSIONS, SIZE = 10, 2_000


@dataclass(frozen=True)
class Verdict:
    """What the rounds said of one case."""

    case: tuple[str, str]
    shares: tuple[float, ...]

    @property
    def share(self) -> float:
        """Of what smtp-sink does: the median of the rounds."""
        return median(self.shares)

    @property
    def bound(self) -> float:
        """The least that is good enough."""
        return RECORDED[self.case] * ENOUGH

    @property
    def good(self) -> bool:
        return self.share >= self.bound

    def __str__(self) -> str:
        rounds = ", ".join(f"{share:.2f}" for share in sorted(self.shares))
        return (
            f"connections {self.case[0]}, {self.case[1]}: {self.share:.2f} of smtp-sink's (rounds {rounds});"
            f" {self.bound:.2f} is the least"
        )


def check(*, quiet: bool) -> Iterator[Verdict]:
    """The verdicts, those on the rate if the machine is quiet. Raises Failed if a catcher does not do its work."""
    with ExitStack() as stack:
        by_name = {each.name: each for each in CATCHERS}
        ours, sink = (stack.enter_context(start(by_name[name])) for name in (FILE, SINK))
        for kept in (True, False):
            pair = Pair(Load(ours, kept=kept), Load(sink, kept=kept))
            for kind in (PROCESSOR, RATE) if quiet else (PROCESSOR,):
                yield judged(("kept" if kept else "each", kind), pair.processor if kind == PROCESSOR else pair.rate)


def judged(case: tuple[str, str], share: Callable[[], float]) -> Verdict:
    """Rounds until their median is good enough, or there are no more."""
    share()  # a first round warms up, and tells how many messages fit
    shares: list[float] = []
    began = time.perf_counter()
    while True:
        shares.append(share())
        verdict = Verdict(case, tuple(shares))
        over = len(shares) == MOST or time.perf_counter() - began > MOST_SECONDS
        if len(shares) >= FEWEST and (verdict.good or over):
            return verdict


class Load:
    """What one catcher gets: in each round as many messages as the last one says that fit into its time."""

    def __init__(self, running: Running, *, kept: bool) -> None:
        self._running = running
        self._kept = kept
        self._count = WARM_UP

    def round(self) -> tuple[float, float]:
        """Messages a second, and messages for a second of the catcher's processor time."""
        before = self._running.process.cpu_seconds()
        delivery = smtp_source(self._running.places.smtp, self._count, sessions=SESSIONS, kept=self._kept, size=SIZE)
        used = self._running.process.cpu_seconds() - before
        done = self._count
        self._count = max(WARM_UP, min(LARGEST, int(delivery.rate * SECONDS)))
        return delivery.rate, done / used if used else math.inf


class Pair:
    """We and smtp-sink: what we do for each of what it does, in one round."""

    def __init__(self, ours: Load, sink: Load) -> None:
        self._ours, self._sink = ours, sink

    def rate(self) -> float:
        return self._ours.round()[0] / self._sink.round()[0]

    def processor(self) -> float:
        return self._ours.round()[1] / self._sink.round()[1]


def main() -> int:
    """Print the verdicts; 1 if one is bad."""
    began = time.perf_counter()
    quiet = not machine.busy()
    verdicts = list(check(quiet=quiet))
    for verdict in verdicts:
        print(verdict)
    print(f"{time.perf_counter() - began:.0f} s" + ("" if quiet else "; the machine is busy, so rates were not judged"))
    return int(not all(verdict.good for verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
