"""The WebSockets over real connections: ordered, resumable, filtered by the server, cut off rather than waited for."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from mailtrap_local import limits
from mailtrap_local.api import frames, wire
from mailtrap_local.events import Listener
from mailtrap_local.mailbox import Selection
from mailtrap_local.mailbox.watching import Watch
from mailtrap_local.model import Summary
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.asking import RICH, deliver, frame, frames_until, plain, socket_url


def live(server: Server, query: str = "", *, path: str = "api/v1/live") -> connect:
    return connect(socket_url(server, path + query))


def departure(server: Server) -> asyncio.Event:
    """Set when the last live client has left."""
    hub, left = server.mailbox.hub, asyncio.Event()
    forget = hub.forget

    def noticed(listener: Listener) -> None:
        forget(listener)
        if not hub.listeners:
            left.set()

    hub.forget = noticed  # type: ignore[method-assign]
    return left


async def told(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next of Mailpit's frames of a kind, leaving out the counts."""
    while True:
        value = await frame(socket)
        if value["Type"] != "stats" or kind == "stats":
            assert value["Type"] == kind
            return value


async def test_the_first_frame_comes_at_once(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    async with live(server) as socket:
        assert await frame(socket) == {**(await client.get("api/v1/cursor")).json(), "events": []}


async def test_a_message_is_told_as_its_row(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server) as socket:
        await frame(socket)
        await deliver(server, RICH, inbox="team")
        told = await frame(socket)
        (event,) = told["events"]
        (row,) = (await client.get("api/v1/messages")).json()["messages"]
        assert event == {"type": "new", "seq": event["seq"], "inbox": "team", "message": row}
        assert told["cursor"] == (await client.get("api/v1/cursor")).json()["cursor"]
        assert (await frame(socket))["stats"] == {"Total": 1, "Unread": 1}


async def test_everything_that_happens_is_told_in_order(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server) as socket:
        await frame(socket)
        ids = [await deliver(server, plain(name)) for name in ("a", "b", "c")]
        await client.put("api/v1/messages", json={"Read": True, "IDs": ids[:1]})
        await client.put("api/v1/tags", json={"Tags": ["red"], "IDs": ids[1:2]})
        await client.put("api/v1/tags/red", json={"Name": "rose"})
        token = (await client.request("DELETE", "api/v1/messages?undo=9", json={"IDs": ids[:1]})).json()["undo"]
        await client.post(f"api/v1/undo/{token}")
        await client.request("DELETE", "api/v1/messages", json={"IDs": ids[2:]})
        await client.delete("api/v1/messages")
        events = await frames_until(socket, 10)
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    kinds = [event["type"] for event in events]
    assert kinds == ["new"] * 3 + ["update", "update", "tags", "delete", "restore", "delete", "truncate"]
    read, tagged, _, hidden, restored, deleted, truncated = events[3:]
    assert (read["ids"], read["Read"], "Tags" in read) == (ids[:1], True, False)
    assert (tagged["ids"], tagged["Tags"], "Read" in tagged) == (ids[1:2], ["red"], False)
    assert (hidden["ids"], hidden["reason"]) == (ids[:1], "hidden")
    assert restored["ids"] == ids[:1]
    assert (deleted["ids"], deleted["reason"]) == (ids[2:], "deleted")
    assert truncated["inbox"] is None


async def test_a_client_resumes_where_it_was(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain("known"))
    cursor = (await client.get("api/v1/messages")).json()["cursor"]
    for number in range(frames.FRAME_EVENTS + 10):
        await deliver(server, plain(str(number)))
    async with live(server, f"?since={cursor}") as socket:
        events = await frames_until(socket, frames.FRAME_EVENTS + 10)
        assert [event["message"]["Subject"] for event in events] == [str(n) for n in range(frames.FRAME_EVENTS + 10)]
        await deliver(server, plain("next"))
        assert [event["message"]["Subject"] for event in await frames_until(socket, 1)] == ["next"]


async def test_no_cursor_that_was_told_skips_an_event(server: Server) -> None:
    """Whatever frame a client saw last, resuming from its cursor gives exactly the rest."""
    async with live(server) as socket:
        first = await frame(socket)
        for number in range(30):
            await deliver(server, plain(str(number)))
        seen, count = [first], 0
        while count < 30:
            seen.append(await frame(socket))
            count += len(seen[-1]["events"])
    done = 0
    for each in seen:
        done += len(each["events"])
        async with live(server, f"?since={each['cursor']}") as socket:
            rest = (await frame(socket))["events"]
            assert [event["message"]["Subject"] for event in rest] == [str(number) for number in range(done, 30)]


async def test_what_cannot_be_replayed_begins_anew(server: Server) -> None:
    await deliver(server, plain())
    hub = server.mailbox.hub
    for since in (f"{hub.epoch}-999999", "other-1"):
        async with live(server, f"?since={since}") as socket:
            assert await frame(socket) == {"cursor": str(hub.cursor), "events": [], "reset": True}
            await deliver(server, plain("next"))
            assert len(await frames_until(socket, 1)) == 1


@pytest.mark.parametrize("query", ["", "?query=from:ann"], ids=["all of it", "with a search"])
async def test_an_inbox_hears_its_own_of_a_batch_alone(server: Server, query: str) -> None:
    """Mail that is committed together is told of together."""
    async with live(server, query, path="inbox/team/api/v1/live") as socket:
        await frame(socket)
        inboxes = ["team", "other"] * 20
        await asyncio.gather(*(deliver(server, plain(str(n)), inbox=inbox) for n, inbox in enumerate(inboxes)))
        told = await frames_until(socket, 20)
        await deliver(server, plain("last"), inbox="team")
        told += await frames_until(socket, 1)
    assert [event["inbox"] for event in told] == ["team"] * 21


async def test_an_inbox_hears_its_own(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server, path="inbox/team/api/v1/live") as path, live(server, "?inbox=team") as query:
        for socket in (path, query):
            await frame(socket)
        other = await deliver(server, plain("theirs"), inbox="other")
        await client.put("api/v1/messages", json={"Read": True, "IDs": [other]})
        await deliver(server, plain("ours"), inbox="team")
        for socket in (path, query):
            (event,) = await frames_until(socket, 1)
            assert (event["inbox"], event["message"]["Subject"]) == ("team", "ours")
            stats = await frame(socket)
            while stats["stats"]["Total"] == 0:
                stats = await frame(socket)
            assert stats["stats"] == {"Total": 1, "Unread": 1}


async def test_a_session_that_ended_is_told_by_ours_alone(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server) as ours, live(server, path="api/events") as mailpits:
        await frame(ours)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.smtp_port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert b"421 " in await reader.read()
        writer.close()
        (event,) = await frames_until(ours, 1)
        assert event == {"type": "sessions", "seq": event["seq"]}
        (session,) = (await client.get("api/v1/sessions")).json()["sessions"]
        assert (session["State"], session["Caught"]) == ("refused", 0)
        await deliver(server, plain())
        assert (await told(mailpits, "new"))["Data"]["Subject"] == "Hello"


async def test_what_is_of_no_concern_to_a_scope_costs_it_nothing(server: Server) -> None:
    asked: list[str | None] = []
    page = server.mailbox.page

    async def counted(selection: Selection, **given: Any) -> Any:
        asked.append(selection.inbox)
        return await page(selection, **given)

    server.mailbox.page = counted  # type: ignore[method-assign]
    async with live(server, "?inbox=quiet") as quiet, live(server, "?inbox=busy") as busy:
        for socket in (quiet, busy):
            await frame(socket)
        await deliver(server, plain(), inbox="busy")
        assert len((await frame(busy))["events"]) == 1
        assert (await frame(busy))["stats"] == {"Total": 1, "Unread": 1}
        await deliver(server, plain(), inbox="quiet")
        assert [event["inbox"] for event in (await frame(quiet))["events"]] == ["quiet"]
        assert (await frame(quiet))["stats"] == {"Total": 1, "Unread": 1}
    assert asked == ["busy", "quiet"]


async def test_a_query_lets_through_the_new_messages_that_match(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server, "?query=subject:apple") as socket:
        await frame(socket)
        await deliver(server, plain("plum"))
        wanted = await deliver(server, plain("apple"))
        (event,) = await frames_until(socket, 1)
        assert event["message"]["ID"] == wanted
        await client.put("api/v1/messages", json={"Read": True, "IDs": [wanted]})
        assert [event["type"] for event in await frames_until(socket, 1)] == ["update"]


async def test_a_search_over_what_comes_does_not_ask_the_store(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(live(server, "?query=apple")) for _ in range(10)]
        for socket in sockets:
            await frame(socket)

        async def asked(*_: object, **__: object) -> Any:
            pytest.fail("the store was asked")

        monkeypatch.setattr(server.mailbox._store, "oldest", asked)
        await deliver(server, plain("pear"))
        wanted = await deliver(server, plain("apple"))
        for socket in sockets:
            [event] = [each for each in await frames_until(socket, 1) if each["type"] == "new"]
            assert event["message"]["ID"] == wanted
    async with asyncio.timeout(5):
        while server.mailbox.waiting:  # noqa: ASYNC110 - until the server has seen them go
            await asyncio.sleep(0.01)


async def test_a_search_finds_large_mail_and_what_came_before(server: Server) -> None:
    since = server.mailbox.hub.cursor
    before = await deliver(server, plain("apple 1"))
    async with live(server, f"?query=apple&since={since}") as socket:
        found = await frames_until(socket, 1)
        large = await deliver(server, plain("2", body="word " * 40_000 + "apple"))
        small = await deliver(server, plain("apple 3"))
        while len([event for event in found if event["type"] == "new"]) < 3:
            found += await frames_until(socket, 1)
    assert [event["message"]["ID"] for event in found if event["type"] == "new"] == [before, large, small]


async def test_one_batch_is_encoded_once_for_all(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def counted(event: Any) -> Any:
        nonlocal made
        made += 1
        return wire.event_of(event)

    monkeypatch.setattr(frames, "event_of", counted)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(live(server)) for _ in range(10)]
        for socket in sockets:
            await frame(socket)
        await deliver(server, plain())
        for socket in sockets:
            assert len(await frames_until(socket, 1)) == 1
    assert made == 1


async def test_counts_are_told_at_most_four_times_a_second(server: Server) -> None:
    loop = asyncio.get_running_loop()
    async with live(server) as socket:
        await frame(socket)
        began = loop.time()
        for number in range(40):
            await deliver(server, plain(str(number)))
        stats: list[dict[str, int]] = []
        while not stats or stats[-1]["Total"] < 40:
            told = await frame(socket)
            stats += [told["stats"]] if "stats" in told else []
        took = loop.time() - began
    assert stats[-1] == {"Total": 40, "Unread": 40}
    assert len(stats) <= took / frames.COUNTS_SECONDS + 2


async def test_what_is_wrong_is_refused_before_the_connection_stands(server: Server) -> None:
    for query in ("?since=nonsense", "?query=to:", "?query=x&tz=No/Where", "?inbox="):
        with pytest.raises(InvalidStatus) as refused:
            async with live(server, query):
                pass
        assert refused.value.response.status_code == 400, query


async def test_no_more_clients_than_the_limit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIVE_CLIENTS", 2)
    left = departure(server)
    async with live(server), live(server, path="api/events"):
        for path in ("api/v1/live", "api/events"):
            with pytest.raises(InvalidStatus) as refused:
                async with live(server, path=path):
                    pass
            assert refused.value.response.status_code == 503
    await asyncio.wait_for(left.wait(), 5)
    async with live(server) as socket:
        await frame(socket)


async def test_a_client_that_does_not_keep_up_is_cut_off_and_told_why(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = server.mailbox.hub.listen
    monkeypatch.setattr(server.mailbox.hub, "listen", lambda **given: listen(**given, capacity=3))
    async with live(server) as socket:
        await frame(socket)
        await asyncio.gather(*(deliver(server, plain(str(number))) for number in range(50)))
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await frame(socket)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, "since=" in closed.value.rcvd.reason) == (1013, True)


async def test_nobody_is_woken_for_mail_that_it_does_not_look_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    matching = Watch.matching

    async def counted(watch: Watch, summaries: Sequence[Summary]) -> set[str]:
        asked.append(watch._query.text)
        return await matching(watch, summaries)

    monkeypatch.setattr(Watch, "matching", counted)
    async with live(server, "?query=subject:nothing") as idle, live(server, "?query=subject:39") as busy:
        await frame(idle)
        await frame(busy)
        for number in range(40):
            await deliver(server, plain(f"mail {number}"))
        (event,) = await frames_until(busy, 1)
        assert event["message"]["Subject"] == "mail 39"
        assert asked == ["subject:39"]
        await deliver(server, plain("nothing at all"))
        (event,) = await frames_until(idle, 1)
        assert event["message"]["Subject"] == "nothing at all"
    assert asked == ["subject:39", "subject:nothing"]


async def test_a_stop_closes_every_connection_with_going_away(settings: Settings) -> None:
    async with Server(settings) as server, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(live(server, path=path)) for path in ("api/v1/live", "api/events")]
        for socket in sockets:
            await frame(socket)
        await server.__aexit__(None, None, None)
        for socket in sockets:
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await frame(socket)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001


