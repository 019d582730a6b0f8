"""Ingest beside smtp-sink: this fails when it has become slower than what was recorded, by more than noise."""

import pytest

from benchmarks import machine, regression
from benchmarks.regression import ENOUGH, FEWEST, MOST, PROCESSOR, RATE, RECORDED, Verdict, check, judged
from tests.tools import need


@pytest.mark.timeout(300)
def test_ingest_has_not_become_slower() -> None:
    need("smtp-sink")
    need("smtp-source")
    verdicts = list(check(quiet=not machine.busy()))
    assert {verdict.case for verdict in verdicts} >= {("kept", PROCESSOR), ("each", PROCESSOR)}
    assert all(verdict.good for verdict in verdicts), "\n".join(map(str, verdicts))


def test_rounds_go_on_until_the_median_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "MOST_SECONDS", 60.0)
    good = RECORDED["kept", RATE]
    rounds = iter([good, *[good / 10] * FEWEST, *[good] * MOST])
    verdict = judged(("kept", RATE), lambda: next(rounds))
    assert verdict.good
    assert FEWEST < len(verdict.shares) < MOST


def test_what_is_slower_in_most_rounds_is_told_with_its_rounds() -> None:
    slow = RECORDED["kept", PROCESSOR] * ENOUGH * 0.9
    verdict = judged(("kept", PROCESSOR), lambda: slow)
    assert (verdict.good, len(verdict.shares)) == (False, MOST)
    assert str(verdict).startswith(f"connections kept, processor time: {slow:.2f} of smtp-sink's (rounds")
    assert Verdict(("kept", PROCESSOR), (slow, 1.0, 1.0)).good, "one bad round is noise"
