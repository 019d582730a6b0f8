"""Real clients against a whole server: what they send comes back byte for byte."""

import asyncio
import contextlib
import email.policy
import http.client
import json
import random
import smtplib
import socket
import sys
from collections.abc import Callable, Coroutine
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local.mailbox import Selection
from mailtrap_local.model import Record
from mailtrap_local.server import Server
from tests.smtp.test_wire import as_received, on_the_wire
from tests.tools import need

MB = 1024 * 1024

SENDER, RECIPIENT = "app@example.com", "ann@example.com"


def a_mail(*, attachment: int = 0) -> bytes:
    """A mail with dots at line starts, text beyond ASCII, and an attachment of so many bytes."""
    message = EmailMessage(policy=email.policy.SMTP.clone(cte_type="8bit"))
    message["From"], message["To"] = f"Jörg <{SENDER}>", RECIPIENT
    message["Subject"] = "Grüße aus Köln, 你好 🎉"
    message["Message-ID"] = "<1@example.com>"
    message.set_content(".\n..\n.leading dot\nGrüße, 你好 🎉\n...\n", cte="8bit")
    if attachment:
        octets = bytes(range(256)) * (attachment // 256)
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename="größe.bin")
    return message.as_bytes()


MAILS = [pytest.param(a_mail(), id="unicode"), pytest.param(a_mail(attachment=10 * MB), id="10MB")]


async def run(*command: str | Path, stdin: bytes | None = None) -> bytes:
    """The output of a command that must succeed."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate(stdin)
    assert process.returncode == 0, output.decode(errors="replace")[-2_000:]
    return output


def _smtplib(port: int, mail: bytes, *, login: bool) -> None:
    with smtplib.SMTP("localhost", port, timeout=60) as client:
        if login:
            client.login("ann", "any password")
        client.sendmail(SENDER, [RECIPIENT], mail, ["BODY=8BITMIME"])


async def by_smtplib(port: int, mail: bytes, _folder: Path) -> None:
    await asyncio.to_thread(_smtplib, port, mail, login=True)


async def by_swaks(port: int, mail: bytes, folder: Path) -> None:
    # swaks makes the line ends of SMTP itself, the last one too
    (folder / "mail").write_bytes(mail.removesuffix(b"\r\n").replace(b"\r\n", b"\n"))
    where = ("--server", "127.0.0.1", "--port", str(port), "--from", SENDER, "--to", RECIPIENT)
    auth = ("--auth", "LOGIN", "--auth-user", "ann", "--auth-password", "any")
    await run(need("swaks"), *where, *auth, "--suppress-data", "--data", f"@{folder / 'mail'}")


async def by_curl(port: int, mail: bytes, folder: Path) -> None:
    (folder / "mail").write_bytes(mail)
    envelope = ("--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "--user", "ann:any")
    await run(need("curl"), "-sS", f"smtp://127.0.0.1:{port}", *envelope, "--upload-file", folder / "mail")


NODEMAILER = """
const nodemailer = require(process.argv[1]);
const { readFileSync } = require("fs");
const [port, from, to, file] = process.argv.slice(2);
const transport = nodemailer.createTransport({ host: "localhost", port: +port, auth: { user: "ann", pass: "any" } });
transport.sendMail({ envelope: { from, to: [to] }, raw: readFileSync(file) }).then(
  (info) => console.log(info.response),
  (error) => { console.error(error); process.exit(1); },
);
"""


async def by_nodemailer(port: int, mail: bytes, folder: Path) -> None:
    (folder / "mail").write_bytes(mail)
    where = (need("nodemailer"), str(port), SENDER, RECIPIENT, folder / "mail")
    output = await run(need("node"), "-e", NODEMAILER, *where)
    assert b"queued as" in output


Send = Callable[[int, bytes, Path], Coroutine[Any, Any, None]]
CLIENTS = [by_smtplib, by_swaks, by_curl, by_nodemailer]


async def newest(server: Server) -> tuple[bytes, Record]:
    message_id = await server.mailbox.latest(Selection())
    return await server.mailbox.raw(message_id), await server.mailbox.record(message_id)


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("send", CLIENTS)
async def test_a_client_delivers(server: Server, tmp_path: Path, send: Send, mail: bytes) -> None:
    await send(server.smtp_port, mail, tmp_path)
    raw, record = await newest(server)
    assert raw == mail
    assert record.envelope.mail_from == SENDER
    assert [recipient.address for recipient in record.envelope.recipients] == [RECIPIENT]
    assert (record.origin.username, record.origin.protocol) == ("ann", "ESMTPA")
    session = await server.sessions.get(record.origin.session)
    assert session.messages == (record.summary.id,)


@pytest.mark.parametrize("mail", MAILS)
async def test_the_sendmail_command_delivers(server: Server, mail: bytes) -> None:
    """As PHP's mail() and cron call it: the whole mail on standard input, recipients from its header."""
    command = (sys.executable, "-m", "mailtrap_local", "sendmail", "-t", "-i", "-f", SENDER)
    await run(*command, "-S", f"localhost:{server.smtp_port}", stdin=mail.replace(b"\r\n", b"\n"))
    raw, record = await newest(server)
    assert raw == mail
    assert record.envelope.mail_from == SENDER
    assert [recipient.address for recipient in record.envelope.recipients] == [RECIPIENT]


