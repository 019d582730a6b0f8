"""What an AUTH exchange is made of. No I/O.

A mechanism is a generator. It yields challenges, octets, and is sent the decoded responses; it yields questions about a
user, and is sent the answers; and it returns the name of whoever it lets in, or raises Rejection. It is started with
the initial response, None if there was none. Who answers the questions, from where, is not its business.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from mailtrap_local.model import Login
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.replies import Rejection

if TYPE_CHECKING:
    from mailtrap_local.credentials.scram import Verifier

CANCEL = b"*"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Proof:
    """Asks whether a response was made with the user's password, which was not said: `proves(password)` tells."""

    user: str
    proves: Callable[[str], bool] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifierOf:
    """Asks for the user's SCRAM verifier; for a user who does not exist there is one too, which nothing proves."""

    user: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """The end of an exchange: this user is let in."""

    user: str


Question = Login | Proof | VerifierOf
Answer = Union[bool, "Verifier"]
Exchange = Generator[bytes | Question, Any, str]
Mechanism = Callable[[bytes | None], Exchange]


def admission(claim: Login | Proof) -> Exchange:
    """The end of most mechanisms: ask whether the claim holds. Raises Rejection."""
    if not (yield claim):
        raise Rejection(replies.AUTH_WRONG)
    return claim.user


def user_name(octets: bytes) -> str:
    """A user name; control characters have no place in it. Raises Rejection."""
    name = text(octets)
    if _CONTROL.search(name):
        raise Rejection(replies.AUTH_MALFORMED)
    return name


def text(octets: bytes) -> str:
    """UTF-8 as RFC 4616 asks, or the Latin-1 of older clients."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")
