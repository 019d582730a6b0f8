"""No route in the scope of one inbox shows or changes anything of another one: the route table is walked."""

import asyncio
import json
import smtplib
from typing import Any

import httpx
import pytest

from mailtrap_local.http.route import Route
from mailtrap_local.server import Server, routes
from tests.asking import deliver, frame, plain, socket_url
from tests.http.test_guard import ask, named

SECRET = "s3cr3t"  # in all that is theirs
MINE = "/inbox/mine"
RULE = {"where": "data", "reply": "451 4.3.0 later"}
READING = [route for route in routes() if route.scoped and route.method == "GET"]
CHANGING = [route for route in routes() if route.scoped and route.changes]


class Theirs:
    """What another inbox has, of every kind."""

    def __init__(self, server: Server, client: httpx.AsyncClient) -> None:
        self._server = server
        self._client = client
        self.ids: dict[str, str] = {}

    async def begin(self) -> None:
        """Messages by SMTP and by the door, tags, an inbox that was made, a fault; and a message of mine."""
        made = (await self._client.post("api/v1/inboxes", json={"Name": SECRET})).json()
        await asyncio.to_thread(self._send, made["SMTP"]["Password"])
        message = await deliver(self._server, self._mail(), inbox=SECRET)
        session = (await self._client.get(f"inbox/{SECRET}/api/v1/sessions")).json()["sessions"][0]["ID"]
        fault = (await self._client.post(f"inbox/{SECRET}/api/v1/faults", json=RULE)).json()["ID"]
        await deliver(self._server, plain("mine"), inbox="mine")
        self.ids = {"message": message, "sessions": session, "faults": fault}

    def _mail(self) -> bytes:
        html = f"Content-Type: text/html\r\nX-Tags: {SECRET}\r\n"
        return plain(SECRET, body=f'<a href="https://{SECRET}.test/">{SECRET}</a>', more=html)

    def _send(self, password: str) -> None:
        with smtplib.SMTP("127.0.0.1", self._server.smtp_port, timeout=10) as smtp:
            smtp.login(SECRET, password)
            smtp.sendmail(f"{SECRET}@x.org", ["bob@y.org"], self._mail())

    async def now(self) -> Any:
        """All of it, as it is."""
        paths = ("messages", "tags", "inboxes", "faults", "sessions")
        answers = [(await self._client.get(f"inbox/{SECRET}/api/v1/{path}")).json() for path in paths]
        for answer in answers:
            if isinstance(answer, dict):
                for name in ("cursor", "revision"):  # these move with every change anywhere
                    answer.pop(name, None)
        return answers

    def paths(self, route: Route) -> list[str]:
        """The addresses of a route in the scope of mine, that speak of theirs."""
        path = route.path
        kind = next((kind for kind in self.ids if f"/{kind}/" in path), "message")
        for name in ("{part}", "{number}", "{filename}", "{cid}"):
            path = path.replace(name, "1")
        path = path.replace("{to}", "b@y.org").replace("{token}", "none").replace("{file:path}", "icon.svg")
        path = path.replace("{tag:path}", SECRET).replace("{name:path}", SECRET)
        ids = [self.ids[kind], "latest"] if "{id}" in path else [""]
        return [MINE + path.replace("{id}", each) for each in ids]


@pytest.fixture
async def theirs(server: Server, client: httpx.AsyncClient) -> Theirs:
    theirs = Theirs(server, client)
    await theirs.begin()
    return theirs


def asked(path: str, *more: str) -> list[str]:
    """The path with each of the ways to narrow it, as far as a route takes them."""
    ways = ["timeout=0", "timeout=0&query=has:link", "timeout=0&css=a&pattern=.*&limit=0", *more]
    return [f"{path}?{way}" for way in ways]


async def test_nothing_of_theirs_is_shown(client: httpx.AsyncClient, theirs: Theirs) -> None:
    assert SECRET in json.dumps(await theirs.now())
    for route in READING:
        for path in theirs.paths(route):
            for address in asked(path):
                answer = await ask(client, route, address)
                assert answer.status_code < 500, (named(route), address)
                if answer.is_stream_consumed:  # one that goes on for ever tells what comes, which is tested below
                    assert SECRET not in answer.text, (named(route), address, answer.text[:500])


@pytest.mark.parametrize("route", CHANGING, ids=named)
async def test_nothing_of_theirs_is_changed(client: httpx.AsyncClient, theirs: Theirs, route: Route) -> None:
    message = theirs.ids["message"]
    bodies: list[Any] = [
        None,
        {},
        {"IDs": [message]},
        {"IDs": [message], "Read": True, "Tags": ["x"]},
        {"IDs": [], "Read": True, "Tags": []},
        {"Search": SECRET, "Read": True},
        {"Name": "renamed"},
        RULE,
        [],
    ]
    before = await theirs.now()
    for path in theirs.paths(route):
        for address in asked(path, "undo=30", f"query={SECRET}"):
            for body in bodies:
                given = {} if body is None else {"json": body}
                await client.request(route.method, address, **given)
        assert await theirs.now() == before, (named(route), path)


@pytest.mark.parametrize("path", ["/api/v1/live", "/api/v1/live?query=subject:s3cr3t", "/api/events"])
async def test_nothing_of_theirs_is_told_live(server: Server, theirs: Theirs, path: str) -> None:
    from websockets.asyncio.client import connect

    async with connect(socket_url(server, MINE + path), proxy=None) as socket:
        await frame(socket)
        await deliver(server, plain(SECRET), inbox=SECRET)
        await deliver(server, plain(f"mine, and not {SECRET[::-1]}"), inbox="mine")
        await server.mailbox.unmake_inbox(SECRET)
        told = ""
        while '"new"' not in told and "query" not in path:
            told += json.dumps(await frame(socket))
        assert SECRET not in told
