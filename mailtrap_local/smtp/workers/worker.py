"""The worker's side: the SMTP front, in a process of its own."""

import asyncio
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailtrap_local import children, process
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp.connection import Connection
from mailtrap_local.smtp.server import SmtpFront
from mailtrap_local.smtp.workers import messages
from mailtrap_local.smtp.workers.asking import Asker
from mailtrap_local.smtp.workers.far import Errands, FarGate, FarMailbox, FarShelf
from mailtrap_local.smtp.workers.line import Line
from mailtrap_local.smtp.workers.messages import Counts, Look, Ready, Seen, Stop, ToWorker
from mailtrap_local.smtp.workers.watched import Watched

if TYPE_CHECKING:
    from mailtrap_local.tls.identity import Identity


@dataclass(frozen=True, slots=True)
class Duty:
    """What a worker is given. Numbers are file descriptors that it inherits."""

    settings: Settings
    line: int
    watched: int
    doors: Mapping[str, tuple[int, ...]]  # listening sockets, by what is spoken there (door.py)
    authority: bytes  # that signs the certificates of TLS, with its key (PEM); b"" for none of ours


def serve() -> None:
    """Run as a worker, with the socket to ask over as standard input, until the server wants no more, or has gone."""
    children.begin()
    ask = Asker(socket.socket(fileno=sys.stdin.fileno()))
    duty: Duty = ask("duty")
    process.log_to_standard_error(duty.settings.log_level.upper())
    with asyncio.Runner(loop_factory=process.loop_factory()) as runner:
        runner.run(_Worker.serve(ask, duty))


class _Worker:
    """Made on the loop that it serves on."""

    def __init__(self, ask: Asker, duty: Duty) -> None:
        self._refused = 0
        self._ended = asyncio.Event()
        self._lost = False
        self._line = Line(decode=messages.to_worker, said=self._hear, lost=self._lose)
        self._errands = Errands(self._line.say)
        self.sessions = Sessions(FarShelf(self._errands))
        self.front = _Front(
            FarMailbox(self._errands, ask, duty.settings, refused=self._refuse),
            self.sessions,
            duty.settings,
            gate=FarGate(Watched.inherited(duty.watched), ask),
            identity=_identity(duty),
            counted=self._count,
        )

    @classmethod
    async def serve(cls, ask: Asker, duty: Duty) -> None:
        """From the first connection to the last."""
        worker = cls(ask, duty)
        await worker._line.connect(_socket(duty.line))
        await worker.front.start(**{name: tuple(map(_socket, each)) for name, each in duty.doors.items()})
        process.calm_collector()
        worker._line.say(Ready())
        await worker._ended.wait()
        if not worker._lost:
            await worker.front.stop()
            await worker.sessions.close()
            await worker._line.drain()

    def _hear(self, message: ToWorker) -> None:
        if isinstance(message, Look):
            self._line.say(Seen(message.number, self.sessions.held(message.session, newest=message.newest)))
        elif isinstance(message, Stop):
            self._ended.set()
        else:
            self._errands.answered(message)

    def _lose(self) -> None:
        self._lost = True
        self._ended.set()

    def _refuse(self) -> None:
        self._refused += 1
        self._count()

    def _count(self) -> None:
        self._line.say(Counts(self.front.connections, self._refused))
        self._refused = 0


class _Front(SmtpFront):
    """A front that says when the number of its connections changes."""

    def __init__(self, *arguments: Any, counted: Callable[[], None], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._counted = counted

    def admit(self, connection: Connection) -> str:
        """A new connection; the reply that turns it away, or ""."""
        refusal = super().admit(connection)
        self._counted()
        return refusal

    def forget(self, connection: Connection) -> None:
        """A connection is closed."""
        super().forget(connection)
        self._counted()


def _socket(descriptor: int) -> socket.socket:
    inherited = socket.socket(fileno=descriptor)
    inherited.setblocking(False)
    return inherited


def _identity(duty: Duty) -> "Identity | None":
    if not duty.settings.speaks_tls:
        return None
    from mailtrap_local.tls.authority import Authority
    from mailtrap_local.tls.identity import Identity

    return Identity.of(duty.settings, authority=Authority.of_pem(duty.authority) if duty.authority else None)
