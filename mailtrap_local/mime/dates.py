"""The Date field (RFC 5322 section 3.3 and what mailers make of it)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?\s*(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_MAX_LENGTH = 200
_MAX_OFFSET = 86_399


def parse_date(value: str) -> tuple[int, int] | None:
    """Microseconds since the epoch (UTC) and the zone's offset in seconds; None if nobody can read it.

    RFC 5322, its obsolete forms, asctime and ISO 8601 are read; a missing or unknown zone is UTC.
    """
    text = _COMMENT.sub(" ", value[:_MAX_LENGTH]).strip()
    try:
        moment = _from_iso(text) if _ISO.match(text) else _from_rfc(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if moment is None:
        return None
    offset = moment.utcoffset() or timedelta()
    return (moment - _EPOCH) // _MICROSECOND, int(offset.total_seconds())


def _from_iso(text: str) -> datetime:
    match = _ISO.match(text)
    moment = datetime.fromisoformat((match[0] if match else text).replace(" +", "+").replace(" -", "-").strip().upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _from_rfc(text: str) -> datetime | None:
    fields = parsedate_tz(text)
    if fields is None:
        return None
    offset = fields[9] or 0
    if abs(offset) > _MAX_OFFSET:
        offset = 0
    year, month, day, hour, minute, second = fields[:6]
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(timedelta(seconds=offset)))
