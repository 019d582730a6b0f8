"""One message: everything about it, its headers, tree, preview and source."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from mailtrap_local import limits, model
from mailtrap_local.api import schema
from mailtrap_local.api.wire import header_of, message_of, named, part_of, session_of
from mailtrap_local.errors import NotFound
from mailtrap_local.http import answer, guard, isolation
from mailtrap_local.http.route import Call
from mailtrap_local.store.base import Selection

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FOLD = re.compile(r"\r?\n[ \t]*|\r[ \t]+")


async def show(call: Call) -> Response:
    """GET /message/{id}; marks it read, but with `?peek=1`."""
    message_id = await call.message_id()
    message = await call.mailbox.message(message_id, inbox=call.inbox, within=call.text("within"))
    read = await mark_seen(call, message.record.summary)
    return await made(call, message, await maker(call, message, read=read))


async def maker(call: Call, message: model.Message, *, read: bool) -> Callable[[], schema.Message]:
    """What makes the wire form of a message, with a checksum for each file: pure work, for a thread if it is large."""
    files = frozenset(part.path for part in (*message.parsed.inline, *message.parsed.attachments) if named(part))
    message_id, within = message.record.summary.id, call.text("within")
    sums = await call.mailbox.checksums(message_id, files, inbox=call.inbox, within=within)
    return lambda: message_of(message, read=read, sums=sums)


async def made(call: Call, message: model.Message, make: Callable[[], Any]) -> Response:
    """What `make` makes of a message, as JSON; of a large one in a thread, since it may have thousands of parts."""
    if message.record.summary.size <= limits.PARSE_INLINE:
        data = answer.encode(make())
    else:
        data = await asyncio.to_thread(lambda: answer.encode(make()))
    return await answer.packed(data, media="application/json", to=call.connection)


async def mark_seen(call: Call, summary: model.Summary) -> bool:
    """Mark a message read because somebody got it whole; not for `?peek=1`, and not for HEAD. Its state after that."""
    if summary.read or call.flag("peek") or call.method == "HEAD":
        return summary.read
    await call.mailbox.mark(Selection(ids=(summary.id,)), read=True)
    return True


async def headers(call: Call) -> Response:
    """GET /message/{id}/headers: a map of names as Mailpit has it; with `?order=1` a list as they were sent."""
    message = await call.mailbox.message(await call.message_id(), inbox=call.inbox, within=call.text("within"))
    fields = message.parsed.headers
    if call.flag("order"):
        return await made(call, message, lambda: [header_of(field) for field in fields])
    return await made(call, message, lambda: _by_name(fields))


def _by_name(fields: tuple[model.Header, ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for field in fields:
        values.setdefault(_canonical(field.name), []).append(_FOLD.sub(" ", field.raw).strip())
    return dict(sorted(values.items()))


def _canonical(name: str) -> str:
    """A field name as Go's MIME library spells it: Message-Id, Mime-Version."""
    return "-".join(word.capitalize() for word in name.split("-")) if _TOKEN.fullmatch(name) else name


async def tree(call: Call) -> Response:
    """GET /message/{id}/tree."""
    message = await call.mailbox.message(await call.message_id(), inbox=call.inbox, within=call.text("within"))
    return await made(call, message, lambda: part_of(message.parsed.root))


async def session(call: Call) -> Response:
    """GET /message/{id}/session: the conversation that brought it."""
    record = await call.mailbox.record(await call.message_id(), inbox=call.inbox)
    if not record.origin.session:
        raise NotFound("this message did not come by SMTP, so there is no session")
    found = await call.front.sessions.get(record.origin.session)
    return await answer.json(session_of(found), to=call.connection)


async def raw(call: Call) -> Response:
    """GET /message/{id}/raw: the bytes as they were sent."""
    message_id = await call.message_id()
    data = await call.mailbox.raw(message_id, inbox=call.inbox, within=call.text("within"))
    named = {"content-disposition": f'attachment; filename="{message_id}.eml"'} if call.flag("dl") else {}
    return isolation.text_of(data, headers=named)


async def preview(call: Call) -> Response:
    """GET /message/{id}/preview: the HTML as an iframe shows it; `?count=1` tells what it keeps from loading."""
    remote = call.flag("remote")
    if remote:
        guard.check_writer(call.connection, allowed=call.front.settings.allow_origin)
    message_id = await call.message_id()
    within = call.text("within")
    if call.flag("count"):
        shown = await call.mailbox.preview(message_id, remote=False, inbox=call.inbox, within=within)
        return await answer.json(schema.Blocked(shown.blocked, list(shown.remote)), to=call.connection)
    return await isolation.previewed(call, message_id, remote=remote, images=not call.flag("noimages"), within=within)
