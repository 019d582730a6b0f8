"""Answers: JSON, plain text, long bodies in chunks, and what each error is in HTTP."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from mailtrap_local import errors
from mailtrap_local.api import schema
from mailtrap_local.api.wire import summary_of
from mailtrap_local.model import Summary

NOT_FOUND = "404 page not found"
SOURCE_CSP = "default-src 'none'; sandbox"
_JSON = "application/json"
_CHUNK = 256 * 1024  # bytes of a long body handed over at once
_ROWS = 250  # a list of more rows is sent while it is made
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
    return _harmless(msgspec.json.encode(value)) + b"\n"


def _harmless(data: bytes) -> bytes:
    return data.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def accepts_gzip(connection: HTTPConnection) -> bool:
    """Whether the client takes gzip (RFC 9110 section 12.5.3)."""
    offers = (offer.partition(";") for offer in connection.headers.get("accept-encoding", "").lower().split(","))
    return any(coding.strip() == "gzip" and not _REFUSED.fullmatch(weight) for coding, _, weight in offers)


async def json(value: Any, *, to: HTTPConnection, status: int = 200) -> Response:
    """A wire value as JSON, packed where the client takes that and it pays."""
    return await packed(encode(value), media=_JSON, to=to, status=status)


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


async def message_list(
    head: schema.ListHead, slices: AsyncIterator[Sequence[Summary]], rows: int, *, to: HTTPConnection
) -> Response:
    """A list of messages; one of many rows is made and sent slice by slice, so nobody waits for it."""
    pieces = _list(head, slices)
    if rows <= _ROWS:
        return await packed(b"".join([piece async for piece in pieces]), media=_JSON, to=to)
    if not accepts_gzip(to):
        return StreamingResponse(pieces, media_type=_JSON, headers={"vary": "Accept-Encoding"})
    headers = {"vary": "Accept-Encoding", "content-encoding": "gzip"}
    return StreamingResponse(_gzipped(pieces), media_type=_JSON, headers=headers)


async def _list(head: schema.ListHead, slices: AsyncIterator[Sequence[Summary]]) -> AsyncIterator[bytes]:
    yield _harmless(msgspec.json.encode(head))[:-1] + b',"messages":['
    separator = b""
    async for summaries in slices:
        rows = [summary_of(summary) for summary in summaries]
        yield separator + _harmless(msgspec.json.encode(rows))[1:-1]
        separator = b","
    yield b"]}\n"


async def _gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP)
    async for piece in pieces:
        if data := packer.compress(piece):
            yield data
    yield packer.flush()
