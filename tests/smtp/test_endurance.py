"""Thousands of connections that say nothing, and a thousand that say it slowly, while others send.

`MAILTRAP_ENDURANCE=N` makes it N times as long.
"""

import asyncio
import contextlib
import itertools
import os
import re
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.commands import started
from tests.smtp.talking import connected

LONGER = int(os.environ.get("MAILTRAP_ENDURANCE", "1"))
IDLE, SLOW, SENDERS = 10_000, 1_000, 200
SPARE = 3_000  # descriptors for all that is not idle
MAILS = 5 * LONGER  # of each sender
LATENCY_SECONDS = 10.0  # of the slowest mail, on a machine that may do much else
IDLE_BYTES = 16 * 1024  # resident memory that an idle connection may cost the server
SECONDS_OF_SLOWNESS = 600
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


async def slow(port: int, until: asyncio.Event, *, in_data: bool) -> str:
    """One octet a second, in commands or in a mail; whatever the server said in the end."""
    async with connected(port) as client:
        await client.begin()
        if in_data:
            client.send(SLOWLY)
            await client.replies(3)
        for octet in range(SECONDS_OF_SLOWNESS):
            if until.is_set():
                break
            client.send(b"x" if in_data else SLOWLY[octet : octet + 1])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), 1)
        if in_data:
            client.send(b"\r\n.\r\n")
            return await client.reply()
        client.send(b"\r\n")
        return await client.reply()


async def sender(port: int) -> list[float]:
    """Seconds that each mail took."""
    took = []
    async with connected(port) as client:
        await client.begin()
        for _ in range(MAILS):
            began = time.monotonic()
            assert (await client.mail(b"Subject: x\r\n\r\nx")).startswith("250 ")
            took.append(time.monotonic() - began)
    return took


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


async def connections_of(url: str) -> int:
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"{url}/metrics")).text
    return int(re.findall(r"^mailtrap_local_smtp_connections (\d+)$", told, re.MULTILINE)[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_idle_and_slow_connections_leave_the_others_served(tmp_path: Path, idle: int) -> None:
    async with serving(tmp_path) as (pid, port, url):
        before = resident(pid)
        with held(port, idle):
            cost = (resident(pid) - before) / idle
            assert await connections_of(url) == idle
            enough = asyncio.Event()
            crawling = [asyncio.create_task(slow(port, enough, in_data=bool(n % 2))) for n in range(SLOW)]
            took = await asyncio.gather(*(sender(port) for _ in range(SENDERS)))
            enough.set()
            said = await asyncio.gather(*crawling)
            latencies = sorted(itertools.chain.from_iterable(took))
            print(
                f"{idle} idle, {cost:.0f} bytes each; mail: median {latencies[len(latencies) // 2]:.3f} s, "
                f"slowest {latencies[-1]:.3f} s"
            )
            assert len(latencies) == SENDERS * MAILS
            assert latencies[-1] < LATENCY_SECONDS
            assert cost < IDLE_BYTES
            assert sum(reply.startswith("250 ") for reply in said) >= SLOW // 2
        for _ in range(500):
            if not await connections_of(url):
                break
            await asyncio.sleep(0.02)
        assert await connections_of(url) == 0
