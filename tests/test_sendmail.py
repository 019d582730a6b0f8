"""`mailtrap-local sendmail`: what reaches the server, and what the caller is told."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local import sendmail

if TYPE_CHECKING:
    from mailtrap_local.server import Server

MODULES = 75  # that it loads, those of the interpreter's own start too; 62 when this was written
MAIL = (
    b"From: app@example.com\nTo: Ann <ann@example.com>, bob@example.com\nBcc: eve@example.com\nSubject: Hi\n\nHello\n"
)


@dataclass(frozen=True)
class Ran:
    """How a run of the command ended."""

    code: int
    out: bytes
    complaint: str


async def run(*arguments: str, mail: bytes = MAIL, environ: dict[str, str] | None = None) -> Ran:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailtrap_local", "sendmail", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | (environ or {}),
    )
    out, err = await asyncio.wait_for(process.communicate(mail), 30)
    return Ran(process.returncode or 0, out, err.decode())


@dataclass
class Script:
    """An SMTP server that gives the replies it was told, and 250 for the rest."""

    replies: dict[str, str]
    extensions: tuple[str, ...] = ()
    heard: list[str] = field(default_factory=list)
    port: int = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 script\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.heard.append(line.lower())  # smtplib's own spelling of verbs differs between versions of Python
            verb = line.partition(" ")[0].upper()
            writer.write(self._answer(line, verb).encode() + b"\r\n")
            if verb == "DATA":
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(self.replies.get("DOT", "250 OK").encode() + b"\r\n")
            if verb == "QUIT":
                break
        writer.close()

    def _answer(self, line: str, verb: str) -> str:
        if verb == "EHLO" and "ehlo" not in self.replies:
            return "\r\n".join([*(f"250-{each}" for each in ("script", *self.extensions)), "250 HELP"])
        default = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 OK")
        return next((reply for start, reply in self.replies.items() if line.lower().startswith(start)), default)


@asynccontextmanager
async def scripted(replies: dict[str, str] | None = None, *extensions: str) -> AsyncIterator[Script]:
    script = Script(replies or {}, extensions)
    server = await asyncio.start_server(script.converse, "127.0.0.1", 0)
    async with server:
        script.port = server.sockets[0].getsockname()[1]
        yield script


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def caught(server: "Server") -> tuple[bytes, str, list[str]]:
    """The only message: its raw, its reverse-path and its recipients."""
    from mailtrap_local.store.base import Selection

    page = await server.mailbox.page(Selection())
    assert len(page.summaries) == 1
    record = await server.mailbox.record(page.summaries[0].id)
    raw = await server.mailbox.raw(page.summaries[0].id)
    return raw, record.envelope.mail_from, [each.address for each in record.envelope.recipients]


async def test_with_t_the_header_names_the_recipients_and_bcc_goes(server: "Server") -> None:
    ran = await run("-t", "-i", "-f", "bounce@example.com", "-S", f"localhost:{server.smtp_port}")
    assert ran == Ran(0, b"", "")
    raw, sender, recipients = await caught(server)
    assert raw == MAIL.replace(b"Bcc: eve@example.com\n", b"").replace(b"\n", b"\r\n")
    assert sender == "bounce@example.com"
    assert recipients == ["ann@example.com", "bob@example.com", "eve@example.com"]


async def test_without_t_the_arguments_do_and_the_mail_stays_whole(server: "Server") -> None:
    ran = await run("-S", f"127.0.0.1:{server.smtp_port}", "-f", "<>", "ann@example.com", "<bob@example.com>")
    assert ran.code == 0
    raw, sender, recipients = await caught(server)
    assert raw == MAIL.replace(b"\n", b"\r\n")
    assert sender == ""
    assert recipients == ["ann@example.com", "bob@example.com"]


async def test_bytes_beyond_ascii_and_dots_and_bare_cr_pass_unchanged(server: "Server") -> None:
    mail = b"Subject: \xff\xfe\xc3\xa4\r\n\r\n.\r\n..\r\na\rb\x00c\r\n" + b"x" * 5_000 + b"\r\n"
    ran = await run("-i", "-S", f"[::1]:{server.smtp_port}", "ann@example.com", mail=mail)
    assert ran.code == 0, ran.complaint
    assert (await caught(server))[0] == mail


async def test_addresses_beyond_ascii(server: "Server") -> None:
    ran = await run("-t", "-S", f"localhost:{server.smtp_port}", mail="To: jürgen@exämple.com\n\nHallo\n".encode())
    assert ran.code == 0, ran.complaint
    assert (await caught(server))[2] == ["jürgen@exämple.com"]


async def test_a_sender_that_is_not_given_is_who_runs_it(server: "Server") -> None:
    await run("-S", f"localhost:{server.smtp_port}", "ann@example.com")
    assert re.fullmatch(r"\S+@\S+", (await caught(server))[1])


async def test_the_environment_names_the_port(server: "Server") -> None:
    ran = await run("-t", environ={"MAILTRAP_LOCAL_SMTP_PORT": str(server.smtp_port)})
    assert ran.code == 0, ran.complaint
    await caught(server)


async def test_bs_speaks_smtp_on_standard_input(server: "Server") -> None:
    conversation = b"EHLO app\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n\r\nHello\r\n.\r\nQUIT\r\n"
    ran = await run("-bs", "-S", f"localhost:{server.smtp_port}", mail=conversation)
    assert ran.code == 0, ran.complaint
    assert ran.out.startswith(b"220 ")
    assert b"\r\n221 " in ran.out
    assert await caught(server) == (b"\r\nHello\r\n", "a@b.c", ["ann@example.com"])


async def test_options_that_only_sendmail_needs_are_accepted() -> None:
    async with scripted() as script:
        ran = await run(*"-oi -odb -oem -em -F Ann -G -m -n -v -B 8BITMIME -O Timeout=1 -N never -R full".split())
        assert ran.code == 64  # no recipient
        port = f"127.0.0.1:{script.port}"
        arguments = "-bm -oi -odb -oem -em -FAnn -G -m -n -v -B8BITMIME -OTimeout=1 -Nnever -Rfull".split()
        ran = await run(*arguments, "-S", port, "--", "ann@example.com")
        assert ran.code == 0, ran.complaint


async def test_what_the_server_offers_is_used() -> None:
    mail = "To: jürgen@example.com\n\nä\n".encode()
    async with scripted({}, "8BITMIME", "SMTPUTF8") as script:
        assert (await run("-t", "-f", "a@b.c", "-S", f"127.0.0.1:{script.port}", mail=mail)).code == 0
    assert "mail from:<a@b.c> body=8bitmime smtputf8" in script.heard
    assert "rcpt to:<jürgen@example.com>" in script.heard


async def test_a_server_of_old_is_greeted_in_its_words() -> None:
    async with scripted({"ehlo": "502 what?"}) as script:
        assert (await run("-t", "-f", "a@b.c", "-S", f"127.0.0.1:{script.port}")).code == 0
    assert script.heard[:3] == ["ehlo localhost", "helo localhost", "mail from:<a@b.c>"]


async def test_the_size_is_told_to_a_server_that_wants_it() -> None:
    async with scripted({}, "LIMITS SIZE", "SIZE 1000") as script:
        assert (
            await run("-f", "a@b.c", "-S", f"127.0.0.1:{script.port}", "b@b.c", mail=b"Subject: x\n\n.\n")
        ).code == 0
    assert "mail from:<a@b.c> size=14" in script.heard
    async with scripted({}, "LIMITS SIZE") as script:
        assert (await run("-f", "a@b.c", "-S", f"127.0.0.1:{script.port}", "b@b.c")).code == 0
    assert "mail from:<a@b.c>" in script.heard


REFUSALS = [
    ({"mail": "550 5.7.1 not you"}, 69, "the server refused the mail: 550 5.7.1 not you"),
    ({"mail": "451 4.3.0 later"}, 75, "the server refused the mail: 451 4.3.0 later"),
    ({"rcpt to:<bob": "550 5.1.1 no such"}, 69, "the server refused bob@example.com: 550 5.1.1 no such"),
    ({"rcpt": "450 4.2.0 greylisted"}, 75, "the server refused ann@example.com (and 2 more): 450 4.2.0 greylisted"),
    ({"DOT": "552 5.3.4 too big"}, 69, "the server refused the mail: 552 5.3.4 too big"),
    ({"DOT": "421 4.3.2 stopping"}, 75, "the server refused the mail: 421 4.3.2 stopping"),
]


@pytest.mark.parametrize(("replies", "code", "sentence"), REFUSALS)
async def test_a_refusal_is_told(replies: dict[str, str], code: int, sentence: str) -> None:
    async with scripted(replies) as script:
        ran = await run("-t", "-S", f"127.0.0.1:{script.port}")
    assert ran == Ran(code, b"", f"mailtrap-local sendmail: {sentence}\n")


async def test_nobody_there_is_a_failure_for_now() -> None:
    port = free_port()
    ran = await run("-t", "-S", f"localhost:{port}")
    assert ran.code == 75
    assert re.fullmatch(
        rf"mailtrap-local sendmail: nothing answers on port {port} \(::1: .+; 127\.0\.0\.1: Connection refused\)\. "
        r"Is mailtrap-local running\?\n",
        ran.complaint,
    )


async def test_a_server_that_hangs_up_is_a_failure_for_now() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        ran = await run("-t", "-S", f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert ran.code == 75
    assert "Traceback" not in ran.complaint


async def test_a_server_without_smtputf8_says_no_to_such_addresses() -> None:
    async with scripted() as script:
        ran = await run("-S", f"127.0.0.1:{script.port}", "jürgen@example.com")
    assert ran == Ran(69, b"", "mailtrap-local sendmail: the server takes no addresses beyond ASCII (SMTPUTF8).\n")


USAGE = [
    (["-t"], b"", 66, "there was no mail on standard input"),
    ([], MAIL, 64, "no recipient was given"),
    (["-t"], b"Subject: Hi\n\nTo: ann@example.com\n", 64, "no recipient was given"),
    (["-Z"], MAIL, 64, "option -Z not recognized"),
    (["-f"], MAIL, 64, "option -f requires argument"),
    (["-bp"], MAIL, 64, "-bp is not offered"),
    (["-S", "host:port", "a@b.c"], MAIL, 64, "-S host:port is not HOST or HOST:PORT"),
    (["-S", "host:99999", "a@b.c"], MAIL, 64, "-S host:99999 is not"),
    (["a@b.c\r\nDATA"], MAIL, 64, "is no mail address"),
    ([" "], MAIL, 64, "' ' is no mail address"),
]


@pytest.mark.parametrize(("arguments", "mail", "code", "sentence"), USAGE)
def test_a_mistake_is_one_sentence(
    arguments: list[str],
    mail: bytes,
    code: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", type("Input", (), {"buffer": type("Buffer", (), {"read": lambda _: mail})()})())
    assert sendmail.main(arguments) == code
    said = capsys.readouterr().err
    assert said.startswith("mailtrap-local sendmail: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_a_wrong_port_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILTRAP_LOCAL_SMTP_PORT", "tcp://192.0.2.1:25")
    with pytest.raises(sendmail.Failure, match="MAILTRAP_LOCAL_SMTP_PORT") as failure:
        sendmail.read_order(["a@b.c"])
    assert failure.value.code == 64


def test_port_0_of_the_environment_names_no_port_to_go_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILTRAP_LOCAL_SMTP_PORT", "0")
    assert sendmail.read_order(["a@b.c"]).port == 1025


def test_help_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert sendmail.main(["--help"]) == 0
    assert capsys.readouterr().out == sendmail.HELP


@pytest.mark.parametrize(
    ("mail", "rest"),
    [
        (b"a\n.\nb\n", b"a\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n"),
        (b"a\n.", b"a\n"),
        (b".\n", b""),
        (b"a\n..\n.b\nc.\n", b"a\n..\n.b\nc.\n"),
    ],
)
def test_a_single_dot_ends_the_mail(mail: bytes, rest: bytes) -> None:
    assert sendmail.until_dot(mail) == rest


@pytest.mark.parametrize("arguments", [["-i"], ["-oi"], ["-ti"], ["-o", "i"], ["-odb", "-oi"]])
def test_unless_i_is_given(arguments: list[str]) -> None:
    assert not sendmail.read_order(arguments).dot_ends
    assert sendmail.read_order([]).dot_ends


ADDRESSED = [
    (b"To: a@x.org\ncc: b@x.org\nBCC : c@x.org\n\n", ["a@x.org", "b@x.org", "c@x.org"]),
    (b'To: "Doe, Jane" <jane@x.org>,\n\t<joe@x.org>\n\n', ["jane@x.org", "joe@x.org"]),
    (b"To: a@x.org\r\nTo: b@x.org\r\n\r\nTo: c@x.org", ["a@x.org", "b@x.org"]),
    (b"To: undisclosed-recipients:;\n\n", []),
    (b"To: friends: a@x.org, b@x.org;\n\n", ["a@x.org", "b@x.org"]),
    (b"To: a@x.org\nResent-To: b@x.org\nResent-Bcc: c@x.org\n\n", ["b@x.org", "c@x.org"]),
    (b"Subject: none", []),
    (b"To: a@x.org", ["a@x.org"]),
    (b" leading\nTo: a@x.org\n", ["a@x.org"]),
    (b"", []),
]


@pytest.mark.parametrize(("mail", "addresses"), ADDRESSED)
def test_recipients_of_the_header(mail: bytes, addresses: list[str]) -> None:
    assert sendmail.header_recipients(mail) == addresses


def test_bcc_goes_with_its_folded_lines_and_nothing_else_does() -> None:
    mail = b"A: 1\r\nBcc: a@x.org,\r\n b@x.org\r\nbcc:c\r\nBcc-Not: 2\r\n\r\nBcc: body\r\n"
    assert sendmail.without_bcc(mail) == b"A: 1\r\nBcc-Not: 2\r\n\r\nBcc: body\r\n"


BYTES = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"Bcc:", b"To: ", b"a@x", b" ", b".", b"\xff"])).map(b"".join)


@given(BYTES)
def test_a_mail_without_bcc_is_not_touched(mail: bytes) -> None:
    once = sendmail.without_bcc(mail)
    assert sendmail.without_bcc(once) == once
    if b"Bcc:" not in mail:
        assert once == mail


@given(BYTES)
def test_line_ends_become_crlf_and_nothing_else_changes(mail: bytes) -> None:
    sent = sendmail.crlf(mail)
    assert not re.search(rb"(?<!\r)\n", sent)
    assert sent.replace(b"\r\n", b"\n") == mail.replace(b"\r\n", b"\n")
    assert sendmail.crlf(sent) == sent


async def imported(*arguments: str) -> set[str]:
    """The modules that a run of the command imports."""
    code = "import sys; from mailtrap_local.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    return set(out.decode().split())


async def test_it_imports_nothing_heavy() -> None:
    async with scripted() as script:
        modules = await imported("sendmail", "-S", f"127.0.0.1:{script.port}", "ann@example.com")
    assert "mailtrap_local.sendmail" in modules
    heavy = {
        "asyncio",
        "argparse",
        "typing",
        "dataclasses",
        "starlette",
        "aiosmtpd",
        "uvicorn",
        "msgspec",
        "smtplib",
        "ssl",
        "email",
        "mailtrap_local.settings",
    }
    assert not heavy & modules
    assert len(modules) <= MODULES, f"{len(modules)} modules; is each of these needed? {sorted(modules)}"


def test_it_starts_hardly_later_than_the_module_that_sends(tmp_path: Path) -> None:
    """An app waits for it with each mail. Measured beside `import smtplib` alone, the quickest of several runs."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = str(tmp_path)  # both begin without compiled modules, and both keep them

    def seconds(*arguments: str) -> float:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], input=MAIL, capture_output=True, timeout=30, check=False, env=environ
        )
        return time.perf_counter() - started

    nobody = ("-m", "mailtrap_local", "sendmail", "-S", f"127.0.0.1:{free_port()}", "ann@example.com")
    ours, smtplibs = seconds(*nobody), seconds("-c", "import smtplib")
    for _ in range(40):
        ours, smtplibs = min(ours, seconds(*nobody)), min(smtplibs, seconds("-c", "import smtplib"))
        if ours < 1.1 * smtplibs:
            return
    pytest.fail(f"{ours:.3f} s beside {smtplibs:.3f} s")
