"""A rate limit: so many in so long, for each of what. A value.

    per        peer (the client's address), user (the login), mailfrom, domain (of a recipient) or inbox
    count      so many
    seconds    in so long; each that went through comes back after seconds / count
    burst      so many at once; `count` if left out
    reply      what is said to one too many
    where      the stage at which it is counted: mail, or rcpt for a domain
    inbox      only what is on its way to this inbox
    name       what people call it

Numbers and words of the presets are like those that providers have; theirs differ by account and change.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest
from mailtrap_local.faults.reply import checked
from mailtrap_local.mailbox.intake import inbox_name

Per = Literal["peer", "user", "mailfrom", "domain", "inbox"]
Where = Literal["mail", "rcpt", "end-of-data"]
PER: tuple[Per, ...] = get_args(Per)
DAY, HOUR, MINUTE = 86_400, 3_600, 60


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One limit; make it with `read`, which checks it."""

    per: Per
    count: int
    seconds: float
    reply: str = "450 4.7.1 Too much mail, try again later"
    burst: int | None = None
    where: Where = "mail"
    inbox: str | None = None
    name: str = ""


def _limit(per: Per, count: int, seconds: float, reply: str, **more: Any) -> dict[str, Any]:
    return {"per": per, "count": count, "seconds": seconds, "reply": reply, **more}


RATE_PRESETS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "gmail": (
        _limit("user", 2_000, DAY, "550 5.4.5 Daily user sending limit exceeded."),
        _limit(
            "peer", 60, MINUTE,
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP address.\n"
            "421 4.7.28 To protect our users, mail has been temporarily rate limited.",
        ),
    ),
    "outlook": (
        _limit("user", 30, MINUTE,
               "421 4.4.2 Message submission rate for this client has exceeded the configured limit"),
    ),
    "amazon-ses": (
        _limit("user", 1, 1, "454 Throttling failure: Maximum sending rate exceeded.", where="end-of-data"),
        _limit("user", 200, DAY, "454 Throttling failure: Daily message quota exceeded.", where="end-of-data"),
    ),
    "mailgun": (
        _limit("user", 100, HOUR, "421 4.7.0 Domain is not allowed to send: hourly limit exceeded",
               where="end-of-data"),
    ),
    "mailtrap": (
        _limit("inbox", 1, 1, "550 5.7.0 Requested action not taken: too many emails per second", where="end-of-data"),
    ),
}  # fmt: skip


def read(values: Mapping[str, Any]) -> tuple[Limit, ...]:
    """The limit that these fields describe, or those of the preset that they name. Raises BadRequest."""
    given = {name: value for name, value in values.items() if value is not None}
    name = given.pop("preset", None)
    if name is None:
        return (_read(given),)
    preset = RATE_PRESETS.get(name) if isinstance(name, str) else None
    if preset is None:
        raise BadRequest(f"{name!r} is no preset of rate limits; there are {', '.join(RATE_PRESETS)}")
    strangers = given.keys() - {"inbox", "name"}
    if strangers:
        raise BadRequest(
            f"a preset has its own {', '.join(sorted(strangers))}; with it only inbox and name can be given"
        )
    return tuple(_read({"name": name, **fields, **given}) for fields in preset)


def _read(given: dict[str, Any]) -> Limit:
    if given.get("per") == "domain":
        given.setdefault("where", "rcpt")
    try:
        limit = msgspec.convert(given, Limit)
    except msgspec.ValidationError as error:
        fields, words = ", ".join(Limit.__struct_fields__), str(error).replace("$.", "")
        raise BadRequest(
            f"this is no rate limit: {words} (fields are {fields}; per is one of {', '.join(PER)})"
        ) from None
    for name, value in (("count", limit.count), ("burst", 1 if limit.burst is None else limit.burst)):
        if not 1 <= value <= limits.FAULT_COUNT:
            raise BadRequest(f"{name} is {value}; it is a whole number from 1 on")
    if not 0.001 <= limit.seconds <= 366 * DAY:
        raise BadRequest(f"seconds is {limit.seconds:g}; it is from 0.001 to {366 * DAY}")
    if limit.per == "domain" and limit.where != "rcpt":
        raise BadRequest("the domain of a recipient is counted at rcpt")
    if len(limit.name) > limits.FAULT_NAME or not limit.name.isprintable():
        raise BadRequest(f"the name of a rate limit is one line of {limits.FAULT_NAME} characters at most")
    inbox = None if limit.inbox is None else inbox_name(limit.inbox)
    if inbox == "":
        raise BadRequest(f"inbox {limit.inbox!r} is no name; leave it out to mean all of them")
    return msgspec.structs.replace(limit, reply=checked(limit.reply), inbox=inbox)
