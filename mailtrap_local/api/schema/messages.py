"""Lists of messages, and what changes them."""

from typing import Annotated

from msgspec import Meta, Struct

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Address(Struct, frozen=True):
    """A mailbox of a header field; either may be empty."""

    Name: str
    Address: str


class MessageSummary(Struct, frozen=True):
    """The row of a list."""

    ID: str
    MessageID: str
    Read: bool
    From: Address
    To: list[Address]
    Cc: list[Address]
    Bcc: list[Address]  # the header's, and each RCPT TO that is in none of To, Cc, Bcc
    ReplyTo: list[Address]
    Subject: str
    Created: Moment
    Username: str
    Tags: list[str]
    Size: int
    Attachments: int
    Snippet: str
    Inbox: str


class ListHead(Struct, frozen=True):
    """The numbers around a slice of messages: `messages_*` count the matches, `total` and `unread` the whole scope."""

    total: int
    unread: int
    count: int
    messages_count: int
    messages_unread: int
    start: int
    tags: list[str]
    cursor: str
    warnings: list[str]
    next: str  # `until=` that leads on behind the last one, whatever comes or goes; "" at the end, and with sort


class MessageList(ListHead, frozen=True):
    """A slice of messages, newest first."""

    messages: list[MessageSummary]


class ReadChange(Struct, frozen=True, forbid_unknown_fields=True):
    """PUT /messages: neither IDs nor Search means every message."""

    Read: bool = False
    IDs: list[str] = []
    Search: str = ""


class Deletion(Struct, frozen=True, forbid_unknown_fields=True):
    """DELETE /messages: no IDs means every message."""

    IDs: list[str] = []


class Tagging(Struct, frozen=True):
    """PUT /tags: the tags that these messages shall have."""

    Tags: list[str] = []
    IDs: list[str] = []


class TagName(Struct, frozen=True):
    """PUT /tags/{tag}: the new name."""

    Name: str


class Undo(Struct, frozen=True):
    """A delete that can be undone by POST /undo/{token} for so many seconds."""

    undo: str
    seconds: float


class Restored(Struct, frozen=True):
    """How many messages are back."""

    restored: int


class Stored(Struct, frozen=True):
    """The id of a message that was put in."""

    ID: str
