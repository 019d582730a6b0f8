"""Patterns: google-re2 over folded text, in time linear in the text whatever the pattern is.

Linear is not fast: RE2 falls back from its automaton to a slow simulation for patterns such as `([ab ]{0,40}){20}c`
(48 s for a text of 1 MB). So the size of a pattern and the text that it looks at are limited, and with them the time
between two points at which a search can be interrupted. RE2 lets other threads run meanwhile.

A pattern does not care for case, sees each line of a column on its own (`^` and `$` are a line's ends, nothing matches
across lines) and, in an address list, each name, each address and each `name <address>`. Since columns are folded
(composed, `ß` as `ss`), the non-ASCII characters of a pattern are folded too.
"""

import functools
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mailtrap_local import limits
from mailtrap_local.model import ADDRESS_MARK, LINE_MARK

Search = Callable[[bytes], object]


class WrongPattern(ValueError):
    """RE2 cannot take the pattern; the text says why."""


class Program(NamedTuple):
    """A compiled pattern: RE2's search function over UTF-8, and how many instructions it has."""

    search: Search
    size: int

    def found(self, column: str) -> bool:
        """Whether it is found in a folded column."""
        if ADDRESS_MARK in column:
            column = _listed(column)
        return self.search(column[: limits.PATTERN_TEXT].encode()[: limits.PATTERN_TEXT]) is not None


@functools.lru_cache(maxsize=16)
def compiled(pattern: str) -> Program:
    """The program of a pattern. Raises WrongPattern."""
    program = _compiled(f"(?m){_folded(pattern)}", case_sensitive=False, never_nl=True, never_capture=True)
    return Program(program.search, program.programsize)


@functools.lru_cache(maxsize=16)
def _capturing(pattern: str) -> Any:
    return _compiled(f"(?m){pattern}")


def captured(pattern: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The different values that a pattern finds in texts as they are: of its first group, or without one the whole.

    At most limits.CAPTURED, in limits.PATTERN_TEXT bytes of each text. Raises WrongPattern, also for one that takes
    longer than limits.CAPTURE_SECONDS.
    """
    program = _capturing(pattern)
    group = min(1, program.groups)
    until = time.monotonic() + limits.CAPTURE_SECONDS
    values: dict[str, None] = {}
    for text in texts:
        for match in program.finditer(text[: limits.PATTERN_TEXT].encode()[: limits.PATTERN_TEXT]):
            value = match[group]
            if value:
                values.setdefault(value.decode(errors="replace"))
            if len(values) >= limits.CAPTURED:
                return tuple(values)
            if time.monotonic() > until:
                raise WrongPattern(f"it takes more than {limits.CAPTURE_SECONDS:g} seconds on this mail")
    return tuple(values)


def _compiled(source: str, **wanted: bool) -> Any:
    import re2  # type: ignore[import-untyped]  # here, since most sessions never search by pattern

    options = re2.Options()
    options.log_errors = False
    options.max_mem = limits.PATTERN_MEMORY
    for name, value in wanted.items():
        setattr(options, name, value)
    try:
        program = re2.compile(source.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "not understood"
        raise WrongPattern(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from None
    re2.purge()  # its own cache keeps 128; the one here is enough
    if program.programsize > limits.PATTERN_SIZE:
        raise WrongPattern("pattern too large: fewer or smaller repetitions {n,m} make it smaller")
    return program


def found(pattern: str, column: str) -> bool:
    """Whether the pattern is found in a folded column."""
    return compiled(pattern).found(column)


def _listed(addresses: str) -> str:
    """An address list as lines that a pattern is tried on: each name, each address, each `name <address>`."""
    lines = []
    for entry in addresses.strip(LINE_MARK).split(LINE_MARK):
        name, _, address = entry.partition(ADDRESS_MARK)
        lines += [name, address, f"{name} <{address}>"] if name else [address]
    return LINE_MARK.join(lines)


def _folded(pattern: str) -> str:
    """Non-ASCII characters as `fold` leaves them (in a class only where one character stays one)."""
    if pattern.isascii():
        return pattern
    in_class = False
    folded = []
    previous = ""
    for character in unicodedata.normalize("NFC", pattern):
        if previous != "\\":
            in_class = character == "[" or (in_class and character != "]")
        lower = character if character.isascii() else character.casefold()
        if len(lower) > 1:
            lower = character if in_class else f"(?:{lower})"
        folded.append(lower)
        previous = "" if previous == "\\" else character
    return "".join(folded)


def literals(pattern: str) -> list[str]:
    """Folded texts that a column must hold for the pattern to be found in it: some of them, none where that is unclear.

    Of a plain sequence only: what has groups or alternatives, or escapes but the common ones, tells nothing. A blank
    and angle brackets end a text, since they are not in an address list as the pattern sees them.
    """
    if not pattern.isascii() or _UNCLEAR.search(pattern):
        return []
    pieces = _SEQUENCE.findall(pattern)
    if sum(len(atom) + len(repeat) for atom, repeat in pieces) != len(pattern):
        return []
    text = ""
    for atom, repeat in pieces:
        plain = atom[1 if len(atom) == 3 else -1] if _PLAIN.fullmatch(atom) else "\n"
        text += plain if not repeat else plain + "\n" if repeat[0] == "+" else "\n"
    return [each.lower() for each in text.split("\n") if each]


_UNCLEAR = re.compile(r"[()|]|\\(?![dDwWsSbB]|[^\w])")
_SEQUENCE = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[])([*+?]\??|\{[0-9,]*\}\??)?")
_PLAIN = re.compile(r"[^\\\s<>^$.*+?\[\]{}]|\\[^\w\s<>]|\[[^\\\s<>^\[\]]\]")  # the last: `[.]`


def valid(pattern: str) -> bool:
    """Whether RE2 takes the pattern."""
    try:
        compiled(pattern)
    except WrongPattern:
        return False
    return True