async def test_what_clients_say_is_dropped_and_their_leaving_noticed(server: Server) -> None:
    left = departure(server)
    async with live(server) as socket:
        await frame(socket)
        await socket.send("anything")
        await socket.send(b"\x00" * 1000)
        await deliver(server, plain())
        assert len(await frames_until(socket, 1)) == 1
    await asyncio.wait_for(left.wait(), 5)


# ---- Mailpit's own -------------------------------------------------------------------------------------------------


async def test_mailpits_frames_in_the_order_of_events(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server, path="api/events") as socket:
        stats = await told(socket, "stats")
        assert {**stats["Data"], "Version": ""} == {"Total": 0, "Unread": 0, "Version": ""}
        ids = [await deliver(server, plain(name, more="X-Tags: x\r\n")) for name in ("a", "b", "c")]
        rows = (await client.get("api/v1/messages")).json()["messages"]
        for row in reversed(rows):
            assert await told(socket, "new") == {"Type": "new", "Data": row}
        await client.put("api/v1/messages", json={"Read": True, "IDs": ids[:2]})
        updated = [(await told(socket, "update"))["Data"] for _ in range(2)]
        assert sorted(update["ID"] for update in updated) == ids[:2]
        assert all(update["Read"] is True for update in updated)
        await client.put("api/v1/tags", json={"Tags": ["red"], "IDs": ids[:1]})
        assert (await told(socket, "update"))["Data"] == {"ID": ids[0], "Tags": ["red"]}
        await client.delete("api/v1/tags/red")
        assert (await told(socket, "prune"))["Data"] is None
        await client.request("DELETE", "api/v1/messages", json={"IDs": ids[:2]})
        assert sorted([(await told(socket, "delete"))["Data"]["ID"] for _ in range(2)]) == ids[:2]
        await client.delete("api/v1/messages")
        assert (await told(socket, "truncate"))["Data"] is None
        counts = await told(socket, "stats")
        while counts["Data"]["Total"]:
            counts = await told(socket, "stats")


