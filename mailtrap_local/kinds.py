"""What the value of a setting may be: numbers, durations, sizes, addresses, names.

A kind reads a value however it came: as text from a flag or the environment, or as what TOML or code made of it.
`read` returns the value in its final form, so reading it again changes nothing, and raises ValueError for what is
not allowed. `allowed` ends the sentence "allowed is …".
"""

import ipaddress
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")

KB, MB, GB, TB = 1024, 1024**2, 1024**3, 1024**4
DAY = 86_400
LOOPBACK = ("127.0.0.1", "::1")

_DURATIONS = {"d": DAY, "h": 3_600, "m": 60, "s": 1}
_SIZES = {"GB": GB, "GiB": GB, "MB": MB, "MiB": MB, "KB": KB, "KiB": KB, "B": 1}
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_ORIGIN = re.compile(r"https?://([^/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of value: how to read it, how to write it, and what to tell who got it wrong."""

    allowed: str
    read: Callable[[Any], T]
    metavar: str
    spell: Callable[[Any], str] = str
    secret: bool = False  # never shown, not even when it is wrong
    many: bool = False  # a flag may repeat; one text holds several, separated by commas
    switch: bool = False  # a flag without a value


def number(low: int, high: int, *, note: str = "") -> Kind[int]:
    """A whole number from `low` to `high`, both allowed."""

    def read(value: Any) -> int:
        found = int(value) if isinstance(value, str) else value
        if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
            raise ValueError(value)
        return found

    return Kind(f"a whole number from {low} to {high}{note}", read, "N")


def optional_port() -> Kind[int | None]:
    """A port, 0 for a free one, or None for none."""
    given = number(0, 65_535, note=" (0 picks a free port)")
    return Kind(given.allowed, lambda value: None if value is None else given.read(value), given.metavar)


def duration(low: float, high: float) -> Kind[float]:
    """A time in seconds, or text with a unit: "30d", "12h", "15m", "90s"."""

    def read(value: Any) -> float:
        seconds = _measured(value, _DURATIONS, re.compile(r"([0-9]+(?:\.[0-9]+)?) *([dhms]?)"))
        if not low <= seconds <= high:
            raise ValueError(value)
        return seconds

    return Kind('a time such as "30d", "12h", "15m" or "90s"', read, "TIME", spell=_spell_duration)


def size(low: int, high: int, *, or_zero: bool = False) -> Kind[int]:
    """A number of bytes, or text with a unit: "50MB", "1GiB". KB and KiB are both 1024 bytes, and so on."""

    def read(value: Any) -> int:
        measured = _measured(value, _SIZES, re.compile(r"([0-9]+(?:\.[0-9]+)?) *((?:[KMG]i?)?B)?"))
        if not (low <= measured <= high or (or_zero and measured == 0)):
            raise ValueError(value)
        return round(measured)

    allowed = f'a size from {_spell_size(low)} to {_spell_size(high)} such as "50MB" or "1GiB"'
    return Kind(allowed + ", or 0 for no limit" * or_zero, read, "SIZE", spell=_spell_size)


def optional_size(low: int, high: int) -> Kind[int | None]:
    """As `size` with 0 for no limit, or None for a default that other settings decide."""
    given = size(low, high, or_zero=True)
    return Kind(given.allowed, lambda value: None if value is None else given.read(value), given.metavar, given.spell)


def _measured(value: Any, units: dict[str, int], pattern: re.Pattern[str]) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int | float):
        return float(value)
    match = pattern.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(value)
    return float(match[1]) * units.get(match[2] or "", 1)


def _spell_duration(seconds: float) -> str:
    for unit, length in _DURATIONS.items():
        if seconds and seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return f"{seconds:g}s"


def _spell_size(count: int) -> str:
    for unit in ("GB", "MB", "KB"):
        if count and count % _SIZES[unit] == 0:
            return f"{count // _SIZES[unit]}{unit}"
    return f"{count}B" if count else "0"


def switch() -> Kind[bool]:
    """On or off."""

    def read(value: Any) -> bool:
        word = value.strip().lower() if isinstance(value, str) else value
        if isinstance(word, bool):
            return word
        if word not in _YES | _NO:
            raise ValueError(value)
        return word in _YES

    return Kind("true or false (also yes, no, on, off, 1, 0)", read, "", spell=lambda on: str(on).lower(), switch=True)


def choice(*names: str) -> Kind[str]:
    """One of a few words."""

    def read(value: Any) -> str:
        word = _text(value).strip().lower()
        if word not in names:
            raise ValueError(value)
        return word

    return Kind("one of " + ", ".join(names), read, "|".join(names))


