"""What AUTH sends, for each mechanism that the doctor speaks (RFC 4616, 2195, 7677 and the LOGIN of old).

A mechanism is a generator: it yields the octets to send (the first is the initial response, None for none), and is sent
the server's challenges, decoded.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Generator, Sequence

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
        "sha256", password.encode(), base64.b64decode(fields.get("s", "")), min(int(fields["i"]), 1_000_000)
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


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


MECHANISMS: dict[str, Callable[[str, str], Responses]] = {
    "SCRAM-SHA-256": scram_sha_256,
    "CRAM-MD5": cram_md5,
    "PLAIN": plain,
    "LOGIN": login,
}
_READABLE = ("PLAIN", "LOGIN")


def order(offered: Sequence[str], *, secure: bool) -> tuple[str, ...]:
    """Those of our mechanisms that are offered: inside TLS the plain ones first, as most apps do; else the others."""
    ours = [name for name in MECHANISMS if name in offered]
    return tuple(sorted(ours, key=lambda name: (name in _READABLE) != secure))
