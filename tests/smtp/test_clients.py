"""Clients by ways that programs.py has no row for: composing by themselves, resolving names, and random mails."""

import asyncio
import contextlib
import http.client
import json
import random
import smtplib
import socket
import sys
from pathlib import Path

import pytest

from mailtrap_local.mailbox import Selection
from mailtrap_local.model import Record
from mailtrap_local.server import Server
from tests.smtp.programs import MB, RECIPIENT, SENDER, a_mail, as_unix, ran
from tests.smtp.test_wire import as_received, on_the_wire
from tests.tools import need

MAILS = [pytest.param(a_mail(), id="unicode"), pytest.param(a_mail(attachment=10 * MB), id="10MB")]


async def newest(server: Server) -> tuple[bytes, Record]:
    message_id = await server.mailbox.latest(Selection())
    return await server.mailbox.raw(message_id), await server.mailbox.record(message_id)


@pytest.mark.parametrize("mail", MAILS)
async def test_the_sendmail_command_delivers(server: Server, mail: bytes) -> None:
    """As PHP's mail() and cron call it: the whole mail on standard input, recipients from its header."""
    command = (sys.executable, "-m", "mailtrap_local", "sendmail", "-t", "-i", "-f", SENDER)
    await ran(*command, "-S", f"localhost:{server.smtp_port}", stdin=as_unix(mail))
    raw, record = await newest(server)
    assert raw == mail
    assert record.envelope.mail_from == SENDER
    assert [recipient.address for recipient in record.envelope.recipients] == [RECIPIENT]


COMPOSING = """
const [nodemailer, port, from, to, file] = process.argv.slice(1);
const { readFileSync } = require("fs");
require(nodemailer).createTransport({ host: "localhost", port: +port }).sendMail({
  from: "Jörg <" + from + ">", to, bcc: "hidden@example.com", subject: "你好 🎉", text: ".\\n..\\n",
  html: "<b>ü</b>", attachments: [{ filename: "ü.bin", content: readFileSync(file) }],
}).then(
  (info) => console.log(info.response),
  (error) => { console.error(error); process.exit(1); },
);
"""


async def test_a_client_that_composes_for_itself(server: Server, tmp_path: Path) -> None:
    """nodemailer's own composition: attachment, unicode, and the envelope taken from the header."""
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100)
    where = (need("nodemailer"), str(server.smtp_port), SENDER, RECIPIENT, tmp_path / "file")
    assert "queued as" in await ran(need("node"), "-e", COMPOSING, *where)
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
    answer = json.loads(await ran(need("node"), "-e", CONNECT_FIRST, str(server.smtp_port)))
    assert answer["greeting"].startswith("220 ")


async def test_a_mail_is_found_when_its_250_has_come(server: Server) -> None:
    def send(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as client:
            client.sendmail(SENDER, [RECIPIENT], b"Subject: number %d\r\n\r\nx\r\n" % number)

    for number in range(20):
        await asyncio.to_thread(send, number)
        _, record = await newest(server)
        assert record.summary.head.subject == f"number {number}"
