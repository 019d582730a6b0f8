"""The kinds of report, a row each: what the sender must have wanted for it, and what it says unless told otherwise."""

from dataclasses import dataclass
from typing import Literal

Name = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complaint"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A row: the kind's action (RFC 3464 section 2.3.3), the event of NOTIFY that it reports, the classes that its
    status may be of, and its words. `event` "" is reported whatever NOTIFY says."""

    name: Name
    event: str
    classes: str
    status: str
    diagnostic: str
    subject: str
    opening: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("failed", "FAILURE", "45", "5.1.1", "550 5.1.1 no such mailbox", "Delivery failed",
             "This message could not be delivered, and will not be tried again."),
        Kind("delayed", "DELAY", "4", "4.4.1", "451 4.4.1 no answer from the host", "Delivery delayed",
             "This message has not been delivered yet. It will be tried again; nothing needs to be done."),
        Kind("delivered", "SUCCESS", "2", "2.1.5", "", "Delivered",
             "This message was delivered."),
        Kind("relayed", "SUCCESS", "2", "2.1.9", "", "Relayed",
             "This message was handed to a server that sends no reports of its own, so none will follow."),
        Kind("expanded", "SUCCESS", "2", "2.1.5", "", "Delivered to a list",
             "This message was delivered to a list and sent on to its members, for whom no reports will follow."),
        Kind("complaint", "", "", "", "", "Complaint",
             "A recipient has marked this message as unwanted."),
    )
}  # fmt: skip
