"""The SMTP front: listens on the sockets it is given, and knows every connection.

One timer serves all connections: every few seconds a sweep ends those that have been idle for too long.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from mailtrap_local import limits
from mailtrap_local.errors import SettingError
from mailtrap_local.model import Arrival
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import extensions, replies
from mailtrap_local.smtp.admission import Admission, Anyone, AskedUsers, Authenticate, KnownUsers
from mailtrap_local.smtp.connection import Connection
from mailtrap_local.smtp.door import LMTP, PLAIN, TLS, Door
from mailtrap_local.smtp.gate import Gate, Gatekeeper
from mailtrap_local.smtp.intake import Budget
from mailtrap_local.smtp.session import SmtpProtocol

if TYPE_CHECKING:
    from mailtrap_local.smtp.proxy import Doorstep
    from mailtrap_local.tls.identity import Identity

BACKLOG = 1_024
SWEEPS_PER_IDLE_TIME = 30
LAST_REPLY_SECONDS = 10.0  # for a client to take its last reply
STOP_SECONDS = 0.8


class Receipt(Protocol):
    """What is known of a mail that was kept."""

    @property
    def id(self) -> str:
        """The message's id."""

    @property
    def inbox(self) -> str:
        """Where it is."""


class Receiver(Protocol):
    """Where mail goes: the mailbox, as far as this front knows it."""

    async def receive(self, arrival: Arrival) -> Receipt:
        """Keep a mail; back when it is safe. Raises TooLarge, Busy, StoreError, Stopping."""

    def refused(self) -> None:
        """Count a mail that this front refused."""

    def inbox_of(self, username: str, recipients: Sequence[str]) -> str:
        """The inbox that mail of this login to these recipients goes to, unless it has X-Inbox; "" with neither."""

    def made_password(self, username: str) -> str | None:
        """The password of the made inbox of this name."""


