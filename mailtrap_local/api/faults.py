"""Fault rules: which there are with what they have done, making, changing and removing them; and Mailpit's chaos.

In an inbox's scope a rule that is made has that inbox, and no other rule is seen, changed or removed.
"""

import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.responses import Response

from mailtrap_local.api import schema
from mailtrap_local.api.wire import moment
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.faults import Counted, Fault, read
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.stages import Stage


async def list_faults(call: Call) -> Response:
    """GET /faults, in the order in which they are asked."""
    return await _listed(call, call.front.faults.all(inbox=call.inbox))


async def add_fault(call: Call) -> Response:
    """POST /faults: one more, behind the others."""
    fault = _fault(call, await bodies.read(call, schema.FaultRule))
    return await answer.json(fault_of(call.front.faults.add(fault)), to=call.connection)


async def set_faults(call: Call) -> Response:
    """PUT /faults: these and no others."""
    wanted = await bodies.read(call, schema.FaultRules)
    faults = [_fault(call, rule) for rule in wanted.Faults]
    return await _listed(call, call.front.faults.set(faults, inbox=call.inbox))


async def remove_faults(call: Call) -> Response:
    """DELETE /faults: all of the scope. Raises BadRequest for a body that may have meant less."""
    if (await call.body()).strip() not in (b"", b"{}"):
        raise BadRequest("DELETE /faults takes no body and removes all faults of its scope; one is /faults/{id}")
    call.front.faults.clear(inbox=call.inbox)
    return answer.ok()


async def show_fault(call: Call) -> Response:
    """GET /faults/{id}."""
    return await answer.json(fault_of(_found(call)), to=call.connection)


async def change_fault(call: Call) -> Response:
    """PUT /faults/{id}: another rule in its place, counting from nothing."""
    rule_id = _found(call).id
    fault = _fault(call, await bodies.read(call, schema.FaultRule))
    return await answer.json(fault_of(call.front.faults.replace(rule_id, fault)), to=call.connection)


async def remove_fault(call: Call) -> Response:
    """DELETE /faults/{id}."""
    call.front.faults.remove(_found(call).id)
    return answer.ok()


async def reset_fault(call: Call) -> Response:
    """POST /faults/{id}/reset: count from nothing again."""
    return await answer.json(fault_of(call.front.faults.begin(_found(call).id)), to=call.connection)


async def list_presets(call: Call) -> Response:
    """GET /faults/presets."""
    from mailtrap_local.faults.presets import PRESETS

    presets = [
        schema.FaultPreset(each.name, each.summary, each.like, each.source, _rule_of(read({"preset": each.name})))
        for each in PRESETS.values()
    ]
    return await answer.json(schema.FaultPresets(presets), to=call.connection)


def fault_of(counted: Counted) -> schema.Fault:
    """A rule with its counts as the API tells it."""
    fields = {name: getattr(counted.fault, name.lower()) for name in schema.FaultFields.__struct_fields__}
    return schema.Fault(
        **fields,
        ID=counted.id,
        Matched=counted.matched,
        Fired=counted.fired,
        Remaining=counted.remaining,
        State=counted.state,
        Created=moment(counted.created),
    )


def _rule_of(fault: Fault) -> schema.FaultRule:
    """The fields of a fault that say something."""
    default = Fault(where=fault.where, action=fault.action)
    said = {name: getattr(fault, name.lower()) for name in schema.FaultFields.__struct_fields__}
    told = {
        name: value
        for name, value in said.items()
        if name in ("Where", "Action") or value != getattr(default, name.lower())
    }
    return schema.FaultRule(**told)


def _fault(call: Call, rule: schema.FaultRule) -> Fault:
    """The fault that a body describes, in the scope of the call. Raises BadRequest."""
    given = {name.lower(): value for name, value in msgspec.structs.asdict(rule).items() if value is not None}
    if call.inbox is not None:
        if given.get("inbox", call.inbox) != call.inbox:
            raise BadRequest(
                f"the scope is inbox {call.inbox!r}, the body says {given['inbox']!r}; leave one of them out"
            )
        given["inbox"] = call.inbox
    return read(given)


