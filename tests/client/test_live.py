"""Listening with both clients: over lost connections, and from one life of the server to the next."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import pytest

from mailtrap_local.client import AsyncClient, Client, ServerRefused, Unreachable, live
from mailtrap_local.client.core import Calls
from mailtrap_local.client.http11 import Place
from mailtrap_local.client.model import Event
from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.asking import deliver, plain
from tests.proxy import Proxy


async def told(events: AsyncIterator[Event], *kinds: str) -> list[Event]:
    """The next events of these kinds, in this order; others in between are passed over."""
    found = []
    async with asyncio.timeout(20):
        for kind in kinds:
            while (event := await anext(events)).kind != kind:
                pass
            found.append(event)
    return found


async def test_what_happens_is_told_as_it_happens(server: Server) -> None:
    async with AsyncClient(server.url) as client:
        events = client.live()
        await told(events, "open")
        name = await deliver(server, plain("Hello"), inbox="mine")
        (new,) = await told(events, "new")
        assert new.message is not None
        assert (new.message.subject, new.message.id, new.inbox) == ("Hello", name, "mine")
        assert new.message.wire["Subject"] == "Hello"
        await client.mark(name)
        (update,) = await told(events, "update")
        assert update.ids == (name,)
        await client.delete(name)
        (gone,) = await told(events, "delete")
        assert (gone.ids, gone.wire["reason"]) == ((name,), "deleted")


async def test_a_query_and_an_inbox_narrow_it(server: Server) -> None:
    async with AsyncClient(server.url) as client:
        events = client.inbox("mine").live("subject:yes")
        await told(events, "open")
        await deliver(server, plain("yes"), inbox="other")
        await deliver(server, plain("no"), inbox="mine")
        name = await deliver(server, plain("yes"), inbox="mine")
        (new,) = await told(events, "new")
        assert new.message is not None
        assert new.message.id == name


async def test_what_came_while_the_connection_was_lost_is_told_after_it(server: Server) -> None:
    async with Proxy(server.http_port) as proxy, AsyncClient(proxy.url) as client:
        events = client.live()
        await told(events, "open")
        await deliver(server, plain("one"))
        await told(events, "new")
        proxy.cut()
        (lost,) = await told(events, "lost")
        assert lost.text
        names = [await deliver(server, plain(f"missed {each}")) for each in range(3)]
        proxy.mend()
        _, *news = await told(events, "back", "new", "new", "new")
        assert [event.message.id for event in news if event.message] == names


async def test_a_server_that_began_anew_is_told_as_a_reset() -> None:
    first = Server(Settings(smtp_port=0, http_port=0))
    async with first:
        async with Proxy(first.http_port) as proxy, AsyncClient(proxy.url) as client:
            events = client.live()
            await told(events, "open")
            async with Server(Settings(smtp_port=0, http_port=0)) as second:
                proxy.cut()
                proxy.mend(to_port=second.http_port)
                await told(events, "lost", "back", "reset")
                name = await deliver(second, plain("here"))
                (new,) = await told(events, "new")
                assert new.message is not None
                assert new.message.id == name


async def test_the_cursor_of_an_event_goes_on_behind_it(server: Server) -> None:
    async with AsyncClient(server.url) as client:
        since = await client.cursor()
        names = [await deliver(server, plain(f"{each}")) for each in range(4)]
        news = await told(client.live(since=since), *["new"] * 4)
        again = client.live(since=news[1].cursor)
        seen: list[str] = []
        while names[3] not in seen:
            (event,) = await told(again, "new")
            assert event.message is not None
            seen.append(event.message.id)
        assert seen[-2:] == names[2:]


async def test_what_cannot_be_is_raised_at_once(server: Server) -> None:
    async with AsyncClient(server.url) as client:
        with pytest.raises(ServerRefused, match="400"):
            await anext(client.live("subject:"))
    async with AsyncClient("http://127.0.0.1:1") as nobody:
        with pytest.raises(Unreachable, match="No catcher answers"):
            await anext(nobody.live())


def test_the_blocking_client_hears_the_same(mailtrap: Mailtrap) -> None:
    with closing(mailtrap.live("subject:yes")) as events:
        assert next(events).kind == "open"
        later = threading.Timer(0.05, lambda: mailtrap.put(b"Subject: yes\r\n\r\n"))
        later.start()
        event = next(each for each in events if each.kind == "new")
        later.join()
    assert event.message is not None
    assert (event.message.subject, event.inbox) == ("yes", mailtrap.smtp_user)


def test_a_server_that_falls_silent_is_asked_and_then_given_up() -> None:
    calls: Calls[Any] = Calls(Place.parse("http://localhost"), lambda wire, cursor: None)
    steps = calls.live("", {}, since=None)
    acts = list(silent(steps))
    assert [type(act) for act in acts] == [live.Connect, live.Send, live.Receive]  # and then no answer to the handshake


def silent(steps: live.Following) -> Iterator[live.Act]:
    with pytest.raises(Unreachable, match="said nothing for 20 s"):
        yield (act := next(steps))
        while True:
            yield (act := steps.send(None))
            assert not isinstance(act, live.Tell)


def test_the_blocking_client_says_who_does_not_answer() -> None:
    with pytest.raises(Unreachable, match="No catcher answers"):
        next(Client("http://127.0.0.1:1").live())
