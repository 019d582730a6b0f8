"""MailDev's REST API: under /api as version 3 has it, and at the root as versions before did.

Its live feed, which speaks Socket.IO, is not here. GET /email/{id} marks nothing read, since a GET changes nothing.
"""

from collections.abc import AsyncIterator, Sequence
from functools import partial, wraps
from typing import Any

import msgspec
from starlette.responses import Response

from mailtrap_local import __version__
from mailtrap_local.compat import exchange
from mailtrap_local.compat.maildev_message import Row, files, fits, generated_name, mail_of, row_of
from mailtrap_local.errors import BadRequest, MailtrapLocalError, NotFound
from mailtrap_local.http import answer, bodies, isolation
from mailtrap_local.http.route import Call, Handler, Route
from mailtrap_local.mime.text import fold
from mailtrap_local.model import Message, Summary
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import And, Compares, Contains, Node
from mailtrap_local.store.base import Selection

PAGE, LARGEST_PAGE = 50, 200
_NO_FILTERS = frozenset({"skip", "limit", "sort", "inbox"})
_ROW_FIELDS = frozenset({"id", "read", "subject", "size", "from", "to"})  # that a row has as a whole message has them

Filters = Sequence[tuple[list[str], str]]  # a dotted path and what stands there


class Chosen(msgspec.Struct):
    """The body of a delete of several."""

    ids: list[str]


class Page(msgspec.Struct):
    """A page of rows."""

    items: list[Row]
    total: int
    storeTotal: int
    unread: int
    skip: int
    limit: int


def _told(handler: Handler) -> Handler:
    """A handler whose errors are told as JSON."""

    @wraps(handler)
    async def told(call: Call) -> Response:
        try:
            return await handler(call)
        except MailtrapLocalError as error:
            return await answer.json({"error": str(error)}, to=call.connection, status=answer.status_of(error))

    return told


async def list_all(call: Call) -> Response:
    """GET /email: whole messages, the oldest first; any other parameter is a field that a message must have."""
    order = exchange.newest_first if call.text("sort") == "desc" else exchange.oldest_first
    params = call.connection.query_params.multi_items()
    filters = [(name.split("."), value) for name, value in params if name not in _NO_FILTERS]
    mails = _mails(call, order(call, Selection(inbox=call.inbox)), filters)
    return answer.streamed(exchange.array(mails), media=answer.JSON, to=call.connection)


async def _mails(call: Call, summaries: AsyncIterator[Summary], filters: Filters) -> AsyncIterator[bytes]:
    skip, left = call.number("skip", 0), call.number("limit", -1)
    cheap = [(path, wanted) for path, wanted in filters if path[0] in _ROW_FIELDS]
    async for summary in summaries:
        if left == 0:
            return
        if (skip and not filters) or (cheap and not _fit(row_of(summary), cheap)):
            skip -= not filters
            continue
        try:
            message = await _message(call, summary.id)
        except NotFound:
            continue  # deleted since
        mail = await exchange.pure(partial(mail_of, message), size=summary.size)
        if not _fit(mail, filters):
            continue
        if skip:
            skip -= 1
            continue
        left -= 1
        yield exchange.encoded(mail)


def _fit(value: msgspec.Struct, filters: Filters) -> bool:
    plain = msgspec.to_builtins(value) if filters else {}
    return all(fits(plain, path, wanted) for path, wanted in filters)


async def list_rows(call: Call) -> Response:
    """GET /email/summary: a page of rows, the newest first."""
    query = _query(call.text("search"), unread=call.text("unread") == "true")
    selection = Selection(inbox=call.inbox, query=query)
    skip, limit = call.number("skip", 0), min(call.number("limit", PAGE) or PAGE, LARGEST_PAGE)
    page = await call.mailbox.page(selection, start=skip, limit=limit)
    summaries = page.summaries
    if call.text("sort") == "asc":
        end = max(page.matched - skip, 0)
        start = max(end - limit, 0)
        summaries = (await call.mailbox.page(selection, start=start, limit=end - start)).summaries[::-1]
    rows = [row_of(summary) for summary in summaries]
    listed = Page(rows, page.matched, page.total, page.unread, skip, limit)
    return await answer.json(listed, to=call.connection)


def _query(text: str, *, unread: bool) -> Query | None:
    wanted: list[Node] = [Compares("read", "=", 0, "unread")] if unread else []
    if needle := fold(text):
        wanted.append(Contains(("text",), (needle,), text))
    if not wanted:
        return None
    return Query(text, wanted[0] if len(wanted) == 1 else And(tuple(wanted), text))


async def show(call: Call) -> Response:
    """GET /email/{id}."""
    message = await _message(call, call.path("id"))
    data = await exchange.pure(lambda: exchange.encoded(mail_of(message)), size=message.record.summary.size)
    return await answer.packed(data, media=answer.JSON, to=call.connection)


async def _message(call: Call, message_id: str) -> Message:
    try:
        return await call.mailbox.message(message_id, inbox=call.inbox)
    except NotFound:
        raise NotFound("Email was not found") from None


