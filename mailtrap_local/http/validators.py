"""ETags (RFC 9110 section 8.8.3): what says that an answer is still the one that a client has, without making it.

The store numbers its changes, and what a list says changes with one of them alone, so the number of the last one is a
strong validator: `of_state`. It is looked at before the store is, so an answer is never older than its ETag. The source
of a message and what is in it never change: `of_source` is the id, and says so only of a message that is there.

Answers of mail are `no-store` (guard.py): a client keeps them itself, or not at all.
"""

from mailtrap_local import __version__
from mailtrap_local.http.route import Call

_CLOCK = ("before", "query")  # what these mean may depend on the time of day
_PACKED = "-gzip"  # the same, packed, is another representation


async def of_state(call: Call) -> str:
    """Of what changes with the store alone; "" if it may change with the clock too."""
    if any(name in call.connection.query_params for name in _CLOCK):
        return ""
    return f'"{__version__}-{call.mailbox.hub.cursor}"'


async def of_peek(call: Call) -> str:
    """Of a message that is looked at without marking it read; "" if asking changes something."""
    return await of_state(call) if call.flag("peek") or call.method == "HEAD" else ""


async def of_source(call: Call) -> str:
    """Of what is made of a message's source alone. Raises NotFound."""
    message_id = call.path("id")
    if message_id == "latest":
        return await of_state(call)
    await call.mailbox.record(message_id, inbox=call.inbox)
    return f'"{__version__}-{message_id}"'


def held(call: Call, tag: str) -> str:
    """The ETag by which a client says that it has this (If-None-Match), "" if it does not."""
    offered = {each.strip().removeprefix("W/") for each in call.connection.headers.get("if-none-match", "").split(",")}
    return next((each for each in (tag, packed(tag)) if each in offered), "") if tag else ""


def packed(tag: str) -> str:
    """The ETag of the same answer in gzip."""
    return f'{tag[:-1]}{_PACKED}"'
