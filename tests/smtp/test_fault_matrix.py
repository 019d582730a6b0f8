"""Every action of a fault at every stage of a session, and every way to say whom it is for, over a real connection."""

import asyncio
import time
from typing import Any

import pytest

from mailtrap_local.faults.fault import ACTIONS
from mailtrap_local.stages import STAGES
from tests.smtp.talking import Running, running, texts

SAID = (
    b"EHLO client.example\r\nAUTH PLAIN AGFubgB4\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n"
    b"Subject: x\r\n\r\nbody\r\n.\r\nQUIT\r\nQUIT\r\n"  # the second one is for a first that was refused
)
WHOLE = ["220", "250", "235", "250", "250", "354", "250", "221"]  # the replies, the greeting first
TURN = ("connect", "helo", "auth", "mail", "rcpt", "data", "end-of-data", "quit")  # the stage that each answers
HANGS_UP = {"connect", "body"}  # where any reply ends the connection
PAUSE = 0.1  # seconds; long against what an answer takes


def turn(stage: str) -> int:
    """Which of the replies a stage answers with."""
    return TURN.index("end-of-data" if stage in ("body", "stored") else stage)


async def conversation(front: Running) -> tuple[list[str], float]:
    """The codes of all that the server says until it hangs up, and how long that took."""
    began = time.monotonic()
    client = await front.connect()
    client.send(SAID)
    codes: list[str] = []
    try:
        async with asyncio.timeout(10):
            while True:
                codes.append((await client.reply())[:3])
    except (EOFError, ConnectionResetError):
        return codes, time.monotonic() - began


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("stage", STAGES)
async def test_each_action_at_each_stage(front: Running, stage: str, action: str) -> None:
    given: dict[str, dict[str, Any]] = {
        "reply": {"reply": "451 4.7.1 on purpose"},
        "delay": {"seconds": PAUSE},
        "slow": {"rate": 100},
        "disconnect": {"action": "disconnect"},
        "blackhole": {"action": "blackhole", "seconds": PAUSE},
    }
    rule = front.fault(stage, **given[action], times=1)
    codes, seconds = await conversation(front)
    at = turn(stage)
    assert front.faults.get(rule.id).fired == 1
    session = await front.ended_session()
    assert any(line.startswith(f"fault {rule.id} at {stage}: ") for line in texts(session, "-"))
    kept = len(front.mailbox.arrivals)
    if action in ("delay", "slow"):
        assert (codes, kept) == (WHOLE, 1)
        assert seconds >= {"delay": PAUSE, "slow": 0.05}[action]
    elif action == "reply" and stage not in HANGS_UP:
        assert codes[: at + 1] == [*WHOLE[:at], "451"]
        assert kept == (stage in ("auth", "stored", "quit")), "who is not logged in may send all the same"
    else:
        assert codes == WHOLE[:at] + ["451"] * (action == "reply")
        assert kept == (stage in ("stored", "quit"))
        assert session.state in ("refused", "dropped")
    again, _ = await conversation(front)
    assert again == WHOLE, "it was for once"


@pytest.mark.parametrize(
    ("match", "strikes"),
    [
        ("rcpt:b@y.org", True),
        ("rcpt:c@", False),
        ("mailfrom:x.org", True),
        ("mailfrom:=a@x.or", False),
        ("user:ann", True),
        ("user:bob", False),
        ("helo:client.example", True),
        ("helo:=client", False),
        ("peer:127.0.0.1", True),
        ("peer:10.0.0.1", False),
        ("inbox:ann", True),
        ("inbox:bob", False),
        ("rcpt:/^b@/ -user:ann", False),
        ("( user:bob OR rcpt:y.org ) mailfrom:a@", True),
    ],
)
@pytest.mark.parametrize("stage", ["rcpt", "data", "end-of-data", "stored"])
async def test_whom_it_is_for(front: Running, stage: str, match: str, strikes: bool) -> None:
    if stage == "stored":
        match = match.replace("inbox:ann", "inbox:default")  # where this mailbox keeps it
    rule = front.fault(stage, reply="451 4.7.1 on purpose", match=match)
    codes, _ = await conversation(front)
    assert (codes[turn(stage)] == "451") is strikes
    assert front.faults.get(rule.id).fired == strikes


async def test_one_that_expires_is_over_by_itself() -> None:
    async with running() as front:
        rule = front.fault("mail", reply="451 4.7.1 for now", expires=0.4)
        assert (await conversation(front))[0][3] == "451"
        await asyncio.sleep(0.45)
        assert (await conversation(front))[0] == WHOLE
        assert (front.faults.get(rule.id).fired, front.faults.get(rule.id).state) == (1, "expired")
