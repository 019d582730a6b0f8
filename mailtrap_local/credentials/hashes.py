"""What a password file holds for a user: a hash of the password, or the password itself."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

import bcrypt

from mailtrap_local.credentials.scram import Verifier

BCRYPT_BYTES = 72  # bcrypt never looks further; newer versions of the module refuse what is longer
KINDS = "bcrypt, argon2id, SCRAM-SHA-256, {SHA} or {PLAIN}"

_BCRYPT = re.compile(r"\$2[abxy]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]{0,2}),p=([1-9][0-9]{0,2})"
    r"\$[A-Za-z0-9+/]{11,86}\$([A-Za-z0-9+/]{11,86})"
)
_SHA = "{SHA}"
_PLAIN = "{PLAIN}"


class Stored(Protocol):
    """What is stored for one user."""

    slow: ClassVar[bool]  # takes so long to compare that the event loop must not wait for it

    @property
    def cost(self) -> int:
        """How long a comparison takes, in a measure of the kind's own."""

    def matches(self, password: bytes) -> bool:
        """Whether this is the password."""

    def decoy(self) -> "Stored":
        """One of the same cost, to compare with for those who have none."""


def read(text: str) -> Stored | None:
    """What stands behind `USER:` in a password file; None for what is of no known kind."""
    return Bcrypt.read(text) or Argon2.read(text) or Verifier.read(text) or Sha.read(text) or Plain.read(text)


@dataclass(frozen=True, slots=True)
class Bcrypt:
    """As `htpasswd -B` writes it."""

    text: bytes = field(repr=False)
    slow: ClassVar[bool] = True

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls(text.encode()) if _BCRYPT.fullmatch(text) else None

    @property
    def cost(self) -> int:
        return int(self.text[4:6])

    def decoy(self) -> Self:
        return type(self)(b"$2b$%02d$" % self.cost + b"." * 53)

    def matches(self, password: bytes) -> bool:
        stored = self.text
        if b"\0" in password:
            # bcrypt ends at a NUL: compare something as dear, and never let it pass
            password, stored = b"-", self.decoy().text
        return bcrypt.checkpw(password[:BCRYPT_BYTES], stored)


@dataclass(frozen=True, slots=True)
class Argon2:
    """Argon2id in the form of the Password Hashing Competition (RFC 9106)."""

    text: str = field(repr=False)
    slow: ClassVar[bool] = True

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls(text) if _ARGON2.fullmatch(text) else None

    @staticmethod
    def known() -> bool:
        """Whether the library below us can compute it: it came with OpenSSL 3.2."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        try:
            Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=8)
        except UnsupportedAlgorithm:
            return False
        return True

    @property
    def cost(self) -> int:
        written = _ARGON2.fullmatch(self.text)
        assert written is not None
        return int(written[1]) * int(written[2])

    def decoy(self) -> Self:
        return type(self)(self.text[:-8] + "A" * 8)

    def matches(self, password: bytes) -> bool:
        from cryptography.exceptions import InvalidKey
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        try:
            Argon2id.verify_phc_encoded(password, self.text)
        except (InvalidKey, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Sha:
    """As `htpasswd -s` writes it: an SHA-1 without salt."""

    digest: bytes = field(repr=False)
    slow: ClassVar[bool] = False

    @classmethod
    def read(cls, text: str) -> Self | None:
        if not text.startswith(_SHA):
            return None
        try:
            digest = base64.b64decode(text.removeprefix(_SHA), validate=True)
        except binascii.Error:
            return None
        return cls(digest) if len(digest) == 20 else None

    @classmethod
    def of(cls, password: str) -> Self:
        """That of a password known in plain."""
        return cls(_sha(password.encode()))

    @property
    def cost(self) -> int:
        return 0

    def decoy(self) -> Self:
        return type(self)(bytes(20))

    def matches(self, password: bytes) -> bool:
        return hmac.compare_digest(_sha(password), self.digest)


@dataclass(frozen=True, slots=True)
class Plain:
    """The password itself, behind `{PLAIN}`: what CRAM-MD5 cannot do without (RFC 2195)."""

    password: str = field(repr=False)
    slow: ClassVar[bool] = False

    @classmethod
    def read(cls, text: str) -> Self | None:
        password = text.removeprefix(_PLAIN)
        return cls(password) if password and password != text else None

    @property
    def cost(self) -> int:
        return 0

    def decoy(self) -> Self:
        return type(self)("-")

    def matches(self, password: bytes) -> bool:
        return hmac.compare_digest(password, self.password.encode())


def _sha(password: bytes) -> bytes:
    return hashlib.sha1(password, usedforsecurity=False).digest()
