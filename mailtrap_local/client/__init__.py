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
    Bounced,
    Conversation,
    Event,
    Headers,
    MadeInbox,
    Message,
    NearMiss,
    Page,
    Summary,
)
from mailtrap_local.client.sync import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mailtrap_local.client.aio import AsyncClient
    from mailtrap_local.client.faults import AsyncFaults, Fault, Faults
    from mailtrap_local.client.rates import AsyncRateLimits, RateLimit, RateLimits

__all__ = [
    "Address",
    "AsyncClient",
    "AsyncFaults",
    "AsyncMessage",
    "AsyncRateLimits",
    "Attachment",
    "Bounced",
    "Client",
    "Conversation",
    "CursorGone",
    "Element",
    "Event",
    "Fault",
    "Faults",
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
    "Page",
    "RateLimit",
    "RateLimits",
    "ServerRefused",
    "Summary",
    "TooManyMatches",
    "Unreachable",
    "Unsubscribe",
]

_LATER = {
    "AsyncClient": "aio",
    **dict.fromkeys(("AsyncFaults", "Fault", "Faults"), "faults"),
    **dict.fromkeys(("AsyncRateLimits", "RateLimit", "RateLimits"), "rates"),
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
