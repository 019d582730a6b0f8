"""What a wait is answered with."""

from msgspec import Struct

from mailtrap_local.api.schema.message import Message
from mailtrap_local.api.schema.messages import MessageSummary


class CursorNow(Struct, frozen=True):
    """Where in the order of arrival everything up to now has been."""

    cursor: str


class Found(Struct, frozen=True):
    """What a wait was for, oldest first, and the cursor to go on from."""

    messages: list[Message]
    cursor: str


class NearMiss(Struct, frozen=True):
    """A message that was not meant, and the terms of the query that it failed, as they were written."""

    message: MessageSummary
    failed: list[str]


class NotFoundInTime(Struct, frozen=True):
    """A wait whose time is over (404, "timeout"), or that found more than it allows (409, "too many").

    `messages` are those that did match, oldest first; `near_misses` are the newest that nearly did.
    """

    error: str
    message: str
    messages: list[MessageSummary]
    near_misses: list[NearMiss]
    cursor: str
