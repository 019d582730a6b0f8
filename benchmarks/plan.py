"""How much a benchmark does: the full form, and the short one that takes less than a minute."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """Bounds of every case. Counts are messages unless said otherwise."""

    short: bool = False
    rounds: int = 5
    ingest_seconds: float = 3.0  # that a run shall take, by the rate of its warm-up
    ingest_most: int = 20_000
    warm_up: int = 200
    cases: str = ""  # only ingest cases whose name holds this
    live_rate: float = 200.0  # messages a second
    live_seconds: float = 10.0
    live_clients: int = 10
    crowd: int = 1_000  # of live clients
    crowd_mails: int = 10  # that each of them is told of
    waiters: int = 1_000  # that wait for other mail in the meantime
    waits: int = 200  # that are measured in a round
    stored: int = 100_000  # of the search section
    fill_seconds: float = 900.0
    searches: int = 15  # requests of each kind in a round
    search_seconds: float = 10.0  # for the requests of one kind in a round
    resident_after: int = 10_000
    sendmails: int = 5  # in a round
    root: Path | None = None  # where databases are made; None: the system's temporary folder


FULL = Plan()
SHORT = Plan(
    short=True,
    rounds=1,
    ingest_seconds=0.4,
    ingest_most=5_000,
    warm_up=100,
    live_seconds=1.5,
    waits=30,
    crowd=100,
    crowd_mails=3,
    stored=1_000,
    fill_seconds=15.0,
    searches=3,
    search_seconds=2.0,
    resident_after=1_000,
    sendmails=2,
)
