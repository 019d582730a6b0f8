"""POST /message/{id}/bounce: the report of a message that a mail system would send, made and sent on its way."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call

if TYPE_CHECKING:
    from mailtrap_local.bounces import Order


async def bounce(call: Call) -> Response:
    """POST /message/{id}/bounce; without a body a failure of all recipients, into the catcher."""
    from mailtrap_local.bounces import bounce as make  # here: most runs make none, and a start would load clients too
    from mailtrap_local.fetch import Reach

    wanted = await bodies.read_any(call, schema.BounceOrder)
    message_id = await call.message_id()
    settings = call.front.settings
    outcome = await make(
        _order(wanted),
        await call.mailbox.record(message_id, inbox=call.inbox),
        await call.mailbox.raw(message_id, inbox=call.inbox),
        mailbox=call.mailbox,
        hostname=settings.hostname,
        reach=Reach(internal=settings.allow_internal),
    )
    silent = [schema.Silence(address, reason) for address, reason in outcome.silent.items()]
    told = schema.Bounced(outcome.kind, list(outcome.recipients), outcome.report, outcome.reply, silent)
    return await answer.json(told, to=call.connection)


def _order(wanted: schema.BounceOrder) -> "Order":
    from mailtrap_local.bounces import Order

    return Order(
        kind=wanted.Kind,
        recipients=tuple(wanted.Recipients),
        status=wanted.Status,
        diagnostic=wanted.Diagnostic,
        remote_mta=wanted.RemoteMTA,
        feedback=wanted.FeedbackType,
        deliver=wanted.Deliver,
        server=wanted.Server,
        url=wanted.URL,
    )
