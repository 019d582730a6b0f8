"""The `mailtrap` fixture: the inbox of one test."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from secrets import token_hex

from mailtrap_local.client import Client, Missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Unpack

    from mailtrap_local.client import AsyncClient, Conversation, MadeInbox
    from mailtrap_local.client.faults import Fault, Faults, Fields
    from mailtrap_local.client.rates import Rate, RateLimit, RateLimits
    from mailtrap_local.pytest_plugin.running import MailtrapServer

_UNFIT = re.compile(r"[^a-z0-9]+")
_NAME = 40  # characters of a test's name that are kept
_PASSWORD = "mailtrap"  # any is right, unless the catcher was told who may send


class Mailtrap(Client):
    """The inbox of one test: a `Client` of it, and what to set in an app whose mail shall come here.

    `aio` is the same inbox for a test that is a coroutine.
    """

    def __init__(self, server: MailtrapServer, *, test: str) -> None:
        super().__init__(server.url)
        stem = _UNFIT.sub("-", test.lower()).strip("-")[:_NAME]
        run = f"{server.run}." if server.run else ""
        self._bind(self._calls.place.scoped(f"{run}{stem}-{token_hex(4)}"))
        now = datetime.now(UTC)
        self.began = now.replace(microsecond=now.microsecond // 1000 * 1000)  # sessions are told to the millisecond
        self._server = server
        self._aio: AsyncClient | None = None
        self._faults: list[tuple[Faults, Fault]] = []
        self._limits: list[tuple[RateLimits, RateLimit]] = []
        self._made: MadeInbox | None = self._make() if server.shared else None

    @property
    def smtp_host(self) -> str:
        """The host of SMTP."""
        return self._server.smtp_host

    @property
    def smtp_port(self) -> int:
        """The port of SMTP."""
        return self._server.smtp_port

    @property
    def smtp_password(self) -> str:
        """The password that goes with `smtp_user`."""
        return self._made.smtp_password if self._made else _PASSWORD

    @property
    def aio(self) -> AsyncClient:
        """The same inbox, to be awaited."""
        if self._aio is None:
            from mailtrap_local.client.aio import AsyncClient

            self._aio = AsyncClient(self._server.url).inbox(self.smtp_user)
        return self._aio

    def address(self, name: str = "") -> str:
        """An address of this test alone, another one for each `name`; mail to it comes here without any login."""
        self._made = self._made or self._make()
        address = self._made.address if self._made else f"{self.smtp_user}@inbox.test"
        local, _, domain = address.partition("@")
        tag = _UNFIT.sub("-", name.lower()).strip("-")
        return f"{local}+{tag}@{domain}" if tag else address

    def fault(self, where: str = "", /, *, everywhere: bool = False, **fields: Unpack[Fields]) -> Fault:
        """Have SMTP misbehave towards this inbox until the test ends: `fault("rcpt", reply="451 4.7.1 x", times=2)`.

        Where the inbox cannot be known as yet (connect, helo) it is towards everybody, if the catcher is of this test
        session alone; `everywhere` makes it so in any case. `faults.get(fault).fired` tells how often it struck.
        """
        unknown = where in ("connect", "helo") and not self._server.shared
        faults = self._server.client.faults if everywhere or unknown else self.faults
        made = faults.add(where, **fields)
        self._faults.append((faults, made))
        return made

    def rate_limit(self, *, everywhere: bool = False, **rate: Unpack[Rate]) -> tuple[RateLimit, ...]:
        """Hold back what is too much for this inbox until the test ends: `rate_limit(per="user", count=2, seconds=60)`.

        Several come of a preset: `rate_limit(preset="amazon-ses")`. `everywhere` makes it so for all mail, that of
        clients without a login too. `rate_limits.get(limit).refused` tells how often somebody was held back.
        """
        limits = self._server.client.rate_limits if everywhere else self.rate_limits
        made = limits.add(**rate)
        self._limits.extend((limits, each) for each in made)
        return made

    def conversations_of_test(self, *, limit: int) -> tuple[Conversation, ...]:
        """Those that brought mail here or logged in for it; if there are none, those of this test without a login."""
        own = self.conversations(limit=limit)
        if own or self._server.shared:
            return own
        others = self._server.client.conversations(limit=limit)
        return tuple(each for each in others if each.started >= self.began and not each.username)

    def close(self) -> None:
        """Take the faults and rate limits away, and close the connections that are kept."""
        for faults, made in self._faults:
            with contextlib.suppress(Missing):  # the test has removed it
                faults.remove(made)
        for limits, limit in self._limits:
            with contextlib.suppress(Missing):
                limits.remove(limit)
        super().close()
        if self._aio is not None:
            self._aio.close()

    def __repr__(self) -> str:
        return f"<mailtrap inbox {self.smtp_user!r} at {self.url}, SMTP {self.smtp_host}:{self.smtp_port}>"

    def _make(self) -> MadeInbox | None:
        """Have the server make the inbox, for an address and the password; None if it makes none."""
        try:
            return self.make_inbox(self.smtp_user)
        except Missing:
            return None
