"""The program as a whole: which command runs, what it costs to start, how it ends."""

import asyncio
import os
import re
import resource
import shlex
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mailtrap_local import cli
from mailtrap_local.cli.line import Parser
from mailtrap_local.cli.table import COMMANDS, SERVE
from mailtrap_local.server import Server
from mailtrap_local.settings import strangers
from mailtrap_local.tls.authority import Authority
from tests.asking import deliver, plain
from tests.cli.commands import COMMAND, at_terminal, command, environment, interrupted, started
from tests.proxy import Proxy

TALKING = [name for name in COMMANDS if name not in (SERVE, "sendmail", "doctor")]


def parser_of(name: str) -> Parser:
    module = __import__(COMMANDS[name].module, fromlist=["describe"])
    parser: Parser = module.describe()
    return parser


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_runs_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = cli.main([name, "--help"])
    except SystemExit as end:
        code = int(end.code or 0)
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    assert told.out.startswith("usage: mailtrap-local")


@pytest.mark.parametrize("name", TALKING)
def test_the_help_is_true(name: str) -> None:
    """Its examples are understood, each of its flags is one, and it says what every exit code means."""
    parser = parser_of(name)
    text = parser.format_help()
    assert parser.command == name
    assert parser.examples
    for example in parser.examples:
        words = shlex.split(example.partition(" < ")[0].partition(" > ")[0])
        assert words[0] == name
        parser.parse_args(words[1:])
    prose = re.sub(r"`[^`]*`", "", text)  # other commands may be spoken of, between marks
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", prose)) <= set(parser._option_string_actions)
    for flag, action in parser._option_string_actions.items():
        assert flag in text
        assert action.help, flag
    assert re.findall(r"^  (\d)  \S", text, flags=re.MULTILINE) == ["0", "1", "2", "3", "4"]
    assert max(map(len, text.splitlines())) <= 110


