"""The stages of an SMTP session at which something else may answer in the server's place: faults, limits, hooks.

    connect      a client is there and waits for the greeting
    helo         EHLO or HELO
    auth         the client has proved who it is
    mail         MAIL FROM
    rcpt         RCPT TO, each of them
    data         DATA, before the go-ahead
    body         while the octets of the mail come
    end-of-data  the mail is here, and not stored
    stored       the mail is stored, and the client does not know it yet
    quit         QUIT

Each is asked after the server's own checks have passed (syntax, order, limits), and before it answers.
"""

from typing import Literal, get_args

from msgspec import Struct

Stage = Literal["connect", "helo", "auth", "mail", "rcpt", "data", "body", "end-of-data", "stored", "quit"]
STAGES: tuple[Stage, ...] = get_args(Stage)


class Situation(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a session at a stage. What cannot be known as yet is empty."""

    stage: Stage
    session: str = ""
    peer: str = ""  # as model.Origin.peer has it
    helo: str = ""
    user: str = ""  # the AUTH user name; at the stage auth the one that logs in
    mail_from: str | None = None  # the reverse-path; None before MAIL
    recipient: str = ""  # of the RCPT that is being answered
    recipients: tuple[str, ...] = ()  # those of the mail under way, `recipient` too
    inbox: str = ""  # where the mail would go, as far as that can be told; X-Inbox counts once it is stored
    before: int = -1  # at body: octets of the mail that had come when this was asked last
    seen: int = 0  # at body and behind it: octets of the mail that have come
    raw: bytes = b""  # at end-of-data and behind it: the mail
    message: str = ""  # at stored: its id


class Verdict(Struct, frozen=True, kw_only=True, gc=False):
    """What happens instead of the stage's own answer, or before it. With neither reply nor end, that follows."""

    seconds: float = 0.0  # wait first
    rate: int = 0  # octets a second at which the answer trickles out, or at body the mail is taken in; 0: at once
    reply: str = ""  # say this, and nothing of what was asked for is done; a 421 hangs up as well
    end: Literal["", "fin", "rst", "silence"] = ""  # hang up, break the connection off, or never say a word again
    remarks: tuple[str, ...] = ()  # for the transcript

    @property
    def answers(self) -> bool:
        """Whether the stage's own answer is left out."""
        return bool(self.reply or self.end)

    def then(self, other: "Verdict") -> "Verdict":
        """This, and what another one adds to it."""
        return Verdict(
            seconds=self.seconds + other.seconds,
            rate=min(filter(None, (self.rate, other.rate)), default=0),
            reply=self.reply or other.reply,
            end=self.end or other.end,
            remarks=self.remarks + other.remarks,
        )
