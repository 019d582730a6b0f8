"""ETags: a client that has an answer already is told so, and never gets an old one for a new one."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from mailtrap_local.api.table import ROUTES
from mailtrap_local.http import validators
from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import RICH, deliver, exchange, plain, running

VALIDATED = [route for route in ROUTES if route.validator is not None]
SOURCES = [route.path for route in VALIDATED if route.validator is validators.of_source]
STATES = [route.path for route in VALIDATED if route.validator is not validators.of_source]


def address_of(path: str, message_id: str) -> str:
    """Where a route of the table is for this message, so that asking changes nothing."""
    more = {"/api/v1/message/{id}": "?peek=1", "/api/v1/message/{id}/select": "?css=a"}.get(path, "")
    return path.replace("{id}", message_id).replace("{part}", "2") + more


async def again(client: httpx.AsyncClient, path: str, tag: str) -> httpx.Response:
    return await client.get(path, headers={"if-none-match": tag})


@pytest.mark.parametrize("path", SOURCES + STATES)
async def test_who_has_an_answer_gets_no_body(path: str, server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    await server.mailbox.page(Selection(query=server.mailbox.query("link")))  # a search waits for the parse
    address = address_of(path, message_id)
    first = await client.get(address)
    tag = first.headers["etag"]
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store"), "mail is in nobody's cache"
    for offered in (tag, f'"other", W/{tag}'):
        unchanged = await again(client, address, offered)
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert (await again(client, address, '"other"')).content == first.content


@pytest.mark.parametrize("path", SOURCES)
async def test_a_source_is_the_same_whatever_else_happens(path: str, server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    address = address_of(path, message_id)
    tag = (await client.get(address)).headers["etag"]
    await deliver(server, plain())
    await server.mailbox.mark(Selection(), read=True)
    assert (await again(client, address, tag)).status_code == 304
    assert (await again(client, f"inbox/nobody{address}", tag)).status_code == 404
    await server.mailbox.delete(Selection(ids=(message_id,)))
    assert (await again(client, address, tag)).status_code == 404


CHANGES: dict[str, Callable[[Server, str], Awaitable[object]]] = {
    "new": lambda server, _: deliver(server, plain()),
    "read": lambda server, _: server.mailbox.mark(Selection(), read=True),
    "tags": lambda server, message_id: server.mailbox.tag(Selection(ids=(message_id,)), ("red",)),
    "hidden": lambda server, _: server.mailbox.hide(Selection(), seconds=60),
    "deleted": lambda server, _: server.mailbox.delete(Selection()),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changes_is_sent_anew(change: str, server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    await server.mailbox.page(Selection(query=server.mailbox.query("link")))
    addresses = [address_of(path, message_id) for path in STATES]
    tags = [(await client.get(address)).headers["etag"] for address in addresses]
    await CHANGES[change](server, message_id)
    for address, tag in zip(addresses, tags, strict=True):
        answer = await again(client, address, tag)
        assert answer.status_code in (200, 404), address
        assert answer.headers.get("etag") != tag


async def test_packed_it_is_another_representation(server: Server, client: httpx.AsyncClient) -> None:
    for number in range(5):
        await deliver(server, plain(f"Number {number}"))
    plainly = (await client.get("api/v1/messages", headers={"accept-encoding": "identity"})).headers["etag"]
    packed = await client.get("api/v1/messages", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] == validators.packed(plainly) != plainly
    assert (await again(client, "api/v1/messages", packed.headers["etag"])).headers["etag"] == packed.headers["etag"]


async def test_asking_without_peek_marks_read_and_is_never_answered_short(
    server: Server, client: httpx.AsyncClient
) -> None:
    message_id = await deliver(server, RICH)
    tag = (await client.get(f"api/v1/message/{message_id}?peek=1")).headers["etag"]
    marking = await again(client, f"api/v1/message/{message_id}", tag)
    assert (marking.status_code, marking.json()["Read"], "etag" in marking.headers) == (200, True, False)


@pytest.mark.parametrize("query", ["before=5m", "before=2999-01-01"])
async def test_a_list_that_the_clock_changes_has_none(query: str, client: httpx.AsyncClient) -> None:
    assert "etag" not in (await client.get(f"api/v1/messages?{query}")).headers


async def test_another_life_of_the_server_is_another_state() -> None:
    tags = set()
    for _ in range(2):
        async with running() as (server, client):
            await deliver(server, plain())
            tags.add((await client.get("api/v1/messages")).headers["etag"])
    assert len(tags) == 2


async def test_head_tells_it_too(server: Server) -> None:
    message_id = await deliver(server, RICH)
    status, fields, body = await exchange(server, f"HEAD /api/v1/message/{message_id} HTTP/1.1\nHost: localhost")
    assert (status, body) == (200, b"")
    assert fields["etag"]
