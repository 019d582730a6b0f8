"""The client for asyncio against a whole server in the same loop."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from mailtrap_local import client as package
from mailtrap_local.client import AsyncClient, NoMatch, TooManyMatches, Unreachable
from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.server import Server


@pytest.fixture
async def inbox(server: Server) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.url) as client:
        yield client.inbox("mine")


async def waiting(server: Server, number: int) -> None:
    async with asyncio.timeout(10):
        while server.mailbox.waiting != number:  # noqa: ASYNC110 - until the server knows
            await asyncio.sleep(0.001)


async def test_a_message_and_its_file(inbox: AsyncClient) -> None:
    async with inbox.expecting(to="ann@x.org") as mail:
        await inbox.send(from_="App <app@x.org>", to="ann@x.org", subject="Bill", attachments={"a.txt": b"hello"})
    assert mail.message.subject == "Bill"
    assert await mail.message.attachments[0].content() == b"hello"
    assert (await mail.message.raw()).startswith(b"From: App <app@x.org>\r\n")
    assert await inbox.get(mail.message.id) == await inbox.latest()
    assert [row.subject for row in await inbox.messages(subject="bill")] == ["Bill"]


async def test_many_wait_at_once(server: Server, inbox: AsyncClient) -> None:
    """More than there would be threads."""
    waits = [asyncio.create_task(inbox.wait(subject=f"number {each}.", timeout=30)) for each in range(100)]
    await waiting(server, 100)
    for each in range(100):
        await inbox.put(f"Subject: number {each}.\r\n\r\n".encode())
    assert [message.subject for message in await asyncio.gather(*waits)] == [f"number {each}." for each in range(100)]


async def test_a_wait_that_is_cancelled_is_over_for_the_server_too(server: Server, inbox: AsyncClient) -> None:
    wait = asyncio.create_task(inbox.wait(timeout=60))
    await waiting(server, 1)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    await waiting(server, 0)
    assert await inbox.cursor()


async def test_failures(inbox: AsyncClient) -> None:
    with pytest.raises(NoMatch, match=r"within 0\.05 s"):
        await inbox.wait(subject="one", timeout=0.05)
    await inbox.send(from_="a@x.org", subject="one")
    await inbox.expect_none(subject="two", timeout=0.05)
    with pytest.raises(TooManyMatches):
        await inbox.expect_none(timeout=30)
    assert len(await inbox.wait_all(count=1)) == 1
    await inbox.clear()
    assert await inbox.messages() == ()


async def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with AsyncClient(url) as client:
            with pytest.raises(Unreachable, match=f"No catcher answers at {url} .*"):
                await client.cursor()


async def test_somebody_who_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with AsyncClient(f"http://127.0.0.1:{mute.getsockname()[1]}", timeout=0.05) as client:
            with pytest.raises(Unreachable, match=r"within 0\.05 s"):
                await client.cursor()


def test_another_event_loop(mailtrap: Mailtrap) -> None:
    """uvloop, where it installs."""
    uvloop = pytest.importorskip("uvloop")

    async def both() -> tuple[str, str]:
        return await mailtrap.aio.cursor(), await mailtrap.aio.cursor()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        first, second = runner.run(both())
    assert first == second


def test_connections_outlive_a_loop(mailtrap: Mailtrap) -> None:
    assert asyncio.run(mailtrap.aio.cursor()) == asyncio.run(mailtrap.aio.cursor())


def test_what_is_named_for_users_is_there() -> None:
    assert [name for name in package.__all__ if not isinstance(getattr(package, name), type)] == []
    assert package.AsyncClient is AsyncClient
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = package.Nothing


def test_the_blocking_client_loads_no_asyncio() -> None:
    code = "import sys, mailtrap_local.client as c; print(*{'asyncio', 'ssl', 'http.client', 'email'} & {*sys.modules})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout.strip() == ""


def test_it_is_imported_in_hardly_more_time_than_what_it_needs() -> None:
    """In processor time, set against the modules of the standard library that hardly any client can do without."""
    code = """
import sys, time
began = time.process_time()
import dataclasses, datetime, json, socket, typing, urllib.parse
needed = time.process_time() - began
known = set(sys.modules)
began = time.process_time()
import mailtrap_local.client
took = time.process_time() - began
more = {name for name in set(sys.modules) - known if not name.startswith(("mailtrap_local", "_"))}
ours = [name for name in sys.modules if name.startswith("mailtrap_local")]
print(took / needed, len(ours), *sorted(more))
"""
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True).stdout
        for _ in range(5)
    ]
    assert min(float(run.split()[0]) for run in runs) < 1.5
    assert int(runs[0].split()[1]) <= 14
    assert set(runs[0].split()[2:]) <= {"base64", "binascii", "ipaddress", "struct"}, runs[0]
