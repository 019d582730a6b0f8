"""SCRAM-SHA-256 (RFC 5802, RFC 7677): each side proves to the other that it knows the password. No channel binding."""

import base64
import binascii
import re
import secrets
from typing import TYPE_CHECKING

from mailtrap_local.smtp import replies
from mailtrap_local.smtp.auth.exchange import Exchange, VerifierOf, user_name
from mailtrap_local.smtp.replies import Rejection

if TYPE_CHECKING:
    from mailtrap_local.credentials.scram import Verifier

# gs2-header: `n` (no channel binding) or `y` (the client could, and thinks that we cannot); then the bare message
_FIRST = re.compile(
    rb"(?P<gs2>[ny],(?:a=[^,]+)?,)(?P<bare>n=(?P<user>(?:[^,=]|=2C|=3D)+),r=(?P<nonce>[\x21-\x2b\x2d-\x7e]+)(?:,.*)?)"
)
_FINAL = re.compile(
    rb"(?P<bare>c=(?P<binding>[A-Za-z0-9+/=]+),r=(?P<nonce>[\x21-\x2b\x2d-\x7e]+)(?:,.*)?),p=(?P<proof>[A-Za-z0-9+/=]+)"
)


def scram_sha_256(initial: bytes | None) -> Exchange:
    """Both messages of the client, both of ours; the last one as a challenge, since 235 carries no data (RFC 4954)."""
    first = _FIRST.fullmatch(initial if initial is not None else (yield b""))
    if first is None:
        raise Rejection(replies.AUTH_MALFORMED)
    user = user_name(first["user"].replace(b"=2C", b",").replace(b"=3D", b"="))
    verifier: Verifier = yield VerifierOf(user)
    nonce = first["nonce"] + secrets.token_urlsafe(18).encode()
    ours = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(verifier.salt), verifier.iterations)
    final = _FINAL.fullmatch((yield ours))
    if final is None:
        raise Rejection(replies.AUTH_MALFORMED)
    message = b",".join((first["bare"], ours, final["bare"]))
    whole = final["nonce"] == nonce and _unbase64(final["binding"]) == first["gs2"]
    if not verifier.proved(_unbase64(final["proof"]), auth_message=message) or not whole:
        raise Rejection(replies.AUTH_WRONG)
    yield b"v=" + base64.b64encode(verifier.signature(message))
    return user


def _unbase64(octets: bytes) -> bytes:
    try:
        return base64.b64decode(octets, validate=True)
    except binascii.Error:
        raise Rejection(replies.AUTH_MALFORMED) from None
