"""Tags: which there are, which messages bear them, and their names."""

from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.store.base import Selection


async def list_tags(call: Call) -> Response:
    """GET /tags."""
    return await answer.json(sorted(await call.mailbox.tags(inbox=call.inbox)), to=call.connection)


async def set_tags(call: Call) -> Response:
    """PUT /tags: these tags, and no others, for these messages. No ids mean no message."""
    tagging = await bodies.read(call, schema.Tagging)
    if tagging.IDs:
        await call.mailbox.tag(Selection(inbox=call.inbox, ids=tuple(tagging.IDs)), tagging.Tags)
    return answer.ok()


async def rename_tag(call: Call) -> Response:
    """PUT /tags/{tag}."""
    name = await bodies.read(call, schema.TagName)
    try:
        await call.mailbox.rename_tag(call.path("tag"), name.Name, inbox=call.inbox)
    except NotFound:
        raise _no_tag(call) from None
    return answer.ok()


async def remove_tag(call: Call) -> Response:
    """DELETE /tags/{tag}: off every message."""
    try:
        await call.mailbox.remove_tag(call.path("tag"), inbox=call.inbox)
    except NotFound:
        raise _no_tag(call) from None
    return answer.ok()


def _no_tag(call: Call) -> BadRequest:
    return BadRequest(f"tag not found: {call.path('tag')}")
