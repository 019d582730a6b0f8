"""The arithmetic of SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677): what a server keeps instead of a password."""

import base64
import binascii
import hashlib
import hmac
import re
import stringprep
import unicodedata
from dataclasses import dataclass, field
from typing import ClassVar, Self

ITERATIONS = 4_096  # what RFC 7677 section 4 asks for at least
_MOST_ITERATIONS = 10_000_000
_B64 = "[A-Za-z0-9+/]+={0,2}"
_WRITTEN = re.compile(rf"SCRAM-SHA-256\$([0-9]{{1,8}}):({_B64})\$({_B64}):({_B64})")
_FORBIDDEN = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Salt, iteration count and the two keys: enough to check a proof, and to prove that we know the password too."""

    salt: bytes = field(repr=False)
    iterations: int
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)
    slow: ClassVar[bool] = True

    @classmethod
    def read(cls, text: str) -> Self | None:
        """One as PostgreSQL and others write it: `SCRAM-SHA-256$iterations:salt$stored-key:server-key`."""
        written = _WRITTEN.fullmatch(text)
        if written is None or not 0 < int(written[1]) <= _MOST_ITERATIONS:
            return None
        try:
            salt, stored_key, server_key = (base64.b64decode(part, validate=True) for part in written.groups()[1:])
        except binascii.Error:
            return None
        if len(stored_key) != 32 or len(server_key) != 32:
            return None
        return cls(salt, int(written[1]), stored_key, server_key)

    @classmethod
    def of(cls, password: str, *, salt: bytes, iterations: int = ITERATIONS) -> Self:
        """That of a password known in plain."""
        salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(errors="surrogatepass"), salt, iterations)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        return cls(salt, iterations, hashlib.sha256(client_key).digest(), server_key)

    @property
    def cost(self) -> int:
        return self.iterations

    def decoy(self) -> Self:
        """One that costs the same and fits no password."""
        return type(self)(bytes(len(self.salt)), self.iterations, bytes(32), bytes(32))

    def matches(self, password: bytes) -> bool:
        """Whether it was made from this password."""
        made = Verifier.of(password.decode(errors="surrogatepass"), salt=self.salt, iterations=self.iterations)
        return hmac.compare_digest(made.stored_key, self.stored_key)

    def proved(self, proof: bytes, *, auth_message: bytes) -> bool:
        """Whether a client's proof shows that it knows the password."""
        signature = hmac.digest(self.stored_key, auth_message, "sha256")
        if len(proof) != len(signature):
            return False
        client_key = bytes(one ^ other for one, other in zip(proof, signature, strict=True))
        return hmac.compare_digest(hashlib.sha256(client_key).digest(), self.stored_key)

    def signature(self, auth_message: bytes) -> bytes:
        """What proves to the client that we know the password too."""
        return hmac.digest(self.server_key, auth_message, "sha256")


def prepared(text: str) -> str:
    """A password by SASLprep (RFC 4013), or as it is where that forbids it: a client may not have known."""
    if text.isascii():
        return text
    mapped = (" " if stringprep.in_table_c12(each) else each for each in text if not stringprep.in_table_b1(each))
    normal = unicodedata.normalize("NFKC", "".join(mapped))
    return text if any(forbids(each) for each in normal for forbids in _FORBIDDEN) else normal
