"""MailCatcher's API and WebSocket."""

from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from mailtrap_local.server import Server
from tests.asking import PNG, RICH, deliver, frame, plain, running, socket_url
from tests.compat.test_mailhog import ALTERNATIVE


async def listed(client: httpx.AsyncClient, path: str = "messages") -> list[dict[str, Any]]:
    answer = await client.get(path)
    assert answer.headers["content-type"] == "application/json"
    mails: list[dict[str, Any]] = answer.json()
    return mails


async def test_the_list_is_oldest_first(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(), to=("bob@y.org", "hidden@z.org"))
    await deliver(server, RICH, mail_from="", inbox="a")
    first, second = await listed(client)
    created = first.pop("created_at")
    assert (len(created), created[10], created[-6:]) == (25, "T", "+00:00")
    assert first == {
        "id": first["id"],
        "sender": "<ann@x.org>",
        "recipients": ["<bob@y.org>", "<hidden@z.org>"],
        "subject": "Hello",
        "size": str(len(plain())),
    }
    assert (second["sender"], second["subject"], second["id"] > first["id"] > 0) == ("<>", "Grüße <b>", True)
    assert await listed(client, "inbox/a/messages") == [second]


async def test_a_message_in_each_form(server: Server, client: httpx.AsyncClient) -> None:
    for raw in (plain(), ALTERNATIVE, RICH):
        await deliver(server, raw)
    text, alternative, rich = [mail["id"] for mail in await listed(client)]
    for number, kind, formats in (
        (text, "text/plain", ["source", "plain"]),
        (alternative, "multipart/alternative", ["source", "html", "plain"]),
        (rich, "multipart/mixed", ["source", "html"]),
    ):
        mail = (await client.get(f"messages/{number}.json")).json()
        assert (mail["id"], mail["type"], mail["formats"]) == (number, kind, formats)
    assert mail["attachments"] == [
        {"cid": "3", "type": "text/html", "filename": "evil.html", "size": 25},
        {"cid": "2", "type": "text/plain", "filename": "notes.txt", "size": 8},
    ]
    assert (await client.get(f"messages/{text}.plain")).text.strip() == "some text"
    assert (await client.get(f"messages/{text}.html")).status_code == 404
    assert (await client.get(f"messages/{rich}.plain")).status_code == 404
    html = await client.get(f"messages/{rich}.html")
    assert "sandbox allow-popups" in html.headers["content-security-policy"]
    assert "data:image/png;base64" in html.text
    for form, media in (("source", "text/plain; charset=utf-8"), ("eml", "message/rfc822")):
        answer = await client.get(f"messages/{rich}.{form}")
        assert (answer.content, answer.headers["content-type"]) == (RICH, media)
    assert (await client.get(f"messages/{rich}/parts/dot")).content == PNG
    evil = await client.get(f"messages/{rich}/parts/3")
    assert (evil.headers["content-type"], evil.headers["x-part-type"]) == ("application/octet-stream", "text/html")
    assert (await client.get(f"messages/{rich}/parts/none")).status_code == 404
    assert (await client.get("api/v1/message/latest?peek=1")).json()["Read"] is False


async def test_numbers_that_are_none(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(), inbox="a")
    number = (await listed(client))[0]["id"]
    for wrong in ("0", str(number + 1), "-1", "x", "9" * 40, "1.5", "latest", "²"):
        for form in ("json", "html", "plain", "source", "eml"):
            assert (await client.get(f"messages/{wrong}.{form}")).status_code == 404, wrong
        assert (await client.delete(f"messages/{wrong}")).status_code == 404
    assert (await client.get(f"inbox/b/messages/{number}.json")).status_code == 404
    assert (await client.delete(f"inbox/b/messages/{number}")).status_code == 404
    assert len(await listed(client)) == 1


async def test_deletes(server: Server, client: httpx.AsyncClient) -> None:
    for inbox in ("a", "a", "b"):
        await deliver(server, plain(), inbox=inbox)
    first, second, third = [mail["id"] for mail in await listed(client)]
    assert (await client.request("DELETE", "messages", json={"ids": [first]})).status_code == 400
    assert (await client.request("DELETE", f"messages/{first}", content=b"x")).status_code == 400
    assert len(await listed(client)) == 3
    answer = await client.delete(f"messages/{first}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.delete(f"messages/{first}")).status_code == 404
    assert [mail["id"] for mail in await listed(client)] == [second, third]
    assert (await client.delete("inbox/a/messages")).status_code == 204
    assert [mail["id"] for mail in await listed(client)] == [third]


async def test_nobody_quits_the_server_by_a_request(server: Server, client: httpx.AsyncClient) -> None:
    assert (await client.delete("")).status_code == 403
    assert (await client.get("livez")).status_code == 200


async def until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """The frames up to the next one of this type."""
    frames = [await frame(socket)]
    while frames[-1]["type"] != kind:
        frames.append(await frame(socket))
    return frames


async def test_the_websocket_tells_what_comes_and_goes(server: Server, client: httpx.AsyncClient) -> None:
    async with (
        connect(socket_url(server, "/messages")) as everywhere,
        connect(socket_url(server, "/inbox/a/messages")) as inside,
    ):
        other = await deliver(server, plain("other"), inbox="b")
        await deliver(server, plain(), inbox="a")
        (mine,) = await listed(client, "inbox/a/messages")
        assert await frame(inside) == {"type": "add", "message": mine}
        assert [told["message"]["subject"] for told in [await frame(everywhere) for _ in range(2)]] == [
            "other",
            "Hello",
        ]
        await client.patch("email/read-all")
        await client.delete(f"messages/{mine['id']}")
        for socket in (inside, everywhere):
            assert await frame(socket) == {"type": "remove", "id": mine["id"]}
        undo = (await client.request("DELETE", "api/v1/messages?undo=9", json={"IDs": [other]})).json()["undo"]
        removed = await until(everywhere, "remove")
        await client.post(f"api/v1/undo/{undo}")
        assert (await frame(everywhere))["message"]["id"] == removed[-1]["id"]
        await deliver(server, plain(), inbox="a")
        for socket in (inside, everywhere):  # before it goes: what is gone already is not told
            assert (await frame(socket))["type"] == "add"
        await client.delete("inbox/a/messages")
        for socket in (inside, everywhere):
            assert await frame(socket) == {"type": "clear"}
        assert (await frame(everywhere))["message"]["subject"] == "other"  # what is left


async def test_all_of_it_is_under_the_base_path() -> None:
    async with running(base_path="/mail") as (server, client):
        await deliver(server, plain())
        assert len(await listed(client)) == 1
        for path in ("mailhog/api/v2/messages", "api/v2/messages", "api/email", "email", "inbox/default/messages"):
            assert (await client.get(path)).status_code == 200, path
        async with connect(socket_url(server, "/messages")) as socket:
            await deliver(server, plain())
            assert (await frame(socket))["type"] == "add"
        outside = httpx.URL(server.url).copy_with(path="/messages")
        assert (await client.get(outside)).status_code == 404