def _found(call: Call) -> Counted:
    """The rule in the path. Raises NotFound, also for one that is not of the scope."""
    counted = call.front.faults.get(call.path("id"))
    if call.inbox not in (None, counted.fault.inbox):
        raise NotFound(f"there is no fault {counted.id!r} in the inbox {call.inbox!r}")
    return counted


async def _listed(call: Call, found: Iterable[Counted]) -> Response:
    listed = schema.FaultList([fault_of(each) for each in found], call.front.faults.revision)
    return await answer.json(listed, to=call.connection)


# ---- Mailpit's chaos -------------------------------------------------------------------------------------------------

_SEEDS = 2**31


class _Trigger(msgspec.Struct, frozen=True):
    """One of Mailpit's three: what its rule is called, where it strikes, and what it says unless told otherwise."""

    name: str
    where: Stage
    code: int
    words: str


_TRIGGERS = {
    "Sender": _Trigger("chaos: sender", "mail", 451, "{0}.1.7 sender refused by chance"),
    "Recipient": _Trigger("chaos: recipient", "rcpt", 451, "{0}.1.1 recipient refused by chance"),
    "Authentication": _Trigger("chaos: authentication", "auth", 535, "{0}.7.8 login refused by chance"),
}


async def show_chaos(call: Call) -> Response:
    """GET /chaos: the rules that PUT made, as Mailpit has them."""
    return await answer.json(_chaos(call), to=call.connection)


async def set_chaos(call: Call) -> Response:
    """PUT /chaos: what is left out is off. Each trigger is a fault like any other; its seed is told there."""
    wanted = await bodies.read(call, schema.Chaos)
    made = {key: _chance(call, key, getattr(wanted, key)) for key in _TRIGGERS}
    for key in _TRIGGERS:
        rule, fault = _rule(call, key), made[key]
        if rule is not None:
            call.front.faults.remove(rule.id)
        if fault is not None:
            call.front.faults.add(fault)
    return await answer.json(_chaos(call), to=call.connection)


def _chaos(call: Call) -> schema.Chaos:
    return schema.Chaos(**{key: _trigger(_rule(call, key), trigger) for key, trigger in _TRIGGERS.items()})


def _trigger(rule: Counted | None, trigger: _Trigger) -> schema.ChaosTrigger:
    if rule is None:
        return schema.ChaosTrigger(trigger.code, 0)
    return schema.ChaosTrigger(int(rule.fault.reply[:3]), round(rule.fault.probability * 100))


def _rule(call: Call, key: str) -> Counted | None:
    """The rule that a trigger has made in this scope."""
    found = (each for each in call.front.faults.all() if each.fault.name == _TRIGGERS[key].name)
    return next((each for each in found if each.fault.inbox == call.inbox), None)


def _chance(call: Call, key: str, wanted: schema.ChaosTrigger | None) -> Fault | None:
    """The fault of a trigger; None if it is as one that is off. Raises BadRequest, in Mailpit's words."""
    trigger = _TRIGGERS[key]
    if wanted is None or (wanted.Probability == 0 and wanted.ErrorCode == trigger.code):
        return None
    if not 400 <= wanted.ErrorCode <= 599:
        raise BadRequest("error code must be between 400 and 599")
    if not 0 <= wanted.Probability <= 100:
        raise BadRequest("probability must be between 0 and 100")
    words = trigger.words.format(wanted.ErrorCode // 100)
    fields: dict[str, Any] = {"where": trigger.where, "reply": f"{wanted.ErrorCode} {words}", "name": trigger.name}
    if wanted.Probability < 100:
        fields |= {"probability": wanted.Probability / 100, "seed": secrets.randbelow(_SEEDS)}
    return read(fields | {"inbox": call.inbox})
