"""`mailtrap-local rate-limit`: have the catcher hold back what is too much, and see how often it did."""

from __future__ import annotations

from mailtrap_local.cli import screen
from mailtrap_local.cli.exits import DONE, NOT_THERE, USAGE, Failure
from mailtrap_local.cli.line import Parser, command, complain
from mailtrap_local.client import Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

    from mailtrap_local.client import Client
    from mailtrap_local.client.rates import RateLimit

_ACTS = ("add", "set", "ls", "rm", "presets")
_HEAD = ("ID", "NAME", "HOW MUCH", "WHERE", "WHAT", "PASSED", "REFUSED")
_FIELDS: tuple[tuple[str, type, str], ...] = (
    ("per", str, "for each: peer, user, mailfrom, domain (of a recipient) or inbox"),
    ("count", int, "so many"),
    ("seconds", float, "in so long"),
    ("burst", int, "so many at once; without it as many as --count"),
    ("where", str, "counted at mail, data or end-of-data; a domain at rcpt"),
    ("reply", str, "what to say to one too many: '450 4.7.1 Too much mail'"),
    ("name", str, "what to call it"),
)


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "rate-limit",
        "Have the catcher hold back what is too much:\n"
        "  add [PRESET]      put a limit in force: of a provider, or by --per, --count and --seconds\n"
        "  set [PRESET]      have this one and no others; of the inbox, if one is named\n"
        "  ls                list them, with what they have done\n"
        "  rm ID... | --all  remove them\n"
        "  presets           list those that have a provider's name",
        missing="a rate limit of that ID is not there",
        examples=(
            "rate-limit set amazon-ses",
            "rate-limit add --per user --count 10 --seconds 60 --reply '450 4.7.1 Slow down'",
            "rate-limit add mailtrap --inbox staging",
            "rate-limit rm --all",
        ),
    )
    parser.add_argument("act", choices=_ACTS, metavar="ACT", help=" | ".join(_ACTS))
    parser.add_argument("names", nargs="*", metavar="PRESET|ID", help="what to add, or which")
    for name, kind, text in _FIELDS:
        parser.add_argument(f"--{name}", type=kind, help=text)
    parser.add_argument("--all", action="store_true", help="with rm: all of them; of the inbox, if one is named")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Do one of the acts."""
    if options.act not in ("add", "set"):
        given = list(_given(options))
        if given:
            raise Failure(USAGE, f"--{given[0]} is for `rate-limit add` and `rate-limit set`.")
    if options.act in ("ls", "presets") and options.names:
        raise Failure(USAGE, f"`rate-limit {options.act}` takes no names.")
    return {"add": _make, "set": _make, "ls": _list, "rm": _remove, "presets": _presets}[options.act](client, options)


def _given(options: Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name, _, _ in _FIELDS if getattr(options, name) is not None}


def _make(client: Client, options: Namespace) -> int:
    fields = _given(options)
    if len(options.names) > 1 or not (options.names or fields):
        raise Failure(USAGE, "Say one preset, or how much: `--per user --count 10 --seconds 60`.")
    if options.names:
        fields["preset"] = options.names[0]
    limits = client.rate_limits
    made = limits.add(**fields) if options.act == "add" else limits.set(**fields)
    for each in made:
        if options.json:
            screen.write_json(each.wire)
        else:
            screen.write(each.id)
    return DONE


def _list(client: Client, options: Namespace) -> int:
    limits = client.rate_limits.all()
    if options.json:
        for each in limits:
            screen.write_json(each.wire)
        return DONE
    if limits or screen.is_terminal():
        rows = [_HEAD, *map(_row, limits)]
        for line in screen.table(rows, elastic=(1, 4), room=screen.width()):
            screen.write(line)
    return DONE


def _remove(client: Client, options: Namespace) -> int:
    if bool(options.names) == options.all:
        raise Failure(USAGE, "Say which: IDs, or --all.")
    if options.all:
        client.rate_limits.clear()
        return DONE
    code = DONE
    for name in dict.fromkeys(options.names):
        try:
            client.rate_limits.remove(name)
        except (Missing, ValueError):
            complain("rate-limit", f"There is no rate limit with the ID {name}.")
            code = NOT_THERE
    return code


def _presets(client: Client, options: Namespace) -> int:
    presets = client.rate_limits.presets()
    if options.json:
        screen.write_json(presets)
        return DONE
    rows = [("PRESET", "HOW MUCH"), *presets.items()]
    for line in screen.table(rows, elastic=(1,), room=screen.width()):
        screen.write(line)
    return DONE


def _row(limit: RateLimit) -> tuple[str, ...]:
    much = f"{limit.count} in {limit.seconds:g} s per {limit.per}" + (f" of {limit.inbox}" if limit.inbox else "")
    reply = limit.reply.partition("\n")[0]
    return tuple(
        map(screen.cell, (limit.id, limit.name, much, limit.where, reply, str(limit.passed), str(limit.refused)))
    )


main = command(describe, run)
