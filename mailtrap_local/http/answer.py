"""Answers: JSON, plain text, long bodies in chunks, and what each error is in HTTP."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from mailtrap_local import errors

NOT_FOUND = "404 page not found"
SOURCE_CSP = "default-src 'none'; sandbox"
JSON = "application/json"
_CHUNK = 256 * 1024  # bytes of a long body handed over at once
_GZIP_FROM = 1024
_GZIP_IN_THREAD = 128 * 1024
_GZIP_LEVEL = 4
_GZIP = 31  # zlib's wbits for a gzip stream

_REFUSED = re.compile(r"\s*q=0(\.0*)?\s*")

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (errors.BadRequest, 400),
    (errors.Refused, 403),
    (errors.NotFound, 404),
    (errors.CursorGone, 410),
    (errors.TooLarge, 413),
    (errors.Unreachable, 502),
    (errors.Busy, 503),
    (errors.Stopping, 503),
    (errors.StoreError, 507),
)


def status_of(error: errors.MailtrapLocalError) -> int:
    """The HTTP status of an error, as the tree in errors.py has it."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def failure(error: errors.MailtrapLocalError) -> Response:
    """An error in its own words."""
    return text(str(error), status=status_of(error))


def text(body: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain text."""
    return PlainTextResponse(body, status, headers)


def ok() -> Response:
    """What a write answers that has nothing to tell."""
    return text("ok")


def not_found() -> Response:
    """There is no such thing, in the words that the v1 format has for it."""
    return text(NOT_FOUND, status=404)


def encode(value: Any) -> bytes:
    """A wire value as JSON that is harmless inside HTML too, with a line end behind it."""
    return harmless(msgspec.json.encode(value)) + b"\n"


def harmless(data: bytes) -> bytes:
    """JSON that means the same and is harmless inside HTML."""
    return data.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def accepts_gzip(connection: HTTPConnection) -> bool:
    """Whether the client takes gzip (RFC 9110 section 12.5.3)."""
    offers = (offer.partition(";") for offer in connection.headers.get("accept-encoding", "").lower().split(","))
    return any(coding.strip() == "gzip" and not _REFUSED.fullmatch(weight) for coding, _, weight in offers)


async def json(value: Any, *, to: HTTPConnection, status: int = 200) -> Response:
    """A wire value as JSON, packed where the client takes that and it pays."""
    return await packed(encode(value), media=JSON, to=to, status=status)


async def packed(
    data: bytes, *, media: str, to: HTTPConnection, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A body, with gzip where the client takes it and it pays."""
    named = {"vary": "Accept-Encoding", **(headers or {})}
    if len(data) >= _GZIP_FROM and accepts_gzip(to):
        data = _gzip(data) if len(data) < _GZIP_IN_THREAD else await asyncio.to_thread(_gzip, data)
        named["content-encoding"] = "gzip"
    return Response(data, status, named, media)


def _gzip(data: bytes) -> bytes:
    return zlib.compress(data, _GZIP_LEVEL, wbits=_GZIP)


def streamed(pieces: AsyncIterator[bytes], *, media: str, to: HTTPConnection) -> Response:
    """A body that is made while it is sent, with gzip where the client takes it."""
    if not accepts_gzip(to):
        return StreamingResponse(pieces, media_type=media, headers={"vary": "Accept-Encoding"})
    headers = {"vary": "Accept-Encoding", "content-encoding": "gzip"}
    return StreamingResponse(_gzipped(pieces), media_type=media, headers=headers)


async def _gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP)
    async for piece in pieces:
        if data := packer.compress(piece):
            yield data
    yield packer.flush()


def in_chunks(data: bytes, *, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """A body of any length, never copied as a whole and never in the way of others."""
    named = {"content-length": str(len(data)), **(headers or {})}
    if len(data) <= _CHUNK:
        return Response(data, headers=named, media_type=media)
    return StreamingResponse(_chunks(memoryview(data)), headers=named, media_type=media)


async def _chunks(data: memoryview) -> AsyncIterator[memoryview]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]
        await asyncio.sleep(0)
