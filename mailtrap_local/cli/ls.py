"""`mailtrap-local ls`: the mail that is there."""

from __future__ import annotations

from mailtrap_local.cli import screen, views
from mailtrap_local.cli.exits import DONE
from mailtrap_local.cli.line import Parser, asked, command, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap_local.client import Client


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "ls",
        "List the mail that is there, newest first. To a terminal it is a table that fits; to a pipe\n"
        "a line each, nothing cut: ID, time of arrival, From, To, Subject, with tabs between them.",
        missing="(not used: a list may be empty)",
        examples=("ls", "ls to:ann@example.com --limit 5", "ls is:unread --json"),
    )
    parser.add_query()
    parser.add_argument("--limit", type=limit, default=50, metavar="N", help="how many of the newest (50); 0 is all")
    parser.add_argument("--oldest-first", action="store_true", help="turn these around: the newest at the bottom")
    return parser


def limit(text: str) -> int:
    """How many at most; 0 is all."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def run(client: Client, options: Namespace) -> int:
    """Print the list."""
    page = client.page(asked(options), limit=options.limit or None)
    warn("ls", page.warnings)
    step = -1 if options.oldest_first else 1
    rows = page.messages[::step]
    if options.json:
        screen.write_json({**page.wire, "messages": [each.wire for each in rows]})
    elif not screen.is_terminal():
        for each in rows:
            screen.write(views.tabbed(each))
    elif rows:
        for line in views.aligned(rows, room=screen.width()):
            screen.write(line)
        if page.matched > len(rows):
            screen.write(f"{len(rows)} of {page.matched}; --limit 0 lists them all")
    return DONE


main = command(describe, run)
