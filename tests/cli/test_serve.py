"""The command line, run as a user runs it."""

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local import __version__, cli, sendmail
from mailtrap_local.cli.serve import greeting
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings, rows

COMMAND = (sys.executable, "-m", "mailtrap_local")


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Running:
    """A server that has said where it is."""

    process: asyncio.subprocess.Process
    greeting: list[str]
    smtp_port: int
    url: str

    async def end(self, number: signal.Signals) -> tuple[Ended, float]:
        """Send the signal; how it ended, and after how many seconds."""
        started = time.perf_counter()
        self.process.send_signal(number)
        out, err = await asyncio.wait_for(self.process.communicate(), 20)
        seconds = time.perf_counter() - started
        return Ended(self.process.returncode or 0, out.decode(), err.decode()), seconds


def clean_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MAILTRAP_LOCAL_")} | more


async def run(*arguments: str, folder: Path, **environ: str) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, *arguments),
        cwd=folder,
        env=clean_environment(PYTHONPATH=os.getcwd(), **environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return Ended(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def running(*arguments: str, folder: Path, **environ: str) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, *arguments),
        cwd=folder,
        env=clean_environment(PYTHONPATH=os.getcwd(), **environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        greeting = [(await asyncio.wait_for(process.stdout.readline(), 30)).decode().rstrip("\n") for _ in range(5)]
        if process.stdout.at_eof():
            _, err = await process.communicate()
            pytest.fail(f"the server ended at once: {err.decode()}")
        smtp = re.search(r"SMTP  .*:(\d+)  ", greeting[1])
        web = re.search(r"Web   (\S+)", greeting[2])
        assert smtp and web
        yield Running(process, greeting, int(smtp[1]), web[1])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


FREE = ("--smtp-port", "0", "--http-port", "0")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"mailtrap-local {__version__}\n"


@pytest.mark.parametrize("command", [[], ["serve"]])
def test_help_names_every_setting_with_its_default_and_variable(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for row in rows():
        assert row.flag in text
        assert f"{row.help} (default: {row.default_text}) [{row.variable}]" in text
    assert "[MAILTRAP_LOCAL_CONFIG]" in text


def test_every_flag_reaches_its_setting_before_and_behind_the_command() -> None:
    flags = [part for row in rows() for part in ([row.flag] if row.kind.switch else [row.flag, "x"])]
    expected = {row.name: True if row.kind.switch else ["x"] if row.kind.many else "x" for row in rows()}
    for line in (flags, ["serve", *flags], [*flags, "serve"]):
        found = vars(cli.parser().parse_args(line))
        found.pop("command")
        assert found == expected


def test_what_was_not_given_is_not_there() -> None:
    assert vars(cli.parser().parse_args([])) == {"command": None}


def test_flags_that_repeat_and_flags_that_say_no() -> None:
    found = vars(cli.parser().parse_args(["--host", "::1", "--host", "127.0.0.1", "--no-plus-tags"]))
    assert (found["host"], found["plus_tags"]) == (["::1", "127.0.0.1"], False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--smtp-port", "http"], "smtp_port, from the flag --smtp-port, is 'http'; allowed is a whole number"),
        (["--host", "0.0.0.0"], "--allow-anonymous"),
        (["--config", "gone.toml"], "gone.toml cannot be read"),
    ],
)
async def test_a_wrong_setting_is_a_sentence_and_code_2(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    ended = await run(*arguments, folder=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("mailtrap-local: ")
    assert sentence in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--no-such-flag"], ["no-such-command"], ["--smtp"]])
async def test_a_wrong_command_line_is_told_by_its_usage(arguments: list[str], tmp_path: Path) -> None:
    ended = await run(*arguments, folder=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert arguments[0] in ended.err
    assert "Traceback" not in ended.err


async def test_it_says_where_it_is_in_five_lines_and_takes_mail_there(tmp_path: Path) -> None:
    async with running(*FREE, folder=tmp_path) as server:
        port = server.smtp_port
        assert server.greeting == [
            f"mailtrap-local {__version__} catches mail; Ctrl-C ends it.",
            f"  SMTP  localhost:{port}  (listening on 127.0.0.1, ::1)",
            f"  Web   {server.url}",
            "  Mail  in memory, gone at the end (--database FILE keeps it)",
            f"  App   SMTP host localhost, port {port}, no TLS; any user name and password, or none",
        ]
        assert re.fullmatch(r"http://localhost:\d+/", server.url)
        order = sendmail.read_order(["-S", f"localhost:{port}", "ann@example.com"])
        await asyncio.to_thread(sendmail._deliver, order, b"Subject: Hi\n\nHello\n")
        ended, _ = await server.end(signal.SIGTERM)
        assert (ended.code, ended.out) == (0, "")


@pytest.mark.parametrize(
    ("told", "app"),
    [
        ({}, "no TLS; any user name and password, or none"),
        ({"tls": True}, "STARTTLS or no TLS (trust it: `mailtrap-local ca`); any user name and password, or none"),
        (
            {"tls_required": True, "smtp_auth_required": True},
            "STARTTLS (trust it: `mailtrap-local ca`); any user name and password",
        ),
        ({"smtp_auth_file": Path("users")}, "no TLS; a user of users, or none"),
    ],
)
async def test_it_says_what_an_app_must_do(told: dict[str, Any], app: str) -> None:
    settings = Settings(smtp_port=0, http_port=0, **told)
    server = Server(settings)  # not started: what it says is a matter of its settings
    assert greeting(settings, server)[4] == f"  App   SMTP host localhost, port 0, {app}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_within_a_second_with_code_0(number: signal.Signals, tmp_path: Path) -> None:
    async with running(*FREE, folder=tmp_path) as server:
        held = socket.create_connection(("127.0.0.1", server.smtp_port), timeout=10)
        with held:
            ended, seconds = await server.end(number)
    assert ended == Ended(0, "", "")
    assert seconds < 2.0  # a second is promised; the rest is for a busy machine's interpreter to go


async def test_a_second_start_on_the_same_ports_works_at_once(tmp_path: Path) -> None:
    async with running(*FREE, folder=tmp_path) as first:
        web_port = re.findall(r":(\d+)/", first.url)[0]
        ports = ("--smtp-port", str(first.smtp_port), "--http-port", web_port)
        with socket.create_connection(("127.0.0.1", first.smtp_port), timeout=10):
            await first.end(signal.SIGTERM)
    async with running(*ports, folder=tmp_path) as second:
        assert second.smtp_port == first.smtp_port


async def test_a_port_in_use_is_a_sentence_and_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = await run("--smtp-port", str(port), "--http-port", "0", folder=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert re.match(rf"mailtrap-local: port {port} for SMTP is taken by .*--smtp-port", ended.err)
    assert "Traceback" not in ended.err


async def test_settings_come_from_environment_and_file(tmp_path: Path) -> None:
    (tmp_path / "mailtrap-local.toml").write_text('base-path = "/mail"\ndatabase = "kept.sqlite3"\nsmtp-port = 0\n')
    async with running(folder=tmp_path, MAILTRAP_LOCAL_HTTP_PORT="0") as server:
        assert server.url.endswith("/mail/")
        assert server.greeting[3] == f"  Mail  in {tmp_path / 'kept.sqlite3'}"
        await server.end(signal.SIGTERM)
    assert (tmp_path / "kept.sqlite3").is_file()


async def test_warnings_are_on_standard_error(tmp_path: Path) -> None:
    async with running(*FREE, folder=tmp_path, MAILTRAP_LOCAL_SMTPPORT="1") as server:
        ended, _ = await server.end(signal.SIGTERM)
    assert ended.err == (
        "mailtrap-local: warning: The environment variable MAILTRAP_LOCAL_SMTPPORT is no setting; "
        "was MAILTRAP_LOCAL_SMTP_PORT meant?\n"
    )