class SmtpFront:
    """Receives mail by SMTP (RFC 5321), unless the gate (gate.py) answers in its place.

    Raises SettingError for a password file that cannot be used.
    """

    def __init__(
        self,
        mailbox: Receiver,
        sessions: Sessions,
        settings: Settings,
        *,
        authenticate: Authenticate | None = None,
        gate: Gatekeeper | None = None,
        identity: "Identity | None" = None,
    ) -> None:
        self.mailbox = mailbox
        self.sessions = sessions
        self.hostname = settings.hostname
        self.max_message_size = settings.max_message_size
        self.gate: Gatekeeper = gate or Gate()
        self.budget = Budget(settings.max_data_in_flight)
        self.admission = _admission(settings, mailbox, authenticate)
        self.auth_required = settings.smtp_auth_required
        self.greeting = f"220 {settings.hostname} ESMTP mailtrap-local"
        self.identity = identity
        self.tls_required = settings.tls_required
        self.auth_tls_only = settings.smtp_auth_tls_only
        self.tls_advice = _tls_advice(settings)
        offer = extensions.Offer(
            settings.hostname, settings.max_message_size, self.admission.mechanisms, xclient=settings.xclient
        )
        self.ehlo_secure = extensions.ehlo_reply(replace(offer, secure=True))
        before = replace(
            offer, starttls=identity is not None, mechanisms=() if self.auth_tls_only else offer.mechanisms
        )
        self.ehlo = extensions.ehlo_reply(before)
        self.greeting_lmtp = f"220 {settings.hostname} LMTP mailtrap-local"
        self.stopping = False
        self.loop: asyncio.AbstractEventLoop
        self.waiting: set[Doorstep] = set()  # connections whose PROXY header has not come
        self.xclient = settings.xclient
        self._proxied = settings.proxy_protocol
        self._connections: set[Connection] = set()
        self._servers: list[asyncio.Server] = []
        self._sweep: asyncio.TimerHandle | None = None
        self._gone: asyncio.Event

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._connections)

    async def start(
        self,
        plain: Sequence[socket.socket],
        *,
        tls: Sequence[socket.socket] = (),
        lmtp: Sequence[socket.socket] = (),
    ) -> None:
        """Serve on these bound sockets; on those of `tls` it begins at once, and those of `lmtp` speak LMTP."""
        self.loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()
        for door, doors in ((PLAIN, plain), (TLS, tls), (LMTP, lmtp)):
            await self._serve(doors, door)
        self._plan_sweep()

    async def _serve(self, sockets: Sequence[socket.socket], door: Door) -> None:
        def enter(door: Door = door) -> SmtpProtocol:
            return SmtpProtocol(self, door)

        def arrive() -> "Doorstep":
            from mailtrap_local.smtp.proxy import Doorstep  # here, since most servers stand behind no proxy

            return Doorstep(self, door, enter)

        factory = arrive if self._proxied else enter
        for listening in sockets:
            if listening.family in (socket.AF_INET, socket.AF_INET6):
                # inherited by what is accepted; asyncio sets it only where the socket was made with the protocol's
                # number, and without it a second reply waits for the client's delayed acknowledgement, 40 ms
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = await self.loop.create_server(factory, sock=listening, backlog=BACKLOG)
            else:
                server = await self.loop.create_unix_server(factory, sock=listening, backlog=BACKLOG)
            self._servers.append(server)

    async def stop(self) -> None:
        """Take no more connections, let the mail that is being stored finish, and close the rest; at most a second."""
        self.stopping = True
        if self._sweep is not None:
            self._sweep.cancel()
        for server in self._servers:
            server.close()
        for doorstep in tuple(self.waiting):
            doorstep.stop()
        for connection in tuple(self._connections):
            connection.stop()
        if not await self._all_gone(STOP_SECONDS):
            for connection in tuple(self._connections):
                connection.abort()
            await self._all_gone(STOP_SECONDS / 4)

    def admit(self, connection: Connection) -> str:
        """A new connection; the reply that turns it away, or ""."""
        self._connections.add(connection)
        if self.stopping:
            return replies.SHUTTING_DOWN
        return replies.TOO_MANY_CONNECTIONS if len(self._connections) > limits.SMTP_CONNECTIONS else ""

    def forget(self, connection: Connection) -> None:
        """A connection is closed."""
        self._connections.discard(connection)
        if self.stopping and not self._connections:
            self._gone.set()

    async def _all_gone(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                if self._connections:
                    await self._gone.wait()
        except TimeoutError:
            return False
        return True

    def _plan_sweep(self) -> None:
        self._sweep = self.loop.call_later(limits.SMTP_IDLE_SECONDS / SWEEPS_PER_IDLE_TIME, self._end_idle)

    def _end_idle(self) -> None:
        now = self.loop.time()
        for connection in tuple(self._connections):
            if connection.ended:
                if now - connection.ended > LAST_REPLY_SECONDS:
                    connection.abort()
            elif not connection.busy and now - connection.active > limits.SMTP_IDLE_SECONDS:
                connection.hang_up("timeout", replies.IDLE)
        self._plan_sweep()


def _tls_advice(settings: Settings) -> str:
    """What somebody should do whose client begins TLS on the port for plain text."""
    if settings.speaks_tls:
        return f"use port {settings.smtp_tls_port} for that, or STARTTLS on this one"
    return "switch off TLS in the client, or start this server with --tls"


def _admission(settings: Settings, mailbox: Receiver, authenticate: Authenticate | None) -> Admission:
    if authenticate is not None and settings.smtp_auth_file is not None:
        raise SettingError("smtp_auth_file and a function that authenticates are both given; choose one of them.")
    if authenticate is not None:
        return AskedUsers(authenticate)
    if settings.smtp_auth_file is None:
        return Anyone()
    from mailtrap_local.credentials import Credentials  # here, since most servers have no password file

    return KnownUsers(Credentials.from_file(settings.smtp_auth_file), made=mailbox.made_password)
