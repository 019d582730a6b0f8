"""Sessions at random under faults at random: nothing breaks or stays open, and all that fired is accounted for."""

import asyncio
import contextlib
import logging
import random

import pytest

from mailtrap_local.faults.fault import KNOWN
from mailtrap_local.settings import Settings
from mailtrap_local.stages import STAGES
from tests.smtp.talking import Running, running, texts, until

LINES = [
    b"EHLO x", b"HELO x", b"AUTH PLAIN AGFubgB4", b"MAIL FROM:<a@x.org>", b"MAIL FROM:<>", b"RCPT TO:<b@x.org>",
    b"RCPT TO:<defer+451x1@x.org>", b"RCPT TO:<drop+rst+data@x.org>", b"DATA",
    b"Subject: x\r\n\r\n" + b"y" * 500 + b"\r\n.",
    b"BDAT 5 LAST\r\nhello", b"BDAT 3\r\nabc", b"RSET", b"NOOP", b"nonsense", b"QUIT",
]  # fmt: skip
USUAL = [b"EHLO x", b"MAIL FROM:<a@x.org>", b"RCPT TO:<b@x.org>", b"DATA", LINES[9]]
SESSIONS = 200


def some_fault(die: random.Random) -> dict[str, object]:
    where = die.choice(STAGES)
    fault: dict[str, object] = {"where": where, "times": die.choice([None, 1, 5, 20]), "after": die.choice([0, 0, 3])}
    fault |= die.choice(
        [
            {"reply": die.choice(["451 4.7.1 x", "421 4.3.2 x", "550-5.1.1 x\n550 5.1.1 y"])},
            {"seconds": 0.01},
            {"rate": die.choice([500, 50_000])},
            {"action": "disconnect", "reset": die.choice([True, False])},
            {"action": "blackhole", "seconds": 0.02},
        ]
    )
    if where == "body":
        fault["bytes"] = die.choice([0, 1, 100, 10_000])
    if "peer" in KNOWN[where] and die.random() < 0.3:
        fault["each"] = "session"
    if die.random() < 0.3:
        fault |= {"probability": 0.5, "seed": die.randrange(100)}
    return fault


async def one_session(front: Running, die: random.Random) -> None:
    lines = [
        line for _ in range(die.randrange(1, 4)) for line in (USUAL if die.random() < 0.6 else die.choices(LINES, k=5))
    ]
    octets = b"".join(line + b"\r\n" for line in lines)
    with contextlib.suppress(ConnectionError):
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        try:
            for start in range(0, len(octets), step := die.choice([7, 100, 5_000])):
                writer.write(octets[start : start + step])
                await writer.drain()
            if die.random() < 0.7:
                writer.write_eof()
                async with asyncio.timeout(20):
                    await reader.read()
        finally:
            writer.transport.abort()


@pytest.mark.parametrize("seed", range(4))
async def test_a_storm(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    die = random.Random(seed)
    async with running(Settings(magic_addresses=True)) as front:
        for _ in range(12):
            front.fault(**some_fault(die))  # type: ignore[arg-type]
        for _ in range(SESSIONS // 20):
            await asyncio.gather(*(one_session(front, random.Random(die.random())) for _ in range(20)))
        await until(lambda: front.front.connections == 0)
        assert front.front.budget.used == 0
        sessions = await front.sessions.page(limit=SESSIONS + 1)
        assert len(sessions) == SESSIONS
        assert all(session.state != "open" and not session.omitted for session in sessions)
        told = [line for session in sessions for line in texts(session, "-") if line.startswith("fault ")]
        assert len(told) == sum(each.fired for each in front.faults.all()) > 0
        assert sum(session.caught for session in sessions) == len(front.mailbox.arrivals)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