async def test_the_whole_help_names_every_command() -> None:
    text = " ".join((await command(None, "--help")).fine().out.split())
    for name, row in COMMANDS.items():
        assert f"{name} {row.summary}" in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("wiat", "there is no command 'wiat'; was `wait` meant?"),
        ("zzz", "there is no command 'zzz'; there are serve, wait,"),
        ("--smt-port 1", "there is no flag --smt-port; was --smtp-port meant?"),
        ("serve --max-massages=3", "there is no flag --max-massages; was --max-messages meant?"),
        ("--smtp-port 1 ls", "`ls` comes first"),
        ("wait --tiemout 3", "there is no flag --tiemout; was --timeout meant?"),
        ("ls -draft", "there is no flag -draft; a search that leaves mail out is written !draft"),
        ("show one two", "what is 'two' to mean here?"),
        ("wait --timeout soon", "--timeout: invalid seconds value: 'soon'"),
        ("wait --timeout -1", "--timeout"),
        ("wait --timeout inf", "--timeout: invalid seconds value: 'inf'"),
        ("wait --count 0", "--count: invalid number value: '0'"),
        ("wait --count 2 --none", "--none: not allowed with argument --count"),
        ("wait --none --exact", "--none is for mail that does not come"),
        ("wait --json --print id", "leave that or --print out"),
        ("wait --matching x --print id", "--matching chooses among links or codes"),
        ("ls --inbox= x", "--inbox takes a name"),
        ("ls --url ftp://x", "'ftp://x' is no URL of a catcher"),
        ("ls --url http://a:b@x --http-auth c:d", "The URL has a user already"),
        ("ls --http-auth ann", "--http-auth takes USER:PASSWORD"),
        ("rm", "Say what to delete"),
        ("rm --all --query x", "Say what to delete"),
        ("rm --query  ''", "The search is empty"),
        ("send --subject x", "To whom?"),
        ("send --to nobody", "'nobody' is no mail address"),
        ("send --to a@x.org --header 'no colon'", "is not 'NAME: VALUE'"),
        ("send --smtp nowhere --to a@x.org", "is not HOST:PORT"),
        ("export", "DEST"),
        ("export x --format tar", "--format: invalid choice: 'tar'"),
    ],
)
def test_a_wrong_line_is_one_sentence_and_code_2(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = cli.main(shlex.split(line))
    except SystemExit as end:
        code = int(end.code or 0)
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert sentence in told.err
    assert told.err.startswith("mailtrap-local")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("name", [name for name in TALKING if name != "import"])
async def test_who_does_not_answer_is_told_with_code_3(name: str, tmp_path: Path) -> None:
    more = {"export": ["mails"], "rm": ["x"], "bounce": ["x"], "send": ["--to", "a@x.org"]}
    more |= {"fault": ["ls"], "rate-limit": ["ls"]}
    ended = await command(None, name, *more.get(name, []), "--url", "http://127.0.0.1:1", folder=tmp_path)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith(f"mailtrap-local {name}: No catcher answers at http://127.0.0.1:1")
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240


async def test_what_answers_may_be_no_catcher(server: Server) -> None:
    ended = await command(None, "ls", "--url", f"http://127.0.0.1:{server.smtp_port}")
    assert ended.code == 3
    assert "no HTTP server" in ended.err


async def test_the_server_is_named_by_flag_or_environment(server: Server) -> None:
    name = await deliver(server, plain("Hello"), inbox="blue")
    await deliver(server, plain("Other"))
    inbox = server.url + "inbox/blue"
    for arguments, url in (
        (["--url", inbox], ""),
        (["--url", server.url, "--inbox", "blue"], ""),
        (["--url", inbox], "http://127.0.0.1:1"),
        (["--inbox", "blue"], server.url),
    ):
        ended = (await command(None, "ls", *arguments, MAILTRAP_LOCAL_URL=url)).fine()
        assert [line.split("\t")[0] for line in ended.lines] == [name]
    assert strangers({"MAILTRAP_LOCAL_URL": "http://x"}) == ()


async def test_a_password_comes_by_url_flag_or_the_servers_own_variable() -> None:
    from tests.asking import running

    async with running(http_auth="ann:p@ss/word") as (server, _):
        bare = await command(server, "ls")
        assert (bare.code, bare.out) == (4, "")
        assert "--http-auth USER:PASSWORD" in bare.err
        with_login = server.url.replace("//", "//ann:p%40ss%2Fword@")
        (await command(server, "ls", "--url", with_login)).fine()
        (await command(server, "ls", "--http-auth", "ann:p@ss/word")).fine()
        (await command(server, "ls", MAILTRAP_LOCAL_HTTP_AUTH="ann:p@ss/word")).fine()
        # the environment's password is not told to a server that the flag names
        other = await command(None, "ls", "--url", server.url, MAILTRAP_LOCAL_HTTP_AUTH="ann:p@ss/word")
        assert other.code == 4


async def test_over_https_an_authority_may_be_named(server: Server, tmp_path: Path) -> None:
    authority, file, leaf = Authority.made(), tmp_path / "ca.pem", tmp_path / "leaf.pem"
    file.write_text(authority.pem)
    leaf.write_bytes(authority.leaf(["127.0.0.1"]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf)
    name = await deliver(server, plain("Hello"))
    async with Proxy(server.http_port, tls=context) as proxy:
        line = ("wait", "--print", "id", "--url", proxy.url)
        assert (await command(None, *line, "--verify", str(file))).fine().lines == [name]
        assert (await command(None, *line, SSL_CERT_FILE=str(file))).fine().lines == [name]
        ended = await command(None, *line)
        assert (ended.code, ended.out) == (3, "")
        assert "`--verify ca.pem`" in ended.err
        ended = await command(None, *line, "--verify", "no.pem", folder=tmp_path)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("mailtrap-local wait: 'no.pem' is no file of certificates")


async def test_a_search_that_cannot_be_is_code_2_and_one_that_may_be_meant_is_a_warning(server: Server) -> None:
    wrong = await command(server, "ls", "subject:")
    assert (wrong.code, wrong.out) == (2, "")
    assert "subject" in wrong.err
    doubtful = await command(server, "ls", "suject:x")
    assert (doubtful.code, doubtful.out) == (0, "")
    assert re.match(r"mailtrap-local ls: warning: .*subject", doubtful.err)


async def test_flags_may_stand_between_the_words_of_a_search(server: Server) -> None:
    name = await deliver(server, plain("one two"))
    await deliver(server, plain("one"))
    ended = (await command(server, "ls", "subject:one", "--limit", "5", "subject:two", "--", "-three")).fine()
    assert [line.split("\t")[0] for line in ended.lines] == [name]


async def test_a_reader_that_has_gone_is_no_error(server: Server) -> None:
    for each in range(300):
        await deliver(server, plain(f"number {each}"))
    line = f"{shlex.join(COMMAND)} ls --limit 0 --json | true; echo ${{PIPESTATUS[0]}}"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", line), env=environment(server), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert err == b""
    assert out in (b"141\n", b"0\n")  # 0 where all of it fitted into the pipe before `true` had gone
    async with started(server, "tail", "-n", "1") as tail:
        assert tail.stdout is not None
        await tail.stdout.readline()
        tail._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        await deliver(server, plain("into the void"))
        await deliver(server, plain("into the void"))
        assert await asyncio.wait_for(tail.wait(), 20) == 141
        assert tail.stderr is not None
        assert await tail.stderr.read() == b""


@pytest.mark.parametrize("line", ["wait --timeout 60", "tail"])
async def test_ctrl_c_is_quiet_and_code_130(line: str, server: Server) -> None:
    async with started(server, *line.split()) as process:
        await listened(server, line)
        ended = await interrupted(process)
    assert (ended.code, ended.octets, ended.err) == (130, b"", "")


async def listened(server: Server, line: str) -> None:
    """Until the server knows of the command."""
    async with asyncio.timeout(20):
        while not (server.mailbox.waiting if line.startswith("wait") else server.mailbox.hub.listeners):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_closed_standard_output_is_no_crash(server: Server) -> None:
    await deliver(server, plain("Hello"))
    line = f"exec {shlex.join(COMMAND)} ls >&-"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", line), env=environment(server), stderr=asyncio.subprocess.PIPE
    )
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize("line", ["send -", "import -", "rm --all"])
async def test_a_closed_standard_input_is_told(line: str, server: Server) -> None:
    await deliver(server, plain("Hello"))
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"exec {shlex.join(COMMAND)} {line} <&-"),
        env=environment(server),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, out, err.count(b"\n")) == (2, b"", 1)
    assert b"no standard input" in err or b"--yes" in err


