"""The front as a whole: limits, failures behind it, idling, stopping."""

import asyncio
import logging
import socket
import time
from dataclasses import replace

import pytest

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest, Busy, Stopping, StoreError, TooLarge
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import replies
from mailtrap_local.smtp import server as front_module
from tests.smtp.talking import PATIENCE, Client, Running, running, texts, until

SMALL = Settings(max_message_size=2_000, max_data_in_flight=5_000)

TRANSACTION = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n\r\n.\r\n"


@pytest.mark.parametrize("size", [2_001, 5_000, 400_000, 3_000_000])
async def test_a_mail_too_large_is_read_to_its_end_and_refused(size: int) -> None:
    async with running(SMALL) as front:
        client = await front.connect()
        await client.begin()
        smuggled = b"\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n"
        body = smuggled * (size // len(smuggled) + 1)
        assert await client.mail(body[: size - 2]) == replies.TOO_LARGE
        assert front.mailbox.refusals == 1
        assert await client.ask("NOOP") == replies.OK
        assert await client.ask("RCPT TO:<b@example.com>") == replies.NEED_MAIL
        assert front.mailbox.arrivals == []
        assert front.front.budget.used == 0
        assert f"{size} bytes of DATA" in texts(await front.session(), "-")


async def test_the_limit_counts_the_mail_without_its_transparency_dots() -> None:
    async with running(SMALL) as front:
        client = await front.connect()
        await client.begin()
        assert (await client.mail((b"..\r\n" * 667)[:-2])).startswith("552")  # 2,001 bytes
        assert (await client.mail((b"..\r\n" * 666)[:-2])).startswith("250")  # 1,998 bytes, 2,664 on the wire
        assert front.mailbox.arrivals[0].raw == b".\r\n" * 666


async def test_a_mail_over_the_budget_is_read_to_its_end_and_refused() -> None:
    async with running(SMALL) as front:
        holders = [await front.connect() for _ in range(3)]
        for holder in holders:
            await holder.begin("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA")
            holder.send(b"x" * 1_900)
        await until(lambda: front.front.budget.used == 3_800)  # the third was over it, and is held no more
        for holder in holders:
            holder.send(b"\r\n.\r\n")
        answers = sorted([(await holder.reply())[:9] for holder in holders])
        assert answers == ["250 2.0.0", "250 2.0.0", "452 4.3.1"]
        assert front.front.budget.used == 0
        assert (await holders[0].mail(b"x")).startswith("250")


async def test_a_whole_mail_over_the_budget_is_refused() -> None:
    async with running(SMALL) as front:
        front.mailbox.gate = asyncio.Event()
        waiting = [await front.connect() for _ in range(3)]
        for client in waiting:
            await client.begin()
        tasks = [asyncio.create_task(client.mail(b"x" * 1_900)) for client in waiting]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        assert [task.result() for task in done] == [replies.BUSY]
        front.mailbox.gate.set()
        assert sorted([(await task)[:3] for task in tasks]) == ["250", "250", "452"]
        assert front.front.budget.used == 0


@pytest.mark.parametrize(
    ("failure", "reply"),
    [
        (TooLarge("x"), replies.TOO_LARGE),
        (Busy("x"), replies.BUSY),
        (StoreError("x"), replies.STORE_FAILED),
        (BadRequest("x"), replies.REFUSED),
    ],
)
async def test_what_the_mailbox_refuses(front: Running, client: Client, failure: Exception, reply: str) -> None:
    front.mailbox.failure = failure
    await client.begin()
    assert await client.mail(b"x") == reply
    front.mailbox.failure = None
    assert (await client.mail(b"y")).startswith("250")
    session = await front.session()
    assert (session.caught, session.errors) == (1, 1)
    assert front.front.budget.used == 0


async def test_what_nobody_expected_is_logged_once(
    front: Running, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    front.mailbox.failure = ZeroDivisionError("of a test")
    await client.begin()
    with caplog.at_level(logging.ERROR):
        assert await client.mail(b"x") == replies.LOCAL_ERROR
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert await client.ask("NOOP") == replies.OK


async def test_the_mailbox_stops(front: Running, client: Client) -> None:
    front.mailbox.failure = Stopping("x")
    await client.begin()
    assert await client.mail(b"x") == replies.SHUTTING_DOWN
    assert await client.closed()
    assert (await front.ended_session()).state == "stopped"


async def test_no_250_before_the_mail_is_safe(front: Running, client: Client) -> None:
    front.mailbox.gate = asyncio.Event()
    await client.begin()
    mail = asyncio.create_task(client.mail(b"x"))
    async with asyncio.timeout(PATIENCE):
        await front.mailbox.entered.wait()
    other = await front.connect()
    await other.begin()  # time passes, and others are served
    assert not mail.done()
    front.mailbox.gate.set()
    assert (await mail).startswith("250 2.0.0")


async def test_a_large_mail_that_comes_while_another_is_stored(front: Running, client: Client) -> None:
    await client.begin()
    front.mailbox.gate = asyncio.Event()
    first = asyncio.create_task(client.mail(b"x"))
    async with asyncio.timeout(PATIENCE):
        await front.mailbox.entered.wait()
    large = b"y" * 3_000_000
    client.send(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n" + large)
    connection = next(iter(front.front._connections))
    await until(lambda: not connection._reading)
    front.mailbox.gate.set()
    assert (await first).startswith("250")
    client.send(b"\r\n.\r\n")
    assert [reply[:3] for reply in await client.replies(4)] == ["250", "250", "354", "250"]
    assert front.mailbox.arrivals[1].raw == large + b"\r\n"


async def test_recipients_beyond_the_limit(front: Running, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5321 section 4.5.3.1.10: 452, and the mail goes to those that were taken."""
    monkeypatch.setattr(limits, "RECIPIENTS", 3)
    await client.begin("MAIL FROM:<a@example.com>", *(f"RCPT TO:<{n}@example.com>" for n in range(3)))
    assert await client.ask("RCPT TO:<3@example.com>") == replies.TOO_MANY_RECIPIENTS
    assert (await client.ask("DATA")).startswith("354")
    assert (await client.ask(".")).startswith("250")
    assert len(front.mailbox.arrivals[0].envelope.recipients) == 3


async def test_a_thousand_recipients(front: Running, client: Client) -> None:
    await client.begin("MAIL FROM:<a@example.com>")
    client.send(b"".join(b"RCPT TO:<%d@example.com>\r\n" % number for number in range(1_000)))
    assert set(await client.replies(1_000)) == {replies.RCPT_OK}


async def test_too_many_commands_without_a_mail(front: Running, client: Client) -> None:
    await client.begin()
    answers = [await client.ask("NOOP") for _ in range(limits.COMMANDS_BEFORE_MAIL)]
    assert answers == [replies.OK] * (limits.COMMANDS_BEFORE_MAIL - 1) + [replies.TOO_MANY_COMMANDS]
    assert await client.closed()
    assert (await front.ended_session()).state == "refused"


async def test_a_mail_gives_new_credit(client: Client) -> None:
    await client.begin()
    for _ in range(4):
        assert {await client.ask("RSET") for _ in range(limits.COMMANDS_BEFORE_MAIL // 2)} == {replies.OK}
        assert (await client.mail(b"x")).startswith("250")


async def test_connections_beyond_the_limit(front: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SMTP_CONNECTIONS", 2)
    kept = [await front.connect() for _ in range(2)]
    for client in kept:
        await client.begin()
    refused = await front.connect()
    assert await refused.reply() == replies.TOO_MANY_CONNECTIONS
    assert await refused.closed()
    session = await front.session()
    assert (session.state, texts(session, "S")) == ("refused", [replies.TOO_MANY_CONNECTIONS])
    await kept[0].ask("QUIT")
    await until(lambda: front.front.connections == 1)
    await (await front.connect()).begin()


async def test_idle_connections_are_ended_and_busy_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SMTP_IDLE_SECONDS", 0.3)
    async with running() as front:
        idle, stuck, active = [await front.connect() for _ in range(3)]
        front.mailbox.gate = asyncio.Event()
        await stuck.begin()
        mail = asyncio.create_task(stuck.mail(b"x"))
        await active.begin()
        await idle.begin("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA")
        idle.send(b"half a mail")
        waiting = asyncio.create_task(idle.reply())
        while not waiting.done():
            assert await active.ask("NOOP") == replies.OK
            await asyncio.sleep(0.05)
        assert await waiting == replies.IDLE
        assert await idle.closed()
        front.mailbox.gate.set()
        assert (await mail).startswith("250")
        states = {session.state for session in await front.sessions.page()}
        assert "timeout" in states


def test_patience_is_what_the_standard_asks_for() -> None:
    """RFC 5321 section 4.5.3.2.7: at least five minutes for the next command."""
    assert limits.SMTP_IDLE_SECONDS >= 5 * 60


async def test_a_client_that_never_takes_its_last_reply_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SMTP_IDLE_SECONDS", 0.3)
    monkeypatch.setattr(front_module, "LAST_REPLY_SECONDS", 0.05)
    async with running() as front:
        client = await front.connect(receive_buffer=4_096)
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        client.send(TRANSACTION * 15_000)
        await until(lambda: front.front.connections == 0)


async def test_replies_that_nobody_reads_do_not_pile_up(front: Running) -> None:
    client = await front.connect(receive_buffer=4_096)
    await client.begin()
    client.reader._transport.pause_reading()  # type: ignore[attr-defined]
    connection = next(iter(front.front._connections))
    sending = connection.transport.get_extra_info("socket")
    sending.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    client.send(TRANSACTION * 15_000)
    await until(lambda: not connection._writable)
    assert connection.transport.get_write_buffer_size() < 1_000_000
    client.reader._transport.resume_reading()  # type: ignore[attr-defined]
    before = len(front.mailbox.arrivals)
    for _ in range(2_000):
        assert [reply[:3] for reply in await client.replies(4)] == ["250", "250", "354", "250"]
    assert len(front.mailbox.arrivals) > before
    client.writer.transport.abort()


async def test_stopping(front: Running) -> None:
    """Idle sessions are told, a mail that is being stored gets its 250, and all is over within a second."""
    idle, receiving, storing = [await front.connect() for _ in range(3)]
    await idle.begin()
    await receiving.begin("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA")
    receiving.send(b"half")
    await storing.begin()
    front.mailbox.gate = asyncio.Event()
    mail = asyncio.create_task(storing.mail(b"x"))
    async with asyncio.timeout(PATIENCE):
        await front.mailbox.entered.wait()
    stopping = asyncio.create_task(front.front.stop())
    for client in (idle, receiving):
        assert await client.reply() == replies.SHUTTING_DOWN
        assert await client.closed()
    front.mailbox.gate.set()
    assert (await mail).startswith("250")
    assert await storing.reply() == replies.SHUTTING_DOWN
    await stopping
    assert {session.state for session in await front.sessions.page()} == {"stopped"}
    assert len(front.mailbox.arrivals) == 1


async def test_stopping_does_not_wait_for_a_store_that_hangs(front: Running, client: Client) -> None:
    await client.begin()
    front.mailbox.gate = asyncio.Event()
    mail = asyncio.create_task(client.mail(b"x"))
    async with asyncio.timeout(PATIENCE):
        await front.mailbox.entered.wait()
    before = time.monotonic()
    await front.front.stop()
    assert time.monotonic() - before < 1.5
    with pytest.raises((EOFError, ConnectionResetError)):
        await mail
    assert (await front.session()).state == "stopped"


async def test_a_client_that_dies_in_mid_data(front: Running, client: Client) -> None:
    await client.begin("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA")
    client.send(b"x" * 100_000 + b"\r\n.\r")
    await client.writer.drain()
    await client.close()
    session = await front.ended_session()
    assert (session.state, session.caught, front.mailbox.arrivals) == ("dropped", 0, [])
    assert "100004 bytes of a DATA without its end; nothing was kept" in texts(session, "-")
    assert front.front.budget.used == 0


async def test_a_client_that_resets_in_mid_data(front: Running, client: Client) -> None:
    await client.begin("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA")
    client.send(b"x" * 10)
    await client.writer.drain()
    client.reset()
    assert (await front.ended_session()).state == "dropped"
    assert front.mailbox.arrivals == []


async def test_a_client_that_dies_before_its_250(front: Running, client: Client) -> None:
    await client.begin()
    front.mailbox.gate = asyncio.Event()
    mail = asyncio.create_task(client.mail(b"x"))
    async with asyncio.timeout(PATIENCE):
        await front.mailbox.entered.wait()
    client.reset()
    await until(lambda: front.front.connections == 0)
    front.mailbox.gate.set()
    await until(lambda: front.mailbox.arrivals != [])
    session = await front.ended_session()
    assert (session.state, session.caught) == ("dropped", 1)
    assert "the client had left before this reply" in texts(session, "-")
    with pytest.raises((EOFError, ConnectionError)):
        await mail


async def test_a_client_that_has_said_all_still_gets_its_answers(front: Running, client: Client) -> None:
    client.send(b"EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
    client.writer.write_eof()
    assert [reply[:3] for reply in await client.replies(7)] == ["220", "250", "250", "250", "354", "250", "221"]
    assert (await front.ended_session()).state == "quit"


async def test_a_session_that_says_nothing_is_kept(front: Running, client: Client) -> None:
    await client.reply()
    await client.close()
    session = await front.ended_session()
    assert (session.state, texts(session, "CS")) == ("dropped", ["220 localhost ESMTP mailtrap-local"])


async def test_a_browser_is_sent_away(front: Running, client: Client) -> None:
    """A web page can make a browser send a request here whose body holds SMTP commands."""
    await client.reply()
    client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nEHLO x\r\nMAIL FROM:<a@example.com>\r\n")
    assert await client.reply() == replies.NOT_SMTP
    assert await client.closed()
    assert (await front.ended_session()).state == "refused"


async def test_a_client_that_begins_tls_is_told_in_the_transcript(front: Running, client: Client) -> None:
    await client.reply()
    client.send(bytes.fromhex("16030100c8010000c4"))
    assert await client.reply() == replies.NOT_SMTP
    assert any("begins TLS" in text for text in texts(await front.ended_session(), "-"))


async def test_bare_line_feeds_end_commands_and_are_remarked(front: Running, client: Client) -> None:
    await client.reply()
    client.send(b"EHLO x\nNOOP\n")
    await client.replies(2)
    assert sum("bare line feed" in text for text in texts(await front.session(), "-")) == 1


async def test_the_name_that_replies_give() -> None:
    async with running(replace(SMALL, hostname="mail.test")) as front:
        client = await front.connect()
        assert (await client.reply()).startswith("220 mail.test ")
        assert (await client.ask("EHLO x")).startswith("250-mail.test\n")
        assert await client.ask("HELO x") == "250 mail.test"


async def test_ten_sessions_at_once(front: Running) -> None:
    async def send(name: int) -> list[str]:
        client = await front.connect()
        await client.begin()
        return [await client.mail(b"%d-%d" % (name, number)) for number in range(20)]

    answers = await asyncio.gather(*(send(name) for name in range(10)))
    assert all(reply.startswith("250") for session in answers for reply in session)
    assert {arrival.raw for arrival in front.mailbox.arrivals} == {
        b"%d-%d\r\n" % (name, number) for name in range(10) for number in range(20)
    }


def test_the_same_under_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def talk() -> None:
        async with running() as front:
            client = await front.connect()
            await client.begin()
            assert (await client.mail(b"x" * 2_000_000)).startswith("250")
            client.send(b"NOOP\r\nQUIT\r\n")
            client.writer.write_eof()
            assert [reply[:3] for reply in await client.replies(2)] == ["250", "221"]
            other = await front.connect()
            await other.begin()
            await front.front.stop()
            assert await other.reply() == replies.SHUTTING_DOWN
            assert (await front.ended_session()).local.startswith("127.0.0.1:")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(talk())
