"""A fault: where it strikes, whom, what it does, and how often. A value; what has been counted is the registry's.

    where        a stage of the session (stages.py)
    match        a query over the envelope (search/envelope.py); "" matches everybody
    inbox        only what is on its way to this inbox
    action       reply       says `reply` and does nothing of what was asked for; 421 hangs up, and so does any reply at
                             connect (the greeting is refused) and at body (the mail is broken off)
                 delay       waits for `seconds`, and goes on
                 slow        the answer trickles out at `rate` octets a second; at body the mail is taken in so
                 disconnect  hangs up: with a FIN, or with `reset` by a RST
                 blackhole   never answers, for `seconds` (10 minutes if left out), and hangs up
    seconds      how long to wait before any of these
    bytes        at body: once so many octets of the mail have come
    times        fires so often, then is spent; None: as often as it matches
    after        leaves the first so many alone
    each         counts `times` and `after` apart for each recipient, sender, peer, user, inbox or session
    expires      seconds after which it fires no more
    probability  fires with it, by chance that begins with `seed`: the same seed, the same chances in the same order

What is left out of `action` is told by what is given: a `reply`, a `rate`, or `seconds`.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest
from mailtrap_local.faults.reply import checked
from mailtrap_local.mailbox.intake import inbox_name
from mailtrap_local.search import envelope
from mailtrap_local.stages import STAGES, Stage

Action = Literal["reply", "delay", "slow", "disconnect", "blackhole"]
Each = Literal["", "rcpt", "mailfrom", "peer", "user", "inbox", "session"]
ACTIONS: tuple[Action, ...] = get_args(Action)
EACH: tuple[Each, ...] = get_args(Each)

# What a query or a count can ask for at each stage; "" is plain text, which is sought in the addresses
_CONNECTED = frozenset({"peer", "session"})
_GREETED = _CONNECTED | {"helo"}
_NAMED = _GREETED | {"user", "inbox"}
_SENDING = _NAMED | {"mailfrom", ""}
_ADDRESSED = _SENDING | {"rcpt"}
KNOWN: Mapping[Stage, frozenset[str]] = {
    "connect": _CONNECTED,
    "helo": _GREETED,
    "auth": _NAMED,
    "mail": _SENDING,
    "rcpt": _ADDRESSED,
    "data": _ADDRESSED,
    "body": _ADDRESSED,
    "end-of-data": _ADDRESSED,
    "stored": _ADDRESSED,
    "quit": _NAMED,
}


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule; make it with `read`, which checks it."""

    where: Stage
    action: Action
    match: str = ""
    inbox: str | None = None
    reply: str = ""
    seconds: float = 0.0
    rate: int = 0
    bytes: int = 0
    reset: bool = False
    times: int | None = None
    after: int = 0
    each: Each = ""
    expires: float | None = None
    probability: float = 1.0
    seed: int | None = None
    name: str = ""  # what people call it; a preset's own name if it came of one


def read(values: Mapping[str, Any]) -> Fault:
    """The fault that these fields describe, `preset` among them; None stands for one left out. Raises BadRequest."""
    given = {name: value for name, value in values.items() if value is not None}
    if "preset" in given:
        from mailtrap_local.faults.presets import filled

        given = filled(given)
    for name in ("where", "action"):
        if isinstance(given.get(name), str):
            given[name] = given[name].strip().lower()
    if "action" not in given:
        given["action"] = _action(given)
    try:
        fault = msgspec.convert(given, Fault)
    except msgspec.ValidationError as error:
        raise BadRequest(f"this is no fault: {_worded(given, str(error))}") from None
    return _checked(fault)


def _action(given: Mapping[str, Any]) -> Action:
    if given.get("reply"):
        return "reply"
    if given.get("rate"):
        return "slow"
    if given.get("seconds"):
        return "delay"
    raise BadRequest(f"a fault needs an action: {', '.join(ACTIONS)}; or a reply, such as 451 4.7.1 Try again later")