async def test_an_encoding_that_lacks_a_character_gets_it_escaped(server: Server) -> None:
    await deliver(server, plain("Gr\u00fc\u00dfe \u20ac"))
    ended = (await command(server, "ls", PYTHONIOENCODING="ascii")).fine()
    assert "Gr\\xfc\\xdfe \\u20ac" in ended.out


async def test_hostile_mail_cannot_reach_the_terminal(server: Server) -> None:
    """By no command, whatever of the mail it shows: no control character but tab and line end."""
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b1m\x08\x7f\rgone"
    raw = (
        f"From: {evil}<ann@x.org>\r\nTo: {evil} <bob@y.org>\r\nX-{evil}: {evil}\r\nMIME-Version: 1.0\r\n"
        f'Subject: =?utf-8?q?=1b]0;x=07=c2=9b1m=0d=0aBcc:_x?=\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f'--b\r\nContent-Type: text/plain; name="{evil}"; charset=utf-8\r\n\r\n{evil}\r\n'
        f"--b\r\nContent-Type: text/html\r\nContent-ID: <{evil}>\r\n\r\n<p>{evil}</p>\r\n"
        f'--b\r\nContent-Type: image/{evil}\r\nContent-Disposition: attachment; filename="{evil}"\r\n\r\n'
        f"{evil}\r\n--b--\r\n"
    ).encode()
    name = await deliver(server, raw, mail_from=evil, to=(evil, "bob@y.org"), inbox="x\x1b[2J")
    sides = [f"show {name}", *(f"show {name} --{side}" for side in ("text", "html", "raw", "headers", "tree"))]
    lines = [
        "ls",
        *sides,
        "wait",
        "wait subject:nope --timeout 0",
        "wait --none --timeout 0",
        "ls --json",
        "wait --json",
    ]
    lines += ["wait --print text", "wait --print subject", "wait --print html", "rm --query x --yes"]
    for line in lines:
        code, seen = await at_terminal(server, *line.split())
        assert code in (0, 1), (line, seen)
        text = seen.decode()
        assert not re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), line
        assert seen, line
    name = await deliver(server, raw, mail_from=evil)  # the last command has deleted the first
    _, seen = await at_terminal(server, "tail", "-n", "1", interrupt=True, until=b"Ctrl-C ends it")
    assert name.encode() in seen
    assert not re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", seen.decode())