async def test_mailpits_frames_of_a_scope(server: Server, client: httpx.AsyncClient) -> None:
    async with live(server, path="inbox/a/api/events") as ours, live(server, path="api/events") as all_:
        for inbox in ("b", "a"):
            await deliver(server, plain(), inbox=inbox)
        assert (await told(ours, "new"))["Data"]["Inbox"] == "a"
        assert [(await told(all_, "new"))["Data"]["Inbox"] for _ in range(2)] == ["b", "a"]
        await client.delete("inbox/a/api/v1/messages")
        assert (await frame_but_stats(ours))["Type"] in ("truncate", "delete")
        assert (await frame_but_stats(all_))["Type"] in ("prune", "delete")


async def frame_but_stats(socket: ClientConnection) -> dict[str, Any]:
    while (value := await frame(socket))["Type"] == "stats":
        pass
    return value


async def test_many_deletes_are_told_as_one(server: Server, client: httpx.AsyncClient) -> None:
    count = frames.DELETES_TOLD + 1
    for number in range(count):
        await deliver(server, plain(f"old {number}"))
    await deliver(server, plain("new"))
    async with live(server, path="api/events") as socket:
        await client.delete("api/v1/search?query=old")
        assert (await told(socket, "prune"))["Data"] is None
    assert json.loads((await client.get("api/v1/messages")).text)["total"] == 1
