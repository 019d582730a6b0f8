"""Pages of one message at addresses that people type and tests open: /view/latest, /view/{id}.html and .txt."""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from mailtrap_local.api.message import mark_seen
from mailtrap_local.errors import NotFound
from mailtrap_local.http import isolation
from mailtrap_local.http.paths import INBOX
from mailtrap_local.http.route import Call, WordedNotFound
from mailtrap_local.model import Message


async def latest(call: Call) -> Response:
    """GET /view/latest: on to the newest message, or to the list if there is none."""
    try:
        page = f"view/{await call.message_id()}"
    except WordedNotFound:
        page = ""
    scope = call.connection.scope.get(INBOX)
    prefix = "" if scope is None else f"inbox/{quote(scope, safe='')}/"
    return RedirectResponse(f"{call.front.settings.base_path}/{prefix}{page}", 302)


async def html(call: Call) -> Response:
    """GET /view/{id}.html: the HTML body, isolated like the preview."""
    message = await _message(call)
    if not message.parsed.html:
        raise WordedNotFound("This message does not contain a HTML part")
    await mark_seen(call, message.record.summary)
    return await isolation.previewed(call, message.record.summary.id)


async def plain(call: Call) -> Response:
    """GET /view/{id}.txt: the text body."""
    message = await _message(call)
    await mark_seen(call, message.record.summary)
    return isolation.text_of(message.parsed.text.encode())


async def _message(call: Call) -> Message:
    try:
        return await call.mailbox.message(await call.message_id(), inbox=call.inbox)
    except NotFound:
        raise WordedNotFound("Message not found") from None
