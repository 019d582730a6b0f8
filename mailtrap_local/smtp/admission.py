"""Who may log in: answers to the questions that AUTH mechanisms ask.

Anyone        whatever is said is believed: the default
KnownUsers    those of a password file, and the made inboxes, whose name and password are credentials too
AskedUsers    those whom a function of the embedding program lets in

A mechanism is offered only where every user can succeed with it: clients take the strongest one they see, and do not
try another when it fails. Anyone may do all but SCRAM, whose client checks the server as well. A file of hashes serves
PLAIN and LOGIN, one of SCRAM verifiers SCRAM beside them, and one of plain passwords all. A function is asked about
passwords and tokens as they were said, and CRAM-MD5 and SCRAM say none.
"""

import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, Protocol

from mailtrap_local.model import Login
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.auth import BEARER, MECHANISMS, Answer, Proof, Question, VerifierOf
from mailtrap_local.smtp.replies import Rejection

if TYPE_CHECKING:
    from mailtrap_local.credentials import Credentials
    from mailtrap_local.credentials.scram import Verifier

PASSWORDS = ("PLAIN", "LOGIN")
VERIFIERS_KEPT = 1_000
_SALT = 16  # octets

Authenticate = Callable[[Login], bool | Awaitable[bool]]

log = logging.getLogger(__name__)


class Admission(Protocol):
    """Who may log in, and by what."""

    mechanisms: tuple[str, ...]

    def answer(self, question: Question) -> Answer | Awaitable[Answer]:
        """The answer, or what to wait for to get it. Raises Rejection, and so does the waiting."""


class Anyone:
    """Believes everybody."""

    mechanisms: tuple[str, ...] = tuple(name for name in MECHANISMS if name != "SCRAM-SHA-256")

    def answer(self, _question: Question) -> Answer:
        return True


class KnownUsers:
    """The users of a password file and the made inboxes. `made` tells the password of the inbox of a name."""

    def __init__(self, credentials: "Credentials", *, made: Callable[[str], str | None]) -> None:
        self._credentials = credentials
        self._made = made
        self._decoy = secrets.token_urlsafe()
        self._salts = secrets.token_bytes(32)
        self._verifiers: OrderedDict[tuple[str, str], Verifier] = OrderedDict()
        more: tuple[str, ...] = ()
        if credentials.all_plain:
            more = ("CRAM-MD5", "SCRAM-SHA-256", *BEARER)
        elif credentials.all_verifiable:
            more = ("SCRAM-SHA-256",)
        self.mechanisms = PASSWORDS + more

    def answer(self, question: Question) -> Answer | Awaitable[Answer]:
        if isinstance(question, Login):
            return self._check(question)
        made, known = self._made(question.user), self._credentials.password(question.user)
        if isinstance(question, Proof):  # always two comparisons: their number would tell who exists
            right = question.proves(made or self._decoy) and made is not None
            return (question.proves(known or self._decoy) and known is not None) or right
        verifier = self._credentials.verifier(question.user)
        return verifier or self._verifier(question, known or made or self._decoy)

    async def _check(self, login: Login) -> bool:
        made = self._made(login.user)
        said = login.password.encode(errors="surrogatepass")
        right = hmac.compare_digest((made or self._decoy).encode(), said) and made is not None
        return right or await self._credentials.check(login.user, login.password)

    def _verifier(self, question: VerifierOf, password: str) -> "Verifier":
        """Made from a password; with a salt that stays the same for a user, or asking twice would tell who exists."""
        from mailtrap_local.credentials.scram import Verifier

        key = (question.user, password)
        verifier = self._verifiers.pop(key, None)
        if verifier is None:
            salt = hmac.digest(self._salts, question.user.encode(errors="surrogatepass"), "sha256")[:_SALT]
            verifier = Verifier.of(password, salt=salt)
        self._verifiers[key] = verifier
        if len(self._verifiers) > VERIFIERS_KEPT:
            self._verifiers.popitem(last=False)
        return verifier


class AskedUsers:
    """Asks a function, which may be a coroutine function."""

    mechanisms: tuple[str, ...] = PASSWORDS + BEARER

    def __init__(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate

    async def answer(self, question: Question) -> Answer:
        assert isinstance(question, Login)
        try:
            verdict = self._authenticate(question)
            return bool(await verdict if isawaitable(verdict) else verdict)
        except Rejection:
            raise
        except Exception:
            log.exception("the function that decides who may log in failed")
            raise Rejection(replies.AUTH_FAILED) from None
