"""Jim, MailHog's monkey, who breaks connections by chance. His chances are fault rules like any other; he is off when
none of them is there any more.

MailHog looks for a disconnect after each read; here there is one chance for each command, and one for the mail itself.
It slows a whole connection down; here it is the mail, at one speed between the two. In an inbox's scope he spares who
connects and says hello, since nobody knows then whose mail it will be.
"""

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.responses import Response

from mailtrap_local.errors import BadRequest, MailtrapLocalError, NotFound
from mailtrap_local.faults import Fault, Faults, read
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call, Front
from mailtrap_local.stages import Stage

_SEEDS = 2**31
_SHY: tuple[Stage, ...] = ("connect", "helo")  # where no inbox is known
_READS: tuple[Stage, ...] = ("helo", "mail", "rcpt", "data", "body")


class Jim(msgspec.Struct):
    """His chances, from 0 to 1, and the speeds, in bytes a second; what a body leaves out is 0."""

    DisconnectChance: float = 0
    AcceptChance: float = 0
    LinkSpeedAffect: float = 0
    LinkSpeedMin: float = 0
    LinkSpeedMax: float = 0
    RejectSenderChance: float = 0
    RejectRecipientChance: float = 0
    RejectAuthChance: float = 0


USUAL = Jim(
    DisconnectChance=0.005,
    AcceptChance=0.99,
    LinkSpeedAffect=0.1,
    LinkSpeedMin=1024,
    LinkSpeedMax=10240,
    RejectSenderChance=0.05,
    RejectRecipientChance=0.05,
    RejectAuthChance=0.05,
)


@dataclass(slots=True)
class _Monkeys:
    """The Jim of each scope, with the ids of his rules."""

    front: Front
    there: dict[str | None, tuple[Jim, tuple[str, ...]]] = field(default_factory=dict)

    def keep(self, scope: str | None, jim: Jim, rules: tuple[str, ...]) -> None:
        """Know this one, and forget those whose rules have gone."""
        left = {counted.id for counted in self.front.faults.all()}
        self.there = {each: kept for each, kept in self.there.items() if left.intersection(kept[1])}
        self.there[scope] = (jim, rules)


async def show(call: Call) -> Response:
    """GET /v2/jim; 404 if he is off."""
    return await answer.json(_found(call), to=call.connection)


async def begin(call: Call) -> Response:
    """POST /v2/jim: on, with the usual chances if the body is empty. Raises BadRequest if he is on."""
    if _rules_of(call):
        raise BadRequest("Jim is on already; PUT changes him")
    _set(call, await bodies.read(call, Jim) if await call.body() else USUAL)
    return Response(status_code=201)


async def change(call: Call) -> Response:
    """PUT /v2/jim; 404 if he is off."""
    _found(call)
    _set(call, await bodies.read(call, Jim))
    return Response()


async def end(call: Call) -> Response:
    """DELETE /v2/jim; 404 if he is off."""
    _found(call)
    _remove(call.front.faults, _rules_of(call))
    del call.front.one(_Monkeys).there[call.inbox]
    return Response()


def _found(call: Call) -> Jim:
    """Raises NotFound."""
    if not _rules_of(call):
        raise NotFound("Jim is off; POST begins with him")
    return call.front.one(_Monkeys).there[call.inbox][0]


def _rules_of(call: Call) -> list[str]:
    """The ids of those of his rules that are still there."""
    _, rules = call.front.one(_Monkeys).there.get(call.inbox, (USUAL, ()))
    there = {counted.id for counted in call.front.faults.all()}
    return [rule for rule in rules if rule in there]


def _set(call: Call, jim: Jim) -> None:
    """Put his rules in force instead of those he had. Raises BadRequest, Busy, and changes nothing then."""
    faults, before = call.front.faults, _rules_of(call)
    wanted = list(_faults(jim, call.inbox))
    added: list[str] = []
    try:
        for fault in wanted:
            added.append(faults.add(fault).id)
    except MailtrapLocalError:
        _remove(faults, added)
        raise
    _remove(faults, before)
    call.front.one(_Monkeys).keep(call.inbox, jim, tuple(added))


def _remove(faults: Faults, rules: list[str]) -> None:
    for rule in rules:
        faults.remove(rule)


def _faults(jim: Jim, inbox: str | None) -> Iterator[Fault]:
    """Raises BadRequest for chances and speeds that cannot be."""
    if not 0 <= jim.LinkSpeedMin <= jim.LinkSpeedMax:
        raise BadRequest("LinkSpeedMin is from 0 to LinkSpeedMax")
    speed = max(1, round(random.uniform(jim.LinkSpeedMin, jim.LinkSpeedMax)))
    table: list[tuple[str, Stage, float, dict[str, Any]]] = [
        ("accept", "connect", 1 - jim.AcceptChance, {"action": "disconnect"}),
        *(("disconnect", stage, jim.DisconnectChance, {"action": "disconnect"}) for stage in _READS),
        ("link speed", "body", jim.LinkSpeedAffect, {"rate": speed}),
        ("sender", "mail", jim.RejectSenderChance, {"reply": "550 Invalid sender"}),
        ("recipient", "rcpt", jim.RejectRecipientChance, {"reply": "550 Invalid recipient"}),
        ("login", "auth", jim.RejectAuthChance, {"reply": "500 Unrecognised command"}),
    ]
    for name, stage, chance, what in table:
        if inbox is None or stage not in _SHY:
            scope = {"where": stage, "inbox": inbox, "name": f"Jim: {name}"}
            yield read({**scope, **what, "probability": chance, "seed": secrets.randbelow(_SEEDS)})
