"""What reaches the terminal: text that can do it no harm, in columns that fit it.

A mail may hold anything, and a terminal obeys control characters: they can hide text, forge lines, set the clipboard.
So whatever comes from a mail passes `body` (running text) or `cell` (one line), whether standard output is a terminal
or a pipe, since the pipe may lead to one.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\r\x7f-\x9f\ud800-\udfff"  # C0 but for tab and LF, DEL, C1, half characters
_IN_BODY = re.compile(f"[{_CONTROLS}]")
_IN_CELL = re.compile(f"[{_CONTROLS}\t\n\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # and what turns lines around
_LEAST = 6  # columns that a cell keeps when there is little room
_GAP = "  "


def body(text: str) -> str:
    """Running text: its lines end in LF, its tabs stay, other control characters are written as `\\x1b`."""
    return _IN_BODY.sub(_escape, text.replace("\r\n", "\n"))


def cell(text: str) -> str:
    """Text for one line: no tab, no line end, nothing that changes the direction of writing."""
    return _IN_CELL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def write(text: str) -> None:
    """A line on standard output. Characters that its encoding lacks are written as `\\u20ac`."""
    if sys.stdout is None:
        return
    if sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write(text + "\n")


def write_json(value: Any) -> None:
    """One JSON value on a line of its own, in ASCII without any control character."""
    write(json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f"))


def write_octets(octets: bytes) -> None:
    """Octets as they are, but to a terminal: that gets them as harmless text."""
    if is_terminal():
        write(body(octets.decode("utf-8", "backslashreplace")).removesuffix("\n"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(octets)


def flush() -> None:
    """Let what was written be seen."""
    if sys.stdout is not None:
        sys.stdout.flush()


def is_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def width() -> int:
    """Columns of the terminal; COLUMNS wins, and 80 is what nobody said otherwise."""
    import shutil

    return max(shutil.get_terminal_size().columns, 20)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian characters two, marks on others none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitted(text: str, room: int) -> str:
    """A text cut to so many columns."""
    if columns(text) <= room:
        return text
    taken, kept = 0, []
    for character in text:
        taken += _columns(character)
        if taken >= room:
            break
        kept.append(character)
    return "".join(kept) + "…"


def table(rows: Sequence[Sequence[str]], *, elastic: Sequence[int], room: int) -> list[str]:
    """Rows as aligned lines of at most `room` columns; the elastic cells give way, the widest first."""
    widths = [max(map(columns, each)) for each in zip(*rows, strict=True)]
    surplus = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while surplus > 0:
        widest = max(elastic, key=lambda index: widths[index])
        if widths[widest] <= _LEAST:
            break
        second = max((widths[index] for index in elastic if index != widest), default=0)
        given = min(surplus, max(widths[widest] - max(second, _LEAST), 1))
        widths[widest] -= given
        surplus -= given
    lines = []
    for row in rows:
        cells = (fitted(text, wide) for text, wide in zip(row, widths, strict=True))
        padded = (text + " " * (wide - columns(text)) for text, wide in zip(cells, widths, strict=True))
        lines.append(fitted(_GAP.join(padded).rstrip(), room))
    return lines


class Progress:
    """How far a long work has come, on one line of standard error if that is a terminal, else not at all."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last = ""

    def tell(self, done: int, *, part: float) -> None:
        """`done` pieces are, which is `part` (0 to 1) of it all."""
        text = f"{self._what} {done} ({min(part, 1.0):.0%})"
        if self._shown and text != self._last:
            sys.stderr.write(f"\r{text}")
            sys.stderr.flush()
            self._last = text

    def end(self) -> None:
        """Take the line away again."""
        if self._last:
            sys.stderr.write("\r" + " " * len(self._last) + "\r")
            sys.stderr.flush()
            self._last = ""
