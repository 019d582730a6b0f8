"""A crowd of live clients: the processor time that telling each of them of each mail takes."""

import asyncio
import base64
import os
import resource
from collections.abc import Callable, Sequence

from benchmarks.figures import Figures, Unit
from benchmarks.letters import letters
from benchmarks.peers import Catcher, Running, start
from benchmarks.plan import Plan
from benchmarks.process import Failed
from benchmarks.senders import deliver

SECTION = "Live clients"
EACH = Unit("CPU us/client and mail", more_is_better=False, decimals=1)
_NEW = (b'"type":"new"', b'"Type":"new"')
_AT_ONCE = 50  # that connect
_SECONDS = 120.0


def case(clients: int) -> str:
    """What is measured."""
    return f"{clients:,} clients are told of a mail"


def measure(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
    """Each catcher that has a WebSocket in turn, for as many rounds as planned."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for round_ in range(plan.rounds):
        for catcher in catchers:
            if not catcher.live_path:
                continue
            used = None
            try:
                with start(catcher, root=plan.root) as running:
                    used = asyncio.run(_run(plan, running))
            except (Failed, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                figures.note(f"{catcher.name}, {case(plan.crowd)}: {error or type(error).__name__}")
            figures.add(SECTION, case(plan.crowd), catcher.name, EACH, used)
            say(f"crowd {round_ + 1}/{plan.rounds}  {catcher.name}  {used or 0:,.0f} us")


async def _run(plan: Plan, running: Running) -> float:
    """Microseconds of the catcher's processor time for a client and a mail."""
    crowd: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    try:
        async with asyncio.timeout(_SECONDS):
            while len(crowd) < plan.crowd:
                some = min(_AT_ONCE, plan.crowd - len(crowd))
                crowd += await asyncio.gather(*(_connected(running) for _ in range(some)))
            before = running.process.cpu_seconds()
            for number in range(plan.crowd_mails):
                row = letters("text").row(number, 1)
                told = asyncio.gather(*(_told(reader) for reader, _ in crowd))
                await asyncio.to_thread(deliver, running.places.smtp, row, sessions=1, kept=False)
                await told
            return (running.process.cpu_seconds() - before) / plan.crowd / plan.crowd_mails * 1e6
    finally:
        for _, writer in crowd:
            writer.close()


async def _connected(running: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.places.http, limit=1 << 22)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET {running.catcher.live_path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        writer.close()
        raise Failed(f"the WebSocket was refused: {head[:80]!r}")
    return reader, writer


async def _told(reader: asyncio.StreamReader) -> None:
    """Back when a new mail was told of; a frame is text whose marks lie within it, so looking for one is enough."""
    seen = b""
    while not any(mark in seen for mark in _NEW):
        piece = await reader.read(1 << 16)
        if not piece:
            raise Failed("the WebSocket was closed")
        seen = seen[-16:] + piece
