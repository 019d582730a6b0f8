"""Mail in files: a folder of .eml files, an mbox, a Maildir; each byte for byte, with its envelope beside it.

1. The mail is never touched. What else is known of it (envelope, inbox, when it came, read state, tags) is in the
   ledger, a file of JSON lines beside the mail (`ledger.py`). No X- or Delivered-To field is put into the mail: a field
   that we add would have to be told from one that was sent, and a mail may hold anything.
2. A line is in the ledger before the mail is in its file. So a run that was killed is gone on with: what the ledger
   names and is there in its full size is done, and nothing else is.
3. Files are made, never replaced: a name that is taken is compared, and left alone. Names are made of the message's ID
   alone, which is letters and digits; nothing that a mail says is part of a path.
4. Reading needs no ledger. Without one, or where the mail is no longer what the ledger says, the envelope is that of
   the header fields. Only an mbox loses a byte then: it cannot say whether a mail ended in the middle of a line.
"""

from __future__ import annotations

from pathlib import Path

from mailtrap_local.cli.archive import eml, maildir, mbox
from mailtrap_local.cli.exits import REFUSED, Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol, Self

    from mailtrap_local.cli.archive.mail import Mail
    from mailtrap_local.client.model import Message, Summary

    class Writer(Protocol):
        """An export, as long as it is open."""

        def __init__(self, path: Path, /) -> None:
            """Open or begin it. Raises Failure, and then nothing was written."""

        def has(self, summary: Summary, /) -> bool:
            """Whether the message is there already, whole."""

        def add(self, summary: Summary, message: Message, raw: bytes, /) -> str:
            """Write the message; where it could not be, because that name holds something else, or ""."""

        def __enter__(self) -> Self: ...

        def __exit__(self, *_: object) -> None: ...

    class Format(Protocol):
        """The module of a format."""

        @property
        def Writer(self) -> type[Writer]:
            """What writes it."""

        def size(self, path: Path, /) -> int:
            """Octets of mail, for the progress."""

        def mails(self, path: Path, /) -> Iterator[Mail]:
            """The mail that is there. Raises Failure."""


FORMATS: dict[str, Format] = {"eml": eml, "mbox": mbox, "maildir": maildir}


def format_for(destination: Path) -> str:
    """The format that a name asks for: `.mbox` is one, what is a Maildir stays one, all else is a folder."""
    if destination.suffix.lower() in (".mbox", ".mbx") or destination.is_file():
        return "mbox"
    return "maildir" if maildir.is_one(destination) else "eml"


def format_of(source: Path) -> str:
    """The format that is there. Raises Failure."""
    if source.is_dir():
        return "maildir" if maildir.is_one(source) else "eml"
    if not source.exists():
        raise Failure(REFUSED, f"{source}: No such file or directory.")
    with source.open("rb") as file:
        return "mbox" if file.read(5) == b"From " else "eml"
