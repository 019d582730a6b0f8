"""Values of `before:` and `after:`: moments as people type them, and how long ago.

As Mailpit does (araddon/dateparse), `01/04/2024` is the US order, January 4, and a bare number is a Unix time by its
count of digits. A date without a zone is meant in the zone given, else in the machine's own.
"""

import functools
import re
from datetime import UTC, datetime, timedelta, tzinfo

from mailtrap_local.errors import BadRequest

ALLOWED = (
    "use a date such as 2024-01-31, 2024-01-31T18:30:00Z, 01/31/2024 (US order), 18:30, today, yesterday,"
    " or an age such as 30s, 5m, 2h, 3d, 1w"
)
MAX_CHARACTERS = 64
_AGE = re.compile(r"(\d{1,9})\s*(s|m|h|d|w)", re.ASCII | re.IGNORECASE)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UNIX_TIME = {10: 1_000_000, 13: 1_000, 16: 1}  # digits: microseconds in one
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d)?\s*([ap]m)?", re.ASCII | re.IGNORECASE)
_DAYS_AGO = {"today": 0, "yesterday": 1}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# RFC 5322 section 4.3; dateutil knows UTC, GMT and Z by itself
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2}


def zone(name: str) -> tzinfo | None:
    """The time zone of an IANA name; None, which is the machine's own, for "". Raises BadRequest."""
    if not name:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # here, since few queries name a zone

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(f"unknown time zone {name[:64]!r}; use an IANA name such as Europe/Vienna") from error


def moment(text: str, *, now: int, tz: tzinfo | None = None) -> int:
    """Microseconds since the epoch. `now` likewise. Raises ValueError if the text is no date; ALLOWED says what is."""
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        raise ValueError("too long for a date")
    if age := _AGE.fullmatch(text):
        return max(0, now - int(age[1]) * _UNIT_SECONDS[age[2].lower()] * 1_000_000)
    if text.isascii() and text.isdigit() and len(text) in _UNIX_TIME:
        return int(text) * _UNIX_TIME[len(text)]
    try:
        return (_calendar(text, now=now, tz=tz) - _EPOCH) // _MICROSECOND
    except (ValueError, ArithmeticError, TypeError, LookupError, AttributeError) as error:
        # dateutil lets the errors of what it calls pass for odd input
        raise ValueError("not a date") from error


def _calendar(text: str, *, now: int, tz: tzinfo | None) -> datetime:
    present = (_EPOCH + timedelta(microseconds=now)).astimezone(tz)
    midnight = present.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    word = text.lower()
    if word == "now":
        return present
    if word in _DAYS_AGO:
        return _placed(midnight - timedelta(days=_DAYS_AGO[word]), tz)
    if _TIME_OF_DAY.fullmatch(text):
        return _placed(_parsed(text, midnight), tz)
    whole = _parsed(text, datetime(2000, 1, 1))
    if whole.year != _parsed(text, datetime(2004, 1, 1)).year:
        raise ValueError("a date without a year")
    return _placed(whole, tz)


def _placed(moment: datetime, tz: tzinfo | None) -> datetime:
    """A naive time put into the zone; one that has a zone stays."""
    if moment.tzinfo is not None:
        return moment
    return moment.astimezone() if tz is None else moment.replace(tzinfo=tz)


@functools.cache
def _parser() -> type:
    from dateutil import parser  # here, since most queries hold no date

    return parser.parser


def _parsed(text: str, default: datetime) -> datetime:
    parsed: datetime = _parser()().parse(text, default=default, tzinfos=_zone)
    return parsed


def _zone(name: str | None, offset: int | None) -> int | None:
    """Seconds east of UTC for dateutil, which would drop a zone that it does not know."""
    if offset is not None:
        return offset
    if name is None:
        return None
    if name.upper() not in _ZONES:
        raise ValueError(f"unknown zone {name}")
    return _ZONES[name.upper()] * 3_600
