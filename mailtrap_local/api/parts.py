"""Parts of a message as files: never rendered, never run (SECURITY.md rule 8), and their thumbnails."""

import asyncio

from starlette.responses import Response

from mailtrap_local.api import thumbnail
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http import isolation
from mailtrap_local.http.route import Call, Front
from mailtrap_local.model import Part

_THUMBNAILS_AT_ONCE = 2


async def _part(call: Call) -> tuple[Part, bytes]:
    message_id = await call.message_id()
    return await call.mailbox.part(message_id, call.path("part"), inbox=call.inbox, within=call.text("within"))


async def content(call: Call) -> Response:
    """GET /message/{id}/part/{part}: the decoded bytes."""
    part, data = await _part(call)
    return isolation.file(part, data)


def _few_at_once(_: Front) -> asyncio.Semaphore:
    return asyncio.Semaphore(_THUMBNAILS_AT_ONCE)


async def thumb(call: Call) -> Response:
    """GET /message/{id}/part/{part}/thumb: a small JPEG, blank if the part is no image that can be shown."""
    try:
        part, data = await _part(call)
    except NotFound as error:
        raise BadRequest(str(error)) from None
    async with call.front.one(_few_at_once):
        small = await asyncio.to_thread(thumbnail.jpeg, data if part.content_type.startswith("image/") else b"")
    return Response(small, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})
