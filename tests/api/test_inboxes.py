"""Inboxes as DESIGN.md has them: every route in a scope, by path and by ?inbox=, and nothing leaks out of it."""

import asyncio
import smtplib
from pathlib import Path

import httpx
import pytest

from mailtrap_local.api import system
from mailtrap_local.api.table import ROUTES
from mailtrap_local.model import Origin
from mailtrap_local.server import Server
from tests.asking import RICH, at, deliver, plain, running
from tests.http.test_guard import address


async def test_inboxes_are_listed_with_what_they_hold(server: Server, client: httpx.AsyncClient) -> None:
    assert (await client.get("api/v1/inboxes")).json() == {"inboxes": []}
    raw = plain()
    message_id = await deliver(server, raw, inbox="b")
    await deliver(server, raw, inbox="b")
    await deliver(server, raw, origin=Origin(username="a"))
    await deliver(server, plain(more="X-Inbox: c\r\n"))
    await client.get(f"api/v1/message/{message_id}")
    size, larger = len(raw), len(plain(more="X-Inbox: c\r\n"))
    a, b, c = (await client.get("api/v1/inboxes")).json()["inboxes"]
    assert a == {"Name": "a", "Total": 1, "Unread": 1, "Size": size, "Address": ""}
    assert b == {"Name": "b", "Total": 2, "Unread": 1, "Size": 2 * size, "Address": ""}
    assert c == {"Name": "c", "Total": 1, "Unread": 1, "Size": larger, "Address": ""}
    assert (await client.get("inbox/b/api/v1/inboxes")).json() == {"inboxes": [b]}


async def test_deleting_an_inbox_touches_no_other(server: Server, client: httpx.AsyncClient) -> None:
    for inbox in ("a/b", "a", "b"):
        await deliver(server, plain(), inbox=inbox)
    assert (await client.delete("inbox/b/api/v1/inboxes/a")).status_code == 404
    assert (await client.delete("api/v1/inboxes/a%2Fb")).text == "ok"
    token = (await client.delete("api/v1/inboxes/a?undo=9")).json()["undo"]
    assert [inbox["Name"] for inbox in (await client.get("api/v1/inboxes")).json()["inboxes"]] == ["b"]
    await client.post(f"api/v1/undo/{token}")
    assert (await client.get("api/v1/messages")).json()["total"] == 2


@pytest.mark.parametrize("by_path", [True, False])
async def test_a_scope_sees_its_own_messages_alone(server: Server, client: httpx.AsyncClient, by_path: bool) -> None:
    ours = await deliver(server, plain("ours"), inbox="ü 1")
    theirs = await deliver(server, RICH, inbox="other")

    async def get(path: str) -> httpx.Response:
        if by_path:
            return await client.get(f"inbox/%C3%BC%201/{path}")
        return await client.get(path, params={"inbox": "ü 1", **httpx.URL(path).params})

    page = (await get("api/v1/messages")).json()
    assert ([message["ID"] for message in page["messages"]], page["total"], page["tags"]) == ([ours], 1, [])
    found = (await get("api/v1/search?query=x.org")).json()
    assert ([message["ID"] for message in found["messages"]], found["total"]) == ([ours], 1)
    assert (await get("api/v1/message/latest")).json()["ID"] == ours
    information = (await get("api/v1/info")).json()
    assert (information["Messages"], information["Unread"], information["Tags"]) == (1, 0, {})
    for path in ("", "/raw", "/headers", "/tree", "/preview", "/preview?count=1", "/session", "/part/2"):
        assert (await get(f"api/v1/message/{theirs}{path}")).status_code == 404, path
    assert (await get(f"api/v1/message/{theirs}/part/1.2/thumb")).status_code == 400
    for suffix in ("html", "txt"):
        assert (await get(f"view/{theirs}.{suffix}")).status_code == 404
    assert (await client.get(f"api/v1/message/{theirs}?peek=1")).json()["Read"] is False


async def test_a_scope_changes_its_own_messages_alone(server: Server, client: httpx.AsyncClient) -> None:
    theirs = await deliver(server, plain(), inbox="other")
    for inbox in ("inbox/mine/", ""):
        query = "" if inbox else "?inbox=mine"
        await deliver(server, plain(), inbox="mine")
        await client.put(f"{inbox}api/v1/messages{query}", json={"Read": True})
        await client.put(f"{inbox}api/v1/messages{query}", json={"Read": True, "IDs": [theirs]})
        await client.request("DELETE", f"{inbox}api/v1/messages{query}", json={"IDs": [theirs]})
        search = httpx.QueryParams({"query": "hello", **({} if inbox else {"inbox": "mine"})})
        await client.put(f"{inbox}api/v1/messages{query}", json={"Read": True, "Search": "hello"})
        await client.delete(f"{inbox}api/v1/search", params=search)
        await client.delete(f"{inbox}api/v1/messages{query}")
    counts = (await client.get("api/v1/inboxes")).json()["inboxes"]
    assert [(count["Name"], count["Total"], count["Unread"]) for count in counts] == [("other", 1, 1)]


async def test_what_is_put_into_a_scope_is_in_that_inbox(client: httpx.AsyncClient) -> None:
    fields = {"Content-Type": "message/rfc822"}
    await client.post("inbox/one/api/v1/messages", content=plain(more="X-Inbox: other\r\n"), headers=fields)
    mail = {"From": {"Email": "a@x.org"}, "To": [{"Email": "b@x.org"}]}
    await client.post("api/v1/send?inbox=two", json=mail)
    counts = (await client.get("api/v1/inboxes")).json()["inboxes"]
    assert [count["Name"] for count in counts] == ["one", "two"]


