"""`mailtrap-local [serve]`: run the server. Its flags are the settings; the help of the whole program is here too."""

from __future__ import annotations

import sys

from mailtrap_local.cli.table import COMMANDS, SERVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

    from mailtrap_local.server import Server
    from mailtrap_local.settings import Row, Settings

PROGRAM = "mailtrap-local"
USER_ERROR = 2


def main(arguments: Sequence[str]) -> int:
    """Run the server as the flags say; the exit code. A mistake of the user's is a sentence and code 2."""
    from mailtrap_local.errors import MailtrapLocalError

    options = vars(parser().parse_args(arguments)) if arguments else {}  # most starts have no flags to read
    command = options.pop("command", None) or SERVE
    if command != SERVE:
        sys.stderr.write(f"{PROGRAM}: `{command}` comes first, its flags behind it: {PROGRAM} {command} --help\n")
        return USER_ERROR
    try:
        return serve(options)
    except MailtrapLocalError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return USER_ERROR


def parser() -> argparse.ArgumentParser:
    """Every setting as a flag, and the names of the other commands. A flag that was not given leaves nothing."""
    import argparse

    from mailtrap_local import __version__

    class Parser(argparse.ArgumentParser):
        def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
            if wrong := _stranger(args or (), self._option_string_actions):
                self.error(wrong)
            return super().parse_known_args(args, namespace)

        def error(self, message: str) -> NoReturn:
            sentence = message if message.endswith(("?", ".")) else f"{message}."
            sys.stderr.write(f"{PROGRAM}: {sentence} `{PROGRAM} --help` explains them all.\n")
            raise SystemExit(USER_ERROR)

    flags = _flags()
    whole = Parser(
        prog=PROGRAM,
        description="Catch mail on this machine, show it live in the browser, let tests ask for it.",
        epilog="Settings also come from the environment variables named above, from mailtrap-local.toml, and from "
        "[tool.mailtrap-local] in pyproject.toml. A flag wins over the environment, and that over a file.",
        parents=[flags],
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = whole.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", description="each explains itself by --help", prog=PROGRAM
    )
    for name, row in COMMANDS.items():
        parents: list[Any] = [flags] if name == SERVE else []
        commands.add_parser(name, help=row.summary, parents=parents, add_help=name == SERVE, allow_abbrev=False)
    return whole


def _stranger(arguments: Sequence[str], flags: Iterable[str]) -> str:
    """What is wrong with the first flag that does not exist, and which one it may have been; "" if all of them do."""
    known = list(flags)
    for word in arguments:
        name = word.partition("=")[0]
        if name == "--" or name in COMMANDS:
            break  # what stands behind is the command's
        if name.startswith("--") and name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, n=1)
            return f"there is no flag {ascii(name)[1:-1]}" + (f"; was {near[0]} meant?" if near else "")
    return ""


def _flags() -> argparse.ArgumentParser:
    import argparse

    from mailtrap_local.settings import CONFIG_HELP, CONFIG_VARIABLE, rows

    flags = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = flags.add_argument_group("settings")
    for row in rows():
        _add_flag(group, row)
    group.add_argument("--config", metavar="FILE", help=f"{CONFIG_HELP} [{CONFIG_VARIABLE}]")
    return flags


def _add_flag(group: argparse._ArgumentGroup, row: Row) -> None:
    import argparse

    text = f"{row.help} (default: {row.default_text}) [{row.variable}]".replace("%", "%%")
    if row.kind.switch:
        group.add_argument(row.flag, action=argparse.BooleanOptionalAction, help=text)
    else:
        action = "append" if row.kind.many else "store"
        group.add_argument(row.flag, action=action, metavar=row.kind.metavar, help=text)


def serve(options: dict[str, object]) -> int:
    """Run the server until a signal ends it."""
    import os
    import signal
    from contextlib import suppress
    from pathlib import Path

    from mailtrap_local.settings import load, strangers

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the loop takes over, SIGTERM is a Ctrl-C too
    with suppress(KeyboardInterrupt):  # asked to end before it had begun, or asked twice
        settings = load(options, environ=os.environ, directory=Path.cwd())
        for warning in (*strangers(os.environ), *settings.warnings):
            print(f"{PROGRAM}: warning: {warning}", file=sys.stderr)
        _run(settings)
    return 0


def _run(settings: Settings) -> None:
    import asyncio

    from mailtrap_local import process
    from mailtrap_local.listening import allow_connections

    process.pause_collector()

    allow_connections()
    process.log_to_standard_error(settings.log_level.upper())
    with asyncio.Runner(loop_factory=process.loop_factory()) as runner:
        runner.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    import asyncio
    import signal

    from mailtrap_local.process import calm_collector
    from mailtrap_local.server import Server

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
    async with Server(settings) as server:
        calm_collector()
        print("\n".join(greeting(settings, server)), flush=True)
        await ended.wait()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)


def greeting(settings: Settings, server: Server) -> tuple[str, ...]:
    """What the server says when it is ready: five lines."""
    from mailtrap_local import __version__

    host = settings.reached_at
    web = f"http://{host}:{server.http_port}{settings.base_path}/"
    kept = f"in {settings.database}" if settings.database else "in memory, gone at the end (--database FILE keeps it)"
    also = f", with TLS at once {host}:{server.smtp_tls_port}" if settings.speaks_tls else ""
    return (
        f"mailtrap-local {__version__} catches mail; Ctrl-C ends it.",
        f"  SMTP  {host}:{server.smtp_port}{also}  (listening on {', '.join(settings.host)})",
        f"  Web   {web}",
        f"  Mail  {kept}",
        f"  App   SMTP host {host.strip('[]')}, port {server.smtp_port}, {settings.terms}",
    )
