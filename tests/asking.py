"""What the HTTP front's tests share: mail to put in, requests to the byte, servers with other settings."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection

from mailtrap_local.model import Arrival, Envelope, Origin, Recipient
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360f8cfc0f01f0005000101ff0a2dcf410000000049454e44ae426082"
)
RICH = (
    b"From: =?utf-8?q?Zo=C3=AB?= <zoe@x.org>\r\nTo: bob@y.org, Ann <ann@x.org>\r\nCc: c@x.org\r\nReply-To: r@x.org\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= <b>\r\nMessage-ID: <m1@x.org>\r\nDate: Tue, 24 Nov 2026 10:11:12 +0100\r\n"
    b"List-Unsubscribe: <mailto:u@x.org>, <https://x.org/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"X-Tags: blue, green\r\nX-Long: one\r\n two\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n'
    b'--m\r\nContent-Type: multipart/related; boundary="r"\r\n\r\n'
    b'--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hi &amp; <a href="https://x.org/">link</a>'
    b'<img src="cid:dot"><img src="http://tracker.test/p.png"></p>\r\n'
    b"--r\r\nContent-Type: image/png\r\nContent-ID: <dot>\r\nContent-Disposition: inline\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M/A8B8ABQABAf8KLc9BAAAAAElFTkSuQmCC\r\n--r--\r\n"
    b'--m\r\nContent-Type: text/plain; charset=iso-8859-1; name="caf\xe9.txt"\r\n'
    b'Content-Disposition: attachment; filename="notes.txt"\r\n\r\nattached\r\n'
    b'--m\r\nContent-Type: text/html; name="evil.html"\r\nContent-Disposition: attachment; filename="evil.html"\r\n\r\n'
    b"<script>alert(1)</script>\r\n--m--\r\n"
)


def plain(subject: str = "Hello", *, body: str = "some text", to: str = "bob@y.org", more: str = "") -> bytes:
    """A small mail."""
    return f"From: Ann <ann@x.org>\r\nTo: {to}\r\nSubject: {subject}\r\n{more}\r\n{body}\r\n".encode()


async def deliver(
    server: Server,
    raw: bytes,
    *,
    inbox: str | None = None,
    mail_from: str = "ann@x.org",
    to: Sequence[str] = ("bob@y.org",),
    origin: Origin | None = None,
) -> str:
    """Put a mail in by the mailbox's door; its id."""
    envelope = Envelope(mail_from, (), tuple(Recipient(address) for address in to))
    summary = await server.mailbox.receive(Arrival(raw, envelope, origin or Origin(), inbox))
    return summary.id


@asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[tuple[Server, httpx.AsyncClient]]:
    """A server with these settings, and a client."""
    async with Server(Settings(smtp_port=0, http_port=0, **settings)) as server:
        async with speaking(server) as client:
            yield server, client


def speaking(server: Server) -> httpx.AsyncClient:
    """A client of the server. It loads no certificates, which takes longer than most tests."""
    return httpx.AsyncClient(base_url=server.url, verify=False)


async def exchange(server: Server, head: str, *, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """A request written to the byte (its lines, without the last ones), on a connection of its own: what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.http_port)
    try:
        writer.write("\r\n".join([*head.strip().splitlines(), "Connection: close", "", ""]).encode() + body)
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if line)
        return int(status.split()[1]), fields, await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def knock(server: Server, path: str, fields: Mapping[str, str]) -> int:
    """The status that a WebSocket handshake with these header fields gets."""
    given = {"Host": f"127.0.0.1:{server.http_port}", **UPGRADE, **fields}
    reader, writer = await asyncio.open_connection("127.0.0.1", server.http_port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\n".encode())
        writer.write("".join(f"{name}: {value}\r\n" for name, value in given.items()).encode() + b"\r\n")
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
        await writer.wait_closed()


def at(server: Server, path: str) -> str:
    """A whole URL, whatever the base path."""
    return f"http://127.0.0.1:{server.http_port}{path}"


def socket_url(server: Server, path: str) -> str:
    """The address of a WebSocket of the server."""
    return server.url.replace("http://", "ws://", 1) + path.lstrip("/")


async def frame(socket: ClientConnection) -> dict[str, Any]:
    """The next frame, which has to come soon."""
    value: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
    return value


async def frames_until(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The events of the next frames, until there are `count`."""
    events: list[dict[str, Any]] = []
    while len(events) < count:
        events += (await frame(socket))["events"]
    return events
