"""Lists of messages: listing, searching, marking, deleting with undo, and putting one in."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import get_args

from starlette.responses import Response

from mailtrap_local import limits
from mailtrap_local.api import lists, schema
from mailtrap_local.api.wire import list_head_of
from mailtrap_local.errors import BadRequest
from mailtrap_local.events import Cursor
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.model import Arrival, Envelope, Origin, Recipient, Summary
from mailtrap_local.search import dates
from mailtrap_local.search.syntax import Query
from mailtrap_local.store.base import Selection, Sort

LIMIT = 50
_SLICE = 500  # rows that are read at once
_NARROWING = ("query", "ids", "id", "search")
_SORTS: tuple[Sort, ...] = get_args(Sort)


async def list_messages(call: Call) -> Response:
    """GET /messages; `limit=0` is everything."""
    limit = call.number("limit", LIMIT)
    start = call.number("start", 0) if limit else 0
    selection = Selection(inbox=call.inbox, before=_before(call), until_seq=_until(call))
    return await _page(call, selection, start=start, limit=limit or None)


async def search_messages(call: Call) -> Response:
    """GET /search; `limit=0` is an empty list with its counts."""
    query, until = _required_query(call), _until(call)
    selection = Selection(inbox=call.inbox, query=query, before=_before(call), until_seq=until)
    return await _page(call, selection, start=call.number("start", 0), limit=call.number("limit", LIMIT))


async def _page(call: Call, selection: Selection, *, start: int, limit: int | None) -> Response:
    sort = _sort(call)
    if sort != "newest" and (limit is None or limit > _SLICE):
        raise BadRequest(f"with sort= a list has {_SLICE} messages at most: set limit=, and page by start=")
    first = _SLICE if limit is None else min(limit, _SLICE)
    page = await call.mailbox.page(selection, start=start, limit=first, sort=sort)
    there = max(page.matched - start, 0)
    wanted = there if limit is None else min(there, limit)
    slices = _slices(call, selection, page.summaries, wanted)
    onward = ""
    if sort == "newest" and 0 < wanted == len(page.summaries) and start + wanted < page.matched:
        onward = str(Cursor(call.mailbox.hub.epoch, page.summaries[-1].seq - 1))
    return await lists.answer_list(list_head_of(page, count=wanted, onward=onward), slices, wanted, to=call.connection)


async def _slices(
    call: Call, selection: Selection, first: tuple[Summary, ...], wanted: int
) -> AsyncIterator[tuple[Summary, ...]]:
    """The summaries of a list, a slice at a time, so that no list is ever in memory as a whole."""
    summaries = first
    while summaries:
        yield summaries
        wanted -= len(summaries)
        if wanted <= 0:
            return
        older = replace(selection, until_seq=summaries[-1].seq - 1)
        summaries = await call.mailbox.newest(older, limit=min(wanted, _SLICE))


async def mark_messages(call: Call) -> Response:
    """PUT /messages: by ids, by a search, or all."""
    change = await bodies.read_any(call, schema.ReadChange)
    if change.IDs and change.Search:
        raise BadRequest("You may specify either IDs or a search query, not both")
    query = call.search(change.Search) if change.Search else None
    selection = Selection(inbox=call.inbox, ids=tuple(change.IDs) or None, query=query)
    await call.mailbox.mark(selection, read=change.Read)
    return answer.ok()


async def delete_messages(call: Call) -> Response:
    """DELETE /messages: by ids, or all."""
    for name in _NARROWING:
        if name in call.connection.query_params:
            raise BadRequest(f"?{name}= does not narrow this; put IDs into the body, or use DELETE /api/v1/search")
    deletion = await bodies.read_any(call, schema.Deletion)
    return await remove(call, Selection(inbox=call.inbox, ids=tuple(deletion.IDs) or None))


async def delete_found(call: Call) -> Response:
    """DELETE /search: what the query finds."""
    return await remove(call, Selection(inbox=call.inbox, query=_required_query(call)))


async def remove(call: Call, selection: Selection) -> Response:
    """Delete for good, or with `?undo=SECONDS` so that it can be undone."""
    return await told(call, await removed(call, selection))


async def removed(call: Call, selection: Selection) -> schema.Undo | None:
    """Delete as `remove` does; how to undo it, None for not at all."""
    seconds = _undo_seconds(call)
    if seconds is None:
        await call.mailbox.delete(selection)
        return None
    return schema.Undo(await call.mailbox.hide(selection, seconds=seconds), seconds)


async def told(call: Call, undo: schema.Undo | None) -> Response:
    """What a delete answers."""
    return await answer.json(undo, to=call.connection) if undo else answer.ok()


async def undo(call: Call) -> Response:
    """POST /undo/{token}."""
    return await answer.json(schema.Restored(await call.mailbox.restore(call.path("token"))), to=call.connection)


async def upload(call: Call) -> Response:
    """POST /messages: a mail as it is; `?from=` and `?to=` are its envelope."""
    media = call.connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "message/rfc822":
        raise BadRequest("send the mail as it is, with Content-Type: message/rfc822")
    envelope = envelope_of(call.text("from"), call.texts("to"))
    return await stored(call, await call.body(), envelope)


def envelope_of(mail_from: str, recipients: Sequence[str]) -> Envelope:
    """The envelope of a mail that comes by HTTP, as large as one by SMTP may be. Raises BadRequest."""
    if len(recipients) > limits.RECIPIENTS:
        raise BadRequest(f"a message may have {limits.RECIPIENTS} recipients at most")
    longest = max((mail_from, *recipients), key=len)
    if len(longest) > limits.PATH:
        raise BadRequest(f"the address {longest[:32]}… is over {limits.PATH} characters")
    return Envelope(mail_from=mail_from, recipients=tuple(map(Recipient, recipients)))


async def stored(call: Call, raw: bytes, envelope: Envelope) -> Response:
    """Receive a mail that came by HTTP, and answer its id."""
    origin = Origin(protocol="HTTP", peer=_peer(call))
    summary = await call.mailbox.receive(Arrival(raw, envelope, origin, inbox=call.inbox))
    return await answer.json(schema.Stored(summary.id), to=call.connection)


def _peer(call: Call) -> str:
    client = call.connection.client
    if client is None:
        return ""
    return f"[{client.host}]:{client.port}" if ":" in client.host else f"{client.host}:{client.port}"


def _required_query(call: Call) -> Query:
    query = call.query()
    if query is None:
        raise BadRequest("Error: no search query")
    return query


def _before(call: Call) -> int | None:
    text = call.text("before")
    if not text:
        return None
    try:
        return dates.moment(text, now=time.time_ns() // 1000, tz=dates.zone(call.text("tz")))
    except ValueError:
        raise BadRequest(f"before={text[:64]!r} is no date; {dates.ALLOWED}") from None


def _until(call: Call) -> int | None:
    text = call.text("until")
    if not text:
        return None
    cursor = Cursor.parse(text)
    call.mailbox.hub.check(cursor)
    return cursor.seq


def _sort(call: Call) -> Sort:
    text = call.text("sort") or "newest"
    for sort in _SORTS:
        if text == sort:
            return sort
    raise BadRequest(f"sort={text[:64]!r} is no order of a list; there are {', '.join(_SORTS)}")


def _undo_seconds(call: Call) -> float | None:
    if "undo" not in call.connection.query_params:
        return None
    seconds = call.number("undo", 0)
    if not 0 < seconds <= limits.UNDO_SECONDS:
        raise BadRequest(f"undo is a number of seconds from 1 to {limits.UNDO_SECONDS}")
    return float(seconds)
