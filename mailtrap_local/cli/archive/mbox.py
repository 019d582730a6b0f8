"""An mbox as mboxrd: each mail behind a line `From SENDER DATE`, an empty line behind it.

1. A line of a mail that is `From ` behind any number of `>` gets one `>` more, and loses it when it is read: that can
   always be undone. What other programs wrote as mboxo reads the same, but for lines that were `>From ` all along.
2. Line ends stay as they are, CRLF, LF and mixed. A line ends in LF here, so a bare CR is a character like any other,
   and so is a NUL.
3. A mail that does not end in a line end gets one; the ledger knows the size, so it is taken away again.
4. Only the end of the file is ever written. What stands behind the last mail of the ledger is either the beginning of
   that mail, from a run that was killed, or of somebody else: then nothing is written at all.
"""

from __future__ import annotations

import os
import re
from datetime import UTC
from pathlib import Path

from mailtrap_local.cli.archive.ledger import MODE, Ledger, read, record
from mailtrap_local.cli.archive.mail import Mail, mail
from mailtrap_local.cli.exits import REFUSED, Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Self

    from mailtrap_local.client.model import Message, Summary

_TO_QUOTE = re.compile(rb"^(?=>*From )", re.MULTILINE)
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_NO_SENDER = "MAILER-DAEMON"
_SENDER = re.compile(r"[!-~]+")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def ledger_of(path: Path) -> Path:
    """Where the ledger of an mbox is: beside it."""
    return path.with_name(f"{path.name}.mailtrap-local.jsonl")


class Writer:
    """An export into an mbox: a new one, or one that an earlier run of ours began. Raises Failure for any other."""

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise Failure(REFUSED, f"{path} is a folder; an mbox is a file.")
        if path.exists() and not ledger_of(path).exists():
            raise Failure(REFUSED, f"{path} is there, and no export of ours; nothing was written. Take another name.")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._ledger = Ledger(ledger_of(path))
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT, MODE), "r+b")  # noqa: SIM115
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        self._done = {each["ID"] for each in self._ledger.lines.values()}

    def _begin(self) -> None:
        """Go to where the next mail begins: behind the last one, or where that does if it is not whole."""
        here = self._file.seek(0, os.SEEK_END)
        last = next(reversed(self._ledger.lines.values()), None)
        begins = _offset(last) if last else 0
        ends = begins + int(last.get("Length", 0)) if last else 0
        if here == ends:
            return
        if not begins <= here < ends:
            raise Failure(REFUSED, f"{self._path} is not as our last export left it; nothing was written.")
        self._ledger.forget_last()
        self._file.truncate(self._file.seek(begins))

    def has(self, summary: Summary) -> bool:
        """Whether the message is there already, whole."""
        return summary.id in self._done

    def add(self, summary: Summary, message: Message, raw: bytes) -> str:
        """Write the message to the end; always ""."""
        octets = _written(summary, message.mail_from, raw)
        line = record(summary, message, raw, file=f"@{self._file.tell()}")
        self._ledger.add({**line, "Length": len(octets)})
        self._file.write(octets)
        self._file.flush()
        self._done.add(summary.id)
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._ledger.__exit__()


def _offset(line: Mapping[str, Any]) -> int:
    text = str(line["File"])[1:]
    return int(text) if text.isascii() and text.isdigit() else 0


def _written(summary: Summary, mail_from: str, raw: bytes) -> bytes:
    sender = mail_from if _SENDER.fullmatch(mail_from) else _NO_SENDER
    came = summary.created.astimezone(UTC)
    # asctime(3), which no locale may translate
    day = f"{_DAYS[came.weekday()]} {_MONTHS[came.month - 1]} {came.day:2} {came:%H:%M:%S} {came.year:04}"
    end = b"\n" if raw.endswith(b"\n") else b"\n\n"
    return f"From {sender} {day}\n".encode() + _TO_QUOTE.sub(b">", raw) + end


def size(path: Path) -> int:
    """Octets of mail."""
    return path.stat().st_size


def mails(path: Path) -> Iterator[Mail]:
    """The mail of an mbox, in its order. Raises Failure."""
    lines = {_offset(each): each for each in read(ledger_of(path))}
    for number, (offset, first, octets) in enumerate(_pieces(path), 1):
        line = lines.get(offset)
        raw = _QUOTED.sub(b"", octets)
        # without a ledger: the empty line behind the mail is the box's
        raw = raw[: line["Size"]] if line else _without_empty_line(raw)
        named = first.split(b" ", 2)[1].strip().decode("utf-8", "replace")
        sender = "" if named == _NO_SENDER else named or None
        yield mail(f"{path}, mail {number}", raw, line, octets=len(first) + len(octets), sender=sender)


def _pieces(path: Path) -> Iterator[tuple[int, bytes, bytes]]:
    """Where each mail begins, its From line, and the rest up to the next one."""
    with path.open("rb") as file:
        begins, at, first, lines = 0, 0, b"", list[bytes]()
        empty = True  # so was the line before
        for line in file:
            if empty and line.startswith(b"From "):
                if first:
                    yield begins, first, b"".join(lines)
                begins, first, lines = at, line, []
            else:
                lines.append(line)
            empty = line in (b"\n", b"\r\n")
            at += len(line)
        if first:
            yield begins, first, b"".join(lines)


def _without_empty_line(raw: bytes) -> bytes:
    for end in (b"\n\r\n", b"\n\n"):
        if raw.endswith(end):
            return raw[: 1 - len(end)]
    return b"" if raw in (b"\n", b"\r\n") else raw
