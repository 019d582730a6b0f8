"""`mailtrap-local rm`: delete mail, never more than was said."""

from __future__ import annotations

import sys

from mailtrap_local.cli import screen
from mailtrap_local.cli.exits import DONE, NOT_THERE, USAGE, Failure
from mailtrap_local.cli.line import Parser, command, complain, warn
from mailtrap_local.client import Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from mailtrap_local.client import Client

_AT_ONCE = 5_000  # IDs in one request


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "rm",
        "Delete mail for good: by ID, by a search, or all. A search and --all ask first; where nobody\n"
        "can answer they want --yes. What a search found when it was asked about is what is deleted.",
        missing="a mail of that ID is not there (the others are deleted); or the answer was no",
        examples=(
            "rm 00000Lr5OZcmzPAVsb3Xux",
            "rm --query 'before:7d is:read' --yes",
            "rm --inbox staging --all --yes",
        ),
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="the ID of a mail, as `ls` prints it")
    parser.add_argument("--query", metavar="QUERY", help="all mail that a search finds")
    parser.add_argument("--all", action="store_true", help="all mail: of the inbox, if one is named")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Delete, and say how many."""
    said = [bool(options.ids), options.query is not None, options.all]
    if sum(said) != 1:
        raise Failure(USAGE, "Say what to delete: IDs, or --query QUERY, or --all; one of the three.")
    if options.ids:
        return _named(client, options)
    if options.query is not None and not options.query.strip():
        raise Failure(USAGE, "The search is empty; all mail is --all.")
    if options.all:
        return _all(client, options)
    page = client.page(options.query, limit=None)
    warn("rm", page.warnings)
    _ask(client, options, page.matched)
    ids = [each.id for each in page.messages]
    _delete(client, ids)
    return _told(options, len(ids))


def _all(client: Client, options: Namespace) -> int:
    number = client.page(limit=1).total
    _ask(client, options, number)
    client.clear()
    return _told(options, number)


def _named(client: Client, options: Namespace) -> int:
    there, missing = [], []
    for name in dict.fromkeys(options.ids):
        try:
            there.append(client.get(name).id)
        except (Missing, ValueError):
            missing.append("There is no mail with the ID " + name)
    _delete(client, there)
    for each in missing:
        complain("rm", f"{each}.")
    return max(_told(options, len(there)), NOT_THERE if missing else DONE)


def _ask(client: Client, options: Namespace, number: int) -> None:
    """Go on only if it is said. Raises Failure."""
    if options.yes or not number:
        return
    where = f" from the inbox {client.smtp_user!r}" if client.smtp_user else ""
    what = f"{number} message{'s' if number > 1 else ''}{where}"
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stderr.isatty():
        raise Failure(USAGE, f"This deletes {what} for good; --yes says that it is meant.")
    sys.stderr.write(f"Delete {screen.cell(what)} for good? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure(NOT_THERE, "Nothing was deleted.")


def _delete(client: Client, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        client.delete(*ids[start : start + _AT_ONCE])


def _told(options: Namespace, number: int) -> int:
    if options.json:
        screen.write_json({"Deleted": number})
    elif screen.is_terminal():
        screen.write(f"{number} message{'' if number == 1 else 's'} deleted")
    return DONE


main = command(describe, run)
