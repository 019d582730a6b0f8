"""The whole server: what it binds, what a stop and a kill do."""

import asyncio
import contextlib
import json
import os
import re
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets

from mailtrap_local.errors import DatabaseRefused, PortBusy, SettingError
from mailtrap_local.mailbox import Selection
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings

STOP_SECONDS = 1.0
MAIL = "From: ann@x.org\r\nTo: bob@y.org\r\nSubject: %s\r\n\r\nsome text\r\n"


def send(port: int, subject: str = "Hello", *, host: str = "127.0.0.1", mails: int = 1) -> list[str]:
    """Send by smtplib; the replies to DATA."""
    replies = []
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.ehlo()
        for _ in range(mails):
            client.mail("ann@x.org")
            client.rcpt("bob@y.org")
            replies.append(client.data(MAIL % subject)[1].decode())
    return replies


async def test_a_mail_is_caught_on_both_families(server: Server) -> None:
    for host in ("127.0.0.1", "::1"):
        (reply,) = await asyncio.to_thread(send, server.smtp_port, host=host)
        message_id = reply.rpartition(" ")[2]
        assert await server.mailbox.raw(message_id) == (MAIL % "Hello").encode()
    assert (await server.mailbox.page(Selection())).total == 2


SELDOM = {"PIL", "re2", "dateutil", "cryptography", "selectolax", "h11", "smtplib", "mailtrap_local.bounces"}


def test_a_start_loads_nothing_that_few_runs_need() -> None:
    """Every module that is loaded at the start is waited for by every test run that starts a server."""
    code = "import mailtrap_local.server, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "mailtrap_local.mailbox" in loaded.split()
    assert SELDOM.isdisjoint(loaded.split())


async def test_two_servers_live_side_by_side_in_one_loop(server: Server) -> None:
    async with Server(Settings(smtp_port=0, http_port=0)) as other:
        await asyncio.to_thread(send, other.smtp_port)
        assert (await other.mailbox.page(Selection())).total == 1
        assert (await server.mailbox.page(Selection())).total == 0


