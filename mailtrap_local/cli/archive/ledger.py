"""The ledger of an export: for each mail what its file does not say, as a line of JSON with the names of the HTTP API.

`File` is the name that the mail has there (in an mbox, where it begins: `@OFFSET`), `Size` and `SHA256` are those of
the raw mail. Names of the ledger are looked up, never opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import re

from mailtrap_local.cli.exits import REFUSED, Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any, Self

    from mailtrap_local.client.model import Message, Summary

NAME = "mailtrap-local.jsonl"
MODE = 0o600  # mail is nobody else's business
_ID = re.compile(r"[0-9A-Za-z]{1,64}")


def record(summary: Summary, message: Message, raw: bytes, *, file: str) -> dict[str, Any]:
    """The line of a message."""
    return {
        "File": file,
        "ID": message.id,
        "Size": len(raw),
        "SHA256": digest(raw),
        "Created": summary.wire["Created"],
        "Inbox": message.inbox,
        "Read": summary.read,
        "Tags": list(summary.tags),
        "Envelope": message.wire["Envelope"],
    }


def digest(raw: bytes) -> str:
    """The SHA-256 of a mail, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def stem(message_id: str) -> str:
    """An ID as a part of a file's name. Raises Failure for what is none."""
    if not _ID.fullmatch(message_id):
        raise Failure(REFUSED, f"The server gives a message the ID {message_id!r}, which is none.")
    return message_id


class Ledger:
    """A ledger that grows. `lines` are by `File`, in order; it is ours alone while it is open."""

    def __init__(self, path: Path) -> None:
        """Open it, or begin it. Raises Failure if it is none, or another export writes it."""
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT, MODE), "r+b", buffering=0)  # noqa: SIM115
        try:
            _lock(self._file.fileno(), path)
            self.lines = {each["File"]: each for each in read(path)}
            self._drop_torn_line()
        except BaseException:
            self._file.close()
            raise

    def add(self, line: dict[str, Any]) -> None:
        """Write a line, at once."""
        self._file.seek(0, os.SEEK_END)
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self.lines[line["File"]] = line

    def forget_last(self) -> None:
        """Take the last line away again."""
        self.lines.popitem()
        self._file.seek(0)
        self._file.truncate(self._file.read().rfind(b"\n", 0, -1) + 1)

    def _drop_torn_line(self) -> None:
        """A line that was begun when the run before this one was killed; its mail was not."""
        self._file.seek(0)
        text = self._file.read()
        if text and not text.endswith(b"\n"):
            self._file.truncate(text.rfind(b"\n") + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a ledger; none if there is no file. A last line that was torn is no line. Raises Failure."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            if not text.endswith(b"\n"):
                return
            yield _checked(text, f"{path}, line {number},")


def _checked(text: bytes, where: str) -> dict[str, Any]:
    kinds = {"File": str, "ID": str, "Size": int, "SHA256": str, "Inbox": str, "Read": bool, "Tags": list}
    try:
        line = json.loads(text)
        recipients = [each["Address"] for each in line["Envelope"]["To"]]
        addresses = [line["Envelope"]["From"], *recipients, *line["Tags"]]
        if all(isinstance(line[name], kind) for name, kind in kinds.items()) and all(
            isinstance(each, str) for each in addresses
        ):
            return dict(line)
    except (ValueError, KeyError, TypeError):
        pass  # told below
    raise Failure(REFUSED, f"{where} is no line that an export wrote. Move that file away, or repair it.")


def _lock(descriptor: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return  # Windows has none; two exports into one place at once are on who starts them there
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure(REFUSED, f"Another export writes {path} now.") from None
