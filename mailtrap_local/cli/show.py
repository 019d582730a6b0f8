"""`mailtrap-local show`: one mail, or one side of it."""

from __future__ import annotations

from base64 import b64encode

from mailtrap_local.cli import screen, views
from mailtrap_local.cli.exits import DONE, NOT_THERE, Failure
from mailtrap_local.cli.line import Parser, command
from mailtrap_local.client import Missing, NoMatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

    from mailtrap_local.client import Client, Conversation, Message

_SIDES = {
    "text": "its text alone, made from the HTML where none was sent",
    "html": "its HTML alone",
    "raw": "its source: to a file or a pipe byte for byte",
    "headers": "its header fields in the order sent, decoded",
    "tree": "its MIME tree",
    "links": "its links, a line each: where it leads, a tab, what it is called",
    "codes": "its one-time codes, a line each",
    "session": "the SMTP conversation that brought it",
}


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "show",
        "Show one mail. It stays unread. What a mail says cannot harm the terminal: control characters\n"
        "are written as \\x1b, to a pipe too; --raw and --json have everything exactly.",
        missing="there is no such mail, or it has no such side",
        examples=("show latest", "show latest --raw > mail.eml", "show latest --links", "show latest --headers --json"),
    )
    parser.add_argument("id", metavar="ID", nargs="?", default="latest", help="its ID, or `latest` (so without an ID)")
    sides = parser.add_mutually_exclusive_group()
    for name, text in _SIDES.items():
        sides.add_argument(f"--{name}", dest="side", action="store_const", const=name, help=text)
    return parser


def run(client: Client, options: Namespace) -> int:
    """Print it."""
    message = found(client, options.id)
    if options.json:
        screen.write_json(wire_of(client, message, options.side))
    elif options.side == "raw":
        screen.write_octets(message.raw())
    else:
        screen.write(side_of(client, message, options.side))
    return DONE


def found(client: Client, name: str) -> Message:
    """The message of this ID, or the newest. Raises Failure."""
    if name != "latest":
        try:
            return client.get(name)
        except (Missing, ValueError):
            raise Failure(NOT_THERE, f"There is no mail with the ID {name}.") from None
    try:
        return client.latest()
    except NoMatch as missed:
        raise Failure(NOT_THERE, "\n".join(filter(None, ("There is no mail.", missed.hint)))) from None


def side_of(client: Client, message: Message, side: str | None) -> str:
    """A side of the message as harmless text. Raises Failure if there is none."""
    if side == "text":
        return screen.body(message.text).removesuffix("\n")
    if side == "html":
        if not message.html:
            raise Failure(NOT_THERE, f"The mail {message.id} has no HTML.")
        return screen.body(message.html).removesuffix("\n")
    if side == "headers":
        return views.headers(message)
    if side == "tree":
        return views.tree(message.wire["Parts"])
    if side == "links":
        return _lines(message, "link", [f"{screen.cell(each.url)}\t{screen.cell(each.text)}" for each in message.links])
    if side == "codes":
        return _lines(message, "one-time code", [screen.cell(each) for each in message.codes])
    if side == "session":
        return views.conversation(_conversation(client, message))
    return views.whole(message)


def _lines(message: Message, what: str, lines: Sequence[str]) -> str:
    if not lines:
        raise Failure(NOT_THERE, f"The mail {message.id} has no {what}.")
    return "\n".join(lines)


def _conversation(client: Client, message: Message) -> Conversation:
    if not message.wire["Session"]:
        raise Failure(NOT_THERE, f"The mail {message.id} did not come by SMTP, so there is no conversation.")
    return client.conversation_of(message.id)


def wire_of(client: Client, message: Message, side: str | None) -> Any:
    """A side of the message as the API has it; its source in base64, since JSON has no octets."""
    if side == "text":
        return {"ID": message.id, "Text": message.text}
    if side == "html":
        return {"ID": message.id, "HTML": message.html}
    if side == "raw":
        return {"ID": message.id, "Size": message.size, "Raw": b64encode(message.raw()).decode()}
    if side == "headers":
        return message.wire["Parts"]["Headers"]
    if side == "tree":
        return message.wire["Parts"]
    if side in ("links", "codes"):
        name = side.capitalize()
        return {"ID": message.id, name: message.wire[name]}
    if side == "session":
        return _conversation(client, message).wire
    return message.wire


main = command(describe, run)
