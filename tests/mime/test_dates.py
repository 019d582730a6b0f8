"""Date fields."""

from datetime import UTC, datetime

import pytest

from mailtrap_local.mime.dates import parse_date


@pytest.mark.parametrize(
    ("value", "moment", "offset"),
    [
        ("Wed, 25 Nov 2026 01:02:03 +0100", "2026-11-25T00:02:03", 3600),
        ("25 Nov 2026 01:02 -0530 (somewhere)", "2026-11-25T06:32:00", -19800),
        ("Wed, 25 Nov 26 01:02:03 GMT", "2026-11-25T01:02:03", 0),
        ("Wed, 25 Nov 2026 01:02:03 EST", "2026-11-25T06:02:03", -18000),
        ("Wed, 25 Nov 2026 01:02:03", "2026-11-25T01:02:03", 0),
        ("Wed Nov 25 01:02:03 2026", "2026-11-25T01:02:03", 0),
        ("2026-11-25T01:02:03Z", "2026-11-25T01:02:03", 0),
        ("2026-11-25 01:02:03 +0100", "2026-11-25T00:02:03", 3600),
        ("Wed, 25 Nov 2026 23:59:60 +0000", "2026-11-25T23:59:59", 0),
        ("Wed, 25 Nov 2026 01:02:03 +9999", "2026-11-25T01:02:03", 0),
    ],
)
def test_readable(value: str, moment: str, offset: int) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert parse_date(value) == (int(expected.timestamp()) * 1_000_000, offset)


@pytest.mark.parametrize(
    "value", ["", "yesterday", "99 Nov 2026 01:02:03", "25 Nov 2026 99:99:99", "2026-13-45", "(((("]
)
def test_unreadable(value: str) -> None:
    assert parse_date(value) is None
