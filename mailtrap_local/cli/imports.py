"""`mailtrap-local import`: mail out of files."""

from __future__ import annotations

import shutil
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailtrap_local.cli import archive, screen
from mailtrap_local.cli.archive.ledger import digest
from mailtrap_local.cli.exits import DONE, NOT_THERE
from mailtrap_local.cli.line import Parser, command, complain, standard_input
from mailtrap_local.client import Missing, ServerRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from mailtrap_local.cli.archive.mail import Mail
    from mailtrap_local.client import Client

_OF_THIS_MAIL = (400, 413, 414, 422, 431)  # refusals that say nothing of the next one


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "import",
        "Put mail from files in, byte for byte: .eml files and folders of them, mboxes, Maildirs; what a SRC\n"
        "is, it says itself. What `export` noted beside the mail is put back: envelope, inbox, read state,\n"
        "tags; when and by which connection it came is not. Mail of others gets the envelope that its header\n"
        "names. Mail that is there already, byte for byte in the same inbox, is left out, so a run that was\n"
        "broken off can be repeated.",
        missing="a mail was refused; standard error says which and why, and the others are in",
        examples=("import mails", "import kept.mbox ~/Maildir", "import --inbox blue - < one.eml"),
    )
    parser.add_argument("sources", nargs="+", metavar="SRC", help="a file or folder; - is standard input")
    parser.add_argument("--format", choices=tuple(archive.FORMATS), help="what every SRC is, if it does not say it")
    parser.add_argument("--again", action="store_true", help="put in what is there already, too")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Put it all in, each source in its order."""
    shelf = _Shelf(client, again=options.again)
    empty: list[Path] = []
    progress = screen.Progress("imported")
    with _sources(options.sources) as paths:
        kinds = [(path, archive.FORMATS[options.format or archive.format_of(path)]) for path in paths]
        whole = sum(kind.size(path) for path, kind in kinds) or 1
        octets = 0
        try:
            for path, kind in kinds:
                before = octets
                for mail in kind.mails(path):
                    shelf.put(mail)
                    octets += mail.octets
                    progress.tell(shelf.done["Imported"], part=octets / whole)
                if octets == before:
                    empty.append(path)
        finally:
            progress.end()
    for path in empty:
        complain("import", f"warning: there is no mail in {path}.")
    if options.json:
        screen.write_json({**shelf.done, "IDs": shelf.ids})
    elif screen.is_terminal():
        there = f", {shelf.done['Skipped']} were there" if shelf.done["Skipped"] else ""
        screen.write(f"{shelf.done['Imported']} imported{there}")
    return NOT_THERE if shelf.done["Refused"] else DONE


@contextmanager
def _sources(names: Sequence[str]) -> Iterator[list[Path]]:
    """The paths that the names mean; standard input is kept in a file as long as it is read."""
    with ExitStack() as stack:
        paths = []
        for name in names:
            if name == "-":
                from tempfile import NamedTemporaryFile

                kept = stack.enter_context(NamedTemporaryFile(prefix="mailtrap-local-", suffix=".import"))
                shutil.copyfileobj(standard_input(), kept)
                kept.flush()
            paths.append(Path(kept.name if name == "-" else name))
        yield paths


class _Shelf:
    """The server's side: what it holds already, and what is put in."""

    def __init__(self, client: Client, *, again: bool) -> None:
        self.done = {"Imported": 0, "Skipped": 0, "Refused": 0}
        self.ids: list[str] = []
        self._client = client
        self._again = again
        self._there: dict[str, dict[int, list[str]]] = {}  # IDs by scope and size; each stands for one mail of ours
        self._digests: dict[str, str] = {}

    def put(self, mail: Mail) -> None:
        """Put a mail in, unless it is there."""
        inbox = self._client.smtp_user or mail.inbox
        scope = self._client.inbox(inbox) if inbox else self._client
        if not self._again and self._is_there(scope, inbox, mail.raw):
            self.done["Skipped"] += 1
            return
        try:
            name = scope.put(mail.raw, from_=mail.mail_from, to=mail.recipients)
        except ServerRefused as error:
            if error.status not in _OF_THIS_MAIL:
                raise
            complain("import", f"{mail.place}: {error}")
            self.done["Refused"] += 1
            return
        if mail.tags:
            scope.tag(name, tags=mail.tags)
        if mail.read:
            scope.mark(name)
        self.ids.append(name)
        self.done["Imported"] += 1

    def _is_there(self, scope: Client, inbox: str, raw: bytes) -> bool:
        if inbox not in self._there:
            self._there[inbox] = defaultdict(list)
            for summary in reversed(scope.page(limit=None).messages):
                self._there[inbox][summary.size].append(summary.id)
        alike = self._there[inbox].get(len(raw), [])
        wanted = digest(raw) if alike else ""
        for name in alike:
            if self._digest(scope, name) == wanted:
                alike.remove(name)
                return True
        return False

    def _digest(self, scope: Client, name: str) -> str:
        if name not in self._digests:
            try:
                self._digests[name] = digest(scope.raw(name))
            except Missing:
                self._digests[name] = ""  # deleted since it was listed
        return self._digests[name]


main = command(describe, run)
