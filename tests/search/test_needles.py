"""Many needles looked for at once: each that is there is found, as if it were looked for alone."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrap_local import limits
from mailtrap_local.search import needles
from mailtrap_local.search.needles import Needles

words = st.text("abÜ\ud800\0.[", max_size=4)
steps = st.lists(st.tuples(st.sampled_from("+-?"), words, st.integers(0, 2)), max_size=60)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few needles are enough for automata of every size."""
    monkeypatch.setattr(needles, "_FEW", 2)
    monkeypatch.setattr(needles, "_MOST", 7)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_what_is_found_is_what_is_there(small: None, steps: list[tuple[str, str, int]]) -> None:
    sought: Needles[tuple[str, int]] = Needles()
    known: set[tuple[str, int]] = set()
    for act, word, number in steps:
        item = (word, number)
        if act == "+" and item not in known:
            sought.add(word, item)
            known.add(item)
        elif act == "-" and known:
            gone = min(known, key=lambda each: (each != item, each))
            sought.discard(gone[0], gone)
            known.discard(gone)
        else:
            text = word * 2 + "".join(needle for needle, _ in sorted(known)[:2])
            found = list(sought.within(text))
            assert len(found) == len(set(found))
            assert set(found) == {each for each in known if each[0] in text}
        assert sought.number == len(known)
        assert sought.crowd(word) == len([each for each in known if each[0] == word])


def test_a_thousand_are_looked_for_in_a_few_passes() -> None:
    sought: Needles[int] = Needles()
    for number in range(1000):
        sought.add(f"order {number}.", number)
        assert list(sought.within("nothing")) == []
    assert list(sought.within("of order 517. and more")) == [517]
    assert len(sought._automata) <= 6
    assert len(sought._loose) <= needles._FEW
    for number in range(990):
        sought.discard(f"order {number}.", number)
    assert list(sought.within("of order 517. and order 995.")) == [995]
    assert len(sought._automata) <= 1


def test_none_is_lost_where_an_automaton_has_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 itself says that nothing was found then."""
    for memory in (1, 30_000, 100_000, 300_000, 1_000_000):
        monkeypatch.setattr(limits, "NEEDLES_MEMORY", memory)
        sought: Needles[int] = Needles()
        for number in range(300):
            sought.add(f"{number}-waits", number)
        assert set(sought.within("hay 7-waits, 299-waits " * 50)) == {7, 9, 99, 299}
