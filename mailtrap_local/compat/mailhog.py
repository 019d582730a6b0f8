"""MailHog's API v1 and v2: at its own paths where the API has no other meaning for them, and whole under /mailhog."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket

from mailtrap_local import limits, mime
from mailtrap_local.compat import exchange, following, jim
from mailtrap_local.compat.mailhog_message import message_of, section
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http import answer, isolation
from mailtrap_local.http.route import Call, Front, Route
from mailtrap_local.mime.text import fold
from mailtrap_local.model import Event, Part, Summary
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import Column, Contains, InSource, Or
from mailtrap_local.store.base import Selection

JSON_TEXT = "text/json"
LIMIT, LARGEST = 50, 250
ALL = 1_000  # that v1 lists

# kind of a search: the columns that hold it decoded, and the header field that holds it as it was sent ("" for all)
_KINDS: dict[str, tuple[tuple[Column, ...], str]] = {
    "from": (("mail_from", "sender"), "from"),
    "to": (("rcpt", "recipients"), "to"),
    "containing": (("text",), ""),
}


async def list_all(call: Call) -> Response:
    """GET /v1/messages: the newest first, without anything around them."""
    newest = await call.mailbox.newest(Selection(inbox=call.inbox), limit=ALL)
    return answer.streamed(exchange.array(_items(call, newest)), media=JSON_TEXT, to=call.connection)


async def delete_all(call: Call) -> Response:
    """DELETE /v1/messages."""
    await exchange.expect_nothing(call)
    await call.mailbox.delete(Selection(inbox=call.inbox))
    return Response(media_type=JSON_TEXT)


async def show(call: Call) -> Response:
    """GET /v1/messages/{id}; null if there is none, as clients expect it."""
    try:
        data = await _message(call, call.path("id"))
    except NotFound:
        data = b"null"
    return await answer.packed(data, media=JSON_TEXT, to=call.connection)


async def delete(call: Call) -> Response:
    """DELETE /v1/messages/{id}."""
    await exchange.expect_nothing(call)
    if not await call.mailbox.delete(Selection(inbox=call.inbox, ids=(call.path("id"),))):
        raise NotFound("there is no such message")
    return Response(media_type=JSON_TEXT)


async def download(call: Call) -> Response:
    """GET /v1/messages/{id}/download: the bytes as they were sent."""
    message_id = call.path("id")
    data = await call.mailbox.raw(message_id, inbox=call.inbox)
    named = {"content-disposition": f'attachment; filename="{message_id}.eml"'}
    return isolation.text_of(data, media="message/rfc822", headers=named)


async def download_part(call: Call) -> Response:
    """GET /v1/messages/{id}/mime/part/{part}/download: its content, decoded."""
    message_id, number = call.path("id"), call.path("part")
    raw = await call.mailbox.raw(message_id, inbox=call.inbox)
    decoded = await exchange.pure(lambda: _decoded(raw, number), size=len(raw))
    if decoded is None:
        raise NotFound(f"the message has no part {number[:20]!r}")
    part, content = decoded
    return isolation.file(part, content, filename=f"{message_id}-part-{number}")


def _decoded(raw: bytes, number: str) -> tuple[Part, bytes] | None:
    found = section(raw, number)
    return None if found is None else mime.content(found, "0")


async def release(_: Call) -> Response:
    """POST /v1/messages/{id}/release, there being nowhere to release to."""
    return answer.not_found()


async def events(call: Call) -> Response:
    """GET /v1/events: each message that comes."""
    return following.by_event_stream(call, _frames)


async def websocket(front: Front, socket: WebSocket) -> None:
    """WS /v2/websocket: each message that comes."""
    await following.by_socket(front, socket, _frames)


async def list_slice(call: Call) -> Response:
    """GET /v2/messages."""
    return await _slice(call, Selection(inbox=call.inbox), media=JSON_TEXT)


async def search(call: Call) -> Response:
    """GET /v2/search: found as MailHog finds it, in what was sent, and in what that says when it is decoded."""
    query = _query(call.text("kind"), call.text("query"))
    return await _slice(call, Selection(inbox=call.inbox, query=query), media=answer.JSON)


async def outgoing(call: Call) -> Response:
    """GET /v2/outgoing-smtp: there are no servers to release to."""
    return await answer.json({}, to=call.connection)


def _query(kind: str, text: str) -> Query:
    """Raises BadRequest."""
    if kind not in _KINDS:
        raise BadRequest(f"kind={kind[:20]!r} is not known; it is one of {', '.join(_KINDS)}")
    if not fold(text) or len(text) > limits.QUERY_CHARACTERS:
        raise BadRequest(f"query= is the text to find, of at most {limits.QUERY_CHARACTERS} characters")
    columns, field = _KINDS[kind]
    return Query(text, Or((Contains(columns, (fold(text),), text), InSource(field, text.lower(), text)), text))


async def _slice(call: Call, selection: Selection, *, media: str) -> Response:
    start, limit = call.number("start", 0), min(call.number("limit", LIMIT) or LIMIT, LARGEST)
    page = await call.mailbox.page(selection, start=start, limit=limit)
    head = exchange.encoded({"total": page.matched, "count": len(page.summaries), "start": start})
    return answer.streamed(_sliced(call, head, page.summaries), media=media, to=call.connection)


async def _sliced(call: Call, head: bytes, summaries: tuple[Summary, ...]) -> AsyncIterator[bytes]:
    yield head[:-1] + b',"items":'
    async for piece in exchange.array(_items(call, summaries)):
        yield piece
    yield b"}"


async def _items(call: Call, summaries: tuple[Summary, ...]) -> AsyncIterator[bytes]:
    for summary in summaries:
        with suppress(NotFound):  # deleted since
            yield await _message(call, summary.id)


async def _frames(call: Call, inbox: str | None, event: Event) -> AsyncIterator[str]:
    if event.kind != "new" or event.summary is None or inbox not in (None, event.inbox):
        return
    async for item in _items(call, (event.summary,)):
        yield item.decode()


async def _message(call: Call, message_id: str) -> bytes:
    record = await call.mailbox.record(message_id, inbox=call.inbox)
    raw = await call.mailbox.raw(message_id, inbox=call.inbox)
    hostname = call.front.settings.hostname
    return await exchange.pure(
        lambda: exchange.encoded(message_of(record, raw, hostname=hostname)), size=record.summary.size
    )


_V1, _V2 = "/api/v1", "/api/v2"
_MESSAGE = f"{_V1}/messages/{{id}}"
_TABLE: tuple[tuple[str, str, Any, str, str], ...] = (
    ("GET", f"{_V1}/messages", list_all, JSON_TEXT, "List messages, newest first"),
    ("DELETE", f"{_V1}/messages", delete_all, JSON_TEXT, "Delete all messages"),
    ("GET", _MESSAGE, show, JSON_TEXT, "A message"),
    ("DELETE", _MESSAGE, delete, JSON_TEXT, "Delete a message"),
    ("GET", f"{_MESSAGE}/download", download, "message/rfc822", "Its source"),
    ("GET", f"{_MESSAGE}/mime/part/{{part}}/download", download_part, "application/octet-stream", "A part of it"),
    ("POST", f"{_MESSAGE}/release", release, JSON_TEXT, "Release to a real server: off"),
    ("GET", f"{_V1}/events", events, "text/event-stream", "Messages as they come"),
    ("GET", f"{_V2}/messages", list_slice, JSON_TEXT, "List messages, newest first"),
    ("GET", f"{_V2}/search", search, answer.JSON, "Search messages, newest first"),
    ("GET", f"{_V2}/jim", jim.show, answer.JSON, "Jim's chances"),
    ("POST", f"{_V2}/jim", jim.begin, answer.JSON, "Begin with Jim"),
    ("PUT", f"{_V2}/jim", jim.change, answer.JSON, "Change Jim's chances"),
    ("DELETE", f"{_V2}/jim", jim.end, answer.JSON, "End with Jim"),
    ("GET", f"{_V2}/outgoing-smtp", outgoing, answer.JSON, "Servers to release to: none"),
    ("WS", f"{_V2}/websocket", websocket, answer.JSON, "Messages as they come"),
)
_TAKEN = (f"{_V1}/messages",)  # by the API, which deletes all the same and lists in another form

ROUTES = tuple(
    Route(method, prefix + path, handler, summary, media=media, peer="MailHog", changes=method not in ("GET", "WS"))
    for prefix in ("", "/mailhog")
    for method, path, handler, media, summary in _TABLE
    if prefix or path not in _TAKEN
)
