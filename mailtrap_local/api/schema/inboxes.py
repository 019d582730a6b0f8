"""Inboxes, and how one is made."""

from msgspec import Struct


class Inbox(Struct, frozen=True):
    """An inbox and what it holds. `Address` is that of a made inbox, "" for any other."""

    Name: str
    Total: int
    Unread: int
    Size: int
    Address: str


class InboxName(Struct, frozen=True):
    """How a new inbox is to be called; without a name it gets a fresh one."""

    Name: str | None = None


class InboxLogin(Struct, frozen=True):
    """What to set in an app so that its mail goes into an inbox."""

    Host: str
    Port: int
    Username: str
    Password: str


class MadeInbox(Struct, frozen=True):
    """An inbox made by request. `BaseURL` scopes every route to it."""

    Name: str
    Address: str
    BaseURL: str
    SMTP: InboxLogin


class InboxList(Struct, frozen=True):
    """Every inbox that holds a message or was made, by name."""

    inboxes: list[Inbox]
