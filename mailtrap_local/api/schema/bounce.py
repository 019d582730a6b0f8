"""Reports of a message: bounces, delays, successes, complaints."""

from typing import Literal

from msgspec import Struct


class BounceOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A report of a message, as a mail system would send it. Without Recipients it is of all of them.

    Status and Diagnostic are as usual for the kind if left out. `Deliver` smtp needs `Server` (smtp://host:port),
    webhook needs `URL`.
    """

    Kind: Literal["failed", "delayed", "delivered", "relayed", "expanded", "complaint"] = "failed"
    Recipients: list[str] = []
    Status: str = ""
    Diagnostic: str = ""
    RemoteMTA: str = ""
    FeedbackType: Literal["", "abuse", "fraud", "virus", "other", "not-spam"] = ""
    Deliver: Literal["catcher", "smtp", "webhook"] = "catcher"
    Server: str = ""
    URL: str = ""


class Silence(Struct, frozen=True):
    """A recipient of whom nothing was reported, and why."""

    Address: str
    Reason: str


class Bounced(Struct, frozen=True):
    """What became of a report: `Report` is its id if it stayed here, `Reply` what the server or webhook answered.

    `Recipients` are those it tells of; it was not made if there are none.
    """

    Kind: str
    Recipients: list[str]
    Report: str
    Reply: str
    Silent: list[Silence]
