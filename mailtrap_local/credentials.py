"""Who may come in: user names and passwords of an htpasswd file, as both fronts ask for them.

Hashes read: bcrypt (`htpasswd -B`) and {SHA} (`htpasswd -s`). Every check costs the same whether the user exists or
not: a bcrypt of the file's highest cost if the file has any, and one SHA-1. bcrypt runs in a thread, and a pair that
was right is remembered by a keyed digest, so that a client that logs in for each mail pays once.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import bcrypt

from mailtrap_local.errors import SettingError

REMEMBERED = 1_000
BCRYPT_BYTES = 72  # bcrypt never looks further; newer versions of the module refuse what is longer

_BCRYPT = re.compile(r"\$2[abxy]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")
_SHA = "{SHA}"


class Credentials:
    """Users with the hashes of their passwords: `bcrypt` as in an htpasswd file, `sha` the 20 octets of SHA-1."""

    def __init__(self, *, bcrypt_hashes: Mapping[str, bytes], sha_digests: Mapping[str, bytes]) -> None:
        self._bcrypt = dict(bcrypt_hashes)
        self._sha = dict(sha_digests)
        self._decoy = _decoy(self._bcrypt)
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The users of an htpasswd file. Raises SettingError, naming the line, for what cannot be read."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise SettingError(f"The password file {path} cannot be read: {reason}.") from None
        bcrypts: dict[str, bytes] = {}
        digests: dict[str, bytes] = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                _read(line.strip(), bcrypts=bcrypts, digests=digests, where=f"line {number} of {path}")
        if not bcrypts and not digests:
            raise SettingError(f"The password file {path} names nobody; add a user with `htpasswd -B {path} USER`.")
        return cls(bcrypt_hashes=bcrypts, sha_digests=digests)

    @classmethod
    def of(cls, user: str, password: str) -> Self:
        """One user with a password known in plain, as a flag gives it."""
        return cls(bcrypt_hashes={}, sha_digests={user: _sha(password.encode())})

    async def check(self, user: str, password: str) -> bool:
        """Whether this is a user with this password."""
        proof = hmac.digest(self._key, f"{len(user)}:{user}{password}".encode(errors="surrogatepass"), "sha256")
        if proof in self._right:
            self._right.move_to_end(proof)
            return True
        right = await self._compare(user, password.encode(errors="surrogatepass"))
        if right:
            self._remember(proof)
        return right

    async def _compare(self, user: str, password: bytes) -> bool:
        known = self._sha.get(user)
        right = hmac.compare_digest(_sha(password), known or bytes(20)) and known is not None
        if self._decoy:
            stored = self._bcrypt.get(user)
            same = await asyncio.to_thread(_bcrypt_matches, password, stored or self._decoy)
            right |= same and stored is not None
        return right

    def _remember(self, proof: bytes) -> None:
        self._right[proof] = None
        if len(self._right) > REMEMBERED:
            self._right.popitem(last=False)


def _read(line: str, *, bcrypts: dict[str, bytes], digests: dict[str, bytes], where: str) -> None:
    user, colon, stored = line.partition(":")
    if not colon or not user:
        raise SettingError(f"There is no USER:HASH in {where}.")
    bcrypts.pop(user, None)  # a later line wins, as it does for others who read such files
    digests.pop(user, None)
    if _BCRYPT.fullmatch(stored):
        bcrypts[user] = stored.encode()
    elif stored.startswith(_SHA) and (digest := _digest(stored.removeprefix(_SHA))):
        digests[user] = digest
    else:
        raise SettingError(f"The hash in {where} is neither bcrypt nor {{SHA}}; make one with `htpasswd -B`.")


def _digest(text: str) -> bytes | None:
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return digest if len(digest) == 20 else None


def _sha(password: bytes) -> bytes:
    return hashlib.sha1(password, usedforsecurity=False).digest()


def _decoy(hashes: Mapping[str, bytes]) -> bytes:
    """The hash to compare with for those who have none: as dear as the dearest of the file; b"" if it has none."""
    if not hashes:
        return b""
    cost = max(int(stored[4:6]) for stored in hashes.values())
    return b"$2b$%02d$" % cost + b"." * 53


def _bcrypt_matches(password: bytes, stored: bytes) -> bool:
    if b"\0" in password:
        # bcrypt ends at a NUL: compare something as dear, and never let it pass
        password, stored = b"-", _decoy({"": stored})
    return bcrypt.checkpw(password[:BCRYPT_BYTES], stored)
