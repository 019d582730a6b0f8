"""`mailtrap-local wait`: the mail that a script expects, the moment it is there."""

from __future__ import annotations

from mailtrap_local.cli import screen, views
from mailtrap_local.cli.exits import DONE, NOT_THERE, USAGE, Failure
from mailtrap_local.cli.line import Parser, asked, command, complain, number, seconds
from mailtrap_local.client import NoMatch, TooManyMatches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from mailtrap_local.client import Client, Message, NearMiss, Summary

_PRINTS = ("id", "subject", "code", "link", "text", "html", "raw", "cursor")
_SECONDS, _SILENT_SECONDS = 10.0, 1.0


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "wait",
        "Wait for mail that matches, and print it the moment it is there. What came before counts too,\n"
        "unless before --since. In vain, it prints what nearly matched and the terms that it failed.",
        missing="the mail did not come; or more came than --exact or --none allow",
        examples=(
            "wait to:ann@example.com subject:welcome",
            "wait to:ann@example.com --print code --timeout 30",
            'wait subject:reset --since "$before" --print link --matching /reset',
            "wait subject:newsletter --none --timeout 2",
            "wait subject:invoice --count 3 --exact --json",
        ),
    )
    parser.add_query()
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument("--count", type=number, metavar="N", help="so many messages (1)")
    how_many.add_argument("--none", action="store_true", help="that none comes, for the whole time")
    parser.add_argument("--exact", action="store_true", help="not one more than --count, for the whole time")
    parser.add_argument("--since", metavar="CURSOR", help="only what came behind it: see `mailtrap-local cursor`")
    parser.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help=f"how long ({_SECONDS:g}; with --none {_SILENT_SECONDS:g})"
    )
    parser.add_argument(
        "--print",
        dest="only",
        choices=_PRINTS,
        metavar="WHAT",
        help=f"only this of each message: {', '.join(_PRINTS)}; of codes and links the first",
    )
    parser.add_argument(
        "--matching", metavar="TEXT", help="with --print link or code: the first that has this in it, or in its text"
    )
    return parser


def run(client: Client, options: Namespace) -> int:
    """Wait, and print what came or why it did not."""
    if options.none and (options.exact or (options.only and options.only != "cursor")):
        raise Failure(USAGE, "--none is for mail that does not come: it goes with neither --exact nor --print.")
    if options.matching is not None and options.only not in ("code", "link"):
        raise Failure(USAGE, "--matching chooses among links or codes: it goes with --print link or --print code.")
    if options.json and options.only:
        raise Failure(USAGE, "--json prints all of each message; leave that or --print out.")
    limit = options.timeout if options.timeout is not None else _SILENT_SECONDS if options.none else _SECONDS
    try:
        if options.none:
            _quiet(client.expect_none(asked(options), since=options.since, timeout=limit), options)
        else:
            wanted = {"count": options.count or 1, "exact": options.exact, "since": options.since, "timeout": limit}
            _came(client.wait_all(asked(options), **wanted), options)
    except NoMatch as missed:
        _fail(options, "timeout", _missed(client, options, missed, limit), missed)
        return NOT_THERE
    except TooManyMatches as many:
        _fail(options, "too many", _too_many(client, options, many), many)
        return NOT_THERE
    return DONE


def _quiet(cursor: str, options: Namespace) -> None:
    if options.json:
        screen.write_json({"messages": [], "cursor": cursor})
    elif options.only:
        screen.write(screen.cell(cursor))


def _came(messages: Sequence[Message], options: Namespace) -> None:
    if options.json:
        screen.write_json({"messages": [each.wire for each in messages], "cursor": messages[-1].cursor})
    elif options.only == "raw":
        for each in messages:
            screen.write_octets(each.raw())
    elif options.only == "cursor":
        screen.write(screen.cell(messages[-1].cursor))
    elif options.only:
        for text in [
            _only(each, options.only, options.matching or "") for each in messages
        ]:  # all of them, before any is printed
            screen.write(text)
    else:
        screen.write("\n\n".join(views.whole(each) for each in messages))


