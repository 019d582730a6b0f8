"""Inboxes made by request: a name, SMTP credentials, and an address that brings mail in without any login.

The address is of the reserved top-level domain `.test` (RFC 6761), so it leads nowhere but here. A plus and what
follows it in the local part are not looked at: `ann-x7k2+signup@inbox.test` is delivered like `ann-x7k2@inbox.test`.
"""

import re
import secrets
import time
from collections.abc import Iterable

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest
from mailtrap_local.mailbox.intake import inbox_name
from mailtrap_local.model import MadeInbox

DOMAIN = "inbox.test"
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that are taken for one another
_UNFIT = re.compile(r"[^a-z0-9]+")
_LOCAL_PART = 32


class MadeInboxes:
    """Those there are, for looking up. `Mailbox` keeps this and the store in step."""

    def __init__(self, made: Iterable[MadeInbox] = ()) -> None:
        self._by_name: dict[str, MadeInbox] = {}
        self._by_address: dict[str, str] = {}
        for each in made:
            self.add(each)

    def __len__(self) -> int:
        return len(self._by_name)

    def add(self, made: MadeInbox) -> None:
        """There is one more."""
        self._by_name[made.name] = made
        self._by_address[made.address] = made.name

    def discard(self, name: str) -> None:
        """It is no more."""
        made = self._by_name.pop(name, None)
        if made is not None:
            del self._by_address[made.address]

    def get(self, name: str) -> MadeInbox | None:
        """The one of this name."""
        return self._by_name.get(name)

    def all(self) -> tuple[MadeInbox, ...]:
        """Each of them, oldest first."""
        return tuple(self._by_name.values())

    def surplus(self) -> tuple[str, ...]:
        """The names of the oldest that are too many once another one is made."""
        too_many = len(self._by_name) + 1 - limits.MADE_INBOXES
        return tuple(self._by_name)[:too_many] if too_many > 0 else ()

    def of_address(self, address: str) -> str | None:
        """The name of the inbox that a RCPT TO leads to."""
        if not self._by_address:
            return None
        local, _, domain = address.casefold().rpartition("@")
        return self._by_address.get(f"{local.partition('+')[0]}@{domain}")

    def password(self, name: str) -> str | None:
        """The SMTP password of the one of this name."""
        made = self._by_name.get(name)
        return made.password if made else None


def new(name: str | None) -> MadeInbox:
    """A fresh one; without a name it gets one that nobody guesses. Raises BadRequest for a name that cannot be one."""
    chosen = f"inbox-{_random(8)}" if name is None else inbox_name(name)
    if not chosen:
        raise BadRequest("an inbox needs a name of one visible character at least; leave it out to get a fresh one")
    stem = _UNFIT.sub("-", chosen.casefold()).strip("-")[:_LOCAL_PART]
    address = f"{stem}@{DOMAIN}" if name is None else f"{stem or 'inbox'}-{_random(8)}@{DOMAIN}"
    return MadeInbox(chosen, address, _random(16), time.time_ns() // 1000)


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
