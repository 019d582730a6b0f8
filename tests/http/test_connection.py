"""What stands around a body is bounded too: heads, chunk extensions, trailers, and a WebSocket's request."""

import asyncio
import time

import pytest

from mailtrap_local import limits
from mailtrap_local.server import Server

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/v1/send HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)
FLOOD = 40 * limits.MB


async def asked(server: Server, *octets: bytes) -> bytes:
    """What comes back until the server closes, or has answered once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.http_port)
    try:
        for piece in octets:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"GET /", b"a" * limits.KB),
        (GET + b"X: ", b"a" * limits.KB),
        (GET, b"X: " + b"a" * limits.KB + b"\r\n"),
        (POST + b"1;", b"a" * limits.KB),
        (POST + b"0\r\n", b"X: " + b"a" * limits.KB + b"\r\n"),
        (POST + b"0\r\nX: ", b"a" * limits.KB),
    ],
)
async def test_what_has_no_end_is_refused_early(server: Server, begin: bytes, more: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.http_port)
    began, sent = time.monotonic(), 0
    writer.write(begin)
    try:
        while sent < FLOOD and not reader.at_eof():
            writer.write(more * 64)
            await writer.drain()
            sent += len(more) * 64
    except ConnectionError:
        pass
    finally:
        writer.close()
    assert sent < FLOOD, f"{sent} bytes were taken in {time.monotonic() - began:.1f} s"


async def test_a_large_head_is_answered_with_its_limit(server: Server) -> None:
    within = GET + b"Cookie: " + b"a" * (limits.HTTP_HEAD - 200) + b"\r\n\r\n"
    assert (await asked(server, within)).startswith(b"HTTP/1.1 200 ")
    over = GET + b"Cookie: " + b"a" * limits.HTTP_HEAD
    assert (await asked(server, over)).startswith(b"HTTP/1.1 431 ")


async def test_a_body_of_many_small_chunks_is_no_head(server: Server) -> None:
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    answer = await asked(server, POST, *[chunk] * (2 * limits.HTTP_HEAD // 1024), b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")  # blanks are no JSON


async def test_a_trailer_is_no_field_of_the_head(server: Server) -> None:
    body = b"Transfer-Encoding: chunked\r\n\r\n0\r\nHost: localhost\r\n\r\n"
    answer = await asked(server, b"DELETE /api/v1/messages HTTP/1.1\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/v1/live?query=" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a" * 9_000 + b"\r\n",
        b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 200,
    ],
)
async def test_a_websocket_that_asks_too_much_is_told_so(server: Server, head: bytes) -> None:
    answer = await asked(server, head + UPGRADE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_websocket_may_ask_a_lot(server: Server) -> None:
    cookie = b"Cookie: " + b"a" * 8_000 + b"\r\n"
    answer = await asked(server, b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n" + cookie + UPGRADE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 101 ")


async def test_a_refused_websocket_is_no_error_of_ours(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    head = b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
    answer = await asked(server, head + UPGRADE + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"content-security-policy: default-src 'none'" in answer.lower()
    assert (await asked(server, GET + b"\r\n")).startswith(b"HTTP/1.1 200 ")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
