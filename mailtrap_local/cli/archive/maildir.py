"""A Maildir (as qmail's maildir(5) describes it): a mail a file, in `new` while it is unread, else in `cur` with `S`.

Names are SECONDS.ID.mailtrap-local; a mail program may move them from `new` to `cur` and set flags.
"""

from __future__ import annotations

from pathlib import Path

from mailtrap_local.cli.archive import files
from mailtrap_local.cli.archive.ledger import MODE, NAME, Ledger, read, record, stem
from mailtrap_local.cli.archive.mail import Mail, mail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from mailtrap_local.client.model import Message, Summary

_SEEN = "S"
_FOLDER_MODE = MODE | 0o100


def is_one(path: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


class Writer:
    """An export into a Maildir, which is made if need be. Mail of others stays there beside it."""

    def __init__(self, path: Path) -> None:
        for each in ("tmp", "new", "cur"):
            (path / each).mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        self._path = path
        self._there = {_unique(each): each for each in _files(path)}
        self._ledger = Ledger(path / NAME)

    def has(self, summary: Summary) -> bool:
        """Whether the message is there already, whole, wherever a mail program has moved it to."""
        there = self._there.get(_name(summary))
        return _name(summary) in self._ledger.lines and there is not None and there.stat().st_size == summary.size

    def add(self, summary: Summary, message: Message, raw: bytes) -> str:
        """Write the message; where it is not, because that name holds something else, or ""."""
        name = _name(summary)
        if name not in self._ledger.lines:
            self._ledger.add(record(summary, message, raw, file=name))
        if name in self._there:
            return "" if files.is_same(self._there[name], raw) else str(self._there[name])
        target = self._path / "cur" / f"{name}:2,{_SEEN}" if summary.read else self._path / "new" / name
        return "" if files.make(target, raw, by_way_of=self._path / "tmp" / name) else str(target)

    def __enter__(self) -> Self:
        self._ledger.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._ledger.__exit__()


def size(path: Path) -> int:
    """Octets of mail."""
    return sum(each.stat().st_size for each in _files(path))


def mails(path: Path) -> Iterator[Mail]:
    """The mail of a Maildir: in the order of the ledger, then by name, which begins with the time. Raises Failure."""
    lines = {each["File"]: each for each in read(path / NAME)}
    order = {name: number for number, name in enumerate(lines)}
    for file in sorted(_files(path), key=lambda each: (order.get(_unique(each), len(order)), each.name)):
        raw = file.read_bytes()
        seen = _SEEN in file.name.partition(":2,")[2]
        yield mail(str(file), raw, lines.get(_unique(file)), octets=len(raw), read=seen)


def _name(summary: Summary) -> str:
    return f"{int(summary.created.timestamp())}.{stem(summary.id)}.mailtrap-local"


def _unique(path: Path) -> str:
    """A file's name without its flags."""
    return path.name.partition(":")[0]


def _files(path: Path) -> list[Path]:
    return [
        each
        for folder in ("new", "cur")
        for each in (path / folder).iterdir()
        if each.is_file() and not each.name.startswith(".")
    ]
