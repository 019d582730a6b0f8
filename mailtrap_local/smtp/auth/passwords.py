"""The mechanisms that send the password as it is: PLAIN and LOGIN."""

from mailtrap_local.model import Login
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.auth.exchange import Exchange, admission, text, user_name
from mailtrap_local.smtp.replies import Rejection


def plain(initial: bytes | None) -> Exchange:
    """PLAIN (RFC 4616): authorization identity, NUL, user, NUL, password. The first is not looked at."""
    message = initial if initial is not None else (yield b"")
    fields = message.split(b"\0")
    if len(fields) != 3:
        raise Rejection(replies.AUTH_MALFORMED)
    return (yield from admission(Login(user_name(fields[1]), text(fields[2]), "PLAIN")))


def login(initial: bytes | None) -> Exchange:
    """LOGIN (draft-murchison-sasl-login): user and password, asked for in the words that clients expect."""
    user = initial if initial is not None else (yield b"Username:")
    password = yield b"Password:"
    return (yield from admission(Login(user_name(user), text(password), "LOGIN")))
