"""Inboxes: which there are, making one, and emptying one."""

from urllib.parse import quote

from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.api.messages import removed, told
from mailtrap_local.api.wire import inbox_of
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.store.base import Selection


async def list_inboxes(call: Call) -> Response:
    """GET /inboxes: every inbox that holds a message or was made; in an inbox's scope that one alone."""
    counts = await call.mailbox.inboxes()
    shown = [inbox_of(count, call.mailbox.made(count.name)) for count in counts if call.inbox in (None, count.name)]
    return await answer.json(schema.InboxList(shown), to=call.connection)


async def make_inbox(call: Call) -> Response:
    """POST /inboxes: a fresh inbox, with all that an app and a client need to use it. In a scope: that inbox."""
    wanted = await bodies.read_any(call, schema.InboxName)
    if call.inbox is not None and wanted.Name not in (None, call.inbox):
        raise BadRequest(f"the scope is inbox {call.inbox!r}, the body says {wanted.Name!r}; leave one of them out")
    made = await call.mailbox.make_inbox(call.inbox or wanted.Name)
    url = call.connection.url
    base = f"{url.scheme}://{url.netloc}{call.front.settings.base_path}"
    login = schema.InboxLogin(url.hostname or "localhost", call.front.settings.smtp_port, made.name, made.password)
    fresh = schema.MadeInbox(made.name, made.address, f"{base}/inbox/{quote(made.name, safe='')}", login)
    return await answer.json(fresh, to=call.connection)


async def delete_inbox(call: Call) -> Response:
    """DELETE /inboxes/{name}: all its messages, its credentials and its address, and nothing of any other."""
    name = call.path("name")
    if call.inbox not in (None, name):
        raise NotFound(f"there is no inbox {name!r} in the scope of {call.inbox!r}")
    undo = await removed(call, Selection(inbox=name))
    await call.mailbox.unmake_inbox(name, token=undo.undo if undo else "")
    return await told(call, undo)
