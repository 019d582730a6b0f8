"""What the other catchers' APIs share: summaries one by one, lists sent while they are made, deletes without a body."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeVar

import msgspec

from mailtrap_local import limits
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.model import Summary
from mailtrap_local.store.base import Selection

T = TypeVar("T")

_SLICE = 500  # rows that are read at once


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a delete that takes none: no body at all, or an empty object."""


async def expect_nothing(call: Call) -> None:
    """Raise BadRequest if a body says more than the path does: what it means is not known, so nothing happens."""
    await bodies.read_any(call, Nothing)


async def oldest_first(call: Call, selection: Selection) -> AsyncIterator[Summary]:
    """The summaries of a selection in the order of arrival, however many."""
    while summaries := await call.mailbox.oldest(selection, limit=_SLICE):
        for summary in summaries:
            yield summary
        selection = replace(selection, after_seq=summaries[-1].seq)


async def newest_first(call: Call, selection: Selection) -> AsyncIterator[Summary]:
    """The same, the newest first."""
    while summaries := await call.mailbox.newest(selection, limit=_SLICE):
        for summary in summaries:
            yield summary
        selection = replace(selection, until_seq=summaries[-1].seq - 1)


async def array(items: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A JSON array of items that are JSON, piece by piece."""
    yield b"["
    separator = b""
    async for item in items:
        yield separator + item
        separator = b","
    yield b"]"


async def pure(work: Callable[[], T], *, size: int) -> T:
    """The result of pure work over so many bytes of mail: made here, or in a thread if they are many."""
    return work() if size <= limits.PARSE_INLINE else await asyncio.to_thread(work)


def encoded(value: object) -> bytes:
    """A value as JSON that is harmless inside HTML, without a line end: an item of a list, or a frame."""
    return answer.harmless(msgspec.json.encode(value))
