"""`python -m benchmarks`: measure, print the report, and write it where that is asked for."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from benchmarks import crowd, footprint, ingest, latency, machine, search, wait
from benchmarks.figures import Figures
from benchmarks.goals import GOALS
from benchmarks.peers import CATCHERS, Catcher, install
from benchmarks.plan import FULL, SHORT, Plan
from benchmarks.report import report

RESULTS = Path(__file__).parent / "RESULTS.md"

Measure = Callable[[Plan, Sequence[Catcher], Figures, Callable[[str], None]], None]
SECTIONS: dict[str, Measure] = {
    "ingest": ingest.measure,
    "latency": latency.measure,
    "crowd": crowd.measure,
    "wait": wait.measure,
    "search": search.measure,
    "footprint": footprint.measure,
}


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"which of {', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--short", action="store_true", help="less than a minute: one round, few messages")
    parser.add_argument("--runs", type=int, metavar="N", help="rounds of everything (default: 5; with --short 1)")
    parser.add_argument("--cases", default="", metavar="TEXT", help="only ingest cases whose name holds this")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this catcher; may repeat")
    parser.add_argument("--stored", type=int, metavar="N", help="messages to search in (default: 100000)")
    parser.add_argument("--folder", type=Path, metavar="PATH", help="where databases are made (default: temporary)")
    parser.add_argument("--write", nargs="?", type=Path, const=RESULTS, metavar="FILE", help="also write the report")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal that was measured is not met")
    parser.add_argument("--install", action="store_true", help="install peers that are missing (go, npm), then measure")
    return parser


def main() -> int:
    parser = arguments()
    options = parser.parse_args()
    if unknown := [name for name in options.sections if name not in SECTIONS]:
        parser.error(f"no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    signal.signal(signal.SIGTERM, _end)  # so that it unwinds as it does on Ctrl-C
    if options.install:
        install()
    catchers, figures = chosen(options.only), Figures()
    missing = [each.name for each in CATCHERS if each.path() is None]
    for name in missing:
        figures.note(f"{name} is not installed and was left out (--install installs peers)")
    plan = planned(options)
    provisional = machine.busy()
    conditions = machine.describe(catchers, root=plan.root)
    whole = run(options.sections or list(SECTIONS), plan, catchers, figures)
    text = report(figures, conditions, command=command(), rounds=plan.rounds, provisional=provisional)
    print(text, end="")
    if not whole:
        return 130
    if options.write:
        options.write.write_text(text)
    return int(options.check and any(goal.met(figures) is False for goal in GOALS))


def run(sections: Sequence[str], plan: Plan, catchers: Sequence[Catcher], figures: Figures) -> bool:
    """Run the sections; False if Ctrl-C ended them, and what was measured before counts."""
    say = _progress(time.perf_counter())
    try:
        for name in SECTIONS:
            if name in sections:
                SECTIONS[name](plan, catchers, figures, say)
    except KeyboardInterrupt:
        figures.note("ended before everything was measured; nothing was written to a file")
        return False
    return True


def command() -> str:
    """How this run was started."""
    return " ".join(["python -m benchmarks", *sys.argv[1:]])


def planned(options: argparse.Namespace) -> Plan:
    """The plan that the options ask for."""
    plan = SHORT if options.short else FULL
    return replace(
        plan,
        rounds=options.runs or plan.rounds,
        stored=options.stored or plan.stored,
        cases=options.cases,
        root=options.folder,
    )


def chosen(only: Sequence[str]) -> list[Catcher]:
    """The catchers that are installed, and of those the ones whose name holds one of the texts."""
    installed = [each for each in CATCHERS if each.path() is not None]
    return [each for each in installed if not only or any(text in each.name for text in only)]


def _progress(begin: float) -> Callable[[str], None]:
    def say(text: str) -> None:
        print(f"{time.perf_counter() - begin:6.0f} s  {text}", file=sys.stderr, flush=True)

    return say


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