def _only(message: Message, what: str, matching: str) -> str:
    """One thing of a message. Raises Failure if it has none."""
    if what == "code":
        return _first(message, what, [(each, "") for each in message.codes], matching)
    if what == "link":
        return _first(message, what, [(each.url, each.text) for each in message.links], matching)
    if what == "html" and not message.html:
        raise _lacking(message, "HTML")
    if what in ("text", "html"):
        return screen.body(message.text if what == "text" else message.html).removesuffix("\n")
    return screen.cell(message.id if what == "id" else message.subject)


def _first(message: Message, what: str, pairs: Sequence[tuple[str, str]], matching: str) -> str:
    """The first value that has the text in it, or in its own text, whatever the case."""
    for pair in pairs:
        if any(matching.casefold() in each.casefold() for each in pair):
            return screen.cell(pair[0])
    raise _lacking(message, f"{what} with {matching!r} among its {len(pairs)}" if pairs else what)


def _lacking(message: Message, what: str) -> Failure:
    about = f"ID {message.id}, subject {message.subject!r}"
    return Failure(NOT_THERE, f"The mail came, but it has no {what}: {about}.")


def _fail(options: Namespace, error: str, text: str, failed: NoMatch | TooManyMatches) -> None:
    if options.json:
        near = [{"message": each.message.wire, "failed": list(each.failed)} for each in _near(failed)]
        told = {"messages": [each.wire for each in failed.messages], "near_misses": near, "cursor": failed.cursor}
        screen.write_json({"error": error, "message": text.partition("\n")[0], **told})
    complain("wait", text)


def _near(failed: NoMatch | TooManyMatches) -> Sequence[NearMiss]:
    return failed.near_misses if isinstance(failed, NoMatch) else ()


def _missed(client: Client, options: Namespace, missed: NoMatch, limit: float) -> str:
    wanted = options.count or 1
    number = "No mail" if wanted == 1 else f"{len(missed.messages)} of {wanted} messages"
    parts = [f"{number}{_with(client, options)} came within {limit:g} s."]
    if missed.messages:
        parts.append("\n".join(("These did match:", *_listed(missed.messages))))
    if missed.near_misses:
        lines = ["  " + line for line in views.nearly(missed.near_misses, room=screen.width() - 2)]
        parts.append("\n".join(("What came nearest, and the terms that it does not meet:", *lines)))
    if missed.hint:
        parts.append(missed.hint)
    elif missed.near_misses:
        parts.append("Change what is asked for, or what the app sends; a larger --timeout gives mail longer to come.")
    elif options.since and not missed.messages:
        parts.append("Nothing else has come behind that cursor.")
    else:
        parts.append("Nothing else has come; a larger --timeout gives mail longer to come.")
    return "\n\n".join(parts)


def _too_many(client: Client, options: Namespace, many: TooManyMatches) -> str:
    wanted = 0 if options.none else options.count or 1
    expected = f"{wanted} message{'' if wanted == 1 else 's'}" if wanted else "no mail"
    came = f"{len(many.messages)} came" if wanted else f"{len(many.messages)} did come"
    return "\n\n".join(
        (
            f"Expected {expected}{_with(client, options)}, and {came}:",
            "\n".join(_listed(many.messages)),
            "If that is older mail, take the `cursor` before the act and give it as --since.",
        )
    )


def _with(client: Client, options: Namespace) -> str:
    query = asked(options)
    where = f" in the inbox {client.smtp_user!r}" if client.smtp_user else ""
    return (f" with {screen.cell(query)}" if query else "") + where


def _listed(messages: Sequence[Summary]) -> list[str]:
    return ["  " + line for line in views.aligned(messages, room=screen.width() - 2)]


main = command(describe, run)
