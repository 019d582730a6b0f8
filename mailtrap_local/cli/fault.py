"""`mailtrap-local fault`: have the catcher misbehave on purpose, and see how often it did."""

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
    from mailtrap_local.client.faults import Fault

_ACTS = ("add", "ls", "rm", "reset", "presets")
_HEAD = ("ID", "WHERE", "WHAT", "WHOM", "FIRED", "LEFT", "STATE")
_FIELDS: tuple[tuple[str, type, str], ...] = (
    ("match", str, "whom: a query such as 'rcpt:ann@ -user:ops'"),
    ("action", str, "reply, delay, slow, disconnect or blackhole; --reply, --seconds or --rate say it too"),
    ("reply", str, "what to say: '451 4.7.1 Try again later'"),
    ("seconds", float, "how long to wait first"),
    ("rate", int, "octets a second"),
    ("bytes", int, "at body: after so many octets of the mail"),
    ("times", int, "how often; without it always"),
    ("after", int, "leave the first so many alone"),
    ("each", str, "count apart for each rcpt, mailfrom, peer, user, inbox or session"),
    ("expires", float, "for so many seconds"),
    ("probability", float, "by chance, from 0 to 1; with --seed"),
    ("seed", int, "where chance begins"),
    ("name", str, "what to call it"),
)


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "fault",
        "Have the catcher misbehave on purpose:\n"
        "  add WHERE|PRESET  put a fault in force: at connect, helo, auth, mail, rcpt, data, body, end-of-data,\n"
        "                    stored or quit; or one that has a name\n"
        "  ls                list them, with what they have done\n"
        "  rm ID... | --all  remove them\n"
        "  reset ID...       have them count from nothing again\n"
        "  presets           list those that have a name",
        missing="a fault of that ID is not there",
        examples=(
            "fault add rcpt --reply '451 4.7.1 Try again later' --times 2 --match rcpt:ann@",
            "fault add body --action disconnect --reset --bytes 10000",
            "fault add greylisting --inbox staging",
            "fault rm --all",
        ),
    )
    parser.add_argument("act", choices=_ACTS, metavar="ACT", help=" | ".join(_ACTS))
    parser.add_argument("names", nargs="*", metavar="WHERE|PRESET|ID", help="what to add, or which")
    for name, kind, text in _FIELDS:
        parser.add_argument(f"--{name}", type=kind, help=text)
    parser.add_argument("--reset", action="store_true", default=None, help="disconnect with a RST, not with a FIN")
    parser.add_argument("--all", action="store_true", help="with rm: all of them; of the inbox, if one is named")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Do one of the acts."""
    if options.act != "add":
        given = list(_given(options))
        if given:
            raise Failure(USAGE, f"--{given[0]} is for `fault add`.")
    if options.act in ("ls", "presets") and options.names:
        raise Failure(USAGE, f"`fault {options.act}` takes no names.")
    return {"add": _add, "ls": _list, "rm": _remove, "reset": _reset, "presets": _presets}[options.act](client, options)


def _given(options: Namespace) -> dict[str, Any]:
    names = [name for name, _, _ in _FIELDS] + ["reset"]
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _add(client: Client, options: Namespace) -> int:
    if len(options.names) != 1:
        raise Failure(USAGE, "Say where, or the name of a preset: `fault add rcpt --reply '451 4.7.1 Later'`.")
    fields: dict[str, Any] = _given(options)
    if options.names[0] in client.faults.presets():
        fields["preset"] = options.names[0]
        return _show(options, client.faults.add(**fields))
    return _show(options, client.faults.add(options.names[0], **fields))


def _list(client: Client, options: Namespace) -> int:
    faults = client.faults.all()
    if options.json:
        for each in faults:
            screen.write_json(each.wire)
        return DONE
    if faults or screen.is_terminal():
        rows = [_HEAD, *map(_row, faults)]
        for line in screen.table(rows, elastic=(2, 3), room=screen.width()):
            screen.write(line)
    return DONE


def _remove(client: Client, options: Namespace) -> int:
    if bool(options.names) == options.all:
        raise Failure(USAGE, "Say which: IDs, or --all.")
    if options.all:
        client.faults.clear()
        return DONE
    return _each(client, options, client.faults.remove)


def _reset(client: Client, options: Namespace) -> int:
    if not options.names:
        raise Failure(USAGE, "Say which: IDs, as `fault ls` prints them.")
    return _each(client, options, client.faults.reset)


def _each(client: Client, options: Namespace, act: Any) -> int:
    code = DONE
    for name in dict.fromkeys(options.names):
        try:
            act(name)
        except (Missing, ValueError):
            complain("fault", f"There is no fault with the ID {name}.")
            code = NOT_THERE
    return code


def _presets(client: Client, options: Namespace) -> int:
    presets = client.faults.presets()
    if options.json:
        screen.write_json(presets)
        return DONE
    rows = [("PRESET", "WHAT HAPPENS"), *presets.items()]
    for line in screen.table(rows, elastic=(1,), room=screen.width()):
        screen.write(line)
    return DONE


def _show(options: Namespace, fault: Fault) -> int:
    if options.json:
        screen.write_json(fault.wire)
    else:
        screen.write(fault.id)
    return DONE


def _row(fault: Fault) -> tuple[str, ...]:
    wire = fault.wire
    seconds = f"{wire['Seconds']:g} s"
    what = {
        "reply": fault.reply.partition("\n")[0],
        "delay": seconds,
        "slow": f"{wire['Rate']} octets/s",
        "disconnect": "RST" if wire["Reset"] else "FIN",
        "blackhole": "silence",
    }[fault.action]
    whom = " ".join(filter(None, (f"inbox {fault.inbox}" if fault.inbox else "", fault.match))) or "everybody"
    left = "" if fault.remaining is None else str(fault.remaining)
    return tuple(map(screen.cell, (fault.id, fault.where, what, whom, str(fault.fired), left, fault.state)))


main = command(describe, run)
