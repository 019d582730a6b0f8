"""SMTP conversations, and what went wrong in them."""

from typing import Literal

from msgspec import Struct

from mailtrap_local.api.schema.messages import Moment


class SessionRow(Struct, frozen=True):
    """One SMTP connection without its transcript. `Ended` is null while it is open."""

    ID: str
    Started: Moment
    Ended: Moment | None
    Peer: str
    Local: str
    Helo: str
    Username: str
    TLS: str
    State: Literal["open", "quit", "dropped", "refused", "timeout", "stopped"]
    Messages: list[str]
    Caught: int
    Errors: int
    Omitted: int


class Line(Struct, frozen=True):
    """A line of the transcript; `At` is milliseconds since the session began. `Words` says what it means, and where
    that is written (`RFC`); both are "" for what speaks for itself."""

    At: float
    Who: Literal["C", "S", "-"]
    Text: str
    Words: str
    RFC: str


class Finding(Struct, frozen=True):
    """What went wrong in a session, what it means and what to change.

    `Again` says of a refusal whether the same may work later. `Line` is its place among the lines, -1 for none.
    """

    Name: str
    Level: Literal["fault", "warning", "note"]
    Stage: str
    Means: str
    Change: str
    RFC: str
    Evidence: str
    Again: Literal["", "later", "never"]
    Line: int


class Session(SessionRow, frozen=True):
    """One SMTP connection with its transcript, and what went wrong in it, the worst first."""

    Lines: list[Line]
    Findings: list[Finding]


class SessionList(Struct, frozen=True):
    """A slice of the sessions, newest first."""

    sessions: list[SessionRow]
    start: int
