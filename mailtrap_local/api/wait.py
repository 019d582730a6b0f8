"""Waiting for mail over HTTP: a request that is answered the moment the mail has come."""

import asyncio
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from mailtrap_local import limits
from mailtrap_local.api import schema
from mailtrap_local.api.message import maker
from mailtrap_local.api.wire import summary_of
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.events import Cursor
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call
from mailtrap_local.model import Summary

if TYPE_CHECKING:
    from mailtrap_local.mailbox.waiting import Waited
    from mailtrap_local.search.syntax import Query

_SECONDS = 10.0
_COUNT = re.compile(r"[0-9]{1,9}")
_GONE = 499  # nobody reads it
_STATUS = {"found": 200, "timeout": 404, "too many": 409}


async def cursor(call: Call) -> Response:
    """GET /cursor: where the order of arrival stands now, to be asked before what is waited for can come."""
    return await answer.json(schema.CursorNow(str(call.mailbox.hub.cursor)), to=call.connection)


async def wait(call: Call) -> Response:
    """GET /wait: 200 with the messages, 409 when there are more than exact= allows, 404 when the time is over.

    404 as for `latest`: common HTTP clients repeat a 408 by themselves.
    """
    query = call.query()
    since = Cursor.parse(call.text("since")) if call.text("since") else None
    waiting = asyncio.create_task(
        call.mailbox.wait(
            query=query,
            inbox=call.inbox,
            count=_count(call),
            exact=call.flag("exact"),
            since=since,
            seconds=_seconds(call),
        )
    )
    gone = asyncio.create_task(_gone(call))
    try:
        await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            return Response(status_code=_GONE)
        return await _answer(call, waiting.result(), query, since)
    finally:
        waiting.cancel()
        gone.cancel()


async def _answer(call: Call, waited: "Waited", query: "Query | None", since: Cursor | None) -> Response:
    if waited.outcome == "found":
        found = schema.Found(await _whole(call, waited.summaries), str(waited.cursor))
        return await answer.json(found, to=call.connection)
    near = []
    if waited.outcome == "timeout" and query is not None:
        near = [
            schema.NearMiss(summary_of(miss.summary), list(miss.failed))
            for miss in await call.mailbox.near_misses(query, inbox=call.inbox, since=since)
        ]
    told = schema.NotFoundInTime(
        error=waited.outcome,
        message=_words(call, waited),
        messages=[summary_of(summary) for summary in waited.summaries],
        near_misses=near,
        cursor=str(waited.cursor),
    )
    return await answer.json(told, to=call.connection, status=_STATUS[waited.outcome])


def _words(call: Call, waited: "Waited") -> str:
    number, wanted = len(waited.summaries), _count(call)
    if waited.outcome == "too many":
        return f"{wanted or 'no'} messages were to match, and there are {number} already"
    return f"{wanted} messages were to match, and {number} did within {_seconds(call):g} seconds"


async def _whole(call: Call, summaries: Sequence[Summary]) -> list[schema.Message]:
    messages = []
    for summary in summaries:
        try:
            message = await call.mailbox.message(summary.id, inbox=call.inbox)
            make = await maker(call, message, read=message.record.summary.read)
        except NotFound:
            continue  # deleted since it was found
        messages.append(make() if summary.size <= limits.PARSE_INLINE else await asyncio.to_thread(make))
    return messages


async def _gone(call: Call) -> None:
    """Back when the client has left."""
    assert isinstance(call.connection, Request)
    while (await call.connection.receive())["type"] != "http.disconnect":
        pass


def _count(call: Call) -> int:
    text = call.text("count") or "1"
    if not _COUNT.fullmatch(text) or int(text) > limits.WAIT_MESSAGES:
        raise BadRequest(f"count={text[:32]} is no number from 0 to {limits.WAIT_MESSAGES}")
    return int(text)


def _seconds(call: Call) -> float:
    text = call.text("timeout")
    try:
        seconds = float(text) if text else _SECONDS
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= limits.WAIT_SECONDS:
        raise BadRequest(
            f"timeout={text[:32]} is no number of seconds from 0 to {limits.WAIT_SECONDS};"
            " to wait for longer, ask again with since= set to the cursor of the answer"
        )
    return seconds
