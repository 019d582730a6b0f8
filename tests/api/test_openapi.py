"""openapi.json cannot drift: every route is in it, and what the server really answers fits it."""

import asyncio
import smtplib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from websockets.asyncio.client import connect

from mailtrap_local.api.openapi import describe
from mailtrap_local.api.table import ROUTES
from mailtrap_local.http.route import Route
from mailtrap_local.server import Server
from tests.asking import RICH, deliver, frame, plain, socket_url
from tests.http.test_guard import address

checker = FormatChecker(formats=())


@checker.checks("date-time", ValueError)
def _is_moment(value: object) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def closed(value: Any) -> Any:
    """The same schema with objects closed, so that a key which is not described is an error too."""
    if isinstance(value, list):
        return [closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: closed(item) for key, item in value.items()}
    return {**inner, "additionalProperties": False} if "properties" in value and "title" in value else inner


def operation(route: Route) -> dict[str, Any]:
    path = route.path.replace(":path", "")
    found: dict[str, Any] = describe(ROUTES)["paths"][path]["get" if route.method == "WS" else route.method.lower()]
    return found


def check(route: Route, value: Any, *, status: str = "200") -> None:
    described = describe(ROUTES)
    schema = operation(route)["responses"][status]["content"]["application/json"]["schema"]
    whole = {**closed(schema), "components": closed(described["components"])}
    Draft202012Validator(whole, format_checker=checker).validate(value)


def find(method: str, path: str) -> Route:
    return next(route for route in ROUTES if (route.method, route.path) == (method, path))


async def test_the_document_is_served(client: httpx.AsyncClient) -> None:
    served = (await client.get("api/v1/openapi.json")).json()
    assert served == describe(ROUTES)
    assert served["openapi"] == "3.1.0"
    listing = (await client.get("api/v1/")).text
    assert all(f"{route.method:6} {route.path.replace(':path', '')}" in listing for route in ROUTES)


def test_every_route_is_in_it_and_nothing_else() -> None:
    described = describe(ROUTES)
    verbs = {(verb, path) for path, operations in described["paths"].items() for verb in operations}
    assert verbs == {
        ("get" if route.method == "WS" else route.method.lower(), route.path.replace(":path", "")) for route in ROUTES
    }
    assert len(verbs) == len(ROUTES)
    operations = [found for path in described["paths"].values() for found in path.values()]
    assert len({found["operationId"] for found in operations}) == len(operations)
    assert all(found["summary"] for found in operations)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [inner] if key == "$ref" else references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_schema_is_valid_and_every_reference_leads_somewhere() -> None:
    described = describe(ROUTES)
    schemas = described["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert {reference.rpartition("/")[2] for reference in references(described)} <= set(schemas)


async def test_every_json_answer_fits(server: Server, client: httpx.AsyncClient) -> None:
    for raw in (RICH, plain(more="X-Tags: red\r\n"), b"", b"\xff\x00: broken"):
        await deliver(server, raw, inbox="team")
    await asyncio.to_thread(_by_smtp, server)
    session = (await client.get("api/v1/sessions")).json()["sessions"][0]
    rich = await deliver(server, RICH)
    token = (await client.delete("api/v1/inboxes/team?undo=9")).json()["undo"]
    given: dict[str, dict[str, Any]] = {
        "/api/v1/send": {"json": {"From": {"Email": "a@x.org"}, "To": [{"Email": "b@x.org"}], "Tags": ["red"]}},
        "/api/v1/messages": {"content": RICH, "headers": {"Content-Type": "message/rfc822"}},
        "/api/v1/faults": {"json": {"Preset": "greylisting"}},
        "/api/v1/rate-limits": {"json": {"Preset": "gmail"}},
    }
    limit = (await client.post("api/v1/rate-limits", json={"Preset": "mailtrap"})).json()["limits"][0]
    fault = (await client.post("api/v1/faults", json={"Preset": "tarpit"})).json()
    queries = {
        "/api/v1/search": "?query=x.org",
        "/api/v1/message/{id}/preview": "?count=1",
        "/api/v1/message/{id}/select": "?css=a",
    }
    checked = 0
    for route in ROUTES:
        if route.answer is not None and route.method in ("GET", "POST"):
            path = address(route).replace("none", token).replace("latest", session["Messages"][0])
            path = f"/api/v1/sessions/{session['ID']}" if route.path == "/api/v1/sessions/{id}" else path
            path = route.path.replace("{id}", fault["ID"]) if "/faults/{id}" in route.path else path
            path = route.path.replace("{id}", limit["ID"]) if "/rate-limits/{id}" in route.path else path
            path = path.replace(session["Messages"][0], rich) if route.path.endswith("/select") else path
            body = given.get(route.path, {}) if route.method == "POST" else {}
            answer = await client.request(route.method, path + queries.get(route.path, ""), **body)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), route.path
            check(route, answer.json())
            checked += 1
    assert checked >= 18


async def test_the_other_shapes_fit_too(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, RICH)
    ordered = (await client.get("api/v1/message/latest/headers?order=1")).json()
    check(find("GET", "/api/v1/message/{id}/headers"), ordered)
    late = await client.get("api/v1/wait?query=nowhere&timeout=0")
    check(find("GET", "/api/v1/wait"), late.json(), status="404")
    check(find("GET", "/api/v1/messages"), (await client.get("api/v1/messages?limit=0")).json())
    for path in ("/api/v1/messages", "/api/v1/search"):
        answer = await client.delete(
            path.lstrip("/"), params={"undo": 1} | ({"query": "x"} if "search" in path else {})
        )
        check(find("DELETE", path), answer.json())


async def test_frames_fit(server: Server, client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/live", "/api/events"):
        route = find("WS", path)
        async with connect(socket_url(server, path)) as socket:
            check(route, await frame(socket), status="101")
            message_id = await deliver(server, RICH)
            await client.put("api/v1/messages", json={"Read": True, "IDs": [message_id]})
            await client.put("api/v1/tags", json={"Tags": ["x"], "IDs": [message_id]})
            await client.delete("api/v1/tags/x")
            token = (await client.delete("api/v1/messages?undo=5")).json()["undo"]
            await client.post(f"api/v1/undo/{token}")
            await client.delete("api/v1/messages")
            wanted, seen = {"new", "update", "truncate"}, set[str]()
            if path.endswith("/live"):
                await asyncio.to_thread(_by_smtp, server)
                wanted |= {"tags", "restore", "sessions"}
            while not wanted <= seen:
                told = await frame(socket)
                check(route, told, status="101")
                seen |= {told["Type"]} if "Type" in told else {event["type"] for event in told["events"]}


def _by_smtp(server: Server) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port) as smtp:
        smtp.sendmail("ann@x.org", ["bob@y.org"], plain())
