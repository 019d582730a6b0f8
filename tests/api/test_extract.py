"""Links, codes, images, elements and unsubscribing over HTTP; what a search says of them agrees."""

import time
from typing import Any

import httpx
import pytest

from mailtrap_local.server import Server
from tests.asking import RICH, deliver, plain
from tests.mime.code_mails import HOLDING, WITHOUT

BOTH = (
    b"Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nYour code is 204861. Go to https://x.org/a\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n"
    b"<p>Your code is <b>204 861</b></p><a class=button href='https://x.org/a'>Go</a>\r\n--b--\r\n"
)
LINKS = [{"URL": "https://x.org/a", "Text": "", "PartID": "1"}, {"URL": "https://x.org/a", "Text": "Go", "PartID": "2"}]


async def get(client: httpx.AsyncClient, path: str, **params: str) -> Any:
    answer = await client.get(f"api/v1/message/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_message_carries_them(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, BOTH)
    message = await get(client, message_id)
    assert (message["Links"], message["Codes"], message["Images"]) == (LINKS, ["204861"], [])
    assert await get(client, f"{message_id}/links") == {"Links": LINKS}
    assert await get(client, "latest/codes", query="subject:x") == {"Codes": ["204861"]}
    waited = (await client.get("api/v1/wait", params={"query": "has:code has:link"})).json()["messages"]
    assert [(each["Links"], each["Codes"]) for each in waited] == [(LINKS, ["204861"])]
    assert (await client.get("api/v1/message/none/links")).status_code == 404
    assert (await client.get(f"inbox/other/api/v1/message/{message_id}/codes")).status_code == 404


async def test_images_and_unsubscribing(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    images = (await get(client, f"{message_id}/images"))["Images"]
    assert images == (await get(client, message_id))["Images"]
    assert [(image["URL"], image["Alt"], image["ImagePartID"]) for image in images] == [
        ("cid:dot", None, "1.2"),
        ("http://tracker.test/p.png", None, ""),
    ]
    unsubscribe = await get(client, f"{message_id}/unsubscribe")
    assert unsubscribe == (await get(client, message_id))["ListUnsubscribe"]
    assert unsubscribe["OneClick"] == {
        "Method": "POST",
        "URL": "https://x.org/u",
        "ContentType": "application/x-www-form-urlencoded",
        "Body": "List-Unsubscribe=One-Click",
    }
    assert ["DKIM" in problem for problem in unsubscribe["Problems"]] == [True]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"code is (\d+)", ["204", "204861"]),
        (r"\d{3}", ["204", "861"]),
        (r"^Go", ["Go"]),
        (r"GO", []),
        (r"(?i)GO\b", ["Go"]),
        (r"no(such)?", []),
    ],
)
async def test_codes_by_a_pattern(server: Server, client: httpx.AsyncClient, pattern: str, found: list[str]) -> None:
    assert (await get(client, f"{await deliver(server, BOTH)}/codes", pattern=pattern))["Codes"] == found


async def test_a_wrong_pattern_or_selector_is_told(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, BOTH)
    for path, params, words in (
        ("codes", {"pattern": "("}, "missing"),
        ("codes", {"pattern": "((a{1,100}){1,100}){1,9}"}, "pattern"),
        ("codes", {"pattern": "a" * 5_000}, "4000 characters"),
        ("select", {"css": "a["}, "no CSS selector"),
        ("select", {}, "css="),
        ("select", {"css": "a" * 501}, "500 characters"),
    ):
        answer = await client.get(f"api/v1/message/{message_id}/{path}", params=params)
        assert (answer.status_code, words in answer.text) == (400, True), answer.text


async def test_a_pattern_has_its_time(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailtrap_local.limits.CAPTURE_SECONDS", 0.0)
    message_id = await deliver(server, plain(body="ab " * 20_000))
    answer = await client.get(f"api/v1/message/{message_id}/codes", params={"pattern": "a"})
    assert (answer.status_code, "seconds" in answer.text) == (400, True)


async def test_elements(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, BOTH)
    assert await get(client, f"{message_id}/select", css="a.button") == {
        "Elements": [
            {"Tag": "a", "Text": "Go", "Attributes": {"class": "button", "href": "https://x.org/a"}, "InnerHTML": "Go"}
        ],
        "Total": 1,
    }
    text_only = await client.get(f"api/v1/message/{await deliver(server, plain())}/select?css=a")
    assert (text_only.status_code, text_only.text) == (404, "the message has no HTML part to select from")


async def test_a_selector_that_takes_for_ever_is_stopped(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailtrap_local.limits.SELECT_SECONDS", 0.5)
    hostile = await deliver(server, b"Content-Type: text/html\r\n\r\n" + b"<div>" * 1_000)
    good = await deliver(server, BOTH)
    began = time.monotonic()
    answer = await client.get(f"api/v1/message/{hostile}/select", params={"css": "x div div div div div div"})
    assert (answer.status_code, "more than 0.5 seconds" in answer.text) == (400, True)
    assert time.monotonic() - began < 30
    monkeypatch.undo()
    assert (await get(client, f"{good}/select", css="a"))["Total"] == 1


async def test_what_a_search_finds_is_what_is_there(server: Server, client: httpx.AsyncClient) -> None:
    for text in (*(text for text, _ in HOLDING.values()), *WITHOUT.values()):
        await deliver(server, b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode())
        html = f"<p>{text}</p><a href='myapp://x'>x</a>".replace("\n", "<br>\n")
        await deliver(server, b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    await deliver(server, BOTH)
    for term, key in (("has:code", "Codes"), ("has:link", "Links")):
        found = (await client.get("api/v1/search", params={"query": term, "limit": "1000"})).json()["messages"]
        everything = (await client.get("api/v1/messages", params={"limit": "1000"})).json()["messages"]
        having = {row["ID"] for row in everything if (await get(client, row["ID"]))[key]}
        assert {row["ID"] for row in found} == having
        assert 0 < len(having) < len(everything)
