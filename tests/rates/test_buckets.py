"""Token buckets, against a model that keeps every moment at which a token was taken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.rates import Buckets


def test_so_many_at_once_and_then_one_at_a_time() -> None:
    buckets = Buckets(size=2, rate=0.5, most=10)
    assert [buckets.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert buckets.take("a", 1.0) == pytest.approx(1.0)  # asking has cost nothing
    assert buckets.take("a", 2.0) == 0.0
    assert buckets.take("b", 2.0) == 0.0


def test_no_more_than_the_size_gathers() -> None:
    buckets = Buckets(size=2, rate=1, most=10)
    assert [buckets.take("a", 1e6) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert [buckets.take("a", 2e6) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_the_longest_unused_is_forgotten() -> None:
    buckets = Buckets(size=1, rate=0.001, most=2)
    for key in ("a", "b", "a", "c"):
        buckets.take(key, 0.0)
    assert len(buckets) == 2
    assert buckets.take("a", 0.0) > 0
    assert buckets.take("b", 0.0) == 0.0


@given(
    size=st.integers(1, 5),
    rate=st.sampled_from([0.25, 0.5, 1.0, 2.0]),
    pauses=st.lists(st.integers(0, 12), max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_never_more_than_the_size_and_what_came_back_in_any_span(size: int, rate: float, pauses: list[int]) -> None:
    """And never fewer: whoever is refused has had that many in some span before."""
    buckets, now = Buckets(size=size, rate=rate, most=1), 0.0
    taken: list[float] = []
    for pause in pauses:
        now += pause / 4
        full = any(len(taken) - index >= size + (now - begin) * rate - 1 + 1e-9 for index, begin in enumerate(taken))
        if buckets.take("a", now) == 0.0:
            taken.append(now)
            assert not full
        else:
            assert full
    for index, begin in enumerate(taken):
        for last in range(index, len(taken)):
            assert last - index + 1 <= size + (taken[last] - begin) * rate + 1e-9
