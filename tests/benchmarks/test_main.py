from collections.abc import Callable, Sequence

import pytest

from benchmarks.__main__ import SECTIONS, arguments, chosen, main, planned, run
from benchmarks.figures import RATE, Figures
from benchmarks.peers import CATCHERS, FILE, MEMORY, Catcher
from benchmarks.plan import FULL, SHORT, Plan
from benchmarks.search import requests


def test_options_change_the_plan() -> None:
    options = arguments().parse_args(["search", "--short", "--runs", "2", "--stored", "50"])
    plan = planned(options)
    assert (plan.rounds, plan.stored, plan.short) == (2, 50, True)
    assert plan.ingest_most == SHORT.ingest_most


def test_without_options_the_plan_is_the_full_one() -> None:
    assert planned(arguments().parse_args([])) == FULL


def test_catchers_are_chosen_by_name() -> None:
    assert [each.name for each in chosen(["mailtrap-local"])] == [FILE, MEMORY]
    assert {each.name for each in chosen([])} <= {each.name for each in CATCHERS}


def test_an_unknown_section_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "ingets"])
    with pytest.raises(SystemExit):
        main()
    assert "no section 'ingets'" in capsys.readouterr().err
    assert set(SECTIONS) == {"ingest", "latency", "crowd", "wait", "search", "footprint"}


def test_ctrl_c_keeps_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
        figures.add("Ingest", "kept", FILE, RATE, 1.0)
        raise KeyboardInterrupt

    monkeypatch.setitem(SECTIONS, "ingest", interrupted)
    figures = Figures()
    assert run(["ingest", "latency"], SHORT, [], figures) is False
    assert [series.values for series in figures.series()] == [(1.0,)]
    assert "ended before everything was measured" in figures.notes[0]


def test_the_deep_page_lies_within_what_is_stored() -> None:
    asked = requests(100_000)
    assert asked["list, page at 90,000"] == ("/api/v1/messages", {"limit": 50, "start": 90_000})
    assert len({str(request) for request in asked.values()}) == len(asked)
