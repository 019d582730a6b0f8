"""`mailtrap-local cursor`: where arrival stands now."""

from __future__ import annotations

from mailtrap_local.cli import screen
from mailtrap_local.cli.exits import DONE
from mailtrap_local.cli.line import Parser, command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap_local.client import Client


def describe() -> Parser:
    """Its command line."""
    return Parser(
        "cursor",
        "Print where the order of arrival stands now. Take it before your app acts, and nothing older\n"
        "counts in `wait --since`, `tail --since`.",
        missing="(not used)",
        examples=("cursor", "cursor --json"),
    )


def run(client: Client, options: Namespace) -> int:
    """Print it."""
    cursor = client.cursor()
    if options.json:
        screen.write_json({"cursor": cursor})
    else:
        screen.write(screen.cell(cursor))
    return DONE


main = command(describe, run)
