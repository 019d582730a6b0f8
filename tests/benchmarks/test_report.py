from benchmarks.figures import MILLISECONDS, RATE, Figures
from benchmarks.footprint import SECTION as FOOTPRINT
from benchmarks.footprint import START
from benchmarks.goals import GOALS, KEPT
from benchmarks.ingest import SECTION as INGEST
from benchmarks.ingest import Cases
from benchmarks.peers import FILE, MAILPIT, SINK
from benchmarks.report import goal_row, report, section_table, table


def measured() -> Figures:
    figures = Figures()
    for ours, sink, mailpit in ((3_000.0, 10_000.0, 300.0), (4_000.0, 10_000.0, 500.0), (5_000.0, 10_000.0, 500.0)):
        figures.add(INGEST, KEPT, FILE, RATE, ours)
        figures.add(INGEST, KEPT, SINK, RATE, sink)
        figures.add(INGEST, KEPT, MAILPIT, RATE, mailpit)
    figures.add(FOOTPRINT, START, FILE, MILLISECONDS, 1_000.0)
    figures.note("something went wrong")
    return figures


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_columns_are_aligned() -> None:
    lines = table(("a", "long head"), [("wide cell", "b")]).splitlines()
    assert lines == ["| a         | long head |", "|-----------|-----------|", "| wide cell | b         |"]


def test_section_shows_median_spread_and_ratios() -> None:
    head, _, row = section_table(measured(), INGEST).splitlines()
    assert cells(head) == ["case", FILE, SINK, MAILPIT, "ratio to smtp-sink", "ratio to mailpit"]
    assert cells(row) == [
        f"{KEPT} (messages/s)",
        "4,000 (3,000 to 5,000)",
        "10,000 (10,000 to 10,000)",
        "500 (300 to 500)",
        "0.40",
        "10.00",
    ]


def test_what_was_not_measured_is_a_dash() -> None:
    figures = measured()
    figures.add(INGEST, "another", SINK, RATE, None)
    row = section_table(figures, INGEST).splitlines()[-1]
    assert cells(row)[1:] == ["-", "-", "-", "-", "-"]


def test_goals_that_were_measured_are_judged() -> None:
    rows = {row[0]: row[1:] for goal in GOALS if (row := goal_row(goal, measured()))}
    assert rows == {
        "ingest, connections kept, of smtp-sink's rate": ("at least 0.333", "0.4", "yes"),
        "ingest, connections kept, times Mailpit's rate": ("at least 10", "10", "yes"),
        "start, ms": ("at most 400", "1,000", "NO"),
    }


def test_ingest_goals_name_cases_that_exist() -> None:
    with Cases() as cases:
        names = {case.name for case in cases}
    figures = Figures()
    for name in names:
        for catcher in (FILE, SINK, MAILPIT):
            figures.add(INGEST, name, catcher, RATE, 1.0)
    unmeasured = [goal.name for goal in GOALS if goal.name.startswith("ingest") and goal.figure(figures) is None]
    assert unmeasured == []


def test_report_names_command_machine_and_notes() -> None:
    text = report(measured(), [("Python", "3.11")], command="python -m benchmarks", rounds=3)
    assert "Medians of 3 rounds" in text
    assert "`python -m benchmarks`" in text
    assert "| Python | 3.11 |" in text
    assert text.endswith("- something went wrong\n")


def test_figures_of_a_busy_machine_say_so_at_the_head() -> None:
    said = "Provisional: the machine was busy before it began (load 9.0 on 2 cores). Run it again when idle."
    lines = report(measured(), [("Date", "today")], command="x", rounds=3, provisional=said).splitlines()
    assert lines[:3] == ["# Benchmarks (provisional)", "", f"**{said}**"]
    assert report(measured(), [], command="x", rounds=3).startswith("# Benchmarks\n\nMedians of 3 rounds")
