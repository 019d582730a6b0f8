"""Dates as people type them."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.search.dates import moment
from tests.search.shelf import NOW

BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000


def at(text: str, tz: tzinfo = UTC) -> datetime:
    return EPOCH + timedelta(microseconds=moment(text, now=NOW, tz=tz))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31", "2024-01-31T00:00:00"),
        ("01/04/2024", "2024-01-04T00:00:00"),  # US order
        ("13/04/2024", "2024-04-13T00:00:00"),
        ("2024/03/12 10:11:12", "2024-03-12T10:11:12"),
        ("2024-01-31T18:30:00.25Z", "2024-01-31T18:30:00.250000"),
        ("2024-01-31T18:30:00-05:00", "2024-01-31T23:30:00"),
        ("Wed, 31 Jan 2024 18:30:00 PST", "2024-02-01T02:30:00"),
        ("31 Jan 2024 18:30 UTC", "2024-01-31T18:30:00"),
        ("May 8, 2009 5:57:51 PM", "2009-05-08T17:57:51"),
        ("20140601", "2014-06-01T00:00:00"),
        ("2014", "2014-01-01T00:00:00"),
        ("2014-06", "2014-06-01T00:00:00"),
        ("1384216367", "2013-11-12T00:32:47"),
        ("1384216367111", "2013-11-12T00:32:47.111000"),
        ("1384216367111222", "2013-11-12T00:32:47.111222"),
        ("18:30", "2023-11-14T18:30:00"),
        ("6:30pm", "2023-11-14T18:30:00"),
        ("today", "2023-11-14T00:00:00"),
        ("Yesterday", "2023-11-13T00:00:00"),
        (" now ", "2023-11-14T22:13:20"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert at(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("2H", 7200), ("3d", 259_200), ("1w", 604_800)]
)
def test_ages(text: str, seconds: int) -> None:
    assert moment(text, now=NOW) == NOW - seconds * SECOND


def test_an_age_beyond_the_epoch_is_the_epoch() -> None:
    assert moment("999999999w", now=NOW) == 0


def test_a_date_without_a_zone_is_in_the_one_given() -> None:
    assert at("2024-01-31", BERLIN) == datetime(2024, 1, 30, 23, tzinfo=UTC)
    assert at("2024-07-31 12:00", BERLIN) == datetime(2024, 7, 31, 10, tzinfo=UTC)  # summer time
    assert at("2024-01-31T12:00:00Z", BERLIN) == datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert at("today", ZoneInfo("Asia/Tokyo")) == datetime(2023, 11, 14, 15, tzinfo=UTC)


def test_a_date_without_any_zone_is_local() -> None:
    local = datetime(2024, 1, 31).astimezone()
    assert moment("2024-01-31", now=NOW) == int(local.timestamp()) * SECOND


@pytest.mark.parametrize(
    "text",
    [
        *("x", "someday", "12", "1.5", "5 m m", "5y", "-5m", "Monday", "31 Jan", "Jan", "2024-13-45", "2024-02-30"),
        *("2024-01-31 25:00", "99:99", "2024-01-31 10:00 XYZ", "123456789", "0000-01-01", "9" * 30, "1 " * 40),
        *("2024-01-01T00:00:00+99:99", "²²²²-01-01", "nan", "1e5"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        moment(text, now=NOW, tz=UTC)


def test_the_ends_of_the_calendar_raise_nothing_else() -> None:
    for text in ("0001-01-01", "9999-12-31 23:59:59", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        for zone in (None, UTC, BERLIN, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")):
            try:
                assert abs(moment(text, now=NOW, tz=zone)) < 2**63
            except ValueError:
                continue


@given(st.text(alphabet="0123456789 :-/.,TZ+apmJanMoFebdst%\u0660", max_size=24) | st.text(max_size=12))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        value = moment(text, now=NOW, tz=UTC)
    except ValueError:
        return
    assert abs(value) < 2**63


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_iso_dates_come_back(value: datetime) -> None:
    assert at(value.isoformat()) == value
