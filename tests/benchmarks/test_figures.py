import pytest

from benchmarks.figures import CPU, MILLISECONDS, RATE, Figures, Series, centre, quantile, spread, times_better


def series(*values: float | None, catcher: str = "ours") -> Series:
    return Series("Ingest", "kept", catcher, RATE, values)


def test_quantile_lies_between_neighbours() -> None:
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert quantile(range(101), 0.99) == 99
    assert quantile([7], 0.99) == 7


def test_quantile_of_nothing_is_an_error() -> None:
    with pytest.raises(IndexError):
        quantile([], 0.5)


def test_median_and_spread_leave_failed_rounds_out() -> None:
    assert centre(series(3, None, 1, 2)) == 2
    assert spread(series(3, None, 1, 2)) == (1, 3)
    assert centre(series(None)) is None
    assert spread(series(None)) is None


def test_ratio_is_taken_within_rounds() -> None:
    # The machine was ten times slower in the second round, for both.
    assert times_better(series(100, 10, 100), series(50, 5, 50)) == 2


def test_ratio_leaves_out_rounds_in_which_either_failed() -> None:
    assert times_better(series(100, None, 90), series(50, 50, None)) == 2
    assert times_better(series(None, 1), series(1, None)) is None


def test_where_less_is_better_the_ratio_turns_round() -> None:
    ours = Series("Search", "rare", "ours", MILLISECONDS, (2.0,))
    theirs = Series("Search", "rare", "theirs", MILLISECONDS, (50.0,))
    assert times_better(ours, theirs) == 25


def test_a_time_below_zero_has_no_ratio() -> None:
    before = Series("Latency", "p50", "ours", MILLISECONDS, (-0.1,))
    after = Series("Latency", "p50", "theirs", MILLISECONDS, (0.1,))
    assert times_better(before, after) is None


def test_figures_keep_order_and_line_rounds_up() -> None:
    figures = Figures()
    for value in (1.0, None, 3.0):
        figures.add("Ingest", "kept", "ours", RATE, value)
        figures.add("Ingest", "kept", "theirs", RATE, 2.0)
    figures.add("Processor", "kept", "ours", CPU, 9.0)
    assert figures.sections() == ["Ingest", "Processor"]
    assert [each.catcher for each in figures.series("Ingest")] == ["ours", "theirs"]
    found = figures.of("Ingest", "kept", "ours")
    assert found is not None and found.values == (1.0, None, 3.0)
    assert figures.of("Ingest", "kept", "nobody") is None


def test_a_note_is_said_once() -> None:
    figures = Figures()
    figures.note("a")
    figures.note("a")
    assert figures.notes == ["a"]


@pytest.mark.parametrize(
    ("value", "text"), [(12_345.6, "12,346"), (99.44, "99.4"), (4.7, "4.70"), (0, "0.0"), (-0.123, "-0.12")]
)
def test_numbers_keep_the_digits_that_matter(value: float, text: str) -> None:
    assert RATE.text(value) == text
