"""What real clients make of faults: a whole server, and clients that are not ours."""

import asyncio
import json
import smtplib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mailtrap_local.faults import read
from mailtrap_local.mailbox import Selection
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.smtp.talking import until
from tests.tools import need

SENDER, RECIPIENT = "app@example.com", "ann@example.com"
MAIL = f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: x\r\n\r\nx\r\n"


def fault(server: Server, **fields: object) -> str:
    return server.faults.add(read(fields)).id


async def kept(server: Server) -> int:
    return (await server.mailbox.page(Selection())).total


async def ran(*command: str | Path, stdin: bytes = b"") -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate(stdin)
    return process.returncode or 0, output.decode(errors="replace")


async def by_smtplib(port: int) -> str:
    """The reply that it failed with, "" if the mail was taken."""

    def send() -> str:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                client.sendmail(SENDER, [RECIPIENT], MAIL)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = refused.recipients[RECIPIENT]
            return f"{code} {text.decode()}"
        return ""

    return await asyncio.to_thread(send)


async def by_swaks(port: int) -> str:
    where = ("--server", "127.0.0.1", "--port", str(port), "--from", SENDER, "--to", RECIPIENT)
    code, output = await ran(need("swaks"), *where)
    refused = [line for line in output.splitlines() if line.startswith("<** ")]
    assert (code == 0) == (not refused), output
    return refused[0].removeprefix("<** ") if refused else ""


NODEMAILER = """
const nodemailer = require(process.argv[1]);
const [port, from, to] = process.argv.slice(2);
nodemailer.createTransport({ host: "127.0.0.1", port: +port }).sendMail({ from, to, subject: "x", text: "x" }).then(
  () => console.log(JSON.stringify({ response: "" })),
  (error) => console.log(JSON.stringify({ response: error.response, code: error.code })),
);
"""


async def by_nodemailer(port: int) -> str:
    command = (need("node"), "-e", NODEMAILER, need("nodemailer"), str(port), SENDER, RECIPIENT)
    code, output = await ran(*command)
    assert code == 0, output
    return str(json.loads(output)["response"])


@pytest.mark.parametrize("send", [by_smtplib, by_swaks, by_nodemailer])
async def test_the_next_two_recipients_are_put_off_and_then_taken(
    server: Server, send: Callable[[int], Awaitable[str]]
) -> None:
    rule = fault(server, where="rcpt", match=f"rcpt:={RECIPIENT}", reply="451 4.7.1 Try again later", times=2)
    said = [await send(server.smtp_port) for _ in range(3)]
    assert said == ["451 4.7.1 Try again later"] * 2 + [""]
    assert (await kept(server), server.faults.get(rule).fired) == (1, 2)


async def test_smtplib_on_a_connection_that_breaks_off(server: Server) -> None:
    fault(server, where="body", action="disconnect", reset=True, bytes=100_000, times=1)
    fault(server, where="end-of-data", action="disconnect", times=1)

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as client:
            client.sendmail(SENDER, [RECIPIENT], MAIL + "x" * 1_000 + "\r\n" * 500_000)

    for error in (ConnectionResetError, smtplib.SMTPServerDisconnected):
        with pytest.raises((error, smtplib.SMTPServerDisconnected, BrokenPipeError)):
            await asyncio.to_thread(send)
    assert await kept(server) == 0
    await asyncio.to_thread(send)
    assert await kept(server) == 1


async def test_a_lost_answer_makes_a_client_send_twice(server: Server) -> None:
    fault(server, preset="lost-answer", times=1)

    def send() -> None:
        for _ in range(2):
            try:
                with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as client:
                    client.sendmail(SENDER, [RECIPIENT], MAIL)
            except (smtplib.SMTPServerDisconnected, ConnectionError):
                continue
            return

    await asyncio.to_thread(send)
    assert await kept(server) == 2


async def test_smtplib_loses_patience_with_a_late_answer(server: Server) -> None:
    fault(server, where="data", seconds=60)

    def send() -> float:
        began = time.monotonic()
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=0.3) as client:
            with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
                client.sendmail(SENDER, [RECIPIENT], MAIL)
        return time.monotonic() - began

    assert await asyncio.to_thread(send) < 10
    assert await kept(server) == 0


async def test_nodemailer_names_its_timeout_and_its_reset(server: Server) -> None:
    script = NODEMAILER.replace("port: +port }", "port: +port, greetingTimeout: 300, socketTimeout: 2000 }")
    command = (need("node"), "-e", script, need("nodemailer"), str(server.smtp_port), SENDER, RECIPIENT)
    fault(server, preset="tarpit", times=1)
    assert json.loads((await ran(*command))[1])["code"] == "ETIMEDOUT"
    fault(server, where="mail", action="disconnect", reset=True, times=1)
    assert json.loads((await ran(*command))[1])["code"] in ("ECONNECTION", "ESOCKET")
    assert json.loads((await ran(*command))[1])["response"] == ""


async def test_curl_on_a_slow_line(server: Server, tmp_path: Path) -> None:
    """500 kB at 1 MB a second: half a second, and every octet arrives."""
    fault(server, where="body", rate=1_000_000)
    (tmp_path / "mail").write_bytes((MAIL + "x" * 70 + "\r\n").encode() + b"y" * 500_000 + b"\r\n")
    began = time.monotonic()
    envelope = ("--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "--upload-file", tmp_path / "mail")
    code, output = await ran(need("curl"), "-sS", f"smtp://127.0.0.1:{server.smtp_port}", *envelope)
    assert code == 0, output
    assert 0.5 <= time.monotonic() - began < 20
    raw = await server.mailbox.raw(await server.mailbox.latest(Selection()))
    assert raw == (tmp_path / "mail").read_bytes()


async def test_a_stop_ends_what_is_kept_waiting_within_a_second() -> None:
    faults = ({"where": "mail", "seconds": 600}, {"preset": "blackhole"})
    async with Server(Settings(smtp_port=0, http_port=0, faults=faults)) as server:
        writers = [(await asyncio.open_connection("127.0.0.1", server.smtp_port))[1] for _ in range(30)]
        for writer in writers:
            writer.write(b"EHLO x\r\nMAIL FROM:<a@x.org>\r\n")
        await until(lambda: sum(each.matched for each in server.faults.all()) == 30)
        began = time.monotonic()
    assert time.monotonic() - began < 1
    for writer in writers:
        writer.close()
