"""Reading a command line, and running a command that talks to a server.

A command is its `Parser` and what it does with a client and the options; `command` makes the `main` of the two.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from urllib.parse import quote

from mailtrap_local.cli.exits import MEANINGS, USAGE, Failure, failure
from mailtrap_local.cli.screen import body
from mailtrap_local.client import Client, MailtrapError
from mailtrap_local.client.http11 import DEFAULT_URL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import BinaryIO, NoReturn

    from mailtrap_local.client.lines import Verify

PROGRAM = "mailtrap-local"
URL_VARIABLE = "MAILTRAP_LOCAL_URL"
AUTH_VARIABLE = "MAILTRAP_LOCAL_HTTP_AUTH"
_LOGIN_IN_URL = re.compile(r"//[^/]*@")


class Parser(argparse.ArgumentParser):
    """The flags of one command, with those that every command has. `missing` is what exit code 1 means here."""

    def __init__(self, command: str, description: str, *, missing: str, examples: Sequence[str]) -> None:
        shown = "\n".join(f"  {PROGRAM} {each}" for each in examples)
        super().__init__(
            prog=f"{PROGRAM} {command}",
            description=description,
            epilog=f"examples:\n{shown}\n\n{MEANINGS.format(missing=missing)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self.command = command
        self.examples = tuple(examples)
        group = self.add_argument_group("the server")
        group.add_argument("--url", metavar="URL", help=f"web address of the server [{URL_VARIABLE}] ({DEFAULT_URL})")
        group.add_argument("--inbox", metavar="NAME", help="this inbox only; without it all of them")
        group.add_argument(
            "--http-auth",
            metavar="USER:PASSWORD",
            help=f"what the server asks for [{AUTH_VARIABLE}], unless in the URL",
        )
        group.add_argument("--verify", metavar="FILE", help="where the URL says https: the authority to trust (PEM)")
        self.add_argument("--json", action="store_true", help="print JSON, with the names of the HTTP API")

    def add_query(self) -> None:
        """A search as the words behind the command."""
        self.add_argument(
            "query",
            nargs="*",
            metavar="QUERY",
            help="a search, as the web page takes it; !word leaves mail out (or -word, behind --)",
        )

    def parse_args(self, args: Sequence[str] | None = None, namespace: object = None) -> argparse.Namespace:  # type: ignore[override]
        """The options. Flags may stand between the words of a search; what is unknown ends the program with code 2."""
        options, rest = self.parse_known_intermixed_args(args)
        if rest:
            self.error(self._unknown(rest[0]))
        return options

    def error(self, message: str) -> NoReturn:
        """End the program with code 2 and a sentence."""
        sentence = message if message.endswith(("?", ".")) else f"{message}."
        sys.stderr.write(body(f"{self.prog}: {sentence} `{self.prog} --help` explains it.\n"))
        raise SystemExit(USAGE)

    def _unknown(self, word: str) -> str:
        if not word.startswith("-"):
            return f"what is {word!r} to mean here?"
        from difflib import get_close_matches

        near = get_close_matches(word.partition("=")[0], self._option_string_actions, n=1)
        hint = f"; was {near[0]} meant?" if near else ""
        if not hint and not word.startswith("--") and any(each.dest == "query" for each in self._actions):
            hint = f"; a search that leaves mail out is written !{word[1:]}"
        return f"there is no flag {word}{hint}"


def command(
    parser: Callable[[], Parser], run: Callable[[Client, argparse.Namespace], int]
) -> Callable[[Sequence[str]], int]:
    """The `main` of a command that talks to a server."""

    def main(arguments: Sequence[str]) -> int:
        reading = parser()
        options = reading.parse_args(arguments)
        try:
            return _run(run, options)
        except Failure as error:
            complain(reading.command, str(error))
            return error.code

    return main


def _run(run: Callable[[Client, argparse.Namespace], int], options: argparse.Namespace) -> int:
    try:
        client = client_of(options)
    except MailtrapError as error:
        raise Failure(USAGE, str(error)) from None
    with client:
        try:
            return run(client, options)
        except BrokenPipeError:
            raise  # who read our output has gone
        except (MailtrapError, OSError) as error:
            raise failure(error) from None


def client_of(options: argparse.Namespace) -> Client:
    """The client of the server, or inbox, that the options name. Raises MailtrapError, Failure."""
    url = options.url or os.environ.get(URL_VARIABLE) or DEFAULT_URL
    # the environment's password is for the environment's server
    login = options.http_auth or ("" if options.url else os.environ.get(AUTH_VARIABLE, ""))
    if options.http_auth and _LOGIN_IN_URL.search(url):
        raise Failure(USAGE, "The URL has a user already; leave that or --http-auth out.")
    if login and not _LOGIN_IN_URL.search(url):
        user, colon, password = login.partition(":")
        if not user or not colon:
            raise Failure(USAGE, "--http-auth takes USER:PASSWORD.")
        scheme, slashes, rest = url.rpartition("//")
        url = f"{scheme or 'http:'}{slashes or '//'}{quote(user, safe='')}:{quote(password, safe='')}@{rest}"
    client = Client(url, verify=_trusted(options.verify))
    if options.inbox == "":
        raise Failure(USAGE, "--inbox takes a name; without the flag all inboxes are meant.")
    return client.inbox(options.inbox) if options.inbox else client


def _trusted(file: str | None) -> Verify:
    """The system's authorities, or the one in a file. Raises MailtrapError."""
    if file is None:
        return True
    from mailtrap_local.client.tls import context

    return context(file)


def asked(options: argparse.Namespace) -> str:
    """The search that the words make."""
    return " ".join(options.query)


def standard_input() -> BinaryIO:
    """Standard input, to be read as octets. Raises Failure if there is none."""
    if sys.stdin is None:
        raise Failure(USAGE, "There is no standard input to read from.")
    return sys.stdin.buffer


def complain(command: str, text: str) -> None:
    """A remark on standard error, which may quote a mail."""
    if sys.stderr is not None:
        sys.stderr.write(f"{PROGRAM} {command}: {body(text)}\n")
        sys.stderr.flush()


def warn(command: str, warnings: Iterable[str]) -> None:
    """Pass on what the server thinks that the search may have been meant for."""
    for each in warnings:
        complain(command, f"warning: {each}")


def seconds(text: str) -> float:
    """A time-out: seconds, 0 and more."""
    value = float(text.removesuffix("s"))
    if not 0 <= value < math.inf:
        raise ValueError(text)
    return value


def number(text: str) -> int:
    """How many: 1 and more."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
