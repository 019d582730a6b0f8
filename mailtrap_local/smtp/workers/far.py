"""What the SMTP front of a worker works with: the mailbox, the gate and the store, which are with the server."""

import asyncio
import time
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from mailtrap_local import limits
from mailtrap_local.errors import NotFound
from mailtrap_local.mailbox import intake
from mailtrap_local.model import Arrival, Session
from mailtrap_local.settings import Settings
from mailtrap_local.smtp.workers.asking import Asker
from mailtrap_local.smtp.workers.messages import Done, Failed, Finished, FromWorker, Mail, Unparsed, error_of
from mailtrap_local.smtp.workers.watched import Watched
from mailtrap_local.stages import Situation, Stage, Verdict
from mailtrap_local.store.rows import prepared


class Errands:
    """What a worker wants of the server, by number, and who waits for the answer."""

    def __init__(self, say: Callable[[FromWorker], None]) -> None:
        self._say = say
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Done]] = {}

    def next(self) -> int:
        """The number of another one."""
        self._number += 1
        return self._number

    async def run(self, message: Mail | Unparsed | Finished) -> Done:
        """Send it, and wait for the answer. Raises what the server did."""
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting[message.number] = future
        self._say(message)
        try:
            return await future
        finally:
            self._waiting.pop(message.number, None)

    def answered(self, answer: Done | Failed) -> None:
        """The answer came."""
        future = self._waiting.get(answer.number)
        if future is None or future.done():
            return  # who asked has gone
        if isinstance(answer, Failed):
            future.set_exception(error_of(answer))
        else:
            future.set_result(answer)


class FarMailbox:
    """The mailbox, as far as the front knows it (smtp/server.py)."""

    def __init__(self, errands: Errands, ask: Asker, settings: Settings, *, refused: Callable[[], None]) -> None:
        self.refused = refused
        self._errands = errands
        self._ask = ask
        self._plus_tags = settings.plus_tags
        self._small = min(limits.PARSE_INLINE, settings.max_message_size)

    async def receive(self, arrival: Arrival) -> Done:
        """Keep a mail; back when it is safe with the server. Raises what the mailbox does."""
        number = self._errands.next()
        if len(arrival.raw) > self._small:
            return await self._errands.run(Unparsed(number, arrival))
        entry = intake.read(arrival, created=time.time_ns() // 1000, plus_tags=self._plus_tags, addressed="")
        mail = prepared(entry)
        return await self._errands.run(Mail(number, entry, mail.row, mail.text))

    def inbox_of(self, username: str, recipients: Sequence[str]) -> str:
        """The inbox that mail of this login to these recipients goes to."""
        inbox: str = self._ask("inbox_of", username, recipients)
        return inbox

    def made_password(self, username: str) -> str | None:
        """The password of the made inbox of this name."""
        password: str | None = self._ask("made_password", username)
        return password


class FarGate:
    """The gate (smtp/gate.py). Hooks have no part here: they are functions of the process that embeds the server."""

    followed: frozenset[Stage] = frozenset()

    def __init__(self, watched: Watched, ask: Asker) -> None:
        self.watched = watched
        self._ask = ask

    def ask(self, situation: Situation) -> Verdict | None:
        """What happens here. Nobody who answers wants to see the mail."""
        verdict: Verdict | None = self._ask("gate", replace(situation, raw=b""))
        return verdict

    def tell(self, situation: Situation, reply: str | None) -> None:
        """Nobody follows."""


class FarShelf:
    """The store, as far as the book of conversations needs it here (sessions.py): it keeps what has ended."""

    def __init__(self, errands: Errands) -> None:
        self._errands = errands

    async def put_sessions(self, sessions: Sequence[Session]) -> None:
        """Keep the transcripts of finished sessions."""
        await self._errands.run(Finished(self._errands.next(), list(sessions)))

    async def session(self, session_id: str) -> Session:
        """None is kept here."""
        raise NotFound(f"no such session: {session_id}")

    async def sessions(self, *, start: int = 0, limit: int = 50) -> tuple[Session, ...]:
        """None is kept here."""
        return ()
