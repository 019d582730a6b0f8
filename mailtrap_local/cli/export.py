"""`mailtrap-local export`: mail into files."""

from __future__ import annotations

from pathlib import Path

from mailtrap_local.cli import archive, screen
from mailtrap_local.cli.exits import DONE, NOT_THERE
from mailtrap_local.cli.line import Parser, asked, command, complain, warn
from mailtrap_local.client import Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap_local.client import Client, Summary


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "export",
        "Write mail into files, byte for byte: a folder of .eml files, an mbox (mboxrd), or a Maildir. What\n"
        "the mail itself does not say (its envelope, inbox, time of arrival, read state and tags) goes into a\n"
        "file beside it, mailtrap-local.jsonl, which `import` reads. A second run writes what is not there\n"
        "yet, also where the first was killed. No file is ever replaced. (Without that file beside it an mbox\n"
        "cannot tell whether a mail ended without a line end; all else is exact.)",
        missing="a file of the same name holds something else, which was left alone",
        examples=("export mails", "export kept.mbox to:ann@example.com", "export Mail --format maildir"),
    )
    parser.add_argument("destination", metavar="DEST", help="a folder or, for an mbox, a file")
    parser.add_query()
    parser.add_argument(
        "--format",
        choices=tuple(archive.FORMATS),
        help="without it DEST tells: NAME.mbox is an mbox, a Maildir stays one, all else is a folder of eml",
    )
    return parser


def run(client: Client, options: Namespace) -> int:
    """Write what matches, oldest first."""
    destination = Path(options.destination)
    page = client.page(asked(options), limit=None)
    warn("export", page.warnings)
    done = {"Exported": 0, "Skipped": 0, "Conflicts": 0}
    progress = screen.Progress("exported")
    kind = options.format or archive.format_for(destination)
    with archive.FORMATS[kind].Writer(destination) as writer:
        try:
            for number, summary in enumerate(reversed(page.messages), 1):
                if writer.has(summary):
                    done["Skipped"] += 1
                else:
                    _one(client, writer, summary, done)
                progress.tell(done["Exported"], part=number / len(page.messages))
        finally:
            progress.end()
    if options.json:
        screen.write_json({"Format": kind, **done})
    elif screen.is_terminal():
        there = f", {done['Skipped']} were there" if done["Skipped"] else ""
        screen.write(f"{done['Exported']} exported{there}")
    return NOT_THERE if done["Conflicts"] else DONE


def _one(client: Client, writer: archive.Writer, summary: Summary, done: dict[str, int]) -> None:
    name = summary.id
    try:
        conflict = writer.add(summary, client.get(name), client.raw(name))
    except Missing:
        return  # deleted since it was listed
    if conflict:
        complain("export", f"{conflict} holds something else and was left alone; the mail {name} was not written.")
    done["Conflicts" if conflict else "Exported"] += 1


main = command(describe, run)
