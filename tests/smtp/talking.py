"""A front on a real socket, the mailbox and the store behind it in memory, and a client that sends octets as told."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from mailtrap_local import ids
from mailtrap_local.errors import NotFound
from mailtrap_local.faults import Counted, Faults, read
from mailtrap_local.hooks import Hooks
from mailtrap_local.model import Arrival, Head, Session, Summary
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import SmtpFront
from mailtrap_local.smtp.gate import Gate
from mailtrap_local.store.base import Store
from mailtrap_local.tls.identity import Identity

PATIENCE = 10.0  # seconds until a test that waits for a reply fails


class Catch:
    """A mailbox in memory. `failure` is raised instead of keeping a mail; `gate` holds every mail until it is set."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.failure: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.entered = asyncio.Event()
        self.refusals = 0
        self.made: dict[str, str] = {}

    def refused(self) -> None:
        self.refusals += 1

    def made_password(self, username: str) -> str | None:
        return self.made.get(username)

    def inbox_of(self, username: str, recipients: Sequence[str]) -> str:
        return username or ("default" if recipients else "")

    async def receive(self, arrival: Arrival) -> Summary:
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.arrivals.append(arrival)
        seq = len(self.arrivals)
        return Summary(seq, ids.message_id(seq), "default", 0, len(arrival.raw), False, Head(), "", (), 0, "")


class Shelf:
    """The part of a store that keeps sessions. `failures` many writes fail first; `gate` holds every write."""

    def __init__(self) -> None:
        self.kept: dict[str, Session] = {}
        self.failures: list[Exception] = []
        self.gate: asyncio.Event | None = None

    async def put_sessions(self, sessions: Sequence[Session]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop()
        self.kept.update((session.id, session) for session in sessions)

    async def session(self, session_id: str) -> Session:
        try:
            return self.kept[session_id]
        except KeyError:
            raise NotFound("no such session") from None

    async def sessions(self, *, start: int = 0, limit: int = 50) -> tuple[Session, ...]:
        ordered = sorted(self.kept.values(), key=lambda session: session.started, reverse=True)
        return tuple(ordered[start : start + limit])


def as_store(shelf: Shelf) -> Store:
    return cast(Store, shelf)


class Client:
    """A client that sends what it is told and reads replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> str:
        """The next reply, its lines separated by a line feed."""
        lines: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await self.reader.readline()
                if not line:
                    raise EOFError(f"the server hung up after {lines}")
                assert line.endswith(b"\r\n"), line
                lines.append(line[:-2].decode())
                if lines[-1][3:4] != "-":
                    return "\n".join(lines)

    async def replies(self, count: int) -> list[str]:
        return [await self.reply() for _ in range(count)]

    def send(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def ask(self, line: str | bytes) -> str:
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def begin(self, *lines: str) -> None:
        """Read the greeting, say EHLO and these lines; all must be answered with 2xx or 3xx."""
        for line in ("", "EHLO client.example", *lines):
            reply = await self.ask(line) if line else await self.reply()
            assert reply[0] in "23", (line, reply)

    async def start_tls(self, trust: ssl.SSLContext) -> None:
        """STARTTLS, and the handshake."""
        assert (await self.ask("STARTTLS")).startswith("220 ")
        await self.writer.start_tls(trust, server_hostname="localhost")

    async def mail(self, stuffed: bytes) -> str:
        """A whole transaction; `stuffed` is the mail as it goes over the wire, without its terminator."""
        for line in ("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"):
            reply = await self.ask(line)
            assert reply[0] in "23", (line, reply)
        self.send(stuffed + b"\r\n.\r\n")
        return await self.reply()

    async def closed(self) -> bool:
        """Whether the server has hung up, and said nothing more."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionResetError):
                return await self.reader.read() == b""
        return True

    def reset(self) -> None:
        """Hang up with a RST."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """A client of whatever listens on this port of 127.0.0.1."""
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield client
    finally:
        await client.close()


@dataclass
class Running:
    """A front that serves, and everything around it."""

    front: SmtpFront
    sessions: Sessions
    mailbox: Catch
    shelf: Shelf
    faults: Faults
    port: int
    tls_port: int = 0
    lmtp_port: int = 0
    clients: list[Client] = field(default_factory=list)

    @property
    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts this front."""
        identity = self.front.identity
        assert identity is not None and identity.authority is not None
        return ssl.create_default_context(cadata=identity.authority.pem)

    async def connect_tls(self, trust: ssl.SSLContext | None = None) -> Client:
        """A new client that begins with TLS."""
        where = ("127.0.0.1", self.tls_port)
        streams = await asyncio.open_connection(*where, ssl=trust or self.trust, server_hostname="localhost")
        client = Client(*streams)
        self.clients.append(client)
        return client

    async def connect(self, *, receive_buffer: int = 0, tls_port: bool = False) -> Client:
        """A new client; with a small receive buffer (octets) the server soon notices that it does not read."""
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(
            connection, ("127.0.0.1", self.tls_port if tls_port else self.port)
        )
        client = Client(*await asyncio.open_connection(sock=connection))
        self.clients.append(client)
        return client

    def fault(self, where: str, **fields: Any) -> Counted:
        """Put a fault in force."""
        return self.faults.add(read({"where": where, **fields}))

    async def session(self) -> Session:
        """The newest session."""
        return (await self.sessions.page(limit=1))[0]

    async def ended_session(self) -> Session:
        """The newest session, once it is over."""
        for _ in range(round(PATIENCE / 0.002)):
            if (session := await self.session()).state != "open":
                return session
            await asyncio.sleep(0.002)
        raise TimeoutError


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that nobody announces."""
    for _ in range(round(PATIENCE / 0.002)):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise TimeoutError


@contextlib.asynccontextmanager
async def running(settings: Settings | None = None, *, hooks: object | None = None) -> AsyncIterator[Running]:
    """A front on a free port of 127.0.0.1."""
    mailbox, shelf = Catch(), Shelf()
    sessions = Sessions(as_store(shelf))
    settings = settings or Settings()
    faults = Faults(magic_addresses=settings.magic_addresses)
    identity = Identity.of(settings) if settings.speaks_tls else None
    front = SmtpFront(
        mailbox,
        sessions,
        settings,
        gate=Gate((faults,), hooks=None if hooks is None else Hooks(hooks)),
        identity=identity,
    )
    listening = socket.create_server(("127.0.0.1", 0))
    secure = [socket.create_server(("127.0.0.1", 0))] if settings.speaks_tls else []
    lmtp = [socket.create_server(("127.0.0.1", 0))] if settings.lmtp_port is not None else []
    await front.start([listening], tls=secure, lmtp=lmtp)
    served = Running(front, sessions, mailbox, shelf, faults, listening.getsockname()[1])
    served.tls_port = secure[0].getsockname()[1] if secure else 0
    served.lmtp_port = lmtp[0].getsockname()[1] if lmtp else 0
    try:
        yield served
    finally:
        for client in served.clients:
            await client.close()
        await front.stop()
        await sessions.close()


def texts(session: Session, who: str = "CS-") -> list[str]:
    return [line.text for line in session.lines if line.who in who]


def codes(replies: Sequence[str]) -> list[str]:
    return [reply[:3] for reply in replies]
