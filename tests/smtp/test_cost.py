"""What mail costs that uses no feature of the front: instructions of the interpreter, which no busy machine changes.

The front alone took BEFORE of them for this mail before it knew TLS, mechanisms beyond PLAIN and LOGIN, chunks, faults,
rate limits, hooks, habits, LMTP, XCLIENT and PROXY; with mailbox, store and libraries it was WHOLE. Together they may
take 5 % of that, so none of them takes more. Counted by CPython 3.11, which counts the most: later ones have joined
instructions.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import mailtrap_local
from mailtrap_local.faults import Faults
from mailtrap_local.hooks import Hooks
from mailtrap_local.model import Arrival, Head, Summary
from mailtrap_local.rates import RateLimits
from mailtrap_local.settings import Settings
from mailtrap_local.smtp.gate import Gate
from mailtrap_local.smtp.session import SmtpProtocol
from tests.smtp.talking import Catch
from tests.smtp.wireless import Bench

BEFORE, WHOLE = 2_541, 8_161
MOST = BEFORE + 0.05 * WHOLE
MAILS = 20
LINES = (
    b"Subject: x\r\nFrom: a@example.com\r\nTo: b@example.com\r\n\r\n" + b"hello world, this is a line of text\r\n" * 40
)
PACKETS = (b"MAIL FROM:<a@example.com>\r\n", b"RCPT TO:<b@example.com>\r\n", b"DATA\r\n", LINES + b".\r\n")
OURS = str(Path(mailtrap_local.__file__).parent)


class Free(Catch):
    """A mailbox that costs nothing."""

    kept = Summary(1, "1", "default", 0, 1, False, Head(), "", (), 0, "")

    async def receive(self, arrival: Arrival) -> Summary:
        self.arrivals.append(arrival)
        return self.kept


class Counter:
    """Instructions of our modules, while it is entered."""

    def __init__(self) -> None:
        self.count = 0
        self._before: Any = None

    def __enter__(self) -> "Counter":
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: FrameType, _event: str, _arg: object) -> Callable[[FrameType, str, object], Any] | None:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._step

    def _step(self, _frame: FrameType, event: str, _arg: object) -> Any:
        self.count += event == "opcode"
        return self._step


async def send(protocol: SmtpProtocol, mails: int) -> None:
    for _ in range(mails):
        for packet in PACKETS:
            protocol.data_received(packet)
        while protocol.busy:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def instructions(settings: Settings) -> float:
    """Of one mail, on a connection that has brought some already."""
    bench = Bench(settings)
    bench.front.mailbox = mailbox = Free()
    bench.front.gate = Gate((Faults(), RateLimits()), hooks=Hooks(object()))
    protocol, line = bench.connect()
    protocol.data_received(b"EHLO x\r\n")
    await send(protocol, 3)
    with Counter() as counter:
        await send(protocol, MAILS)
    assert [arrival.raw for arrival in mailbox.arrivals] == [LINES] * (3 + MAILS)
    line.close()
    await bench.settle(protocol)
    await bench.sessions.close()
    return counter.count / MAILS


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(tls=True), Settings(xclient=True)],
    ids=["as it starts", "TLS offered", "XCLIENT offered"],
)
async def test_what_is_there_and_not_used_costs_next_to_nothing(settings: Settings) -> None:
    cost = await instructions(settings)
    print(f"{cost:.0f} instructions a mail, {BEFORE} before, {MOST:.0f} at most")
    assert cost <= MOST


async def test_the_same_mail_always_costs_the_same() -> None:
    """Or the test above would say nothing."""
    first, second = await instructions(Settings()), await instructions(Settings())
    assert first > BEFORE / 2
    assert abs(first - second) < 0.01 * first


async def test_more_work_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = await instructions(Settings())
    genuine = SmtpProtocol._step

    def dearer(self: SmtpProtocol) -> bool:
        self.situation("mail")  # what a stage that is watched asks for
        return genuine(self)

    monkeypatch.setattr(SmtpProtocol, "_step", dearer)
    assert await instructions(Settings()) > max(MOST, plain)
