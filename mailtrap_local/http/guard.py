"""Who may talk to us: the guards of SECURITY.md, each one an ASGI layer or a check that a route asks for.

Order, from the outside: `SafeHeaders`, `HostGuard`, the path layer, `BodyCap`, `Cors`, `BasicAuth`, routes. They wrap
everything, what is not found included. `check_writer` and `check_socket` are asked by the routes themselves, so no
spelling of a path gets round them.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailtrap_local.errors import Refused, TooLarge

NOTHING = "default-src 'none'"
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_RESERVED = (".localhost", ".test", ".internal", ".cluster.local")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SERVED = ("http", "websocket")
Check = Callable[[str], Awaitable[bool]]
_METHODS = "GET, POST, DELETE, PUT, PATCH, OPTIONS"


class SafeHeaders:
    """Puts onto each response what it does not say itself: no sniffing, referrer, scripts, cache, embedding."""

    def __init__(self, app: ASGIApp, *, embeddable: bool) -> None:
        self.app = app
        self._defaults = {
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "content-security-policy": NOTHING,
            "cache-control": "no-store",
        }
        if not embeddable:
            self._defaults["cross-origin-resource-policy"] = "same-origin"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _SERVED:
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in self._defaults.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_safely)


class HostGuard:
    """Lets in requests whose `Host` no public DNS answers for, or that `allowed` names: no page can rebind to us."""

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self.app = app
        self._allowed = tuple(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _SERVED:
            hosts = Headers(scope=scope).getlist("host")
            if len(hosts) != 1 or not self.admits(hosts[0]):
                await _misdirected(hosts)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def admits(self, host: str) -> bool:
        """Whether a `Host` field of this value may be answered."""
        name = _host_name(host)
        if name is None:
            return False
        if _is_address(name) or "." not in name or name.endswith(_RESERVED):
            return True
        return any(_fits(name, pattern) for pattern in self._allowed)


def _misdirected(hosts: Sequence[str]) -> Response:
    name = _host_name(hosts[0]) if len(hosts) == 1 else None
    if name is None:
        return PlainTextResponse("The request needs one valid Host field.\n", 421)
    return PlainTextResponse(f"{name} is not a name of this server; to allow it, start with --allow-host {name}\n", 421)


def _host_name(host: str) -> str | None:
    """The name or address in a `Host` field: lower case, without port and final dot. None if it is not well-formed."""
    text = host.strip().lower()
    if text.startswith("["):
        name, bracket, port = text[1:].partition("]")
        valid = bool(bracket) and _is_address(name) and (port == "" or port.startswith(":"))
        return name if valid and _is_port(port[1:]) else None
    name, _, port = text.partition(":")
    name = name.removesuffix(".")
    return name if _HOST_NAME.fullmatch(name) and _is_port(port) else None


def _is_port(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdigit() and len(text) <= 5)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _fits(name: str, pattern: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern


class BodyCap:
    """Refuses bodies over `limit` bytes with 413, by what `Content-Length` says and by what comes.

    `wide` has the limits of routes that take more, by method and path; those answer by themselves when it is reached.
    """

    def __init__(self, app: ASGIApp, *, limit: int, wide: Mapping[tuple[str, str], int]) -> None:
        self.app = app
        self._limit = limit
        self._wide = wide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wide = self._wide.get((scope["method"], scope["path"]))
        limit = self._limit if wide is None else wide
        declared = _declared_length(Headers(scope=scope))
        if wide is None and declared > limit:
            refusal = PlainTextResponse(_too_large(limit) + "\n", 413, {"connection": "close"})
            await refusal(scope, receive, send)
        else:
            await self.app(scope, _metered(receive, declared=declared, limit=limit), send)


def _declared_length(headers: Headers) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _metered(receive: Receive, *, declared: int, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        if declared > limit:
            raise TooLarge(_too_large(limit))
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge(_too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"The body of this request may have {limit} bytes at most."


class Cors:
    """Opens the API to the pages of `allowed` origins, and answers OPTIONS. Without such origins nothing is opened."""

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self.app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._allowed:
            await self.app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin", "").lower()
        granted = self._grants(origin) if origin in self._allowed else {}

        async def send_granted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                headers.update(granted)
            await send(message)

        if scope["method"] == "OPTIONS" and granted:  # answered here, since browsers preflight without a password
            await Response(media_type="text/plain")(scope, receive, send_granted)
        else:
            await self.app(scope, receive, send_granted)

    def _grants(self, origin: str) -> dict[str, str]:
        return {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": "*, Authorization, Content-Type",
            "access-control-expose-headers": "*",
        }


class BasicAuth:
    """Asks for a user and a password (RFC 7617) but on the `free` paths. `check` is told the header field's value."""

    def __init__(self, app: ASGIApp, *, check: Check, free: frozenset[str]) -> None:
        self.app = app
        self._check = check
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] in _SERVED and scope["path"] not in self._free
        if asked and not await self._check(Headers(scope=scope).get("authorization", "")):
            challenge = {"www-authenticate": 'Basic realm="Login"'}
            await PlainTextResponse("Unauthorized.\n", 401, challenge)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def check_writer(connection: HTTPConnection, *, allowed: Sequence[str]) -> None:
    """Raise Refused if a browser sends this on behalf of a page that is not ours. Programs are not asked anything."""
    origins = connection.headers.getlist("origin")
    if len(origins) == 1 and origins[0].lower() in allowed:
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site in ("same-origin", "none"):
            return
        raise Refused(_FOREIGN)
    if origins:
        _check_same_place(connection, origins)


def check_socket(connection: HTTPConnection, *, allowed: Sequence[str]) -> None:
    """Raise Refused if a page that is not ours opens this WebSocket."""
    origins = connection.headers.getlist("origin")
    if origins and not (len(origins) == 1 and origins[0].lower() in allowed):
        _check_same_place(connection, origins)


_FOREIGN = "A page of another origin may not do this; to allow one, start with --allow-origin ORIGIN."


def _check_same_place(connection: HTTPConnection, origins: Sequence[str]) -> None:
    if len(origins) != 1 or not _same_place(origins[0], connection.headers.get("host", "")):
        raise Refused(_FOREIGN)


def _same_place(origin: str, host: str) -> bool:
    """Whether an origin names the host and port of a `Host` field. The scheme is left aside: TLS may end before us."""
    try:
        there = urlsplit(origin.lower())
        default = _DEFAULT_PORTS[there.scheme]
        here = urlsplit(f"//{host.strip().lower()}")
        return there.hostname == here.hostname is not None and (there.port or default) == (here.port or default)
    except (KeyError, ValueError):
        return False
