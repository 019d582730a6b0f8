"""Lists of messages as JSON: one of many rows is made and sent slice by slice, so nobody waits for it."""

from collections.abc import AsyncIterator, Sequence

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.api.wire import summary_of
from mailtrap_local.http.answer import JSON, harmless, packed, streamed
from mailtrap_local.model import Summary

_ROWS = 250  # a list of more rows is sent while it is made


async def answer_list(
    head: schema.ListHead, slices: AsyncIterator[Sequence[Summary]], rows: int, *, to: HTTPConnection
) -> Response:
    """A list of messages; one of many rows is made and sent slice by slice, so nobody waits for it."""
    pieces = _list(head, slices)
    if rows <= _ROWS:
        return await packed(b"".join([piece async for piece in pieces]), media=JSON, to=to)
    return streamed(pieces, media=JSON, to=to)


async def _list(head: schema.ListHead, slices: AsyncIterator[Sequence[Summary]]) -> AsyncIterator[bytes]:
    yield harmless(msgspec.json.encode(head))[:-1] + b',"messages":['
    separator = b""
    async for summaries in slices:
        rows = [summary_of(summary) for summary in summaries]
        yield separator + harmless(msgspec.json.encode(rows))[1:-1]
        separator = b","
    yield b"]}\n"
