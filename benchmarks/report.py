"""The report: Markdown that reads as well in a terminal."""

from collections.abc import Sequence

from benchmarks.figures import Figures, Series, centre, spread, times_better
from benchmarks.goals import GOALS, Goal
from benchmarks.peers import FILE, MAILDEV, MAILPIT, SINK

_RIVALS = (SINK, MAILPIT, MAILDEV)
_ABSENT = "-"


def report(
    figures: Figures, machine: Sequence[tuple[str, str]], *, command: str, rounds: int, provisional: str = ""
) -> str:
    """The whole report, with a line end behind it. `provisional` says why its figures are not to be relied on."""
    intro = (
        f"Medians of {rounds} round{'s' if rounds > 1 else ''} (least to greatest in brackets), by `{command}`."
        f" A ratio says how many times better {FILE} is: the median of the ratios within each round."
    )
    heads = [f"# Benchmarks{' (provisional)' if provisional else ''}", *([f"**{provisional}**"] if provisional else [])]
    blocks = [*heads, intro, table(("what", "with"), machine)]
    for section in figures.sections():
        blocks += [f"## {section}", section_table(figures, section)]
    if goals := [row for row in (goal_row(goal, figures) for goal in GOALS) if row]:
        blocks += ["## Goals", table(("goal", "bound", "measured", "met"), goals)]
    if figures.notes:
        blocks += ["## Notes", "\n".join(f"- {note}" for note in figures.notes)]
    return "\n\n".join(blocks) + "\n"


def section_table(figures: Figures, section: str) -> str:
    """A row for each case, a column for each catcher, then the ratios."""
    measured = figures.series(section)
    catchers = list(dict.fromkeys(series.catcher for series in measured))
    rivals = [name for name in _RIVALS if name in catchers and FILE in catchers]
    rows = []
    for case in dict.fromkeys(series.case for series in measured):
        found = {series.catcher: series for series in figures.series(section, case)}
        unit = next(iter(found.values())).unit
        cells = [cell(found.get(name)) for name in catchers]
        rows.append([f"{case} ({unit.name})", *cells, *(ratio(found.get(FILE), found.get(name)) for name in rivals)])
    return table(("case", *catchers, *(f"ratio to {name}" for name in rivals)), rows)


def cell(series: Series | None) -> str:
    """Median, and the spread if there was more than one round."""
    if series is None or (middle := centre(series)) is None:
        return _ABSENT
    text = series.unit.text(middle)
    ends = spread(series)
    if ends is None or len(series.measured) == 1:
        return text
    return f"{text} ({series.unit.text(ends[0])} to {series.unit.text(ends[1])})"


def ratio(ours: Series | None, theirs: Series | None) -> str:
    """How many times better ours is."""
    times = times_better(ours, theirs) if ours and theirs else None
    return _ABSENT if times is None else f"{times:.2f}"


def goal_row(goal: Goal, figures: Figures) -> tuple[str, str, str, str] | None:
    """A goal beside what was measured; None if it was not measured."""
    value, met = goal.figure(figures), goal.met(figures)
    if value is None:
        return None
    bound = f"{'at least' if goal.at_least else 'at most'} {goal.bound:.3g}"
    return goal.name, bound, f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}", "yes" if met else "NO"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns aligned."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [_line(heads, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    return "\n".join(lines + [_line(row, widths) for row in rows])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
