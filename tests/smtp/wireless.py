"""A connection without a socket: octets in, replies out, as fast as a processor goes. For fuzzing and for models."""

import asyncio
import random
from collections.abc import Iterable, Iterator
from typing import Any, cast

from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import SmtpFront
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.session import SmtpProtocol
from mailtrap_local.tls.identity import Identity
from tests.smtp.talking import Catch, Shelf, as_store


class Line(asyncio.Transport):
    """What a connection has instead of a socket: keeps what is said, and tells the protocol when it is closed."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__({"peername": ("127.0.0.1", 40_000), "sockname": ("127.0.0.1", 1025)})
        self.said = bytearray()
        self.reading = True
        self._protocol = protocol
        self._closing = False
        self._finished = False

    def write(self, data: Any) -> None:
        assert not self._finished, "said something behind the end of what it says"
        if not self._closing:
            self.said += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._finished = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self.lose(None)

    def abort(self) -> None:
        self.lose(None)

    def lose(self, error: Exception | None) -> None:
        """The connection ends, as the event loop tells it: once, a little later."""
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, error)


class Bench:
    """A front that nobody can connect to, and what stands behind it."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.mailbox = Catch()
        self.shelf = Shelf()
        self.sessions = Sessions(as_store(self.shelf))
        settings = settings or Settings()
        identity = Identity.of(settings) if settings.speaks_tls else None
        self.front = SmtpFront(self.mailbox, self.sessions, settings, identity=identity)
        self.front.loop = asyncio.get_running_loop()

    def connect(self, door: Door = PLAIN) -> tuple[SmtpProtocol, Line]:
        """A new connection, greeted."""
        protocol = SmtpProtocol(self.front, door)
        line = Line(cast(asyncio.Protocol, protocol))
        protocol.connection_made(line)
        return protocol, line

    async def say(self, protocol: SmtpProtocol, line: Line, chunks: Iterable[bytes]) -> None:
        """Bring octets in, in these pieces, as far as the connection takes them."""
        for chunk in chunks:
            while protocol.busy and not line.reading:  # noqa: ASYNC110
                await asyncio.sleep(0)
            if line.is_closing():
                return
            protocol.data_received(chunk)

    async def settle(self, protocol: SmtpProtocol) -> None:
        """Wait for what is being waited for."""
        while protocol.busy:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await asyncio.sleep(0)


def pieces(octets: bytes, random_: random.Random) -> Iterator[bytes]:
    """These octets, cut where chance says."""
    at = 0
    while at < len(octets):
        size = random_.choice((1, 2, 7, 60, 1_000, 100_000))
        yield octets[at : at + size]
        at += size


def replies(said: bytes) -> list[str]:
    """The replies, their lines separated by a line feed."""
    found: list[str] = []
    lines: list[str] = []
    for each in said.decode("ascii").split("\r\n")[:-1]:
        lines.append(each)
        if each[3:4] != "-":
            found.append("\n".join(lines))
            lines = []
    assert not lines, f"a reply without its last line: {lines}"
    return found
