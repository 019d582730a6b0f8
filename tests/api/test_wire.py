"""From the house's values to the wire: times."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.api.wire import local_moment, moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = st.integers(-62_135_596_800_000_000, 253_402_300_799_000_000)


@given(TIMES)
def test_a_moment_reads_back_to_the_millisecond(microseconds: int) -> None:
    text = moment(microseconds)
    assert (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1) == microseconds // 1000
    assert text.endswith("Z")
    assert "0Z" not in text or "." not in text


@given(TIMES, st.integers(-86_399, 86_399))
def test_a_local_moment_reads_back_to_the_second(microseconds: int, offset: int) -> None:
    try:
        text = local_moment(microseconds, offset=offset)
    except OverflowError:
        return
    read = datetime.fromisoformat(text)
    assert read.utcoffset() == timedelta(minutes=int(offset / 60))
    local = (read.replace(tzinfo=None) - datetime(1970, 1, 1)) // timedelta(seconds=1)
    assert local == microseconds // 1_000_000 + int(offset / 60) * 60


@pytest.mark.parametrize(
    ("microseconds", "shown"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_120_999, "1970-01-01T00:00:01.12Z"),
        (10_000_000, "1970-01-01T00:00:10Z"),
        (-36_921_657_600_000_000, "0800-01-01T00:00:00Z"),
    ],
)
def test_moments(microseconds: int, shown: str) -> None:
    assert moment(microseconds) == shown