async def test_path_and_parameter_must_agree(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(), inbox="a")
    assert (await client.get("inbox/a/api/v1/messages?inbox=a")).json()["total"] == 1
    assert (await client.get("inbox/a/api/v1/messages?inbox=b")).status_code == 400
    assert (await client.delete("inbox/a/api/v1/messages?inbox=b")).status_code == 400
    assert (await client.get("api/v1/messages")).json()["total"] == 1


async def test_every_api_and_view_route_exists_in_each_inbox_and_under_the_base_path() -> None:
    async with running(base_path="/some/where") as (server, client):
        for inbox in ("", "/inbox/team"):
            for route in ROUTES:
                if route.method == "WS":
                    continue
                await deliver(server, RICH, inbox="team")
                path = address(route, inbox)
                under = await client.request(route.method, at(server, "/some/where" + path))
                assert (under.text == "404 page not found") is (route.handler is system.off), (route.method, path)
                outside = await client.request(route.method, at(server, path))
                assert (outside.status_code, outside.text) == (404, "404 page not found"), (route.method, path)


async def test_a_scope_within_a_scope_is_none(client: httpx.AsyncClient) -> None:
    for path in ("inbox/a/inbox/b/api/v1/messages", "%69nbox/a/api/v1/messages", "inbox/%2F../api/v1/message/latest/x"):
        assert (await client.get(path)).status_code == 404


async def test_the_cursor_moves_with_each_change(server: Server, client: httpx.AsyncClient) -> None:
    async def cursor() -> str:
        now: str = (await client.get("api/v1/cursor")).json()["cursor"]
        return now

    first = await cursor()
    await deliver(server, plain())
    assert await cursor() != first
    assert (await client.get("api/v1/messages")).json()["cursor"] == await cursor()


async def test_a_made_inbox_is_usable_as_it_is_told(server: Server, client: httpx.AsyncClient) -> None:
    made = (await client.post("api/v1/inboxes", json={"name": "team/blue"})).json()
    assert made["BaseURL"] == f"{server.url}inbox/team%2Fblue"
    login = made["SMTP"]

    def send(*, authenticated: bool) -> None:
        with smtplib.SMTP(login["Host"], login["Port"], timeout=10) as smtp:
            if authenticated:
                smtp.login(login["Username"], login["Password"])
            to = "bob@y.org" if authenticated else made["Address"]
            smtp.sendmail("ann@x.org", [to], "Subject: x\r\n\r\nhi\r\n")

    for authenticated in (True, False):
        await asyncio.to_thread(send, authenticated=authenticated)
    assert (await client.get(made["BaseURL"] + "/api/v1/messages")).json()["total"] == 2
    (listed,) = (await client.get("api/v1/inboxes")).json()["inboxes"]
    assert (listed["Name"], listed["Total"], listed["Address"]) == ("team/blue", 2, made["Address"])
    await client.delete("api/v1/inboxes/team%2Fblue")
    assert (await client.get("api/v1/inboxes")).json()["inboxes"] == []


async def test_where_only_some_may_log_in_those_of_made_inboxes_may(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("ann:{PLAIN}s3cret\n")
    async with running(smtp_auth_file=tmp_path / "users") as (server, client):
        made = (await client.post("api/v1/inboxes", json={"name": "team"})).json()["SMTP"]

        def login(password: str) -> int:
            with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as smtp:
                try:
                    return smtp.login("team", password)[0]
                except smtplib.SMTPAuthenticationError as error:
                    return error.smtp_code

        assert await asyncio.to_thread(login, made["Password"]) == 235
        assert await asyncio.to_thread(login, "mailtrap") == 535
        await client.delete("api/v1/inboxes/team")
        assert await asyncio.to_thread(login, made["Password"]) == 535


async def test_a_name_is_made_once_and_none_means_a_fresh_one(client: httpx.AsyncClient) -> None:
    names = {(await client.post("api/v1/inboxes")).json()["Name"] for _ in range(3)}
    assert len(names) == 3
    taken = await client.post("api/v1/inboxes", json={"Name": names.pop()})
    assert (taken.status_code, "already" in taken.text) == (400, True)
    scoped = await client.post("inbox/mine/api/v1/inboxes")
    assert scoped.json()["Name"] == "mine"
    assert (await client.post("inbox/mine/api/v1/inboxes", json={"Name": "other"})).status_code == 400


async def test_undoing_the_delete_of_a_made_inbox_makes_it_again_as_it_was(
    server: Server, client: httpx.AsyncClient
) -> None:
    made = (await client.post("api/v1/inboxes", json={"Name": "team"})).json()
    await deliver(server, plain(), to=[made["Address"]])
    token = (await client.delete("api/v1/inboxes/team?undo=30")).json()["undo"]
    assert (await client.get("api/v1/inboxes")).json() == {"inboxes": []}
    assert server.mailbox.made_password("team") is None
    assert (await client.post(f"api/v1/undo/{token}")).json() == {"restored": 1}
    (inbox,) = (await client.get("api/v1/inboxes")).json()["inboxes"]
    assert (inbox["Address"], inbox["Total"]) == (made["Address"], 1)
    assert server.mailbox.made_password("team") == made["SMTP"]["Password"]
    again = (await client.delete("api/v1/inboxes/team?undo=30")).json()["undo"]
    other = (await client.post("api/v1/inboxes", json={"Name": "team"})).json()
    assert (await client.post(f"api/v1/undo/{again}")).status_code == 200
    assert server.mailbox.made_password("team") == other["SMTP"]["Password"]
