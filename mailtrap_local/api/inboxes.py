"""Inboxes: which there are, and emptying one."""

from starlette.responses import Response

from mailtrap_local.api import answer, schema
from mailtrap_local.api.messages import remove
from mailtrap_local.api.route import Call
from mailtrap_local.api.wire import inbox_of
from mailtrap_local.errors import NotFound
from mailtrap_local.store.base import Selection


async def list_inboxes(call: Call) -> Response:
    """GET /inboxes: every inbox that holds a message; in an inbox's scope that one alone."""
    counts = await call.mailbox.inboxes()
    shown = [inbox_of(count) for count in counts if call.inbox in (None, count.name)]
    return await answer.json(schema.InboxList(shown), to=call.connection)


async def delete_inbox(call: Call) -> Response:
    """DELETE /inboxes/{name}: all its messages, and those of no other."""
    name = call.path("name")
    if call.inbox not in (None, name):
        raise NotFound(f"there is no inbox {name!r} in the scope of {call.inbox!r}")
    return await remove(call, Selection(inbox=name))


async def cursor(call: Call) -> Response:
    """GET /cursor: where the order of arrival stands now."""
    return await answer.json(schema.CursorNow(str(call.mailbox.hub.cursor)), to=call.connection)