async def test_stopping_takes_at_most_a_second_whatever_is_held() -> None:
    async with contextlib.AsyncExitStack() as clients:
        server = Server(Settings(smtp_port=0, http_port=0))
        async with server:
            url = f"ws://127.0.0.1:{server.http_port}/api"
            live = await clients.enter_async_context(websockets.connect(f"{url}/v1/live"))
            events = await clients.enter_async_context(websockets.connect(f"{url}/events"))
            wait = await asyncio.open_connection("127.0.0.1", server.http_port)
            wait[1].write(b"GET /api/v1/wait?timeout=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while not server.mailbox.waiting:  # noqa: ASYNC110 - until the request has come in
                await asyncio.sleep(0.001)
            idle_http = await asyncio.open_connection("127.0.0.1", server.http_port)
            idle_smtp = await asyncio.open_connection("127.0.0.1", server.smtp_port)
            assert (await idle_smtp[0].readline()).startswith(b"220 ")
            in_data = await asyncio.open_connection("127.0.0.1", server.smtp_port)
            in_data[1].write(b"HELO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nhalf a mail")
            for _ in range(5):
                await in_data[0].readline()
            started = time.monotonic()
        took = time.monotonic() - started
        assert took < STOP_SECONDS
        assert (await wait[0].readline()).startswith(b"HTTP/1.1 503 ")
        assert (await idle_smtp[0].read()).startswith(b"421 ")
        await in_data[0].read()
        for socket_ in (live, events):
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await asyncio.wait_for(socket_.recv(), 5)
        for _, writer in (wait, idle_http, idle_smtp, in_data):
            writer.close()


async def test_the_same_ports_and_database_can_be_used_again_at_once(tmp_path: Path) -> None:
    settings = Settings(smtp_port=0, http_port=0, database=tmp_path / "mail.db")
    async with Server(settings) as first:
        await asyncio.to_thread(send, first.smtp_port)
        again = Settings(smtp_port=first.smtp_port, http_port=first.http_port, database=settings.database)
        with pytest.raises(PortBusy):
            async with Server(again):
                pass
    async with Server(again) as second:
        await asyncio.to_thread(send, second.smtp_port)
        assert (await second.mailbox.page(Selection())).total == 2


async def test_a_refused_database_leaves_the_ports_free(tmp_path: Path) -> None:
    damaged = tmp_path / "mail.db"
    damaged.write_bytes(b"no database" * 100)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(smtp_port=port, http_port=0, database=damaged)
    with pytest.raises(DatabaseRefused):
        async with Server(settings):
            pass
    async with Server(Settings(smtp_port=port, http_port=0)) as server:
        assert server.smtp_port == port


# ---- as a process --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def process(*flags: str) -> Iterator[tuple["subprocess.Popen[str]", int, int]]:
    """A server process with free ports: the process, its SMTP port, its HTTP port."""
    command = [sys.executable, "-m", "mailtrap_local", "--smtp-port", "0", "--http-port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        try:
            assert running.stdout is not None
            said = ""
            ports: list[str] = []
            while len(ports) < 2:
                line = running.stdout.readline()
                assert line, f"the server ended at its start: {said}"
                said += line
                ports = re.findall(r"(?:localhost|127\.0\.0\.1):(\d+)", said)
            yield running, int(ports[0]), int(ports[1])
        finally:
            if running.poll() is None:
                running.kill()


LIVE = (
    b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
GOING_AWAY = b"\x88"  # a WebSocket's close frame (RFC 6455 section 5.5.1), whose payload begins with the code
CODE_1001 = b"\x03\xe9"


def asking(port: int, request: bytes) -> socket.socket:
    """A connection that has sent this."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(request)
    return connection


def whole(connection: socket.socket) -> bytes:
    """Everything that comes until the other side ends it."""
    with connection, connection.makefile("rb") as reader:
        return reader.read()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_within_a_second_and_answers_what_is_held(number: signal.Signals) -> None:
    with process() as (running, smtp_port, http_port):
        held = asking(smtp_port, b"")
        live = asking(http_port, LIVE)
        wait = asking(http_port, b"GET /api/v1/wait?timeout=60&query=subject:never HTTP/1.1\r\nHost: localhost\r\n\r\n")
        send(smtp_port)  # by then the server has read what came before
        with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/readyz", timeout=10):
            started = time.monotonic()
        running.send_signal(number)
        assert running.wait(10) == 0
        assert time.monotonic() - started < STOP_SECONDS + 0.5  # the interpreter's own end included
        assert running.stdout is not None
        said = running.stdout.read().splitlines()
        assert [line[:6] for line in said] == ["  Mail", "  App "]  # the rest of its greeting, and no word of trouble
        assert whole(wait).startswith(b"HTTP/1.1 503 ")
        assert b"421 4.3.2 " in whole(held)
        closing = whole(live).rpartition(GOING_AWAY)[2]
        assert closing[1:3] == CODE_1001


@pytest.mark.skipif(os.name != "posix", reason="kill -9 as POSIX has it")
@pytest.mark.parametrize("kill_after", [30, 200])
def test_kill_9_under_load_loses_no_acknowledged_mail(tmp_path: Path, kill_after: int) -> None:
    path = tmp_path / "mail.db"
    acknowledged: dict[str, str] = {}
    with process("--database", str(path)) as (running, smtp_port, _):
        enough = threading.Event()

        def client(name: int) -> None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                for number in range(10_000):
                    subject = f"mail {name}-{number}"
                    (reply,) = send(smtp_port, subject)
                    acknowledged[reply.rpartition(" ")[2]] = subject
                    if len(acknowledged) >= kill_after:
                        enough.set()

        threads = [threading.Thread(target=client, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        running.kill()
        running.wait()
        for thread in threads:
            thread.join()
    with process("--database", str(path)) as (_, _, http_port):
        url = f"http://127.0.0.1:{http_port}/api/v1/messages?limit=0"
        with urllib.request.urlopen(url, timeout=10) as answer:
            kept = {message["ID"]: message["Subject"] for message in json.load(answer)["messages"]}
        assert acknowledged.items() <= kept.items()
        search = f"http://127.0.0.1:{http_port}/api/v1/search?query=subject:mail"
        with urllib.request.urlopen(search, timeout=10) as answer:
            assert json.load(answer)["messages_count"] == len(kept)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT sum(total) FROM inbox").fetchone() == (len(kept),)


async def test_faults_of_the_settings_are_in_force() -> None:
    fault = {"where": "data", "reply": "451 4.3.0 not now", "times": 1}
    async with Server(Settings(smtp_port=0, http_port=0, faults=(fault,))) as server:
        with pytest.raises(smtplib.SMTPDataError, match="not now"):
            await asyncio.to_thread(send, server.smtp_port)
        await asyncio.to_thread(send, server.smtp_port)
        assert [each.remaining for each in server.faults.all()] == [0]


def test_a_fault_in_the_settings_that_cannot_be_is_named() -> None:
    wrong = ({"preset": "greylisting"}, {"where": "rcpt", "reply": "250 Ok"})
    with pytest.raises(SettingError, match=r"faults, number 2 of 2: .* 4yz or 5yz"):
        Server(Settings(faults=wrong))
