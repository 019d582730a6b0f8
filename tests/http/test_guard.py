"""SECURITY.md 1 to 5, 11 and 14 on the HTTP front, each proved for every route of the table."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import bcrypt
import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from mailtrap_local import limits
from mailtrap_local.api.table import send_cap
from mailtrap_local.errors import TooLarge
from mailtrap_local.http.guard import BodyCap, HostGuard
from mailtrap_local.http.route import Route
from mailtrap_local.server import Server, routes
from mailtrap_local.settings import Settings
from tests.asking import deliver, exchange, knock, plain, running

HTTP = [route for route in routes() if route.method != "WS"]
SOCKETS = [route for route in routes() if route.method == "WS"]
GUARDED = [route for route in HTTP if route.changes or route.fetches]
SCOPES = ("", "/inbox/team")


def address(route: Route, scope: str = "") -> str:
    """A path that the route answers."""
    path = route.path.replace("{id}", "latest").replace("{part}", "0").replace("{token}", "none")
    path = path.replace("{number}", "1").replace("{filename}", "0").replace("{cid}", "0").replace("{to}", "b@y.org")
    path = path.replace("{tag:path}", "blue").replace("{name:path}", "team").replace("{file:path}", "icon.svg")
    return scope + path + ("?timeout=0" if path.endswith("/wait") else "")


def walk(routes: Iterable[Route]) -> Iterator[tuple[Route, str]]:
    """Each of the routes with each path that leads to it, outside an inbox and in one."""
    for route in routes:
        for scope in SCOPES if route.scoped else SCOPES[:1]:
            yield route, address(route, scope)


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


async def ask(client: httpx.AsyncClient, route: Route, path: str, **options: Any) -> httpx.Response:
    """The answer to a request; of one that goes on for ever, its head."""
    async with client.stream(route.method, path, **options) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            await answer.aread()
        return answer


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the guard let this through")


# ---- rule 2: Host --------------------------------------------------------------------------------------------------

GOOD_HOSTS = """
localhost LOCALHOST:8025 127.0.0.1 127.0.0.1:8025 [::1] [::1]:8025 10.1.2.3 mailtrap mailtrap:8025 my_service
app.localhost mail.test x.internal a.b.svc.cluster.local localhost. mail.ddev.site
deep.mail.ddev.site allowed.example.com
""".split()
BAD_HOSTS = """
evil.com evil.com:8025 127.0.0.1.evil.com localhost.evil.com evil.test.com xtest.org 1.2.3 ddev.site other.example.com
::1 [::1 [evil.com] a..b -a.test a@localhost localhost:80x localhost:999999 user:pw@localhost
evil.com#.test evil.com/.test
""".split()


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_a_host_that_no_public_dns_answers_for_is_admitted(host: str) -> None:
    assert HostGuard(nothing, allowed=("*.ddev.site", "allowed.example.com")).admits(host)


@pytest.mark.parametrize("host", [*BAD_HOSTS, "", " ", "localhost evil.com"])
def test_any_other_host_is_not(host: str) -> None:
    assert not HostGuard(nothing, allowed=("*.ddev.site", "allowed.example.com")).admits(host)


async def test_the_host_guard_wraps_everything_what_is_not_found_included(server: Server) -> None:
    for path in ("/", "/nope", "/view/latest", "/api/v1/messages", "/livez", "/%2e%2e/x", "/static/"):
        status, fields, body = await exchange(server, f"GET {path} HTTP/1.1\nHost: evil.com")
        assert (status, fields["x-content-type-options"]) == (421, "nosniff"), path
        assert b"--allow-host evil.com" in body


async def test_one_valid_host_is_needed(server: Server) -> None:
    for head in ("Host: localhost\nHost: evil.com", "Host: ", "X-Nothing: 1"):
        status, _, body = await exchange(server, f"GET /api/v1/messages HTTP/1.0\n{head}")
        assert status in (400, 421), head
        assert b"total" not in body


async def test_forwarded_hosts_are_never_read(server: Server) -> None:
    head = "GET /livez HTTP/1.1\nHost: {}\nX-Forwarded-Host: {}\nForwarded: host={}"
    assert (await exchange(server, head.format("evil.com", "localhost", "localhost")))[0] == 421
    assert (await exchange(server, head.format("localhost", "evil.com", "evil.com")))[0] == 200


async def test_every_route_is_behind_the_host_guard(server: Server, client: httpx.AsyncClient) -> None:
    for route, path in walk(HTTP):
        answer = await client.request(route.method, path, headers={"Host": "evil.com"})
        assert answer.status_code == 421, (route.method, path)
    for _, path in walk(SOCKETS):
        assert await knock(server, path, {"Host": "evil.com"}) == 421, path


async def test_allow_host_admits_a_name() -> None:
    async with running(allow_host=("mail.example.com",)) as (_, client):
        assert (await client.get("livez", headers={"Host": "mail.example.com"})).status_code == 200
        assert (await client.get("livez", headers={"Host": "other.example.com"})).status_code == 421


# ---- rule 3: WebSocket origins -------------------------------------------------------------------------------------


async def test_a_foreign_page_opens_no_websocket_however_the_path_is_spelt(server: Server) -> None:
    here = f"127.0.0.1:{server.http_port}"
    foreign = ("http://evil.com", "null", f"http://127.0.0.1:{server.http_port + 1}", f"http://{here}.evil.com", "x")
    for _, path in walk(SOCKETS):
        for spelt in (path, path.replace("api", "%61pi"), path.replace("live", "liv%65")):
            for origin in foreign:
                assert await knock(server, spelt, {"Origin": origin}) == 403, (spelt, origin)
            for own in ({}, {"Origin": f"http://{here}"}, {"Origin": f"https://{here}"}):
                assert await knock(server, spelt, own) == 101, (spelt, own)


async def test_a_websocket_origin_is_compared_with_default_ports_filled_in(server: Server) -> None:
    for host, origin, status in (
        ("mailtrap", "http://mailtrap", 101),
        ("mailtrap:80", "http://mailtrap", 101),
        ("mailtrap", "https://mailtrap", 101),
        ("mailtrap", "http://mailtrap:8025", 403),
        ("mailtrap:8025", "http://mailtrap", 403),
        ("MAILTRAP:8025", "http://mailtrap:8025", 101),
    ):
        assert await knock(server, "/api/v1/live", {"Host": host, "Origin": origin}) == status, (host, origin)


async def test_an_allowed_origin_opens_a_websocket() -> None:
    async with running(allow_origin=("https://app.example.com",)) as (server, _):
        assert await knock(server, "/api/v1/live", {"Origin": "https://app.example.com"}) == 101
        assert await knock(server, "/api/v1/live", {"Origin": "https://app.example.com:444"}) == 403


# ---- rule 4: who may change something ------------------------------------------------------------------------------


def test_whatever_is_no_safe_method_counts_as_a_change() -> None:
    assert {named(route) for route in HTTP if route.changes} == {
        named(route) for route in HTTP if route.method != "GET"
    }


async def test_every_route_that_changes_or_fetches_refuses_foreign_pages(
    server: Server, client: httpx.AsyncClient
) -> None:
    message_id = await deliver(server, plain(), inbox="team")
    here = f"http://127.0.0.1:{server.http_port}"
    foreign = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": here},
        {"Origin": "http://evil.com"},
        {"Origin": "null"},
    )
    for route, path in walk(GUARDED):
        for fields in foreign:
            answer = await client.request(route.method, path, headers=fields)
            assert (answer.status_code, "--allow-origin" in answer.text) == (403, True), (route.method, path, fields)
    assert (await client.get(f"api/v1/message/{message_id}?peek=1")).json()["Tags"] == []
    for route, path in walk(GUARDED):
        for fields in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": here}):
            answer = await client.request(route.method, path, headers=fields, content=b"[]")
            assert "--allow-origin" not in answer.text, (route.method, path, fields)


async def test_safe_routes_answer_whoever_asks_and_grant_nothing(client: httpx.AsyncClient) -> None:
    for route, path in walk(route for route in HTTP if route not in GUARDED):
        answer = await ask(client, route, path, headers={"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.com"})
        assert answer.status_code != 403, named(route)
        assert "access-control-allow-origin" not in answer.headers


async def test_remote_content_is_not_switched_on_by_a_foreign_page(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    path = "api/v1/message/latest/preview"
    assert (await client.get(f"{path}?remote=1", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await client.get(f"{path}?remote=1", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 200
    assert (await client.get(path, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def test_cors_is_off(client: httpx.AsyncClient) -> None:
    preflight = {"Origin": "http://evil.com", "Access-Control-Request-Method": "DELETE"}
    answer = await client.options("api/v1/messages", headers=preflight)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_an_allowed_origin_may_read_and_write_and_no_other() -> None:
    page = "https://app.example.com"
    async with running(allow_origin=(page,), http_auth="ann:secret") as (_, client):
        asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization"}
        preflight = await client.options("api/v1/messages", headers={"Origin": page, **asked})
        assert (preflight.status_code, preflight.text) == (200, "")
        assert preflight.headers["access-control-allow-origin"] == page
        assert "DELETE" in preflight.headers["access-control-allow-methods"]
        client.auth = httpx.BasicAuth("ann", "secret")
        fields = {"Origin": page, "Sec-Fetch-Site": "cross-site"}
        answer = await client.request("DELETE", "api/v1/messages", headers=fields)
        assert (answer.text, answer.headers["access-control-allow-origin"]) == ("ok", page)
        assert answer.headers["vary"] == "Origin"
        assert "cross-origin-resource-policy" not in answer.headers
        other = await client.request("DELETE", "api/v1/messages", headers={**fields, "Origin": page + ":444"})
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers


# ---- rules 5 and 11: body cap ---------------------------------------------------------------------------------------


async def test_every_route_refuses_a_large_body(server: Server) -> None:
    for route, path in walk(route for route in HTTP if route.cap is None):
        head = f"{route.method} {path} HTTP/1.1\nHost: localhost\nContent-Length: {limits.HTTP_BODY + 1}"
        assert (await exchange(server, head))[0] == 413, (route.method, path)


async def test_so_does_what_is_not_found_or_redirects(server: Server) -> None:
    for path in ("/nope", "/inbox/team/nope", "/view/latest", "//nope", "/api/v1/send/"):
        head = f"POST {path} HTTP/1.1\nHost: localhost\nContent-Length: {limits.HTTP_BODY + 1}"
        assert (await exchange(server, head))[0] == 413, path


async def test_a_body_without_a_length_is_counted_as_it_comes(client: httpx.AsyncClient) -> None:
    async def endless() -> object:
        for _ in range(limits.HTTP_BODY // 65_536 + 2):
            yield b" " * 65_536

    answer = await client.put("api/v1/tags", content=endless())  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert "Traceback" not in answer.text


async def test_the_cap_counts_what_comes_not_what_is_said() -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass

    async def receive() -> Message:
        return {"type": "http.request", "body": b"12345", "more_body": True}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"3")]}
    with pytest.raises(TooLarge, match="12 bytes"):
        await BodyCap(reading, limit=12, wide={})(scope, receive, send)


async def test_routes_that_take_mail_take_as_much_as_a_message_may_have() -> None:
    size = 8 * limits.MB
    async with running(max_message_size=size) as (_, client):
        fields = {"Content-Type": "message/rfc822"}
        mail = plain() + b"x" * (size - len(plain()))
        assert (await client.post("api/v1/messages", content=mail, headers=fields)).status_code == 200
        refused = await client.post("api/v1/messages", content=mail + b"x", headers=fields)
        assert refused.status_code == 413
        assert (await client.post("inbox/a/api/v1/messages", content=mail, headers=fields)).status_code == 200
        content = base64.b64encode(b"x" * (5 * limits.MB)).decode()
        mail_of_fields = {
            "From": {"Email": "a@x.org"},
            "To": [{"Email": "b@x.org"}],
            "Attachments": [{"Filename": "a.bin", "Content": content}],
        }
        assert (await client.post("api/v1/send", json=mail_of_fields)).status_code == 200
        most = send_cap(Settings(max_message_size=size))
        too_large = await client.post("api/v1/send", content=b" " * (most + 1))
        assert too_large.status_code == 413
        assert "bytes" in too_large.json()["Error"]


# ---- rules 1 and 14: passwords --------------------------------------------------------------------------------------


async def test_every_route_but_health_asks_for_the_password() -> None:
    right = {"Authorization": "Basic " + base64.b64encode(b"ann:se:cret").decode()}
    async with running(http_auth="ann:se:cret") as (server, client):
        for _, path in walk(SOCKETS):
            assert await knock(server, path, {}) == 401, path
            assert await knock(server, path, right) == 101, path
        for route, path in walk(HTTP):
            answer = await ask(client, route, path)
            if route.path in ("/livez", "/readyz"):
                assert answer.status_code == 200
                continue
            assert (answer.status_code, answer.text) == (401, "Unauthorized.\n"), (route.method, path)
            assert answer.headers["www-authenticate"] == 'Basic realm="Login"'
            told = await ask(client, route, path, headers=right)
            assert told.status_code != 401, (route.method, path)


async def test_anything_but_the_right_pair_is_refused() -> None:
    async with running(http_auth="ann:secret") as (_, client):
        for given in ("", "Basic", "Basic ???", "Basic YW5u", "Bearer YW5uOnNlY3JldA==", "Basic /w=="):
            assert (await client.get("api/v1/messages", headers={"Authorization": given})).status_code == 401, given
        for pair in (("ann", "Secret"), ("Ann", "secret"), ("ann", ""), ("", "secret"), ("ann", "secret ")):
            assert (await client.get("api/v1/messages", auth=pair)).status_code == 401, pair
        assert (await client.get("nope", auth=("ann", "secret"))).status_code == 404
        beyond_ascii = {b"Authorization": b"Basic \xff"}
        assert (await client.get("api/v1/messages", headers=beyond_ascii)).status_code == 401
        assert (await client.get("nope")).status_code == 401
        assert (await client.options("api/v1/messages")).status_code == 401


async def test_a_password_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "htpasswd"
    file.write_bytes(b"ann:" + bcrypt.hashpw(b"secret", bcrypt.gensalt(4)) + b"\n")
    async with running(http_auth_file=file) as (_, client):
        assert (await client.get("api/v1/messages")).status_code == 401
        assert (await client.get("api/v1/messages", auth=("ann", "other"))).status_code == 401
        for _ in range(2):
            assert (await client.get("api/v1/messages", auth=("ann", "secret"))).status_code == 200


# ---- header fields of every response --------------------------------------------------------------------------------


async def test_every_response_bears_the_safe_fields(server: Server, client: httpx.AsyncClient) -> None:
    for route, path in walk(HTTP):
        await deliver(server, plain(), inbox="team")
        fields = (await ask(client, route, path)).headers
        assert fields["x-content-type-options"] == "nosniff", (route.method, path)
        assert fields["referrer-policy"] == "no-referrer"
        assert fields["cross-origin-resource-policy"] == "same-origin"
        assert fields["content-security-policy"].startswith("default-src 'none'")
        assert "script-src 'unsafe" not in fields["content-security-policy"]
