"""What the value of a setting may be."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local import kinds
from mailtrap_local.kinds import Kind

PORT = kinds.number(0, 65_535)
AGE = kinds.duration(0, 1_000 * kinds.DAY)
SIZE = kinds.size(kinds.KB, kinds.GB)
OPTIONAL_SIZE = kinds.optional_size(kinds.MB, kinds.GB)
SWITCH = kinds.switch()
LEVEL = kinds.choice("low", "high")

RIGHT: list[tuple[Kind[Any], object, object]] = [
    (PORT, "0", 0),
    (PORT, " 1025 ", 1025),
    (PORT, 65_535, 65_535),
    (AGE, "30d", 30 * 86_400.0),
    (AGE, "12 h", 43_200.0),
    (AGE, "1.5m", 90.0),
    (AGE, "90s", 90.0),
    (AGE, "90", 90.0),
    (AGE, 90, 90.0),
    (AGE, 0, 0.0),
    (SIZE, "50MB", 50 * 1024**2),
    (SIZE, "1GiB", 1024**3),
    (SIZE, "1.5 KB", 1536),
    (SIZE, "2048B", 2048),
    (SIZE, "2048", 2048),
    (SIZE, 2048, 2048),
    (OPTIONAL_SIZE, None, None),
    (OPTIONAL_SIZE, "0", 0),
    (OPTIONAL_SIZE, "1MB", 1024**2),
    (SWITCH, "yes", True),
    (SWITCH, "ON", True),
    (SWITCH, "0", False),
    (SWITCH, False, False),
    (LEVEL, "HIGH", "high"),
    (kinds.path(), "mail.sqlite3", Path("mail.sqlite3")),
    (kinds.path(), None, None),
    (kinds.line(5), "Blau!", "Blau!"),
    (kinds.credentials(), "ann:a:b", "ann:a:b"),
    (kinds.credentials(), None, None),
    (kinds.name(), "mail.example.com", "mail.example.com"),
    (kinds.name(), "my_box", "my_box"),
    (kinds.base_path(), "", ""),
    (kinds.base_path(), "/", ""),
    (kinds.base_path(), "mail/box/", "/mail/box"),
    (kinds.hosts(), "127.0.0.1", ("127.0.0.1",)),
    (kinds.hosts(), "0.0.0.0, ::", ("0.0.0.0", "::")),
    (kinds.hosts(), ["[::1]", "::1", "0:0:0:0:0:0:0:1"], ("::1",)),
    (kinds.hosts(), "Localhost", ("127.0.0.1", "::1")),
    (kinds.host_patterns(), "*.DDEV.site,mail.example.com.", ("*.ddev.site", "mail.example.com")),
    (kinds.host_patterns(), (), ()),
    (kinds.origins(), "HTTPS://App.example.com:8443/", ("https://app.example.com:8443",)),
    (kinds.origins(), ["http://[::1]:3000"], ("http://[::1]:3000",)),
    (kinds.tables(), [], ()),
    (kinds.tables(), "a, b", ({"preset": "a"}, {"preset": "b"})),
    (kinds.tables(), ['{"x": [1, 2]}', "a", {"y": None}], ({"x": [1, 2]}, {"preset": "a"}, {"y": None})),
    (kinds.tables(), '[{"x": 1}, {"y": 2}]', ({"x": 1}, {"y": 2})),
]

WRONG: list[tuple[Kind[Any], object]] = [
    *((PORT, value) for value in ("", "-1", "65536", "80.0", "http", 1.5, True, None, "9" * 5000)),
    *((AGE, value) for value in ("", "-1", "1w", "1001d", "d", True, None, float("nan"), float("inf"), [1])),
    *((SIZE, value) for value in ("", "0", "1", "2GB", "50 megabytes", "50mb", None, float("inf"), float("nan"))),
    *((OPTIONAL_SIZE, value) for value in ("1KB", "", "2GB")),
    *((SWITCH, value) for value in ("", "maybe", 1, None)),
    *((LEVEL, value) for value in ("", "middle", None, 1)),
    *((kinds.path(), value) for value in ("", "a\0b", 1)),
    *((kinds.line(5), value) for value in ("longer", "a\nb", "\x1b[0m", None)),
    *((kinds.credentials(), value) for value in ("", "ann", "ann:", ":secret", "a:b\nc", 1)),
    *((kinds.name(), value) for value in ("", "a b", "a\r\nb", "-a", "a..b", "a" * 64, "1.2.3.4", "a." * 150, None)),
    *((kinds.base_path(), value) for value in ("a b", "/a//b", "/../x", "/a?b", '/"', None)),
    *((kinds.hosts(), value) for value in ("", ",", "example.com", "1.2.3", "127.0.0.1:80", [], [1], None, 1)),
    *((kinds.host_patterns(), value) for value in ("*", "*.", "a.*.b", "a:80", "http://a", "a b", {"a": 1})),
    *((kinds.tables(), value) for value in ("", "{", "[1]", "[" * 100_000, 1, None, [None])),
    *((kinds.origins(), value) for value in ("*", "null", "app.example.com", "ftp://a", "http://a/b", "http://u@a")),
]


@pytest.mark.parametrize(("kind", "given", "value"), RIGHT)
def test_reads(kind: Kind[Any], given: object, value: object) -> None:
    assert kind.read(given) == value


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, _, value in RIGHT])
def test_reading_again_changes_nothing(kind: Kind[Any], value: object) -> None:
    assert kind.read(value) == value


@pytest.mark.parametrize(("kind", "value"), WRONG)
def test_refuses(kind: Kind[Any], value: object) -> None:
    with pytest.raises(ValueError):
        kind.read(value)


@given(st.integers(0, 1_000 * kinds.DAY))
def test_a_time_is_read_as_it_was_written(seconds: int) -> None:
    assert AGE.read(AGE.spell(seconds)) == seconds


@given(st.integers(kinds.KB, kinds.GB))
def test_a_size_is_read_as_it_was_written(count: int) -> None:
    assert SIZE.read(SIZE.spell(count)) == count


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in {kind.allowed: kind for kind, _, _ in RIGHT}.values():
        try:
            value = kind.read(text)
        except ValueError:
            continue
        assert kind.read(value) == value