def path() -> Kind[Path | None]:
    """A file, or None for none."""

    def read(value: Any) -> Path | None:
        if value is None or isinstance(value, Path):
            return value
        if not _text(value) or "\0" in value:
            raise ValueError(value)
        return Path(os.path.expanduser(value))  # Path's own raises for an unknown ~user

    return Kind("the path of a file", read, "FILE")


def line(longest: int) -> Kind[str]:
    """One line of text without control characters."""

    def read(value: Any) -> str:
        text = _text(value)
        if len(text) > longest or not text.isprintable():
            raise ValueError(value)
        return text

    return Kind(f"one line of at most {longest} characters", read, "TEXT")


def credentials() -> Kind[str | None]:
    """USER:PASSWORD, or None for none."""

    def read(value: Any) -> str | None:
        if value is None:
            return None
        user, colon, password = _text(value).partition(":")
        if not user or not colon or not password or not value.isprintable():
            raise ValueError(value)
        return str(value)

    return Kind("USER:PASSWORD, neither of them empty", read, "USER:PASSWORD", secret=True)


def name() -> Kind[str]:
    """A host name, as an SMTP greeting gives it (RFC 5321 section 4.1.2)."""
    return Kind("a host name", lambda value: _host_name(_text(value).strip()), "NAME")


def base_path() -> Kind[str]:
    """The path under which a proxy serves us: "" or "/mail", never with a slash at its end."""

    def read(value: Any) -> str:
        text = "/" + _text(value).strip().strip("/")
        if text == "/":
            return ""
        if not _BASE_PATH.fullmatch(text) or {".", ".."} & set(text.split("/")):
            raise ValueError(value)
        return text

    return Kind('a path such as "/mail"', read, "PATH")


def tables() -> Kind[tuple[dict[str, Any], ...]]:
    """Tables, as TOML's `[[name]]` has them; in text the names of presets, or the JSON of an object or a list."""

    def read(value: Any) -> tuple[dict[str, Any], ...]:
        if isinstance(value, str):
            value = _tables_of(value.strip())
        if isinstance(value, dict):
            return (value,)
        if not isinstance(value, list | tuple):
            raise ValueError(value)
        return tuple(table for each in value for table in read(each))

    allowed = "the name of a preset, or a table (in text a JSON object); may repeat"
    return Kind(allowed, read, "PRESET|JSON", spell=lambda tables: json.dumps(list(tables)), many=True)


def _tables_of(text: str) -> list[Any]:
    if not text:
        raise ValueError(text)
    if not text.startswith(("{", "[")):
        return [{"preset": name.strip()} for name in text.split(",")]
    try:
        return [json.loads(text)]
    except RecursionError:
        raise ValueError(text) from None


def hosts() -> Kind[tuple[str, ...]]:
    """IP addresses to listen on (IPv6 with or without brackets), at least one. Localhost stands for both its own."""
    return _many("IP addresses or localhost, at least one", _addresses, "HOST", least=1)


def host_patterns() -> Kind[tuple[str, ...]]:
    """Host names in lower case, each of them possibly with `*.` before it for every name under it."""
    return _many('host names without a port, such as "mail.example.com" or "*.ddev.site"', _host_pattern, "NAME")


def origins() -> Kind[tuple[str, ...]]:
    """Web origins (RFC 6454): scheme, host and port, in lower case."""
    return _many('origins such as "https://app.example.com:8443"', _origin, "ORIGIN")


def _many(
    allowed: str, read_one: Callable[[str], tuple[str, ...]], metavar: str, *, least: int = 0
) -> Kind[tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            raise ValueError(value)
        texts = [text.strip() for part in parts for text in _text(part).split(",") if text.strip()]
        found = tuple(dict.fromkeys(each for text in texts for each in read_one(text)))
        if len(found) < least:
            raise ValueError(value)
        return found

    return Kind(allowed, read, metavar, spell=", ".join, many=True)


def _addresses(text: str) -> tuple[str, ...]:
    if text.lower() == "localhost":
        return LOOPBACK
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    return (str(ipaddress.ip_address(bare)),)


def _host_name(text: str) -> str:
    if len(text) > 253 or not _NAME.fullmatch(text) or text.replace(".", "").isdigit():
        raise ValueError(text)
    return text


def _host_pattern(text: str) -> tuple[str, ...]:
    return (text[: 2 * text.startswith("*.")] + _host_name(text.removeprefix("*.").rstrip(".")).lower(),)


def _origin(text: str) -> tuple[str, ...]:
    bare = text.removesuffix("/").lower()
    if not _ORIGIN.fullmatch(bare):
        raise ValueError(text)
    return (bare,)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value
