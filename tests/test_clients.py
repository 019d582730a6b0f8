"""The clients that people use: what each of them sends is kept to the byte."""

import asyncio
import random
import smtplib
import sys
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailtrap_local.store.base import Selection
from tests.tools import ROOT, need

if TYPE_CHECKING:
    from mailtrap_local.server import Server

RECIPIENT = "ann@example.com"


def letter(subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "app@example.com"
    message["To"] = RECIPIENT
    message["Subject"] = subject
    message["Message-ID"] = "<1@app.example.com>"
    message.set_content(text, cte="8bit")
    return message


@cache
def with_attachment(count: int) -> bytes:
    message = letter("Attached", "See the file.\n.\n..\n.hidden\n")
    content = random.Random(7).randbytes(count)
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename="bündel.bin")
    return message.as_bytes()


MAILS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: letter("Hi", "Hello\n").as_bytes(),
    "unicode": lambda: letter("Grüße 你好 🎉", "Ça va? 你好 🎉\n" * 20).as_bytes(),
    "attachment": lambda: with_attachment(5_000),
    "10 MB": lambda: with_attachment(10 * 1024**2 * 3 // 4),
}


async def run(*command: object, stdin: bytes | None = None) -> None:
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE if stdin is not None else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
    )
    out, _ = await asyncio.wait_for(process.communicate(stdin), 90)
    assert process.returncode == 0, out.decode(errors="replace")[-2000:]


async def by_smtplib(port: int, file: Path) -> None:
    def send() -> None:
        with smtplib.SMTP("localhost", port, timeout=60) as smtp:
            smtp.sendmail("app@example.com", [RECIPIENT], file.read_bytes())

    await asyncio.to_thread(send)


async def by_swaks(port: int, file: Path) -> None:
    mail = await asyncio.to_thread(file.read_bytes)
    await asyncio.to_thread(file.write_bytes, mail.removesuffix(b"\r\n"))  # swaks ends the last line itself
    addresses = ("--from", "app@example.com", "--to", RECIPIENT)
    await run(
        need("swaks"), "--server", "localhost", "--port", port, *addresses, "--data", f"@{file}", "--suppress-data"
    )


async def by_nodemailer(port: int, file: Path) -> None:
    need("nodemailer")
    await run(need("node"), "tests/node/send.mjs", port, file, RECIPIENT)


async def by_curl(port: int, file: Path) -> None:
    envelope = ("--mail-from", "app@example.com", "--mail-rcpt", RECIPIENT)
    await run(need("curl"), "--silent", "--show-error", f"smtp://localhost:{port}", *envelope, "--upload-file", file)


async def by_sendmail(port: int, file: Path) -> None:
    command = (sys.executable, "-m", "mailtrap_local", "sendmail", "-t", "-i", "-S", f"localhost:{port}")
    mail = await asyncio.to_thread(file.read_bytes)
    await run(*command, stdin=mail.replace(b"\r\n", b"\n"))  # as PHP gives it


CLIENTS = (by_smtplib, by_swaks, by_nodemailer, by_curl, by_sendmail)


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("send", CLIENTS, ids=lambda each: each.__name__.removeprefix("by_"))
async def test_what_a_client_sends_is_kept_to_the_byte(
    send: Callable[[int, Path], Awaitable[None]], mail: str, server: "Server", tmp_path: Path
) -> None:
    sent = MAILS[mail]()
    file = tmp_path / "mail.eml"
    await asyncio.to_thread(file.write_bytes, sent)
    await send(server.smtp_port, file)
    [summary] = (await server.mailbox.page(Selection())).summaries
    assert await server.mailbox.raw(summary.id) == sent
    record = await server.mailbox.record(summary.id)
    assert [each.address for each in record.envelope.recipients] == [RECIPIENT]
    message = await server.mailbox.message(summary.id)
    assert [part.filename for part in message.parsed.attachments] == ["bündel.bin"] * (mail in {"attachment", "10 MB"})
    if mail == "unicode":
        assert summary.head.subject == "Grüße 你好 🎉"
        assert "你好 🎉" in message.parsed.text


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_both_addresses_of_localhost_take_mail(address: str, server: "Server") -> None:
    def send() -> None:
        with smtplib.SMTP(address, server.smtp_port, timeout=20) as smtp:
            smtp.sendmail("app@example.com", [RECIPIENT], b"Subject: Hi\r\n\r\nHello\r\n")

    await asyncio.to_thread(send)
    [summary] = (await server.mailbox.page(Selection())).summaries
    assert summary.head.subject == "Hi"
