"""Reference 2.12: pages of one message at addresses that people type and tests open."""

import httpx

from mailtrap_local.server import Server
from tests.asking import RICH, deliver, plain, running


async def test_latest_leads_to_the_newest_message(server: Server, client: httpx.AsyncClient) -> None:
    answer = await client.get("view/latest")
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    older = await deliver(server, plain("apple"), inbox="a b/ü")
    newest = await deliver(server, plain("plum"))
    assert (await client.get("view/latest")).headers["location"] == f"/view/{newest}"
    assert (await client.get("view/latest", params={"query": "apple"})).headers["location"] == f"/view/{older}"
    scoped = await client.get("inbox/a%20b%2F%C3%BC/view/latest")
    assert scoped.headers["location"] == f"/inbox/a%20b%2F%C3%BC/view/{older}"
    assert (await client.get(scoped.headers["location"] + ".txt")).text == "some text\r\n"


async def test_latest_keeps_the_base_path() -> None:
    async with running(base_path="/mail") as (server, client):
        message_id = await deliver(server, plain())
        assert (await client.get("view/latest")).headers["location"] == f"/mail/view/{message_id}"
        assert (await client.get("inbox/none/view/latest")).headers["location"] == "/mail/inbox/none/"


async def test_html_is_isolated_like_the_preview(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, RICH)
    for path in ("view/latest.html", "view/latest.html?embed=1"):
        page = await client.get(path)
        assert "sandbox" in page.headers["content-security-policy"]
        assert "script-src" not in page.headers["content-security-policy"]
        assert "<p>Hi &amp;" in page.text
        assert "postMessage" not in page.text


async def test_text(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(body="<b>as it is</b>"))
    page = await client.get("view/latest.txt")
    assert (page.headers["content-type"], page.text) == ("text/plain; charset=utf-8", "<b>as it is</b>\r\n")


async def test_what_is_not_there_is_told(server: Server, client: httpx.AsyncClient) -> None:
    for path in ("view/latest.html", "view/latest.txt", "view/unknown.html", "view/unknown.txt"):
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (404, "Message not found"), path
    await deliver(server, plain())
    answer = await client.get("view/latest.html")
    assert (answer.status_code, answer.text) == (404, "This message does not contain a HTML part")


async def test_both_mark_the_message_read(server: Server, client: httpx.AsyncClient) -> None:
    for suffix in ("html", "txt"):
        message_id = await deliver(server, RICH)
        await client.head(f"view/{message_id}.{suffix}")
        await client.get(f"view/{message_id}.{suffix}?peek=1")
        assert (await client.get(f"api/v1/message/{message_id}?peek=1")).json()["Read"] is False
        await client.get(f"view/{message_id}.{suffix}")
        assert (await client.get(f"api/v1/message/{message_id}?peek=1")).json()["Read"] is True
