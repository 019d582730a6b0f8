"""What AUTH sends, for each mechanism that the doctor speaks (RFC 4616, 2195, 7677, 7628; LOGIN, XOAUTH2).

A mechanism is a generator: it yields the octets to send (the first is the initial response, None for none), and is sent
the server's challenges, decoded.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from mailtrap_local.credentials.scram import prepared

Responses = Generator[bytes | None, bytes, None]


class ServerUnproved(Exception):
    """The server could not prove that it knows the password (RFC 5802 section 3)."""


def plain(user: str, password: str) -> Responses:
    """PLAIN: authorization identity, user and password, with NUL between."""
    yield f"\0{user}\0{password}".encode()


def login(user: str, password: str) -> Responses:
    """LOGIN: the user name when asked, then the password."""
    yield None
    yield user.encode()
    yield password.encode()


def cram_md5(user: str, password: str) -> Responses:
    """CRAM-MD5: a digest of the challenge, keyed with the password."""
    challenge = yield None
    digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    yield f"{user} {digest}".encode()


def scram_sha_256(user: str, password: str) -> Responses:
    """SCRAM-SHA-256: both sides prove that they know the password, which does not travel."""
    nonce = secrets.token_urlsafe(18)
    name = user.replace("=", "=3D").replace(",", "=2C")
    first = f"n={name},r={nonce}"
    challenge = (yield f"n,,{first}".encode()).decode()
    fields = dict(part.partition("=")[::2] for part in challenge.split(","))
    if not fields.get("r", "").startswith(nonce) or not fields.get("i", "").isdigit():
        raise ServerUnproved(challenge[:200])
    final = f"c=biws,r={fields['r']}"
    salted = hashlib.pbkdf2_hmac(
        "sha256", prepared(password).encode(), base64.b64decode(fields.get("s", "")), min(int(fields["i"]), 1_000_000)
    )
    said = f"{first},{challenge},{final}".encode()
    client_key = _hmac(salted, b"Client Key")
    signature = _hmac(hashlib.sha256(client_key).digest(), said)
    proof = bytes(one ^ other for one, other in zip(client_key, signature, strict=True))
    verdict = yield f"{final},p={base64.b64encode(proof).decode()}".encode()
    expected = base64.b64encode(_hmac(_hmac(salted, b"Server Key"), said)).decode()
    if not hmac.compare_digest(verdict.decode("utf-8", "replace"), f"v={expected}"):
        raise ServerUnproved("its signature is not that of the password")
    yield b""


def xoauth2(user: str, token: str) -> Responses:
    """XOAUTH2: user and token, as Google and Microsoft have it. What is said against them is answered by nothing."""
    yield f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    yield b""


def oauthbearer(user: str, token: str) -> Responses:
    """OAUTHBEARER: the same in RFC 7628's form. What is said against it is answered by one octet (section 3.2.3)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    yield f"n,{f'a={name}' if name else ''},\x01auth=Bearer {token}\x01\x01".encode()
    yield b"\x01"


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """What a server says against a token, in JSON (RFC 7628 section 3.2.2); a field that is missing is ""."""

    said: str
    status: str
    scope: str
    configuration: str

    @property
    def kind(self) -> str:
        """Which trouble it is: the registered codes, and the HTTP statuses that providers send instead."""
        if self.status in ("insufficient_scope", "403"):
            return "token-scope"
        return "token-request" if self.status == "invalid_request" else "token-refused"


def token_refusal(challenge: bytes) -> TokenRefusal | None:
    """The refusal in a challenge; None if it is none."""
    try:
        told = json.loads(challenge)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    status, scope, configuration = (
        str(told.get(name, ""))[:200] for name in ("status", "scope", "openid-configuration")
    )
    return TokenRefusal(challenge.decode("utf-8", "replace")[:500], status, scope, configuration)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


MECHANISMS: dict[str, Callable[[str, str], Responses]] = {
    "SCRAM-SHA-256": scram_sha_256,
    "CRAM-MD5": cram_md5,
    "PLAIN": plain,
    "LOGIN": login,
    "OAUTHBEARER": oauthbearer,
    "XOAUTH2": xoauth2,
}
BEARER = ("OAUTHBEARER", "XOAUTH2")  # they take a token, which nobody can tell from a password: they must be asked for
_READABLE = ("PLAIN", "LOGIN")


def order(offered: Sequence[str], *, secure: bool) -> tuple[str, ...]:
    """Those offered that take a password: inside TLS the plain ones first, as most apps do; else the others."""
    ours = [name for name in MECHANISMS if name in offered and name not in BEARER]
    return tuple(sorted(ours, key=lambda name: (name in _READABLE) != secure))
