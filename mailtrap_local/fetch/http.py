"""A request over HTTP or HTTPS to somebody else, and what comes back. Its time, size and redirects are capped."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import h11

from mailtrap_local import __version__, limits
from mailtrap_local.errors import BadRequest, Unreachable
from mailtrap_local.fetch.addresses import Endpoint, Reach

AGENT = f"mailtrap-local/{__version__}"
_PORTS = {"http": 80, "https": 443}
_MOVED = frozenset({301, 302, 303, 307, 308})
_READ = 64 * limits.KB
_SAFE = "/?:@!$&'()*+,;=~%[]-._"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came back. `whole` is false where the body was longer than what was read of it; names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    url: str  # the last one, after redirects


@dataclass(frozen=True, slots=True)
class _Target:
    secure: bool
    host: str
    port: int
    authority: str
    path: str


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a request may take: seconds and bytes in all, and how many redirects."""

    seconds: float = limits.FETCH_SECONDS
    body: int = limits.FETCH_BODY
    redirects: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


async def ask(request: Outgoing, *, reach: Reach, caps: Caps | None = None, trust: str = "") -> Incoming:
    """Send a request; the answer to the last redirect that `caps` allows. `trust` names a file of CAs beside the known.

    Raises BadRequest for an URL that is none, Refused for a host that must not be reached, Unreachable for all else
    that keeps an answer from coming.
    """
    caps = caps or Caps()
    try:
        async with asyncio.timeout(caps.seconds):
            return await _follow(request, reach, caps, trust)
    except TimeoutError:
        raise Unreachable(f"{request.url} gave no whole answer within {caps.seconds:g} s.") from None


async def _follow(request: Outgoing, reach: Reach, caps: Caps, trust: str) -> Incoming:
    for _ in range(caps.redirects):
        answer = await _once(request, reach, caps, trust)
        onward = answer.headers.get("location") if answer.status in _MOVED else None
        if onward is None:
            return answer
        keeps = answer.status in (307, 308) or request.method in ("GET", "HEAD")
        there = urljoin(answer.url, onward)
        request = Outgoing(request.method, there, request.body, request.headers) if keeps else Outgoing("GET", there)
    return await _once(request, reach, caps, trust)


async def _once(request: Outgoing, reach: Reach, caps: Caps, trust: str) -> Incoming:
    target = read_url(request.url)
    reader, writer = await _connect(target, await reach.endpoints(target.host, target.port), trust)
    try:
        return await _exchange(request, target, reader, writer, caps.body)
    except (OSError, EOFError) as error:
        raise Unreachable(f"{request.url} broke off the connection: {error or type(error).__name__}.") from error
    except h11.RemoteProtocolError as error:
        raise Unreachable(f"{request.url} does not answer in HTTP: {error}.") from error
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(0.5):  # a peer that does not take part in the end is left alone
                await writer.wait_closed()


def read_url(url: str) -> _Target:
    """An http(s) URL, ready to be asked for. Raises BadRequest."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadRequest(f"{url[:200]!r} is no URL: {error}.") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadRequest(f"{url[:200]!r} is no URL of http:// or https://.")
    if parts.username is not None:
        raise BadRequest("a URL with a user name or password in it is not asked for; send them as a header.")
    host = parts.hostname
    shown = f"[{host}]" if ":" in host else host.encode("idna").decode() if not host.isascii() else host
    authority = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return _Target(parts.scheme == "https", host, port or _PORTS[parts.scheme], authority, path)


async def _connect(
    target: _Target, endpoints: tuple[Endpoint, ...], trust: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of these that takes one. The certificate must be for the host's name."""
    context = ssl.create_default_context() if target.secure else None
    if context is not None and trust:
        context.load_verify_locations(cafile=trust)
    failure: OSError | None = None
    for endpoint in endpoints:
        try:
            return await asyncio.open_connection(
                endpoint.address, endpoint.port, ssl=context, server_hostname=target.host if context else None
            )
        except OSError as error:  # TLS's errors are among them
            failure = error
    raise Unreachable(f"{target.authority} cannot be reached: {failure}.") from failure


async def _exchange(
    request: Outgoing, target: _Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int
) -> Incoming:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.HTTP_HEAD)
    fields = {"host": target.authority, "user-agent": AGENT, "accept": "*/*", "connection": "close"}
    if request.body or request.method in ("POST", "PUT"):
        fields["content-length"] = str(len(request.body))
    fields |= {name.lower(): value for name, value in request.headers.items()}
    try:
        head = h11.Request(method=request.method, target=target.path, headers=list(fields.items()))
        writer.write(connection.send(head) or b"")
    except h11.LocalProtocolError as error:
        raise BadRequest(f"no request can be made of this: {error}.") from None
    writer.write((connection.send(h11.Data(data=request.body)) or b"") + (connection.send(h11.EndOfMessage()) or b""))
    await writer.drain()
    status, headers, body = 0, {}, bytearray()
    while len(body) <= most:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_READ))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return Incoming(status, headers, bytes(body), True, request.url)
        elif isinstance(event, h11.ConnectionClosed):
            raise EOFError("before an answer had come")
    return Incoming(status, headers, bytes(body[:most]), False, request.url)
