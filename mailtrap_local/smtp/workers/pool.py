"""The server's side: the workers, what they hand in, and what they ask."""

import asyncio
import logging
import socket
import subprocess
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from mailtrap_local.children import spawn
from mailtrap_local.errors import MailtrapLocalError, StartError
from mailtrap_local.mailbox import Mailbox
from mailtrap_local.model import Session, Summary
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp.door import Doors
from mailtrap_local.smtp.gate import Gate, Source
from mailtrap_local.smtp.workers import messages, worker
from mailtrap_local.smtp.workers.asking import Answerer
from mailtrap_local.smtp.workers.line import Line
from mailtrap_local.smtp.workers.messages import (
    Counts,
    Done,
    Finished,
    FromWorker,
    Look,
    Mail,
    Ready,
    Seen,
    Stop,
    Unparsed,
    failed,
)
from mailtrap_local.smtp.workers.watched import Watched
from mailtrap_local.smtp.workers.worker import Duty
from mailtrap_local.store.rows import Prepared

START_SECONDS = 20.0
STOP_SECONDS = 1.5
AGAIN_SECONDS = 0.5  # until another worker takes the place of one that died

log = logging.getLogger(__name__)


class Workers:
    """Processes that receive mail by SMTP: in place of `SmtpFront` (smtp/server.py), with its `start` and `stop`.

    `authority` signs the certificates of TLS (PEM, with its key), if they are ours.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        sessions: Sessions,
        settings: Settings,
        *,
        sources: Sequence[Source] = (),
        authority: bytes = b"",
    ) -> None:
        self._mailbox = mailbox
        self._sessions = sessions
        self._number = settings.smtp_processes
        # what is in flight is in flight here, so what all may hold is divided among them
        self._settings = replace(settings, max_data_in_flight=settings.max_data_in_flight // self._number)
        self._authority = authority
        self._sources = sources
        self._gate = Gate(sources)
        self._watched = Watched.made()
        self._doors = Doors()
        self._free = list(range(self._number))  # whose sockets no process has
        self._workers: set[_Worker] = set()
        self._replacing: set[asyncio.Task[None]] = set()
        self._stopping = False
        for source in sources:
            source.listen(self._show)
        self._show()
        sessions.elsewhere = self

    async def start(self, doors: Doors) -> None:
        """Serve there. Raises StartError."""
        self._doors = doors
        await asyncio.gather(*(self._launch() for _ in range(self._number)))

    async def stop(self) -> None:
        """Take no more connections, let the mail that is being stored finish, and end the processes."""
        self._stopping = True
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*(each.stop() for each in tuple(self._workers)))
        self._watched.close()

    # Sessions (sessions.py)

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return sum(each.connections for each in self._workers)

    async def held(self, session_id: str = "", *, newest: int = 1) -> Sequence[Session]:
        """Sessions that are not in the store: that of this id, or with "" the newest ones."""
        answers = await asyncio.gather(*(each.look(session_id, newest) for each in tuple(self._workers)))
        return [session for answer in answers for session in answer]

    # Processes

    async def _launch(self) -> None:
        number = self._free.pop()
        starting = _Worker(self._mailbox, self._sessions, self._gate, lost=partial(self._lost, number=number))
        self._workers.add(starting)
        doors = {name: tuple(each.fileno() for each in sockets) for name, sockets in self._doors.of(number).items()}
        try:
            await starting.start(Duty(self._settings, -1, self._watched.descriptor, doors, self._authority))
        except StartError:
            self._lost(starting, number=number)
            raise

    def _lost(self, lost: "_Worker", *, number: int) -> None:
        if lost not in self._workers:
            return  # one that did not start is told of twice
        self._workers.discard(lost)
        self._free.append(number)
        if self._stopping:
            return
        log.warning("a process for SMTP has ended, and its connections with it; another takes its place")
        task = asyncio.ensure_future(self._replace())
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _replace(self) -> None:
        await asyncio.sleep(AGAIN_SECONDS)
        try:
            await self._launch()
        except StartError as error:
            log.error("%s", error)

    def _show(self) -> None:
        self._watched.show(frozenset().union(*(source.stages for source in self._sources)))


class _Worker:
    """One of them."""

    def __init__(self, mailbox: Mailbox, sessions: Sessions, gate: Gate, *, lost: "Callable[[_Worker], None]") -> None:
        self.connections = 0
        self._mailbox = mailbox
        self._sessions = sessions
        self._gate = gate
        self._told_lost = lost
        self._process: subprocess.Popen[bytes] | None = None
        self._line = Line(decode=messages.from_worker, said=self._hear, lost=self._lose)
        self._ready = asyncio.Event()
        self._gone = False
        self._looks: dict[int, asyncio.Future[list[Session]]] = {}
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, duty: Duty) -> None:
        """Have it serve. Raises StartError."""
        line, its_line = socket.socketpair()
        questions, its_questions = socket.socketpair()
        with its_line, its_questions:
            duty = replace(duty, line=its_line.fileno())
            self._answerer = Answerer(
                {
                    "duty": lambda: duty,
                    "gate": self._gate.ask,
                    "inbox_of": self._mailbox.inbox_of,
                    "made_password": self._mailbox.made_password,
                }
            )
            inherited = (duty.line, duty.watched, *chain(*duty.doors.values()))
            try:
                self._process = await asyncio.to_thread(
                    spawn, worker.__name__, worker.serve.__name__, stdin=its_questions, pass_fds=inherited
                )
            except OSError as error:
                line.close()
                questions.close()
                raise StartError(f"cannot start a process for SMTP: {error.strerror or error}") from None
        await self._answerer.connect(questions)
        await self._line.connect(line)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            self._process.kill()
        if not self._ready.is_set() or self._gone:
            raise StartError("a process for SMTP did not start; --smtp-processes 0 does without")

    async def stop(self) -> None:
        """End it."""
        self._line.say(Stop())
        if self._process is not None:
            try:
                await asyncio.to_thread(self._process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait)

    async def look(self, session_id: str, newest: int) -> list[Session]:
        """What it holds of sessions."""
        self._number += 1
        number = self._number
        future: asyncio.Future[list[Session]] = asyncio.get_running_loop().create_future()
        self._looks[number] = future
        self._line.say(Look(number, session_id, newest))
        try:
            return await future
        finally:
            del self._looks[number]

    def _hear(self, message: FromWorker) -> None:
        match message:
            case Mail():
                self._keep(message)
            case Counts():
                self.connections = message.connections
                for _ in range(message.refused):
                    self._mailbox.refused()
            case Unparsed():
                self._later(message.number, self._receive(message))
            case Finished():
                self._later(message.number, self._put(message))
            case Seen():
                if (future := self._looks.get(message.number)) and not future.done():
                    future.set_result(message.sessions)
            case Ready():
                self._ready.set()

    def _keep(self, mail: Mail) -> None:
        """One that is parsed: no task for it, since there are thousands in a second."""
        try:
            kept = self._mailbox.keep(Prepared(mail.entry, mail.row, mail.text))
        except MailtrapLocalError as error:
            self._line.say(failed(mail.number, error))
        else:
            kept.add_done_callback(partial(self._kept, mail.number))

    def _kept(self, number: int, kept: "asyncio.Future[Summary]") -> None:
        error = kept.exception()
        if error is None:
            summary = kept.result()
            self._line.say(Done(number, summary.id, summary.inbox))
        else:
            self._line.say(failed(number, error))

    async def _receive(self, message: Unparsed) -> Done:
        summary = await self._mailbox.receive(message.arrival)
        return Done(message.number, summary.id, summary.inbox)

    async def _put(self, message: Finished) -> Done:
        await self._sessions.put(message.sessions)
        return Done(message.number)

    def _later(self, number: int, work: "Coroutine[None, None, Done]") -> None:
        async def done() -> None:
            try:
                self._line.say(await work)
            except MailtrapLocalError as error:
                self._line.say(failed(number, error))

        task = asyncio.ensure_future(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _lose(self) -> None:
        self._gone = True
        self._ready.set()
        self.connections = 0
        self._answerer.close()
        for future in self._looks.values():
            if not future.done():
                future.set_result([])
        if self._process is not None:
            self._process.kill()
            asyncio.get_running_loop().run_in_executor(None, self._process.wait)
        self._told_lost(self)
