"""`mailtrap-local tail`, live."""

import asyncio
import json
from collections.abc import Sequence

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.asking import deliver, plain
from tests.cli.commands import at_terminal, started
from tests.proxy import Proxy


async def listening(server: Server, number: int = 1) -> None:
    """Until so many listen to the server."""
    async with asyncio.timeout(20):
        while server.mailbox.hub.listeners < number:  # noqa: ASYNC110 - until the server knows
            await asyncio.sleep(0.01)


async def lines(stream: asyncio.StreamReader | None, number: int) -> Sequence[str]:
    """The next lines, which have to come soon."""
    assert stream is not None
    return [(await asyncio.wait_for(stream.readline(), 20)).decode().rstrip("\n") for _ in range(number)]


async def subjects(process: asyncio.subprocess.Process, number: int) -> list[str]:
    return [line.split("\t")[4] for line in await lines(process.stdout, number)]


async def test_a_line_for_each_mail_as_it_comes(server: Server) -> None:
    await deliver(server, plain("before"))
    async with started(server, "tail") as process:
        await listening(server)
        for subject in ("one", "two"):
            name = await deliver(server, plain(subject))
            (line,) = await lines(process.stdout, 1)
            assert (line.split("\t")[0], line.split("\t")[4]) == (name, subject)


async def test_a_search_an_inbox_and_json(server: Server) -> None:
    async with started(server, "tail", "subject:yes", "--inbox", "blue", "--json") as process:
        await listening(server)
        await deliver(server, plain("yes"))
        await deliver(server, plain("no"), inbox="blue")
        name = await deliver(server, plain("yes"), inbox="blue")
        (line,) = await lines(process.stdout, 1)
        row = json.loads(line)
        assert (row["ID"], row["Inbox"], row["From"]["Address"]) == (name, "blue", "ann@x.org")


async def test_it_may_begin_with_what_is_there(server: Server) -> None:
    for each in range(4):
        await deliver(server, plain(f"number {each}"))
    cursor = str(server.mailbox.hub.cursor)
    await deliver(server, plain("number 4"))
    async with started(server, "tail", "-n", "2") as process:
        assert await subjects(process, 2) == ["number 3", "number 4"]
        await listening(server)
        await deliver(server, plain("number 5"))
        assert await subjects(process, 1) == ["number 5"]
    async with started(server, "tail", "--since", cursor) as process:
        assert await subjects(process, 2) == ["number 4", "number 5"]


async def test_a_lost_connection_is_told_made_again_and_nothing_is_missed(server: Server) -> None:
    async with Proxy(server.http_port) as proxy, started(server, "tail", "--url", proxy.url) as process:
        await listening(server)
        await deliver(server, plain("one"))
        assert await subjects(process, 1) == ["one"]
        proxy.cut()
        (lost,) = await lines(process.stderr, 1)
        assert lost.startswith("mailtrap-local tail: the connection was lost (")
        assert lost.endswith("); trying again")
        await deliver(server, plain("two"))
        proxy.mend()
        assert await lines(process.stderr, 1) == ["mailtrap-local tail: the connection stands again"]
        assert await subjects(process, 1) == ["two"]


async def test_a_server_that_began_anew_is_gone_on_with(server: Server) -> None:
    await deliver(server, plain("long before"))
    async with Proxy(server.http_port) as proxy, started(server, "tail", "--url", proxy.url) as process:
        await listening(server)
        await deliver(server, plain("one"))
        assert await subjects(process, 1) == ["one"]
        async with Server(Settings(smtp_port=0, http_port=0)) as second:
            await deliver(second, plain("while away"))
            proxy.cut()
            proxy.mend(to_port=second.http_port)
            _, back, anew = await lines(process.stderr, 3)
            assert back.endswith("the connection stands again")
            assert "began anew" in anew
            assert await subjects(process, 1) == ["while away"]
            await deliver(second, plain("two"))
            assert await subjects(process, 1) == ["two"]


async def test_a_person_is_told_that_it_listens(server: Server) -> None:
    await deliver(server, plain("x" * 300))
    telling = asyncio.create_task(at_terminal(server, "tail", "-n", "1", interrupt=True, until=b"Ctrl-C ends it"))
    code, seen = await telling
    assert code == 130
    first, second = seen.decode().splitlines()[:2]
    assert len(first) <= 100
    assert first.endswith("…")
    assert second == f"mailtrap-local tail: listening at {server.url.rstrip('/')}; Ctrl-C ends it"


async def test_what_cannot_be_is_told_at_once(server: Server) -> None:
    async with started(server, "tail", "subject:") as process:
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, out) == (2, b"")
    assert b"The server says 400" in err
