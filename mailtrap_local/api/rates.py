"""Rate limits: those in force with what they have held back, and setting them; in a scope those of its inbox."""

from collections.abc import Iterable

import msgspec
from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.errors import BadRequest
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.rates import RATE_PRESETS, Limit, Metered, read


async def list_limits(call: Call) -> Response:
    """GET /rate-limits."""
    return await _listed(call)


async def set_limits(call: Call) -> Response:
    """PUT /rate-limits: these and no others; each begins with a full bucket."""
    wanted = await bodies.read(call, schema.RateRules)
    call.front.rates.set([limit for rule in wanted.Limits for limit in _limits(call, rule)], inbox=call.inbox)
    return await _listed(call)


async def remove_limits(call: Call) -> Response:
    """DELETE /rate-limits: all of the scope. Raises BadRequest for a body that may have meant less."""
    if (await call.body()).strip() not in (b"", b"{}"):
        raise BadRequest("DELETE /rate-limits takes no body and removes all rate limits of its scope")
    call.front.rates.set((), inbox=call.inbox)
    return answer.ok()


def _limits(call: Call, rule: schema.RateRule) -> Iterable[Limit]:
    given = {name.lower(): value for name, value in msgspec.structs.asdict(rule).items() if value is not None}
    if call.inbox is not None:
        if given.get("inbox", call.inbox) != call.inbox:
            raise BadRequest(f"the scope is inbox {call.inbox!r}, the body says {given['inbox']!r}; leave one out")
        given["inbox"] = call.inbox
    return read(given)


def _told(metered: Metered) -> schema.RateLimit:
    limit = metered.limit
    return schema.RateLimit(
        Name=limit.name,
        Per=limit.per,
        Count=limit.count,
        Seconds=limit.seconds,
        Burst=limit.burst or limit.count,
        Where=limit.where,
        Reply=limit.reply,
        Inbox=limit.inbox,
        Passed=metered.passed,
        Refused=metered.refused,
        Keys=metered.keys,
    )


async def _listed(call: Call) -> Response:
    found = [_told(each) for each in call.front.rates.all(inbox=call.inbox)]
    return await answer.json(schema.RateLimits(found, list(RATE_PRESETS)), to=call.connection)
