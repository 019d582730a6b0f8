"""The AUTH mechanisms (RFC 4954): what each says and hears. No I/O.

A mechanism is a generator: it yields challenges, is sent the decoded responses, and returns who the client says it is.
It is started with the initial response, None if there was none.
"""

import base64
import binascii
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from mailtrap_local.smtp import replies
from mailtrap_local.smtp.replies import Rejection

CANCEL = b"*"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and the password that shall prove it."""

    user: str
    password: str = field(repr=False)


Exchange = Generator[bytes, bytes, Login]


def plain(initial: bytes | None) -> Exchange:
    """PLAIN (RFC 4616): authorization identity, NUL, user, NUL, password. The first is not looked at."""
    message = initial if initial is not None else (yield b"")
    fields = message.split(b"\0")
    if len(fields) != 3:
        raise Rejection(replies.AUTH_MALFORMED)
    return _login(fields[1], fields[2])


def login(initial: bytes | None) -> Exchange:
    """LOGIN (draft-murchison-sasl-login): user and password, asked for in the words that clients expect."""
    user = initial if initial is not None else (yield b"Username:")
    password = yield b"Password:"
    return _login(user, password)


MECHANISMS: dict[str, Callable[[bytes | None], Exchange]] = {"PLAIN": plain, "LOGIN": login}


def begin(argument: bytes) -> Exchange:
    """The exchange that `AUTH mechanism [initial-response]` opens. Raises Rejection."""
    words = argument.split()
    if not 1 <= len(words) <= 2:
        raise Rejection(replies.NEED_MECHANISM)
    mechanism = MECHANISMS.get(words[0].decode("ascii", "replace").upper())
    if mechanism is None:
        raise Rejection(replies.AUTH_UNKNOWN)
    initial = None
    if len(words) == 2:
        initial = b"" if words[1] == b"=" else decoded(words[1])  # RFC 4954 section 4: `=` is an empty response
    return mechanism(initial)


def advance(exchange: Exchange, response: bytes | None) -> str | Login:
    """The next challenge as a reply, or who logged in. `response` is None at the start. Raises Rejection."""
    try:
        challenge = exchange.send(response) if response is not None else next(exchange)
    except StopIteration as end:
        result = end.value
        assert isinstance(result, Login)
        return result
    return "334 " + base64.b64encode(challenge).decode()


def decoded(line: bytes) -> bytes:
    """A response as the client sent it, out of base64. Raises Rejection, also for the `*` that cancels."""
    if line == CANCEL:
        raise Rejection(replies.AUTH_CANCELLED)
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error:
        raise Rejection(replies.AUTH_BASE64) from None


def _login(user: bytes, password: bytes) -> Login:
    name = _text(user)
    if _CONTROL.search(name):
        raise Rejection(replies.AUTH_MALFORMED)
    return Login(name, _text(password))


def _text(octets: bytes) -> str:
    """UTF-8 as RFC 4616 asks, or the Latin-1 of older clients."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")
