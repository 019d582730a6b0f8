"""Rate limits: those in force with what they have held back, and setting them; in a scope those of its inbox."""

from collections.abc import Iterable

import msgspec
from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.rates import Limit, Metered, read


async def list_limits(call: Call) -> Response:
    """GET /rate-limits."""
    return await _listed(call, call.front.rates.all(inbox=call.inbox))


async def add_limits(call: Call) -> Response:
    """POST /rate-limits: more, behind those there are; what was added is told."""
    rule = await bodies.read(call, schema.RateRule)
    return await _listed(call, call.front.rates.add(_limits(call, rule)))


async def set_limits(call: Call) -> Response:
    """PUT /rate-limits: these and no others; each begins with a full bucket."""
    wanted = await bodies.read(call, schema.RateRules)
    limits = [limit for rule in wanted.Limits for limit in _limits(call, rule)]
    return await _listed(call, call.front.rates.set(limits, inbox=call.inbox))


async def remove_limits(call: Call) -> Response:
    """DELETE /rate-limits: all of the scope. Raises BadRequest for a body that may have meant less."""
    if (await call.body()).strip() not in (b"", b"{}"):
        raise BadRequest(
            "DELETE /rate-limits takes no body and removes all rate limits of its scope; one is /rate-limits/{id}"
        )
    call.front.rates.set((), inbox=call.inbox)
    return answer.ok()


async def show_limit(call: Call) -> Response:
    """GET /rate-limits/{id}."""
    return await answer.json(_told(_found(call)), to=call.connection)


async def remove_limit(call: Call) -> Response:
    """DELETE /rate-limits/{id}."""
    call.front.rates.remove(_found(call).id)
    return answer.ok()


async def list_presets(call: Call) -> Response:
    """GET /rate-limits/presets."""
    from mailtrap_local.rates.presets import RATE_PRESETS

    presets = [
        schema.RatePreset(
            each.name, each.summary, each.source, each.note, [_rule_of(limit) for limit in read({"preset": each.name})]
        )
        for each in RATE_PRESETS.values()
    ]
    return await answer.json(schema.RatePresets(presets), to=call.connection)


def _rule_of(limit: Limit) -> schema.RateRule:
    return schema.RateRule(
        Per=limit.per, Count=limit.count, Seconds=limit.seconds, Where=limit.where, Reply=limit.reply
    )


def _found(call: Call) -> Metered:
    """The limit in the path. Raises NotFound, also for one that is not of the scope."""
    found = call.front.rates.get(call.path("id"))
    if call.inbox not in (None, found.limit.inbox):
        raise NotFound(f"there is no rate limit {found.id!r} in the inbox {call.inbox!r}")
    return found


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
        ID=metered.id,
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


async def _listed(call: Call, found: Iterable[Metered]) -> Response:
    from mailtrap_local.rates.presets import RATE_PRESETS

    return await answer.json(schema.RateLimits([_told(each) for each in found], list(RATE_PRESETS)), to=call.connection)