def _worded(given: Mapping[str, Any], error: str) -> str:
    """What msgspec says, in the words of whoever wrote the fault."""
    for name, allowed in (("where", STAGES), ("action", ACTIONS), ("each", [each for each in EACH if each])):
        if name not in given:
            if name == "where":
                return f"it needs a stage: where is one of {', '.join(allowed)}"
        elif given[name] not in allowed and given[name] != "":
            return f"{name} is {given[name]!r}, and one of {', '.join(allowed)} is wanted"
    strangers = [name for name in given if name not in Fault.__struct_fields__]
    if strangers:
        return f"{', '.join(strangers)} is no part of one; there are {', '.join(Fault.__struct_fields__)}"
    return error.replace("$.", "")


def _checked(fault: Fault) -> Fault:
    """The fault with its texts tidied. Raises BadRequest for what cannot be, or cannot be meant."""
    _check_numbers(fault)
    _check_fit(fault)
    if fault.inbox is not None:
        inbox = inbox_name(fault.inbox)
        if not inbox:
            raise BadRequest(f"inbox {fault.inbox!r} is no name; leave it out to mean all of them")
        fault = msgspec.structs.replace(fault, inbox=inbox)
    if len(fault.name) > limits.FAULT_NAME or not fault.name.isprintable():
        raise BadRequest(f"the name of a fault is one line of {limits.FAULT_NAME} characters at most")
    if fault.reply:
        fault = msgspec.structs.replace(fault, reply=checked(fault.reply))
    _check_knowledge(fault)
    return fault


def _check_numbers(fault: Fault) -> None:
    bounds: tuple[tuple[str, float, float, float], ...] = (
        ("seconds", fault.seconds, 0, limits.FAULT_SECONDS),
        ("rate", fault.rate, 0, limits.FAULT_COUNT),
        ("bytes", fault.bytes, 0, limits.FAULT_COUNT),
        ("times", 1 if fault.times is None else fault.times, 1, limits.FAULT_COUNT),
        ("after", fault.after, 0, limits.FAULT_COUNT),
        ("expires", 1 if fault.expires is None else fault.expires, 0.001, limits.FAULT_COUNT),
        ("probability", fault.probability, 0, 1),
    )
    for name, value, low, high in bounds:
        if not low <= value <= high:  # which is so for NaN too
            raise BadRequest(f"{name} is {value:g}; it is from {low:g} to {high:g}")
    if fault.seed is not None and not 0 <= fault.seed < 2**63:
        raise BadRequest("seed is a whole number from 0 to 9223372036854775807")
    if fault.probability < 1 and fault.seed is None:
        raise BadRequest("a probability needs a seed, any whole number: with it a run can be had again")


def _check_fit(fault: Fault) -> None:
    action = fault.action
    needs = (
        ("reply", bool(fault.reply), action == "reply"),
        ("rate", fault.rate > 0, action == "slow"),
    )
    for name, given, wanted in needs:
        if given != wanted:
            raise BadRequest(f"the action {action} {'needs' if wanted else 'has no use for'} a {name}")
    if action == "delay" and not fault.seconds:
        raise BadRequest("the action delay needs seconds")
    if fault.reset and action != "disconnect":
        raise BadRequest("reset is how to disconnect; another action has no use for it")
    if fault.bytes and fault.where != "body":
        raise BadRequest(f"bytes are counted at body, not at {fault.where}")


def _check_knowledge(fault: Fault) -> None:
    """Nothing may be asked for that is not known at the stage: such a fault would never fire."""
    asked = set(envelope.asked_of(envelope.parse(fault.match))) if fault.match.strip() else set()
    asked |= ({"inbox"} if fault.inbox else set()) | ({fault.each} if fault.each else set())
    unknown = sorted(asked - KNOWN[fault.where])
    if unknown:
        names = ", ".join(each or "plain text, which is sought in the addresses," for each in unknown)
        later = next(stage for stage in STAGES if asked <= KNOWN[stage])
        raise BadRequest(f"{names} cannot be known at {fault.where}; the first stage that knows is {later}")
