"""The users of a password file, each with what is stored of the password (hashes.py).

Every check costs the same whether the user exists or not: for each kind that the file has, one comparison as dear as
its dearest. What is slow runs in a thread, and a pair that was right is remembered by a keyed digest, so that a client
that logs in for each mail pays once.
"""

import asyncio
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from mailtrap_local.credentials import hashes
from mailtrap_local.credentials.hashes import Argon2, Plain, Sha, Stored
from mailtrap_local.credentials.scram import Verifier
from mailtrap_local.errors import SettingError

REMEMBERED = 1_000


class Credentials:
    """Users with what is stored of their passwords."""

    def __init__(self, users: Mapping[str, Stored]) -> None:
        self._users = dict(users)
        dearest = {type(stored): stored for stored in sorted(users.values(), key=lambda stored: stored.cost)}
        self._decoys = {kind: stored.decoy() for kind, stored in dearest.items()}
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
        users: dict[str, Stored] = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                user, stored = _read(line.strip(), where=f"line {number} of {path}")
                users[user] = stored  # a later line wins, as it does for others who read such files
        if not users:
            raise SettingError(f"The password file {path} names nobody; add a user with `htpasswd -B {path} USER`.")
        return cls(users)

    @classmethod
    def of(cls, user: str, password: str) -> Self:
        """One user with a password known in plain, as a flag gives it."""
        return cls({user: Sha.of(password)})

    @property
    def all_plain(self) -> bool:
        """Whether every password is known."""
        return all(isinstance(stored, Plain) for stored in self._users.values())

    @property
    def all_verifiable(self) -> bool:
        """Whether there is a SCRAM verifier for every user, or can be made one."""
        return all(isinstance(stored, Plain | Verifier) for stored in self._users.values())

    def password(self, user: str) -> str | None:
        """The password, where it is known."""
        stored = self._users.get(user)
        return stored.password if isinstance(stored, Plain) else None

    def verifier(self, user: str) -> Verifier | None:
        """The SCRAM verifier, where that is what is stored."""
        stored = self._users.get(user)
        return stored if isinstance(stored, Verifier) else None

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
        stored = self._users.get(user)
        right = False
        for kind, decoy in self._decoys.items():
            compared = stored if stored is not None and type(stored) is kind else decoy
            same = await asyncio.to_thread(compared.matches, password) if kind.slow else compared.matches(password)
            right |= same and compared is stored
        return right

    def _remember(self, proof: bytes) -> None:
        self._right[proof] = None
        if len(self._right) > REMEMBERED:
            self._right.popitem(last=False)


def _read(line: str, *, where: str) -> tuple[str, Stored]:
    user, colon, text = line.partition(":")
    if not colon or not user:
        raise SettingError(f"There is no USER:HASH in {where}.")
    stored = hashes.read(text)
    if stored is None:
        raise SettingError(f"The hash in {where} is none of {hashes.KINDS}; make one with `htpasswd -B`.")
    if isinstance(stored, Argon2) and not Argon2.known():
        raise SettingError(f"The hash in {where} is argon2id, which this machine's OpenSSL does not know; use bcrypt.")
    return user, stored
