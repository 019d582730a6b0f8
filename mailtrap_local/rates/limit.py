"""A rate limit: so many in so long, for each of what. A value.

per        peer (the client's address), user (the login), mailfrom, domain (of a recipient) or inbox
count      so many
seconds    in so long; each that went through comes back after seconds / count
burst      so many at once; `count` if left out
reply      what is said to one too many
where      the stage at which it is counted: mail, data or end-of-data; rcpt for a domain
inbox      only what is on its way to this inbox
name       what people call it
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
Where = Literal["mail", "rcpt", "data", "end-of-data"]
PER: tuple[Per, ...] = get_args(Per)
LONGEST = 366 * 86_400  # seconds


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


def read(values: Mapping[str, Any]) -> tuple[Limit, ...]:
    """The limit that these fields describe, or those of the preset that they name. Raises BadRequest."""
    given = {name: value for name, value in values.items() if value is not None}
    name = given.pop("preset", None)
    if name is None:
        return (_read(given),)
    from mailtrap_local.rates.presets import RATE_PRESETS

    preset = RATE_PRESETS.get(name) if isinstance(name, str) else None
    if preset is None:
        raise BadRequest(f"{name!r} is no preset of rate limits; there are {', '.join(RATE_PRESETS)}")
    strangers = given.keys() - {"inbox", "name"}
    if strangers:
        raise BadRequest(
            f"a preset has its own {', '.join(sorted(strangers))}; with it only inbox and name can be given"
        )
    return tuple(_read({"name": name, **fields, **given}) for fields in preset.limits)


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
    if not 0.001 <= limit.seconds <= LONGEST:
        raise BadRequest(f"seconds is {limit.seconds:g}; it is from 0.001 to {LONGEST}")
    if limit.per == "domain" and limit.where != "rcpt":
        raise BadRequest("the domain of a recipient is counted at rcpt")
    if len(limit.name) > limits.FAULT_NAME or not limit.name.isprintable():
        raise BadRequest(f"the name of a rate limit is one line of {limits.FAULT_NAME} characters at most")
    inbox = None if limit.inbox is None else inbox_name(limit.inbox)
    if inbox == "":
        raise BadRequest(f"inbox {limit.inbox!r} is no name; leave it out to mean all of them")
    return msgspec.structs.replace(limit, reply=checked(limit.reply), inbox=inbox)
