"""What was seen to go wrong in a conversation with a server, before anybody says what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mailtrap_local.doctor.replies import Reply

Stage = Literal[
    "resolve",
    "connect",
    "tls",
    "greeting",
    "ehlo",
    "starttls",
    "auth",
    "mail",
    "rcpt",
    "data",
    "quit",
    "other",
]

What = Literal[
    "reply",  # the server said no: `code`, `status`, `text`
    "resolve",  # the name leads nowhere: `text` is which trouble
    "connect",  # no connection: `text` is which trouble
    "tls",  # no TLS: `text` is which trouble
    "certificate",  # TLS, and a certificate that is not to be trusted: `text` is which trouble
    "foreign",  # no SMTP: `text` is what came
    "silence",  # nothing came in time
    "closed",  # the other side hung up without a word
    "offer",  # something that the server offers, or does not, and that matters: `text` names it
    "slow",  # it took long
    "remark",  # something that the catcher noted of a client: `text`
    "end",  # how a session ended: `text` is its state
]


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing seen. `line` is its place in a transcript, -1 where there is none; `facts` fill the sentences."""

    stage: Stage
    what: What
    text: str = ""
    code: int = 0
    status: str = ""
    line: int = -1
    facts: Mapping[str, str] = field(default_factory=dict)


def refused(stage: Stage, reply: Reply, *, line: int = -1, facts: Mapping[str, str] | None = None) -> Symptom:
    """A reply that says no."""
    return Symptom(stage, "reply", reply.text, reply.code, reply.status, line, facts or {})
