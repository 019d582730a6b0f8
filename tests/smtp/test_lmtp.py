"""LMTP (RFC 2033), and Unix sockets."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailtrap_local.errors import PortBusy, StartError, StoreError
from mailtrap_local.listening import listen_unix
from mailtrap_local.mailbox import Selection
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import replies
from tests.smtp.talking import Client, Running, connected, running


@pytest.fixture
async def front() -> AsyncIterator[Running]:
    async with running(Settings(lmtp_port=0, tls=True)) as served:
        yield served


@pytest.fixture
async def client(front: Running) -> AsyncIterator[Client]:
    async with connected(front.lmtp_port) as speaking:
        assert (await speaking.reply()).startswith("220 localhost LMTP ")
        assert "PIPELINING" in await speaking.ask("LHLO x")  # section 5: it and ENHANCEDSTATUSCODES must be there
        yield speaking


async def test_an_answer_for_each_recipient(front: Running, client: Client) -> None:
    """Section 4.2: one for each that was accepted, in their order."""
    for line in ("MAIL FROM:<a@x.org>", "RCPT TO:<b@y.org>", "RCPT TO:<>", "RCPT TO:<c@y.org>", "DATA"):
        await client.ask(line)
    client.send(b"x\r\n.\r\nNOOP\r\n")
    *told, noop = await client.replies(3)
    assert told[0] == told[1] and told[0].startswith("250 2.0.0 Ok: queued as ")
    assert noop == replies.OK
    assert front.mailbox.arrivals[0].origin.protocol == "LMTP"
    assert len(front.mailbox.arrivals) == 1


async def test_a_failure_for_each_recipient(front: Running, client: Client) -> None:
    front.mailbox.failure = StoreError("x")
    for line in ("MAIL FROM:<a@x.org>", "RCPT TO:<b@y.org>", "RCPT TO:<c@y.org>", "DATA"):
        await client.ask(line)
    client.send(b"x\r\n.\r\n")
    assert await client.replies(2) == [replies.STORE_FAILED] * 2


async def test_too_large_for_each_recipient() -> None:
    async with running(Settings(lmtp_port=0, max_message_size=2_000)) as front, connected(front.lmtp_port) as client:
        await client.reply()
        for line in ("LHLO x", "MAIL FROM:<a@x.org>", "RCPT TO:<b@y.org>", "RCPT TO:<c@y.org>", "DATA"):
            await client.ask(line)
        client.send(b"x" * 3_000 + b"\r\n.\r\n")
        assert await client.replies(2) == [replies.TOO_LARGE] * 2


async def test_bdat_has_an_answer_for_each_at_its_last_chunk(client: Client) -> None:
    """RFC 3030 section 2 with RFC 2033."""
    for line in ("MAIL FROM:<a@x.org>", "RCPT TO:<b@y.org>", "RCPT TO:<c@y.org>"):
        await client.ask(line)
    client.send(b"BDAT 1\r\nxBDAT 1 LAST\r\ny")
    told = await client.replies(3)
    assert told[0] == replies.CHUNK_OK.format(1)
    assert told[1] == told[2] and "queued as" in told[1]


async def test_without_a_recipient(client: Client) -> None:
    """Section 4.2: DATA is 503 then, and no answers follow."""
    await client.ask("MAIL FROM:<a@x.org>")
    assert await client.ask("DATA") == replies.NEED_RCPT


async def test_who_says_what(front: Running, client: Client) -> None:
    """Section 4.1: LHLO takes the place of EHLO and HELO; SMTP does not know it."""
    assert await client.ask("EHLO x") == replies.NEED_LHLO
    assert await client.ask("HELO x") == replies.NEED_LHLO
    plain = await front.connect()
    await plain.reply()
    assert await plain.ask("LHLO x") == replies.UNKNOWN_COMMAND


async def test_starttls_and_auth(front: Running, client: Client) -> None:
    await client.start_tls(front.trust)
    assert await client.ask("MAIL FROM:<a@x.org>") == replies.NEED_HELLO
    await client.ask("LHLO x")
    assert await client.ask("AUTH PLAIN AGFubgBzZWNyZXQ=") == replies.AUTHENTICATED
    assert (await client.mail(b"x")).startswith("250")
    assert front.mailbox.arrivals[0].origin.protocol == "LMTPSA"  # RFC 3848


async def test_pythons_own_lmtp_client(settings: Settings, tmp_path: Path) -> None:
    """Over TCP and over a Unix socket."""
    settings = replace(settings, lmtp_port=0, lmtp_socket=tmp_path / "lmtp.sock")

    def send(host: str, port: int) -> None:
        with smtplib.LMTP(host, port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("a@x.org")
            for recipient in ("b@y.org", "c@y.org"):
                client.rcpt(recipient)
            assert client.data(b"Subject: x\r\n\r\nx\r\n")[0] == 250
            assert client.getreply()[0] == 250

    async with Server(settings) as server:
        assert server.lmtp_port
        await asyncio.to_thread(send, "127.0.0.1", server.lmtp_port)
        await asyncio.to_thread(send, str(tmp_path / "lmtp.sock"), 0)
        assert (await server.mailbox.page(Selection())).total == 2
    assert not (tmp_path / "lmtp.sock").exists()


# ---- Unix sockets ---------------------------------------------------------------------------------------------------


async def test_smtp_over_a_unix_socket(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "smtp.sock"
    async with Server(replace(settings, smtp_socket=path)) as server:
        client = Client(*await asyncio.open_unix_connection(path))
        await client.begin()
        assert (await client.mail(b"Subject: x\r\n\r\nx")).startswith("250")
        await client.close()
        message_id = await server.mailbox.latest(Selection())
        assert (await server.mailbox.record(message_id)).origin.peer == ""
    assert not path.exists()


def test_a_socket_that_a_killed_process_left(tmp_path: Path) -> None:
    path = tmp_path / "s"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    listening = listen_unix(path, purpose="SMTP", setting="smtp_socket")
    with pytest.raises(PortBusy, match="is in use by another program"):
        listen_unix(path, purpose="SMTP", setting="smtp_socket")
    listening.close()
    assert not path.exists()


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "none" / "s", tmp_path / ("x" * 200)):
        with pytest.raises(StartError, match="choose another --smtp-socket"):
            listen_unix(path, purpose="SMTP", setting="smtp_socket")
    assert (tmp_path / "file").read_text() == "mine"
