"""Thousands of connections that say nothing, and a thousand that say it slowly, while others send.

`MAILTRAP_ENDURANCE=N` makes it N times as long: 24 is two minutes with the crowd; from 60 on the server would rightly
lose patience with it (limits.SMTP_IDLE_SECONDS).
"""

import asyncio
import contextlib
import itertools
import os
import re
import resource
import socket
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.cli.commands import started
from tests.smtp.talking import Client, connected

LONGER = int(os.environ.get("MAILTRAP_ENDURANCE", "1"))
IDLE, SLOW, SENDERS = 10_000, 1_000, 200
SPARE = 3_000  # descriptors for all that is not idle
SECONDS = 5.0 * LONGER  # for which the senders send, first alone and then among the crowd
MAILS = 3  # that each sender gets through in that time at the very least
LATENCY_SECONDS = 10.0  # of the slowest mail, on a machine that may do much else
RATIO = 4.0  # of the median latency among the crowd to that without
FAIR = 0.25  # of what the senders got through on average, what each of them got through
IDLE_BYTES = 16 * 1024  # resident memory that a connection may cost the server
MAIL_BYTES = 96 * 1024 * 1024  # resident memory that storing may cost it, however many mails there are
OCTET_SECONDS = 200e-6  # of the server's processor, that an octet by itself may cost
SLOWLY = b"MAIL FROM:<slow@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"


@pytest.fixture
def idle() -> Iterator[int]:
    """How many idle connections this machine lets a process have, at most IDLE."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = IDLE + SPARE if hard == resource.RLIM_INFINITY else min(IDLE + SPARE, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    yield min(IDLE, most - SPARE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def held(port: int, number: int) -> Iterator[list[socket.socket]]:
    """So many connections that have been greeted and say nothing."""
    connections: list[socket.socket] = []
    try:
        for _ in range(number):
            connections.append(socket.create_connection(("127.0.0.1", port), 30))
        for each in connections:
            assert each.recv(100).startswith(b"220 ")
        yield connections
    finally:
        for each in connections:
            each.close()


async def begin(client: Client, *, in_data: bool) -> None:
    """As far as something is to come: the rest of a mail, or of a command line."""
    await client.begin()
    if in_data:
        client.send(SLOWLY)
        await client.replies(3)
    else:
        client.send(b"NOOP ")


async def crawl(clients: Sequence[Client], until: asyncio.Event) -> int:
    """One octet a second on each of them; how many on each."""
    for octets in itertools.count():
        due = time.monotonic() + 1
        for number, client in enumerate(clients):
            client.send(b"x")
            if not number % 20:  # never a burst: the whole second is theirs
                await asyncio.sleep(0.75 * 20 / len(clients))
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if until.is_set():
            return octets + 1
    raise AssertionError


async def end(client: Client, *, in_data: bool) -> str:
    client.send(b"\r\n.\r\n" if in_data else b"\r\n")
    return await client.reply()


async def sender(port: int) -> list[float]:
    """Seconds that each mail took, one after the other for SECONDS."""
    took: list[float] = []
    until = time.monotonic() + SECONDS
    async with connected(port) as client:
        await client.begin()
        while time.monotonic() < until:
            began = time.monotonic()
            assert (await client.mail(b"Subject: x\r\n\r\nx")).startswith("250 ")
            took.append(time.monotonic() - began)
    return took


@dataclass(frozen=True)
class Service:
    """What the senders got. `took` has seconds a mail, those of a sender together."""

    took: list[list[float]]
    processor: float  # seconds of the server

    @classmethod
    async def of(cls, port: int, pid: int) -> "Service":
        before = processor(pid)
        took = await asyncio.gather(*(sender(port) for _ in range(SENDERS)))
        return cls(list(took), processor(pid) - before)

    @property
    def latencies(self) -> list[float]:
        return sorted(itertools.chain.from_iterable(self.took))

    @property
    def median(self) -> float:
        return statistics.median(self.latencies)

    @property
    def fewest(self) -> int:
        """Mails of the sender that got through the fewest."""
        return min(map(len, self.took))

    def __str__(self) -> str:
        latencies = self.latencies
        return (
            f"{len(latencies)} mails, {self.fewest} at least of each sender; "
            f"median {self.median:.3f} s, slowest {latencies[-1]:.3f} s; "
            f"{self.processor / len(latencies) * 1e6:.0f} us of the server each"
        )


def processor(pid: int) -> float:
    """Seconds that a process has had a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[int, int, str]]:
    """A server in a process of its own: its process, its port, its URL."""
    async with started(None, "--smtp-port", "0", "--http-port", "0", "--host", "127.0.0.1", folder=folder) as process:
        assert process.stdout is not None
        said = ""
        while not (found := re.search(r"SMTP  localhost:(\d+)[^\0]*Web   (http://\S+)/\s", said)):
            line = await asyncio.wait_for(process.stdout.readline(), 30)
            assert line, said
            said += line.decode()
        yield process.pid, int(found[1]), found[2].rstrip("/")


async def metric(url: str, name: str) -> int:
    async with httpx.AsyncClient(timeout=30) as client:
        told = (await client.get(f"{url}/metrics")).text
    return int(re.findall(rf"^mailtrap_local_{name} (\d+)$", told, re.MULTILINE)[0])


async def memory_told(url: str) -> tuple[int, int]:
    """By /metrics and by /api/v1/info."""
    async with httpx.AsyncClient(timeout=30) as client:
        told = (await client.get(f"{url}/api/v1/info")).json()["RuntimeStats"]["Memory"]
    return await metric(url, "memory_usage_bytes"), told


@pytest.mark.timeout(120 + 4 * SECONDS)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_idle_and_slow_connections_leave_the_others_served(tmp_path: Path, idle: int) -> None:
    async with serving(tmp_path) as (pid, port, url):
        alone = await Service.of(port, pid)
        before = resident(pid)
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(held(port, idle))
            cost = (resident(pid) - before) / idle
            assert await metric(url, "smtp_connections") == idle
            clients = [await stack.enter_async_context(connected(port)) for _ in range(SLOW)]
            for number, client in enumerate(clients):
                await begin(client, in_data=bool(number % 2))
            enough = asyncio.Event()
            crawling = asyncio.create_task(crawl(clients, enough))
            among = await Service.of(port, pid)
            after, told = resident(pid), await memory_told(url)
            assert await metric(url, "smtp_connections") == idle + SLOW
            enough.set()
            octets = await crawling
            said = [await end(client, in_data=bool(number % 2)) for number, client in enumerate(clients)]
        print(
            f"{idle} idle, {cost:.0f} bytes each; {SLOW} slow, {octets} octets each; "
            f"memory {before / 1e6:.0f} MB before and {after / 1e6:.0f} MB after\nalone: {alone}\namong them: {among}"
        )
        assert all(reply.startswith("250 ") for reply in said)
        assert octets >= SECONDS / 4
        assert among.fewest >= max(MAILS, FAIR * len(among.latencies) / SENDERS)
        assert among.latencies[-1] < LATENCY_SECONDS
        assert among.median < RATIO * alone.median
        each = alone.processor / len(alone.latencies)
        assert among.processor < 2 * each * len(among.latencies) + OCTET_SECONDS * octets * SLOW
        assert cost < IDLE_BYTES
        assert after - before < (idle + SLOW) * IDLE_BYTES + MAIL_BYTES
        assert all(abs(each - after) < 0.1 * after for each in told)
        for _ in range(500):
            if not await metric(url, "smtp_connections"):
                break
            await asyncio.sleep(0.02)
        assert await metric(url, "smtp_connections") == 0