async def imported(*arguments: str) -> set[str]:
    program = (
        "import sys; sys.argv[0] = 'x'\nfrom mailtrap_local.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\nprint(' '.join(sys.modules), file=sys.stderr)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, *arguments),
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), 30)
    return set(err.decode().splitlines()[-1].split())


@pytest.mark.parametrize("name", TALKING)
async def test_a_command_imports_nothing_of_the_server(name: str, server: Server) -> None:
    more = {
        "export": ["mails", "--url", "http://127.0.0.1:1"],
        "rm": ["x"],
        "send": ["--to", "a@x.org"],
        "import": ["-"],
    }
    quick = ["--timeout", "0"] if name == "wait" else ["--since", "x"] if name == "tail" else []
    modules = await imported(name, *more.get(name, []), *quick, *([] if name == "export" else ["--url", server.url]))
    ours = {each for each in modules if each.startswith("mailtrap_local.")}
    allowed = ("mailtrap_local.cli", "mailtrap_local.client", "mailtrap_local.sendmail")
    assert {each for each in ours if not each.startswith(allowed)} == set()
    assert not {"asyncio", "starlette", "uvicorn", "msgspec", "aiosmtpd", "re2", "sqlite3", "PIL"} & modules
    if name in ("wait", "ls", "show", "tail", "cursor", "rm"):
        assert not {"smtplib", "email.message", "http.client", "ssl", "difflib", "tempfile"} & modules


def test_a_command_starts_hardly_later_than_what_it_needs(tmp_path: Path) -> None:
    """In processor time, beside the modules of the standard library that any HTTP client of dataclasses loads."""
    environ = {**environment(), "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)

    def spent(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], capture_output=True, timeout=30, check=False, env=environ)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    ours = ("-m", "mailtrap_local", "wait", "--url", "http://127.0.0.1:1")
    stock = ("-c", "import argparse, dataclasses, datetime, json, urllib.parse, base64, socket, shutil")
    best, beside = spent(*ours), spent(*stock)
    for _ in range(30):
        best, beside = min(best, spent(*ours)), min(beside, spent(*stock))
        if best < 2 * beside:
            return
    pytest.fail(f"{best:.3f} s beside {beside:.3f} s")


async def test_a_ctrl_c_at_once_says_nothing() -> None:
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "import", "-"),
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await asyncio.to_thread(began_to_read, process.pid)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, out, err) == (130, b"", b"")


def began_to_read(pid: int) -> None:
    """Back when the process keeps its standard input in a file."""
    end = time.monotonic() + 20
    while not any("mailtrap-local-" in each for each in open_files(pid)):
        assert time.monotonic() < end
        time.sleep(0.01)


def open_files(pid: int) -> Iterator[str]:
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            yield os.readlink(each)


def test_the_parser_of_the_server_is_where_it_was() -> None:
    assert vars(cli.parser().parse_args(["--label", "x"])) == {"command": None, "label": "x"}
