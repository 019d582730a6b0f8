"""The command line: `mailtrap-local` serves, `mailtrap-local COMMAND` does something else (`table.py` has them all).

Each command imports what it needs when it runs: `sendmail` has to start in a blink, and those that talk to a running
server know nothing of how one is made. A mistake of the user's is one sentence on standard error, never a traceback;
a reader that has gone and a Ctrl-C are no mistakes, and say nothing.
"""

from __future__ import annotations

import os
import sys

from mailtrap_local.cli.table import COMMANDS, SERVE

TYPE_CHECKING = False  # as typing's, which `sendmail` would have to wait for
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

PROGRAM = "mailtrap-local"
USAGE, INTERRUPTED, READER_GONE = 2, 130, 141  # the last two as a shell has them for SIGINT and SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. `arguments` are those behind the program's name."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        try:
            return _run(given)
        finally:
            if sys.stdout is not None:  # closed by who started us
                sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _write_nowhere()
        return READER_GONE


def _run(given: list[str]) -> int:
    name = given[0] if given else ""
    if not name or name.startswith("-"):
        return _command(SERVE).main(given)  # which has --help and --version
    if name not in COMMANDS:
        sys.stderr.write(f"{PROGRAM}: {_unknown(name)}\n")
        return USAGE
    return _command(name).main(given[1:])


def _command(name: str) -> Module:
    module: Module = __import__(COMMANDS[name].module, fromlist=["main"])
    return module


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    hint = f"was `{near[0]}` meant?" if near else f"there are {', '.join(COMMANDS)}."
    return f"there is no command {name!a}; {hint} `{PROGRAM} --help` explains them."


def _write_nowhere() -> None:
    """Let what is still buffered go to nobody, so that the interpreter does not complain of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def parser() -> argparse.ArgumentParser:
    """The command line that starts the server: every setting as a flag, and the names of the other commands."""
    from mailtrap_local.cli.serve import parser

    return parser()


if TYPE_CHECKING:
    from typing import Protocol

    class Module(Protocol):
        """The module of a command."""

        def main(self, arguments: Sequence[str], /) -> int:
            """Run it with the arguments behind its name; the exit code."""
