"""`mailtrap-local tail`: mail as it comes, over a WebSocket that is made again when it is lost."""

from __future__ import annotations

from datetime import UTC, datetime

from mailtrap_local.cli import screen, views
from mailtrap_local.cli.exits import DONE
from mailtrap_local.cli.line import Parser, asked, command, complain
from mailtrap_local.cli.ls import limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap_local.client import Client, Summary

_CAUGHT_UP = 500  # messages that are looked through where events cannot be replayed
_REMEMBERED = 1_000


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "tail",
        "Print mail as it comes, a line each, until Ctrl-C. A connection that is lost is made again and\n"
        "nothing is missed; standard error says so. To a pipe a line is ID, time of arrival, From, To,\n"
        "Subject, with tabs between them; with --json it is the message's row of the HTTP API.",
        missing="(not used)",
        examples=("tail", "tail to:ann@example.com -n 5", "tail has:attachment --json"),
    )
    parser.add_query()
    parser.add_argument("-n", "--last", type=limit, default=0, metavar="N", help="begin with the last N that are there")
    parser.add_argument("--since", metavar="CURSOR", help="begin with what came behind it: see `mailtrap-local cursor`")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Print until somebody ends it."""
    printer = _Printer(client, options)
    since = options.since
    if options.last:
        since = since or client.cursor()
        printer.begin(options.last)
    for event in client.live(printer.query, since=since):
        if event.kind == "new" and event.message is not None:
            printer.tell(event.message)
        elif event.kind == "open":
            printer.remark(f"listening at {client.url}; Ctrl-C ends it", only_to_people=True)
        elif event.kind == "lost":
            printer.remark(f"the connection was lost ({event.text.rstrip('.')}); trying again")
        elif event.kind == "back":
            printer.remark("the connection stands again")
        elif event.kind == "reset":
            printer.remark("the server began anew, or too much happened to be told; looking through what is there")
            printer.catch_up()
    return DONE


class _Printer:
    """What was printed, so that nothing is twice."""

    def __init__(self, client: Client, options: Namespace) -> None:
        self.query = asked(options)
        self._client = client
        self._json = options.json
        self._told: dict[str, None] = {}  # IDs, in order
        self._last = datetime.now(UTC)  # when the last of them came

    def tell(self, summary: Summary) -> None:
        """Print a message, unless it was."""
        if summary.id in self._told:
            return
        self._told[summary.id] = None
        self._last = max(self._last, summary.created)
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        if self._json:
            screen.write_json(summary.wire)
        elif screen.is_terminal():
            screen.write(views.row(summary, room=screen.width()))
        else:
            screen.write(views.tabbed(summary))
        screen.flush()

    def begin(self, number: int) -> None:
        """Print the newest that are there, oldest first."""
        for summary in reversed(self._client.page(self.query, limit=number).messages):
            self.tell(summary)

    def catch_up(self) -> None:
        """Print what has come since the last that was printed, as far as it is still there."""
        for summary in reversed(self._client.page(self.query, limit=_CAUGHT_UP).messages):
            if summary.created >= self._last:
                self.tell(summary)

    def remark(self, text: str, *, only_to_people: bool = False) -> None:
        """Say something of the connection."""
        if not only_to_people or screen.is_terminal():
            complain("tail", text)


main = command(describe, run)
