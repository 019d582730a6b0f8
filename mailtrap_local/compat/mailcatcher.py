"""MailCatcher's REST API and WebSocket. Its numbers of messages are our seqs, which arrive in order but skip some."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response
from starlette.websockets import WebSocket

from mailtrap_local import ids
from mailtrap_local.compat import exchange, following
from mailtrap_local.errors import NotFound
from mailtrap_local.http import answer, isolation
from mailtrap_local.http.route import Call, Front, Route
from mailtrap_local.model import Event, Message, Part, Record, Summary
from mailtrap_local.store.base import Selection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 15


class Attachment(msgspec.Struct):
    """A file of a message."""

    cid: str
    type: str
    filename: str
    size: int


class Mail(msgspec.Struct):
    """A message; what comes behind `created_at` is told of one that is asked for alone."""

    id: int
    sender: str
    recipients: list[str]
    subject: str
    size: str
    created_at: str
    type: str | UnsetType = UNSET
    formats: list[str] | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET


async def list_all(call: Call) -> Response:
    """GET /messages, the oldest first."""
    mails = _mails(call, exchange.oldest_first(call, Selection(inbox=call.inbox)))
    items = (exchange.encoded(mail) async for mail in mails)
    return answer.streamed(exchange.array(items), media=answer.JSON, to=call.connection)


async def _mails(call: Call, summaries: AsyncIterator[Summary]) -> AsyncIterator[Mail]:
    async for summary in summaries:
        with suppress(NotFound):  # deleted since
            yield _mail(await call.mailbox.record(summary.id, inbox=call.inbox))


def _mail(record: Record) -> Mail:
    summary = record.summary
    created = _EPOCH + timedelta(seconds=summary.created // 1_000_000)
    return Mail(
        id=summary.seq,
        sender=f"<{record.envelope.mail_from}>",
        recipients=[f"<{recipient.address}>" for recipient in record.envelope.recipients],
        subject=summary.head.subject,
        size=str(summary.size),
        created_at=created.isoformat(),
    )


async def _id(call: Call) -> str:
    """The id of the message that the path numbers. Raises NotFound."""
    number = call.path("number")
    if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
        seq = int(number)
        found = await call.mailbox.newest(Selection(inbox=call.inbox, after_seq=seq - 1, until_seq=seq))
        if found:
            return found[0].id
    raise NotFound(f"there is no message {number[:20]!r}")


async def _message(call: Call) -> Message:
    return await call.mailbox.message(await _id(call), inbox=call.inbox)


async def show(call: Call) -> Response:
    """GET /messages/{number}.json."""
    message = await _message(call)
    parsed, mail = message.parsed, _mail(message.record)
    mail.type = parsed.root.content_type
    texts = {"html": parsed.html, "plain": parsed.has_text}
    mail.formats = ["source", *(name for name, there in texts.items() if there)]
    mail.attachments = [_attachment(part) for part in sorted(parsed.attachments, key=lambda part: part.filename)]
    return await answer.json(mail, to=call.connection)


def _attachment(part: Part) -> Attachment:
    return Attachment(cid=_cid(part), type=part.content_type, filename=part.filename, size=part.size)


def _cid(part: Part) -> str:
    """What a part is asked for by: its Content-ID, or where it stands."""
    return part.content_id or part.path


async def html(call: Call) -> Response:
    """GET /messages/{number}.html: its HTML, isolated."""
    message = await _message(call)
    if not message.parsed.html:
        raise NotFound("this message has no HTML")
    return await isolation.previewed(call, message.record.summary.id)


async def plain(call: Call) -> Response:
    """GET /messages/{number}.plain: its text."""
    parsed = (await _message(call)).parsed
    if not parsed.has_text:
        raise NotFound("this message has no text")
    return isolation.text_of(parsed.text.encode())


async def source(call: Call) -> Response:
    """GET /messages/{number}.source: the bytes as they were sent."""
    return isolation.text_of(await call.mailbox.raw(await _id(call), inbox=call.inbox))


async def eml(call: Call) -> Response:
    """GET /messages/{number}.eml: the same, as a mail."""
    return isolation.text_of(await call.mailbox.raw(await _id(call), inbox=call.inbox), media="message/rfc822")


async def part(call: Call) -> Response:
    """GET /messages/{number}/parts/{cid}."""
    message = await _message(call)
    candidates = (*message.parsed.inline, *message.parsed.attachments)
    wanted = next((part for part in candidates if _cid(part) == call.path("cid")), None)
    if wanted is None:
        raise NotFound("this message has no such part")
    return isolation.file(*await call.mailbox.part(message.record.summary.id, wanted.path, inbox=call.inbox))


async def delete_all(call: Call) -> Response:
    """DELETE /messages."""
    await exchange.expect_nothing(call)
    await call.mailbox.delete(Selection(inbox=call.inbox))
    return Response(status_code=204)


async def delete(call: Call) -> Response:
    """DELETE /messages/{number}."""
    await exchange.expect_nothing(call)
    await call.mailbox.delete(Selection(inbox=call.inbox, ids=(await _id(call),)))
    return Response(status_code=204)


async def quit_(_: Call) -> Response:
    """DELETE /: nobody stops the server by a request."""
    return answer.text("this server is stopped where it was started", status=403)


async def websocket(front: Front, socket: WebSocket) -> None:
    """WS /messages."""
    await following.by_socket(front, socket, _frames)


async def _frames(call: Call, inbox: str | None, event: Event) -> AsyncIterator[str]:
    """What an event is to MailCatcher's clients, who know messages that come and go."""
    if not (inbox is None or event.inbox in (None, inbox)):
        return
    if event.kind in ("new", "restore"):
        some = (event.summary.id,) if event.summary is not None else event.ids
        async for frame in _added(call, Selection(inbox=inbox, ids=some)):
            yield frame
    elif event.kind == "delete":
        for frame in _removed(event.ids):
            yield frame
    elif event.kind == "truncate":
        yield _frame({"type": "clear"})
        async for frame in _added(call, Selection(inbox=inbox, until_seq=event.seq)):  # those of other inboxes
            yield frame


async def _added(call: Call, selection: Selection) -> AsyncIterator[str]:
    async for mail in _mails(call, exchange.oldest_first(call, selection)):
        yield _frame({"type": "add", "message": mail})


def _removed(some: Sequence[str]) -> list[str]:
    return [_frame({"type": "remove", "id": ids.seq_of(message_id)}) for message_id in some]


def _frame(value: object) -> str:
    return exchange.encoded(value).decode()


def _route(method: str, path: str, handler: object, summary: str, *, media: str = answer.JSON) -> Route:
    return Route(method, path, handler, summary, media=media, peer="MailCatcher", changes=method == "DELETE")


ROUTES = (
    _route("GET", "/messages", list_all, "List messages, oldest first"),
    _route("WS", "/messages", websocket, "Messages as they come and go"),
    _route("DELETE", "/messages", delete_all, "Delete all messages"),
    _route("GET", "/messages/{number}.json", show, "A message"),
    _route("GET", "/messages/{number}.html", html, "Its HTML, isolated", media="text/html"),
    _route("GET", "/messages/{number}.plain", plain, "Its text", media="text/plain"),
    _route("GET", "/messages/{number}.source", source, "Its source", media="text/plain"),
    _route("GET", "/messages/{number}.eml", eml, "Its source as a mail", media="message/rfc822"),
    _route("GET", "/messages/{number}/parts/{cid}", part, "A part of it", media="application/octet-stream"),
    _route("DELETE", "/messages/{number}", delete, "Delete a message"),
    _route("DELETE", "/", quit_, "Quit: never", media="text/plain"),
)
