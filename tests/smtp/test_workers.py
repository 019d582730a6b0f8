"""SMTP in processes beside the server: nothing may be different but the rate, whichever process has a connection."""

import asyncio
import contextlib
import json
import os
import signal
import smtplib
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailtrap_local.errors import NotFound, SettingError
from mailtrap_local.faults import read
from mailtrap_local.model import Session
from mailtrap_local.rates import read as read_limit
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.smtp.workers import Workers, pool
from mailtrap_local.store.base import Selection
from tests.smtp.talking import Client, connected, until

PROCESSES = 2
BOTH = 16  # connections of which both processes have some: one alone takes all of them once in 2^15 times
BEGIN = ("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>")


@pytest.fixture
def settings() -> Settings:
    return Settings(smtp_port=0, http_port=0, smtp_processes=PROCESSES)


def workers_of(server: Server) -> Workers:
    assert isinstance(server.sessions.elsewhere, Workers)
    return server.sessions.elsewhere


def process_ids(server: Server) -> set[int]:
    return {each._process.pid for each in workers_of(server)._workers if each._process is not None}


def runs(process_id: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.asynccontextmanager
async def clients(port: int, number: int = BOTH) -> AsyncIterator[list[Client]]:
    """So many at once, greeted."""
    async with contextlib.AsyncExitStack() as stack:
        made = [await stack.enter_async_context(connected(port)) for _ in range(number)]
        for client in made:
            await client.begin()
        yield made


async def test_mail_of_every_process_is_kept_as_it_came_in_the_order_of_the_replies(server: Server) -> None:
    async with clients(server.smtp_port) as several:
        await until(lambda: workers_of(server).connections == BOTH)
        assert all(worker.connections for worker in workers_of(server)._workers)  # both have some
        told = [await client.mail(b"Subject: %d\r\n\r\n..dot" % n) for n, client in enumerate(several)]
    kept = await server.mailbox.oldest(Selection())
    assert [summary.id for summary in kept] == [reply.rpartition(" ")[2] for reply in told]
    assert [summary.head.subject for summary in kept] == [str(n) for n in range(BOTH)]
    assert await server.mailbox.raw(kept[3].id) == b"Subject: 3\r\n\r\n.dot\r\n"
    record = await server.mailbox.record(kept[3].id)
    assert (record.envelope.mail_from, record.envelope.recipients[0].address) == ("a@example.com", "b@example.com")
    assert (record.origin.protocol, record.origin.helo) == ("ESMTP", "client.example")
    assert (server.mailbox.received, server.mailbox.received_bytes) == (BOTH, sum(summary.size for summary in kept))


async def test_many_at_once_lose_nothing(server: Server) -> None:
    def send(sender: int) -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
            for number in range(50):
                client.sendmail("a@example.com", ["b@example.com"], f"Subject: {sender}-{number}\r\n\r\nx\r\n")

    await asyncio.gather(*(asyncio.to_thread(send, sender) for sender in range(8)))
    subjects = [summary.head.subject for summary in await server.mailbox.oldest(Selection())]
    assert sorted(subjects) == sorted(f"{sender}-{number}" for sender in range(8) for number in range(50))
    for sender in range(8):
        own = [subject for subject in subjects if subject.startswith(f"{sender}-")]
        assert own == [f"{sender}-{number}" for number in range(50)]


async def test_large_mail_is_parsed_with_the_server(server: Server) -> None:
    body = b"line of text\r\n" * 20_000
    async with connected(server.smtp_port) as client:
        await client.begin()
        told = await client.mail(b"Subject: large\r\n\r\n" + body)
    message = await server.mailbox.message(told.rpartition(" ")[2])
    assert (message.record.summary.head.subject, message.parsed.text.split()) == ("large", body.decode().split())


async def test_inboxes_are_found_as_without_processes(server: Server) -> None:
    made = await server.mailbox.make_inbox("team")
    headers = b"Subject: x\r\n"
    async with clients(server.smtp_port, 3) as (first, second, third):
        for line in (f"MAIL FROM:<{made.address}>", f"RCPT TO:<{made.address}>", "DATA"):
            assert (await first.ask(line))[0] in "23"
        assert (await first.ask(headers.decode() + "\r\n.")).startswith("250")
        await second.mail(headers + b"X-Inbox: named\r\n\r\n")
        assert (await third.ask("AUTH PLAIN AGxvZ2luAHB3")).startswith("235")
        await third.mail(headers + b"\r\n")
    assert [summary.inbox for summary in await server.mailbox.oldest(Selection())] == ["team", "named", "login"]


async def test_what_is_refused_is_counted(settings: Settings) -> None:
    async with Server(replace(settings, max_message_size=2_000)) as server:
        async with connected(server.smtp_port) as client:
            await client.begin()
            assert (await client.mail(b"x" * 3_000)).startswith("552 ")
        await until(lambda: server.mailbox.rejected == 1)
        assert server.mailbox.received == 0


async def test_a_store_that_fails_is_told_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from mailtrap_local.errors import StoreError

    def add(*_: object, **__: object) -> asyncio.Future[None]:
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(StoreError("the disk is full"))
        return failed

    async with connected(server.smtp_port) as client:
        await client.begin()
        with monkeypatch.context() as broken:
            broken.setattr(server.mailbox._store, "add", add)
            assert (await client.mail(b"small\r\n")).startswith("452 ")
            assert (await client.mail(b"large\r\n" * 20_000)).startswith("452 ")
        assert (await client.mail(b"small\r\n")).startswith("250 ")
    assert (server.mailbox.received, server.mailbox.rejected) == (1, 2)


async def test_sessions_are_told_while_they_go_on_and_afterwards(server: Server) -> None:
    async with clients(server.smtp_port) as several:
        await several[0].mail(b"Subject: x\r\n\r\n")
        newest = await server.sessions.page(limit=BOTH)
        assert [session.state for session in newest] == ["open"] * BOTH
        assert server.sessions.ongoing == BOTH
        one = newest[-1]
        assert (await server.sessions.get(one.id)).caught == 1
        for client in several:
            await client.ask("QUIT")
    await until(lambda: server.sessions.ongoing == 0)
    ended: list[Session] = []
    async with asyncio.timeout(10):
        while len(ended) < BOTH:
            ended = [each for each in await server.sessions.page(limit=100) if each.state == "quit"]
            await asyncio.sleep(0.01)
    assert "MAIL FROM:<a@example.com>" in [line.text for line in (await server.sessions.get(one.id)).lines]
    with pytest.raises(NotFound):
        await server.sessions.get("nobody")


async def test_a_fault_is_counted_once_for_all_processes(server: Server) -> None:
    async with clients(server.smtp_port) as several:  # that are connected before there is any fault
        server.faults.add(read({"where": "rcpt", "action": "reply", "reply": "451 4.3.0 not now", "times": 7}))
        for client in several:
            await client.ask(BEGIN[0])
        told = await asyncio.gather(*(client.ask(BEGIN[1]) for client in several))
        assert sum(reply.startswith("451 ") for reply in told) == 7
        session = (await server.sessions.page(limit=1))[0]
        assert (await several[0].ask("RSET")).startswith("250 ")
    assert session.errors in (0, 1)
    assert server.faults.all()[0].fired == 7


async def test_a_fault_in_the_middle_of_a_mail(server: Server) -> None:
    server.faults.add(read({"where": "body", "action": "disconnect", "bytes": 1_000}))
    async with connected(server.smtp_port) as client:
        await client.begin(*BEGIN, "DATA")
        client.send(b"x" * 500 + b"\r\n")
        client.send(b"x" * 5_000)
        assert await client.closed()
    assert (await server.mailbox.page(Selection())).total == 0


async def test_a_rate_limit_holds_for_all_processes_together(server: Server) -> None:
    server.rates.set(read_limit({"per": "peer", "count": 5, "seconds": 3600}))
    async with clients(server.smtp_port) as several:
        told = [await client.ask(BEGIN[0]) for client in several]
    assert sum(reply.startswith("250 ") for reply in told) == 5


async def test_a_password_file_and_a_made_inbox_let_in(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("ann:{PLAIN}secret\n")
    async with Server(replace(settings, smtp_auth_file=file)) as server:
        made = await server.mailbox.make_inbox()

        def log_in(user: str, password: str) -> int:
            with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as client:
                try:
                    return client.login(user, password)[0]
                except smtplib.SMTPAuthenticationError as error:
                    return error.smtp_code

        assert await asyncio.to_thread(log_in, made.name, made.password) == 235
        assert await asyncio.to_thread(log_in, made.name, "wrong") == 535


async def test_every_process_has_a_certificate_of_one_authority(settings: Settings) -> None:
    async with Server(replace(settings, tls=True, smtp_tls_port=0)) as server:
        trust = ssl.create_default_context(cadata=server.authority)
        for _ in range(BOTH):
            async with connected(server.smtp_port) as client:
                await client.begin()
                await client.start_tls(trust)
                assert (await client.ask("EHLO x.example")).startswith("250")
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", server.smtp_tls_port, ssl=trust, server_hostname="localhost"
            )
            assert (await reader.readline()).startswith(b"220 ")
            writer.close()


async def test_lmtp_and_unix_sockets(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "smtp.sock"
    async with Server(replace(settings, lmtp_port=0, smtp_socket=path)) as server:
        assert server.lmtp_port
        async with connected(server.lmtp_port) as client:
            assert (await client.reply()).startswith("220 localhost LMTP")
        local = Client(*await asyncio.open_unix_connection(str(path)))
        await local.begin()
        assert (await local.mail(b"Subject: local\r\n\r\n")).startswith("250 ")
        await local.close()


async def test_a_process_that_is_killed_takes_its_connections_alone(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pool, "AGAIN_SECONDS", 0.01)
    before = process_ids(server)
    async with clients(server.smtp_port) as several:
        for client in several:
            await client.mail(b"Subject: x\r\n\r\n")
        await until(lambda: workers_of(server).connections == BOTH)
        victim = next(iter(workers_of(server)._workers))
        lost = victim.connections
        assert victim._process is not None
        os.kill(victim._process.pid, signal.SIGKILL)
        await until(lambda: workers_of(server).connections == BOTH - lost)
        alive = 0
        for client in several:
            with contextlib.suppress(EOFError, ConnectionError):
                alive += (await client.mail(b"Subject: y\r\n\r\n")).startswith("250 ")
        assert alive == BOTH - lost
    await until(lambda: len(process_ids(server)) == PROCESSES and process_ids(server) != before)
    assert "a process for SMTP has ended" in caplog.text
    async with connected(server.smtp_port) as client:
        await client.begin()
    assert (await server.mailbox.page(Selection())).total == BOTH + alive


async def test_a_process_that_cannot_be_started_again_is_tried_again(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pool, "AGAIN_SECONDS", 0.01)
    before, tries = process_ids(server), []

    def refuse(*_: object, **__: object) -> None:
        tries.append(1)
        raise OSError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(pool, "spawn", refuse)
        os.kill(min(before), signal.SIGKILL)
        await until(lambda: len(tries) >= 3)
        assert await server.sessions.page() == ()  # nobody waits for one that is not there
    await until(lambda: len(process_ids(server)) == PROCESSES)
    assert "cannot start a process for SMTP: Resource temporarily unavailable" in caplog.text
    async with connected(server.smtp_port) as client:
        await client.begin()


async def test_a_stop_says_goodbye_keeps_the_transcripts_and_leaves_no_process(
    settings: Settings, tmp_path: Path
) -> None:
    settings = replace(settings, database=tmp_path / "mail.db")
    async with contextlib.AsyncExitStack() as stack:
        async with Server(settings) as server:
            several = [await stack.enter_async_context(connected(server.smtp_port)) for _ in range(BOTH)]
            for client in several:
                await client.begin()
            ids = process_ids(server)
            began = time.monotonic()
        took = time.monotonic() - began
        for client in several:
            assert (await client.reply()).startswith("421 ")
    assert took < 1.5
    assert not any(map(runs, ids))
    async with Server(replace(settings, smtp_processes=0)) as server:
        assert [each.state for each in await server.sessions.page(limit=100)] == ["stopped"] * BOTH


def test_a_killed_server_leaves_no_process(tmp_path: Path) -> None:
    code = """
import asyncio, json
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings

async def main():
    async with Server(Settings(smtp_port=0, http_port=0, smtp_processes=2)) as server:
        print(json.dumps([worker._process.pid for worker in server.sessions.elsewhere._workers]), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ids = json.loads(process.stdout.readline())
        assert len(ids) == PROCESSES and all(map(runs, ids))
        process.kill()
    until_gone = time.monotonic() + 10
    while any(map(runs, ids)):
        assert time.monotonic() < until_gone
        time.sleep(0.01)


def test_functions_of_the_embedding_program_cannot_be_called_there(settings: Settings) -> None:
    with pytest.raises(SettingError, match="smtp_processes is set, and functions are given"):
        Server(settings, hooks=object())
    with pytest.raises(SettingError, match="smtp_processes is set, and functions are given"):
        Server(settings, authenticate=lambda login: True)
