"""`mailtrap-local bounce`: the report of a mail that a mail system would send."""

from __future__ import annotations

from mailtrap_local.cli import screen
from mailtrap_local.cli.exits import DONE, NOT_THERE
from mailtrap_local.cli.line import Parser, command, complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from mailtrap_local.client import Client

KINDS = ("failed", "delayed", "delivered", "relayed", "expanded", "complaint")


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "bounce",
        "Report of a mail as a mail system would, and print the ID of the report, or what took it. What the\n"
        "sender asked of reports (NOTIFY, RET, ENVID, ORCPT) is kept, so there may be nothing to report.",
        missing="no such mail; or the sender wants no such report",
        examples=(
            "bounce 00000Lr5OZcmzPAVsb3Xux",
            "bounce 00000Lr5OZcmzPAVsb3Xux --diagnostic '552 5.2.2 mailbox full' --to ann@example.com",
            "bounce 00000Lr5OZcmzPAVsb3Xux --kind complaint --webhook http://localhost:3000/complaints",
            "bounce 00000Lr5OZcmzPAVsb3Xux --kind delayed --smtp smtp://localhost:2525",
        ),
    )
    parser.add_argument("id", metavar="ID", help="the ID of the mail, as `ls` prints it")
    parser.add_argument("--kind", choices=KINDS, default="failed", help="what is reported (failed)")
    parser.add_argument("--to", action="append", default=[], metavar="ADDRESS", help="of this recipient; may repeat")
    parser.add_argument("--status", default="", metavar="CODE", help="the status, such as 5.2.2")
    parser.add_argument("--diagnostic", default="", metavar="TEXT", help="what the far server said")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--smtp", default="", metavar="SERVER", help="deliver it to smtp://user:password@host:port")
    where.add_argument("--webhook", default="", metavar="ADDRESS", help="post it as JSON to this URL")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Have it made, and print its ID or who took it."""
    told = client.bounce(
        options.id,
        kind=options.kind,
        recipients=options.to,
        status=options.status,
        diagnostic=options.diagnostic,
        deliver="smtp" if options.smtp else "webhook" if options.webhook else "catcher",
        server=options.smtp,
        url=options.webhook,
    )
    for address, reason in told.silent.items():
        complain("bounce", f"no report of {address}: {reason}.")
    if options.json:
        silent = [{"Address": address, "Reason": reason} for address, reason in told.silent.items()]
        listed = {"Kind": told.kind, "Recipients": list(told.recipients), "Report": told.report}
        screen.write_json({**listed, "Reply": told.reply, "Silent": silent})
    elif told.recipients:
        screen.write(screen.cell(told.report or told.reply))
    return DONE if told.recipients else NOT_THERE


main = command(describe, run)
