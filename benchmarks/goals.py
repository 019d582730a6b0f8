"""The goals that the project has set itself, and whether a run met them."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import footprint, ingest, latency, search, wait
from benchmarks.figures import Figures, centre, times_better
from benchmarks.peers import FILE, MAILPIT, SINK


@dataclass(frozen=True)
class Goal:
    """A bound on a figure: at least, or at most."""

    name: str
    at_least: bool
    bound: float
    figure: Callable[[Figures], float | None]

    def met(self, figures: Figures) -> bool | None:
        """Whether the run met it; None if the run did not measure it."""
        value = self.figure(figures)
        if value is None:
            return None
        return value >= self.bound if self.at_least else value <= self.bound


def _times(case: str, peer: str, section: str = ingest.SECTION) -> Callable[[Figures], float | None]:
    def figure(figures: Figures) -> float | None:
        ours, theirs = figures.of(section, case, FILE), figures.of(section, case, peer)
        return times_better(ours, theirs) if ours and theirs else None

    return figure


def _value(section: str, case: str) -> Callable[[Figures], float | None]:
    def figure(figures: Figures) -> float | None:
        ours = figures.of(section, case, FILE)
        return centre(ours) if ours else None

    return figure


def _least_search(figures: Figures) -> float | None:
    """The search in which we lead Mailpit by the least."""
    cases = [series.case for series in figures.series(search.SECTION) if not series.case.startswith("list")]
    ratios = (_times(case, MAILPIT, search.SECTION)(figures) for case in dict.fromkeys(cases))
    return min((ratio for ratio in ratios if ratio is not None), default=None)


def _large(figures: Figures) -> float | None:
    rate = _value(ingest.SECTION, ingest.LARGE_CASE)(figures)
    return None if rate is None else rate * ingest.LARGE / 1e6


KEPT = "smtp-source, kept, 10 sessions"
EACH = "smtp-source, a connection each, 10 sessions"
TEXT = "text letters, kept, 10 sessions"
HTML = "HTML letters, kept, 10 sessions"

GOALS = (
    Goal("ingest, connections kept, of smtp-sink's rate", True, 1 / 3, _times(KEPT, SINK)),
    Goal("ingest, a connection each, of smtp-sink's rate", True, 1 / 3, _times(EACH, SINK)),
    Goal("ingest, connections kept, times Mailpit's rate", True, 10, _times(KEPT, MAILPIT)),
    Goal("ingest of text, times Mailpit's rate", True, 10, _times(TEXT, MAILPIT)),
    Goal("ingest of HTML, times Mailpit's rate", True, 10, _times(HTML, MAILPIT)),
    Goal("ingest of 10 MB messages, MB/s", True, 100, _large),
    Goal("250 to frame, p50, ms", False, 5, _value(latency.SECTION, latency.HALF)),
    Goal("250 to frame, p99, ms", False, 25, _value(latency.SECTION, latency.MOST)),
    Goal("250 to the answer of a wait beside 1,000 others, p50, ms", False, 10, _value(wait.SECTION, wait.BESIDE.half)),
    Goal("search, times faster than Mailpit, the least of them", True, 20, _least_search),
    Goal("start, ms", False, 400, _value(footprint.SECTION, footprint.START)),
    Goal("sendmail, ms", False, 100, _value(footprint.SECTION, footprint.SENDMAIL)),
    Goal("memory idle, MB", False, 60, _value(footprint.SECTION, footprint.IDLE)),
    Goal("memory after 10,000 messages, MB", False, 120, _value(footprint.SECTION, footprint.resident_case(10_000))),
)
