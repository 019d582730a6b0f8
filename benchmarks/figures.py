"""Figures: what was measured, and the statistics that the report shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Unit:
    """How a figure is written, and which way is better."""

    name: str
    more_is_better: bool
    decimals: int = 0

    def text(self, value: float) -> str:
        """The value with its digits grouped by commas; small ones keep three significant digits."""
        decimals = self.decimals
        if value and abs(value) < 10:
            decimals = max(decimals, 2)
        elif abs(value) < 100:
            decimals = max(decimals, 1)
        return f"{value:,.{decimals}f}"


RATE = Unit("messages/s", more_is_better=True)
CPU = Unit("CPU us/message", more_is_better=False)
MILLISECONDS = Unit("ms", more_is_better=False)
MEGABYTES = Unit("MB", more_is_better=False, decimals=1)


@dataclass(frozen=True)
class Series:
    """One case of one catcher: a value for each round, or None where the round failed."""

    section: str
    case: str
    catcher: str
    unit: Unit
    values: tuple[float | None, ...]

    @property
    def measured(self) -> list[float]:
        """The values without the failed rounds."""
        return [value for value in self.values if value is not None]


class Figures:
    """What a benchmark has measured so far, in the order in which it came, with notes on what went wrong."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str, str], tuple[Unit, list[float | None]]] = {}
        self.notes: list[str] = []

    def add(self, section: str, case: str, catcher: str, unit: Unit, value: float | None) -> None:
        """One more round of a case. Rounds of one case line up across catchers by their order."""
        self._series.setdefault((section, case, catcher), (unit, []))[1].append(value)

    def note(self, text: str) -> None:
        """Say something about the run below the tables; the same thing is said once."""
        if text not in self.notes:
            self.notes.append(text)

    def series(self, section: str | None = None, case: str | None = None) -> list[Series]:
        """Everything measured, of one section or case if given."""
        return [
            Series(key[0], key[1], key[2], unit, tuple(values))
            for key, (unit, values) in self._series.items()
            if section in (None, key[0]) and case in (None, key[1])
        ]

    def of(self, section: str, case: str, catcher: str) -> Series | None:
        """One series, or None if that was not measured."""
        return next((each for each in self.series(section, case) if each.catcher == catcher), None)

    def sections(self) -> list[str]:
        """Names of the sections, in order."""
        return list(dict.fromkeys(key[0] for key in self._series))


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, between neighbours linearly. Raises on no values."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def times_better(ours: Series, theirs: Series) -> float | None:
    """How many times better ours is: the median of the ratios within each round. None if no round has both."""
    ratio = _more if ours.unit.more_is_better else _less
    pairs: Sequence[tuple[float | None, float | None]] = list(zip(ours.values, theirs.values, strict=False))
    ratios = [ratio(a, b) for a, b in pairs if a and b and min(a, b) > 0]
    return median(ratios) if ratios else None


def _more(ours: float, theirs: float) -> float:
    return ours / theirs


def _less(ours: float, theirs: float) -> float:
    return theirs / ours


def centre(series: Series) -> float | None:
    """The median of the rounds that were measured."""
    return median(series.measured) if series.measured else None


def spread(series: Series) -> tuple[float, float] | None:
    """The least and the greatest of the rounds that were measured."""
    return (min(series.measured), max(series.measured)) if series.measured else None
