"""What a test wants out of a message: links, codes, images, elements, how to unsubscribe. Nothing is fetched."""

from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.api.message import made
from mailtrap_local.api.wire import elements_of, images_of, links_of, unsubscribe_of
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call


async def links(call: Call) -> Response:
    """GET /message/{id}/links."""
    message = await call.mailbox.message(await call.message_id(), inbox=call.inbox)
    return await made(call, message, lambda: schema.LinkList(links_of(message.parsed)))


async def codes(call: Call) -> Response:
    """GET /message/{id}/codes: by the patterns that are known here, or by `?pattern=`."""
    message_id = await call.message_id()
    pattern = call.text("pattern")
    if pattern:
        found = await call.mailbox.captured(message_id, pattern, inbox=call.inbox)
    else:
        found = (await call.mailbox.message(message_id, inbox=call.inbox)).parsed.codes
    return await answer.json(schema.CodeList(list(found)), to=call.connection)


async def images(call: Call) -> Response:
    """GET /message/{id}/images."""
    message = await call.mailbox.message(await call.message_id(), inbox=call.inbox)
    return await made(call, message, lambda: schema.ImageList(images_of(message.parsed)))


async def unsubscribe(call: Call) -> Response:
    """GET /message/{id}/unsubscribe."""
    message = await call.mailbox.message(await call.message_id(), inbox=call.inbox)
    return await answer.json(unsubscribe_of(message.parsed.unsubscribe), to=call.connection)


async def select(call: Call) -> Response:
    """GET /message/{id}/select."""
    selected = await call.mailbox.select(await call.message_id(), call.text("css"), inbox=call.inbox)
    return await answer.json(elements_of(selected), to=call.connection)