async def test_a_client_that_composes_for_itself(server: Server, tmp_path: Path) -> None:
    """nodemailer's own composition: attachment, unicode, and the envelope taken from the header."""
    script = NODEMAILER.replace(
        "{ envelope: { from, to: [to] }, raw: readFileSync(file) }",
        '{ from: "Jörg <" + from + ">", to, bcc: "hidden@example.com", subject: "你好 🎉", text: ".\\n..\\n", '
        'html: "<b>ü</b>", attachments: [{ filename: "ü.bin", content: readFileSync(file) }] }',
    )
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100)
    where = (need("nodemailer"), str(server.smtp_port), SENDER, RECIPIENT, tmp_path / "file")
    await run(need("node"), "-e", script, *where)
    _, record = await newest(server)
    assert record.summary.head.subject == "你好 🎉"
    assert [recipient.address for recipient in record.envelope.recipients] == [RECIPIENT, "hidden@example.com"]


async def test_a_thousand_random_bodies_come_back_from_the_api(server: Server) -> None:
    """Over SMTP, parser and store, and back over HTTP; some are large enough to be parsed later."""
    random_ = random.Random(1_000)
    most = [600] * 900 + [100_000] * 100
    random_.shuffle(most)
    bodies = [random_.randbytes(random_.randrange(each)) for each in most]

    def send() -> list[str]:
        with contextlib.closing(socket.create_connection(("127.0.0.1", server.smtp_port), 30)) as connection:
            replies = connection.makefile("rb")
            connection.sendall(b"HELO x\r\n")
            for body in bodies:
                connection.sendall(b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n" + on_the_wire(body))
            connection.sendall(b"QUIT\r\n")
            return [line.split()[-1].decode() for line in replies if b" queued as " in line]

    def read(ids: list[str]) -> list[bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=30)) as connection:
            found = []
            for message_id in ids:
                connection.request("GET", f"/api/v1/message/{message_id}/raw")
                found.append(connection.getresponse().read())
            return found

    ids = await asyncio.to_thread(send)
    assert await asyncio.to_thread(read, ids) == [as_received(body) for body in bodies]


async def test_addresses_beyond_ascii(server: Server) -> None:
    """RFC 6531, by a client that is not ours."""

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as client:
            client.ehlo()
            client.sendmail("jörg@bücher.example", ["用户@例え.jp"], a_mail(), ["SMTPUTF8", "BODY=8BITMIME"])

    await asyncio.to_thread(send)
    _, record = await newest(server)
    assert record.envelope.mail_from == "jörg@bücher.example"
    assert record.envelope.recipients[0].address == "用户@例え.jp"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_both_loopback_addresses(server: Server, host: str) -> None:
    """Many clients resolve localhost to ::1 first and give up when it refuses; others know 127.0.0.1 only."""
    with contextlib.closing(await asyncio.to_thread(smtplib.SMTP, host, server.smtp_port)) as client:
        await asyncio.to_thread(client.sendmail, SENDER, [RECIPIENT], b"Subject: x\r\n\r\n")
        _, record = await newest(server)
        assert client.sock is not None
        port = client.sock.getsockname()[1]
        assert record.origin.peer == (f"[::1]:{port}" if host == "::1" else f"127.0.0.1:{port}")


CONNECT_FIRST = """
const net = require("net");
require("dns").lookup("localhost", { verbatim: true, all: true }, (error, found) => {
  const address = (found || []).map((entry) => entry.address).find((one) => one === "::1") || "127.0.0.1";
  const socket = net.connect({ host: address, port: +process.argv[1] });
  socket.on("data", (octets) => { console.log(JSON.stringify({ address, greeting: String(octets) })); socket.end(); });
  socket.on("error", (error) => { console.error(error); process.exit(1); });
});
"""


async def test_node_finds_us_where_it_looks_first(server: Server) -> None:
    answer = json.loads(await run(need("node"), "-e", CONNECT_FIRST, str(server.smtp_port)))
    assert answer["greeting"].startswith("220 ")


async def test_the_transcript_of_a_real_client_holds_no_password(server: Server) -> None:
    await asyncio.to_thread(_smtplib, server.smtp_port, a_mail(), login=True)
    _, record = await newest(server)
    session = await server.sessions.get(record.origin.session)
    lines = [line.text for line in session.lines]
    assert any(line.upper().startswith("AUTH ") for line in lines) and "***" in lines
    assert any(line.endswith(" bytes of DATA") for line in lines)
    assert "any password" not in "\n".join(lines)


async def test_a_mail_is_found_when_its_250_has_come(server: Server) -> None:
    def send(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as client:
            client.sendmail(SENDER, [RECIPIENT], b"Subject: number %d\r\n\r\nx\r\n" % number)

    for number in range(20):
        await asyncio.to_thread(send, number)
        _, record = await newest(server)
        assert record.summary.head.subject == f"number {number}"
