"""A thousand live clients: each frame is made once for all, each client costs little, and none waits for a slow one."""

import asyncio
import resource
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from mailtrap_local import limits
from mailtrap_local.api import frames, schema, wire
from mailtrap_local.http import websocket
from mailtrap_local.http.answer import encode
from mailtrap_local.server import Server
from tests.asking import deliver, frames_until, plain, socket_url

CLIENTS, MAILS = 1_000, 5
FRAMES = 2_000  # that fill what the system keeps for somebody who does not read
MICROSECONDS = 600  # of the processor for a client and a mail, both its frames; some 130 were measured
HEAD = (
    "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
READERS = f"""
import asyncio, resource, sys
port, clients, mails = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

async def connected():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write({HEAD.encode()!r})
    await reader.readuntil(b"\\r\\n\\r\\n")
    return reader, writer

async def told(reader, number):
    await reader.readuntil(b'"Subject":"Number %d"' % number)

async def main():
    there = []
    while len(there) < clients:
        there += await asyncio.gather(*(connected() for _ in range(100)))
    print("there", flush=True)
    for number in range(mails):
        await asyncio.gather(*(told(reader, number) for reader, _ in there))
        print(number, flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


@pytest.fixture
def open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CLIENTS + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"a process may have {hard} open files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def readers(server: Server) -> AsyncIterator[asyncio.StreamReader]:
    """A thousand clients in a process of their own; it says when all are there, and when each mail has reached all."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", READERS, str(server.http_port), str(CLIENTS), str(MAILS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.communicate()


async def listened(server: Server, clients: int) -> None:
    """Back when so many listen."""
    async with asyncio.timeout(30):
        while server.mailbox.hub.listeners < clients:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def said(reader: asyncio.StreamReader, line: str) -> None:
    assert (await asyncio.wait_for(reader.readline(), 90)).decode().strip() == line


async def test_a_thousand_cost_little_and_one_encoding(
    server: Server, open_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, made = 0, 0

    def counted(event: Any) -> Any:
        nonlocal rows
        rows += event.kind == "new"
        return wire.event_of(event)

    def counted_frame(*given: Any, **named: Any) -> str:
        nonlocal made
        made += 1
        return encode(schema.Frame(str(given[0]), [], stats=named["counts"])).decode()

    async with readers(server) as reports:
        await said(reports, "there")
        await listened(server, CLIENTS)
        monkeypatch.setattr(frames, "event_of", counted)
        monkeypatch.setattr(frames, "empty_frame", counted_frame)
        websocket._frame.cache_clear()
        began = time.process_time()
        for number in range(MAILS):
            await deliver(server, plain(f"Number {number}"))
            await said(reports, str(number))
        each = (time.process_time() - began) / CLIENTS / MAILS
    assert rows == MAILS, "the row of a mail is made once, however many clients there are"
    assert made <= 4 * MAILS, f"frames with counts are made once too, not {made} times"
    assert websocket._frame.cache_info().misses < CLIENTS, "and so are the octets on the wire"
    assert each * 1e6 < MICROSECONDS, f"{each * 1e6:.0f} microseconds for a client and a mail"


async def test_who_reads_nothing_is_cut_off_and_nobody_waits_for_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from websockets.asyncio.client import connect

    listen = server.mailbox.hub.listen
    monkeypatch.setattr(server.mailbox.hub, "listen", lambda **given: listen(**given, capacity=40))
    monkeypatch.setattr(websocket, "LAST_WORD_SECONDS", 0.1)
    loop = asyncio.get_running_loop()
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.setblocking(False)
        await loop.sock_connect(lazy, ("127.0.0.1", server.http_port))
        await loop.sock_sendall(lazy, HEAD.encode())
        await listened(server, 1)
        async with connect(socket_url(server, "api/v1/live"), max_size=None) as keen:
            await frames_until(keen, 0)
            sent = 0
            wide = plain(more="Cc: " + ",\r\n ".join(f"somebody{number}@x.org" for number in range(2_000)) + "\r\n")
            while server.mailbox.hub.listeners > 1 and sent < FRAMES:
                await asyncio.gather(*(deliver(server, wide) for _ in range(20)))
                sent += 20
                await frames_until(keen, 20)
            assert server.mailbox.hub.listeners == 1, f"nobody was cut off, though {sent} frames were not read"
            await deliver(server, plain("after all"))
            await frames_until(keen, 1)
        with suppress(ConnectionResetError):  # or the end of what the system had taken: its connection is gone
            async with asyncio.timeout(30):
                while await loop.sock_recv(lazy, 1 << 20):
                    pass
    assert limits.LIVE_CLIENTS >= CLIENTS
