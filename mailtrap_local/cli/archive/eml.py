"""A folder of `.eml` files, a mail in each, named by its ID."""

from __future__ import annotations

from pathlib import Path

from mailtrap_local.cli.archive import files
from mailtrap_local.cli.archive.ledger import NAME, Ledger, read, record, stem
from mailtrap_local.cli.archive.mail import Mail, mail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from mailtrap_local.client.model import Message, Summary


class Writer:
    """An export into a folder, which is made if need be."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._ledger = Ledger(path / NAME)

    def has(self, summary: Summary) -> bool:
        """Whether the message is there already, whole."""
        name = f"{stem(summary.id)}.eml"
        path = self._path / name
        return name in self._ledger.lines and path.is_file() and path.stat().st_size == summary.size

    def add(self, summary: Summary, message: Message, raw: bytes) -> str:
        """Write the message; where it is not, because that name holds something else, or ""."""
        name = f"{stem(summary.id)}.eml"
        if name not in self._ledger.lines:
            self._ledger.add(record(summary, message, raw, file=name))
        target = self._path / name
        return "" if files.make(target, raw, by_way_of=self._path / f".{name}.part") else str(target)

    def __enter__(self) -> Self:
        self._ledger.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._ledger.__exit__()


def size(path: Path) -> int:
    """Octets of mail."""
    return sum(each.stat().st_size for each in _files(path))


def mails(path: Path) -> Iterator[Mail]:
    """The mail of a folder: in the order of the ledger, then by name; or the one of a file. Raises Failure."""
    lines = {each["File"]: each for each in read(path / NAME)} if path.is_dir() else {}
    order = {name: number for number, name in enumerate(lines)}
    for file in sorted(_files(path), key=lambda each: (order.get(each.name, len(order)), each.name)):
        raw = file.read_bytes()
        yield mail(str(file), raw, lines.get(file.name), octets=len(raw))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [each for each in path.iterdir() if each.suffix.lower() == ".eml" and not each.name.startswith(".")]
