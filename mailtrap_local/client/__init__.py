"""The Python client of mailtrap-local: `Client` for blocking code, `AsyncClient` for asyncio.

    from mailtrap_local.client import Client

    inbox = Client("http://localhost:8025").inbox("signup-tests")
    message = inbox.wait(to="ann@example.com", subject="Welcome")

It speaks HTTP only, imports nothing else of this package and nothing outside the standard library, and loads asyncio
only with AsyncClient. What it may raise is the tree in `errors.py`.
"""

from __future__ import annotations

from mailtrap_local.client.errors import (
    CursorGone,
    MailtrapError,
    Missing,
    NoMatch,
    NotOne,
    ServerRefused,
    TooManyMatches,
    Unreachable,
)
from mailtrap_local.client.extracted import Element, Image, Link, OneClick, Unsubscribe
from mailtrap_local.client.model import (
    Address,
    AsyncMessage,
    Attachment,
    Conversation,
    Headers,
    MadeInbox,
    Message,
    NearMiss,
    Summary,
)
from mailtrap_local.client.sync import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mailtrap_local.client.aio import AsyncClient

__all__ = [
    "Address",
    "AsyncClient",
    "AsyncMessage",
    "Attachment",
    "Client",
    "Conversation",
    "CursorGone",
    "Element",
    "Headers",
    "Image",
    "Link",
    "MadeInbox",
    "MailtrapError",
    "Message",
    "Missing",
    "NearMiss",
    "NoMatch",
    "NotOne",
    "OneClick",
    "ServerRefused",
    "Summary",
    "TooManyMatches",
    "Unreachable",
    "Unsubscribe",
]


def __getattr__(name: str) -> object:
    if name == "AsyncClient":
        from mailtrap_local.client.aio import AsyncClient

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
