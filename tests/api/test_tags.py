"""Reference 2.9: tags."""

import httpx

from mailtrap_local.server import Server
from tests.asking import deliver, plain


async def tags_of(client: httpx.AsyncClient, message_id: str) -> list[str]:
    tags: list[str] = (await client.get(f"api/v1/message/{message_id}?peek=1")).json()["Tags"]
    return tags


async def test_tags_are_replaced_and_cleared(server: Server, client: httpx.AsyncClient) -> None:
    assert (await client.get("api/v1/tags")).json() == []
    one, two = [await deliver(server, plain()) for _ in range(2)]
    answer = await client.put("api/v1/tags", json={"Tags": ["red", "blue", "no;tag", ""], "IDs": [one, two, "unknown"]})
    assert (answer.status_code, answer.text) == (200, "ok")
    assert await tags_of(client, one) == ["blue", "red"]
    await client.put("api/v1/tags", json={"tags": ["green"], "ids": [two]})
    assert (await client.get("api/v1/tags")).json() == ["blue", "green", "red"]
    await client.put("api/v1/tags", json={"Tags": [], "IDs": [one]})
    assert (await tags_of(client, one), await tags_of(client, two)) == ([], ["green"])
    assert (await client.get("api/v1/tags")).json() == ["green"]


async def test_no_ids_mean_no_message(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain(more="X-Tags: keep\r\n"))
    assert (await client.put("api/v1/tags", json={"Tags": ["red"], "IDs": []})).text == "ok"
    assert (await client.put("api/v1/tags", json={"Tags": ["red"], "Other": 1})).text == "ok"
    assert await tags_of(client, message_id) == ["keep"]
    for wrong in (b"", b"null", b"[]", b'{"Tags": "red"}', b'{"Tags": null}'):
        assert (await client.put("api/v1/tags", content=wrong)).status_code == 400


async def test_a_tag_is_renamed(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain(more="X-Tags: red/dark, blue\r\n"))
    assert (await client.put("api/v1/tags/red%2Fdark", json={"name": "deep red"})).text == "ok"
    assert await tags_of(client, message_id) == ["blue", "deep red"]
    for tag, name, wrong in (
        ("none", "x", "tag not found: none"),
        ("blue", "a;b", "invalid tag name: a;b"),
        ("blue", "deep red", "tag already exists: deep red"),
    ):
        answer = await client.put(f"api/v1/tags/{tag}", json={"Name": name})
        assert (answer.status_code, answer.text) == (400, wrong)
    assert (await client.put("api/v1/tags/blue", json={})).status_code == 400


async def test_a_tag_is_removed_from_every_message(server: Server, client: httpx.AsyncClient) -> None:
    ids = [await deliver(server, plain(more="X-Tags: red, blue\r\n")) for _ in range(2)]
    assert (await client.delete("api/v1/tags/red")).text == "ok"
    assert [await tags_of(client, message_id) for message_id in ids] == [["blue"], ["blue"]]
    answer = await client.delete("api/v1/tags/red")
    assert (answer.status_code, answer.text) == (400, "tag not found: red")


async def test_tags_of_an_inbox_are_its_own(server: Server, client: httpx.AsyncClient) -> None:
    ours = await deliver(server, plain(more="X-Tags: red\r\n"), inbox="a")
    theirs = await deliver(server, plain(more="X-Tags: red, blue\r\n"), inbox="b")
    assert (await client.get("inbox/a/api/v1/tags")).json() == ["red"]
    await client.put("inbox/a/api/v1/tags", json={"Tags": ["stolen"], "IDs": [theirs]})
    await client.put("inbox/a/api/v1/tags/red", json={"Name": "rose"})
    assert (await client.delete("inbox/a/api/v1/tags/blue")).status_code == 400
    assert (await tags_of(client, ours), await tags_of(client, theirs)) == (["rose"], ["blue", "red"])
