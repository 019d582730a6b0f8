"""The mechanisms of OAuth 2: OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2. The token stands for the password.

A token that is refused is told of in a challenge, JSON; the client answers that, and only then the exchange fails.
"""

import json
import re

from mailtrap_local.model import Login
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.auth.exchange import Exchange, text, user_name
from mailtrap_local.smtp.replies import Rejection

_GS2 = re.compile(rb"[ny],(?:a=(?P<user>(?:[^,=]|=2C|=3D)+))?,")
_BEARER = re.compile(rb"bearer +([\x21-\x7e]+)", re.IGNORECASE)  # RFC 6750 section 2.1, and a few signs more


def xoauth2(initial: bytes | None) -> Exchange:
    """XOAUTH2, as Google and Microsoft document it: `user=…^Aauth=Bearer …^A^A`."""
    pairs = _pairs(initial if initial is not None else (yield b""))
    if b"user" not in pairs:
        raise Rejection(replies.AUTH_MALFORMED)
    failure = {"status": "401", "schemes": "bearer", "scope": "https://mail.google.com/"}
    return (yield from _bearer(pairs[b"user"], pairs, "XOAUTH2", failure))


def oauthbearer(initial: bytes | None) -> Exchange:
    """OAUTHBEARER: a GS2 header that names the user, then `^Ahost=…^Aport=…^Aauth=Bearer …^A^A` (section 3.1)."""
    header, _, rest = (initial if initial is not None else (yield b"")).partition(b"\x01")
    gs2 = _GS2.fullmatch(header)
    if gs2 is None:
        raise Rejection(replies.AUTH_MALFORMED)
    user = (gs2["user"] or b"").replace(b"=2C", b",").replace(b"=3D", b"=")
    return (yield from _bearer(user, _pairs(rest), "OAUTHBEARER", {"status": "invalid_token", "scope": "mail"}))


def _bearer(user: bytes, pairs: dict[bytes, bytes], mechanism: str, failure: dict[str, str]) -> Exchange:
    bearer = _BEARER.fullmatch(pairs.get(b"auth", b""))
    if bearer is None:
        raise Rejection(replies.AUTH_MALFORMED)
    login = Login(user_name(user), text(bearer[1]), mechanism)
    if not (yield login):
        yield json.dumps(failure).encode()
        raise Rejection(replies.AUTH_WRONG)
    return login.user


def _pairs(octets: bytes) -> dict[bytes, bytes]:
    """`key=value^A` as often as it comes, and one more ^A. Raises Rejection."""
    if not octets.endswith(b"\x01\x01"):
        raise Rejection(replies.AUTH_MALFORMED)
    pairs = (pair.partition(b"=") for pair in octets[:-2].split(b"\x01"))
    return {key: value for key, _, value in pairs}