async def html(call: Call) -> Response:
    """GET /email/{id}/html: its HTML, isolated."""
    message = await _message(call, call.path("id"))
    if not message.parsed.html:
        raise NotFound("Email has no HTML content")
    return await isolation.previewed(call, message.record.summary.id)


async def source(call: Call) -> Response:
    """GET /email/{id}/source: the bytes as they were sent."""
    return isolation.text_of(await call.mailbox.raw(call.path("id"), inbox=call.inbox))


async def download(call: Call) -> Response:
    """GET /email/{id}/download: the same, as a file."""
    data = await call.mailbox.raw(call.path("id"), inbox=call.inbox)
    named = {"content-disposition": f'attachment; filename="{call.path("id")}.eml"'}
    return isolation.text_of(data, media="message/rfc822", headers=named)


async def attachment(call: Call) -> Response:
    """GET /email/{id}/attachment/{filename}, by its generated name."""
    message = await _message(call, call.path("id"))
    wanted = call.path("filename")
    part = next((part for part in files(message.parsed) if generated_name(part) == wanted), None)
    if part is None:
        raise NotFound("Attachment was not found")
    return isolation.file(*await call.mailbox.part(message.record.summary.id, part.path, inbox=call.inbox))


async def delete(call: Call) -> Response:
    """DELETE /email/{id}."""
    await exchange.expect_nothing(call)
    if not await call.mailbox.delete(Selection(inbox=call.inbox, ids=(call.path("id"),))):
        raise NotFound("Email was not found")
    return await answer.json(True, to=call.connection)


async def delete_all(call: Call) -> Response:
    """DELETE /email/all."""
    await exchange.expect_nothing(call)
    await call.mailbox.delete(Selection(inbox=call.inbox))
    return await answer.json(True, to=call.connection)


async def delete_several(call: Call) -> Response:
    """POST /email/delete; no ids are none, never all."""
    ids = tuple(dict.fromkeys((await bodies.read(call, Chosen)).ids))
    if not all(message_id.strip() for message_id in ids):
        raise BadRequest("ids holds an empty id")
    selection = Selection(inbox=call.inbox, ids=ids)
    there = {summary.id for summary in await call.mailbox.newest(selection)}
    await call.mailbox.delete(selection)
    answered = {
        "deleted": [message_id for message_id in ids if message_id in there],
        "notFound": [message_id for message_id in ids if message_id not in there],
    }
    return await answer.json(answered, to=call.connection)


async def read_all(call: Call) -> Response:
    """PATCH /email/read-all; how many were unread."""
    count = await call.mailbox.mark(Selection(inbox=call.inbox), read=True)
    return await answer.json(count, to=call.connection)


async def relay(call: Call) -> Response:
    """POST /email/{id}/relay, there being nowhere to relay to."""
    return await answer.json({"error": "Outgoing mail not configured"}, to=call.connection, status=500)


async def reload(call: Call) -> Response:
    """GET /reloadMailsFromDirectory: there is no directory, and all that is stored is shown."""
    return await answer.json(True, to=call.connection)


async def config(call: Call) -> Response:
    """GET /config."""
    settings = {
        "version": __version__,
        "smtpPort": call.front.settings.smtp_port,
        "isOutgoingEnabled": False,
        "outgoingHost": None,
    }
    return await answer.json(settings, to=call.connection)


async def healthz(call: Call) -> Response:
    """GET /healthz."""
    return await answer.json(True, to=call.connection)


_TABLE: tuple[tuple[str, str, Any, str, str], ...] = (
    ("GET", "/email", list_all, answer.JSON, "List whole messages, oldest first"),
    ("GET", "/email/summary", list_rows, answer.JSON, "A page of rows, newest first"),
    ("DELETE", "/email/all", delete_all, answer.JSON, "Delete all messages"),
    ("POST", "/email/delete", delete_several, answer.JSON, "Delete some messages"),
    ("PATCH", "/email/read-all", read_all, answer.JSON, "Mark all messages read"),
    ("GET", "/email/{id}", show, answer.JSON, "A message"),
    ("DELETE", "/email/{id}", delete, answer.JSON, "Delete a message"),
    ("GET", "/email/{id}/html", html, "text/html", "Its HTML, isolated"),
    ("GET", "/email/{id}/source", source, "text/plain", "Its source"),
    ("GET", "/email/{id}/download", download, "message/rfc822", "Its source as a file"),
    ("GET", "/email/{id}/attachment/{filename}", attachment, "application/octet-stream", "A file of it"),
    ("POST", "/email/{id}/relay", relay, answer.JSON, "Relay to a real server: off"),
    ("POST", "/email/{id}/relay/{to}", relay, answer.JSON, "Relay to a real server: off"),
    ("GET", "/reloadMailsFromDirectory", reload, answer.JSON, "Nothing, there being no directory"),
    ("GET", "/config", config, answer.JSON, "What a user interface needs to know"),
    ("GET", "/healthz", healthz, answer.JSON, "The process answers"),
)

ROUTES = tuple(
    Route(method, prefix + path, _told(handler), summary, media=media, peer="MailDev", changes=method != "GET")
    for prefix in ("/api", "")
    for method, path, handler, media, summary in _TABLE
)
