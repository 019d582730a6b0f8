"""The book of conversations: every SMTP connection with its transcript, the open ones and the finished ones.

Theory of operation
1. A front opens a conversation for each connection and writes down what is said. That is on the path of every
   command, so an entry is a tuple in a list; lines are cut, escaped and made into values when somebody asks.
2. A transcript is bounded: its first and its last lines are kept, what lies between is counted.
3. A finished conversation goes to the store without anybody waiting for it: when no other has ended for a moment, or
   after a few seconds at the latest, many in one go. Those that would fall out of the store's bound before they were
   written are never written, so a flood of connections costs the store little.
4. Until it is written a conversation is answered from memory.
"""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Literal, Protocol

from mailtrap_local import ids, limits
from mailtrap_local.errors import MailtrapLocalError
from mailtrap_local.model import Line, Session, SessionState

Who = Literal["C", "S", "-"]

LULL_SECONDS = 0.25
WRITE_SECONDS = 5.0
CLOSE_SECONDS = 0.7
WRITE_TOGETHER = 200
MESSAGES_NAMED = 100
HEAD_LINES = limits.SESSION_LINES // 2
TAIL_LINES = limits.SESSION_LINES - HEAD_LINES

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

log = logging.getLogger(__name__)


class Conversation:
    """One connection as it goes on. Texts are written down as they are; secrets must be taken out before."""

    __slots__ = (
        "_book",
        "_caught",
        "_ended",
        "_entries",
        "_errors",
        "_head",
        "_messages",
        "_origin",
        "_state",
        "_tail",
        "helo",
        "id",
        "local",
        "peer",
        "started",
        "tls",
        "username",
    )

    def __init__(self, book: "Sessions", *, peer: str, local: str) -> None:
        self.id = ids.session_id()
        self.peer = peer
        self.local = local
        self.helo = ""
        self.username = ""
        self.tls = ""
        self.started = time.time_ns() // 1000
        self._origin = time.perf_counter()
        self._book = book
        self._state: SessionState = "open"
        self._ended = 0
        self._errors = 0
        self._caught = 0
        self._entries = 0
        self._messages: deque[str] | None = None
        self._head: list[tuple[float, Who, str | bytes]] = []
        self._tail: deque[tuple[float, Who, str | bytes]] | None = None

    def client(self, text: str | bytes) -> None:
        """The client said this, one line without its end."""
        self._enter("C", text)

    def server(self, text: str) -> None:
        """We said this: a reply, its lines separated by a line feed."""
        if text[0] > "3":
            self._errors += 1
        if "\n" in text:
            for line in text.splitlines():
                self._enter("S", line)
        else:
            self._enter("S", text)

    def remark(self, text: str) -> None:
        """Something happened that neither side said."""
        self._enter("-", text)

    def caught(self, message_id: str) -> None:
        """A message came in."""
        self._caught += 1
        if self._messages is None:
            self._messages = deque(maxlen=MESSAGES_NAMED)
        self._messages.append(message_id)

    def close(self, state: SessionState) -> None:
        """The connection is over. Hands the finished session to the store; a second call changes nothing."""
        if self._state == "open":
            self._state = state
            self._ended = time.time_ns() // 1000
            self._book.finished(self)

    def session(self) -> Session:
        """What there is to tell at this moment."""
        entries = [*self._head, *(self._tail or ())]
        return Session(
            id=self.id,
            started=self.started,
            ended=self._ended,
            peer=self.peer,
            local=self.local,
            helo=_printable(self.helo),
            username=_printable(self.username),
            tls=_printable(self.tls),
            state=self._state,
            messages=tuple(self._messages or ()),
            caught=self._caught,
            errors=self._errors,
            lines=tuple(Line(round((at - self._origin) * 1e6), who, _printable(text)) for at, who, text in entries),
            omitted=self._entries - len(entries),
        )

    def _enter(self, who: Who, text: str | bytes) -> None:
        if len(text) > limits.SESSION_LINE:
            text = text[: limits.SESSION_LINE + 1]  # the one more shows that it was cut
        self._entries += 1
        if self._entries <= HEAD_LINES:
            self._head.append((time.perf_counter(), who, text))
            return
        if self._tail is None:
            self._tail = deque(maxlen=TAIL_LINES)
        self._tail.append((time.perf_counter(), who, text))


def _printable(text: str | bytes) -> str:
    """The text with everything escaped that is no character to be seen, at most limits.SESSION_LINE characters."""
    decoded = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    escaped = decoded if decoded.isprintable() else _UNPRINTABLE.sub(_escape, decoded)
    return escaped if len(escaped) <= limits.SESSION_LINE else escaped[: limits.SESSION_LINE - 1] + "…"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class Shelf(Protocol):
    """Where finished sessions are kept: the store, as far as this book knows it."""

    async def put_sessions(self, sessions: Sequence[Session]) -> None:
        """Keep the transcripts of finished sessions."""

    async def session(self, session_id: str) -> Session:
        """One finished session. Raises NotFound."""

    async def sessions(self, *, start: int = 0, limit: int = 50) -> tuple[Session, ...]:
        """Finished sessions, newest first."""


class Elsewhere(Protocol):
    """Conversations that other processes have."""

    @property
    def connections(self) -> int:
        """How many go on now."""

    async def held(self, session_id: str = "", *, newest: int = 1) -> Sequence[Session]:
        """What is not in the store: that of this id, or with "" the newest ones."""


class Sessions:
    """All conversations. Lives on one event loop. `elsewhere` are those that other processes have."""

    elsewhere: Elsewhere | None = None

    def __init__(self, store: Shelf) -> None:
        self._store = store
        self._open: dict[str, Conversation] = {}
        self._unwritten: dict[str, Conversation] = {}
        self._closing = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._ended = 0
        self._failing = False

    @property
    def ongoing(self) -> int:
        """How many conversations are going on now."""
        return len(self._open) + (self.elsewhere.connections if self.elsewhere else 0)

    def open(self, *, peer: str, local: str) -> Conversation:
        """Begin the conversation of a new connection; both addresses as model.Origin.peer has them."""
        conversation = Conversation(self, peer=peer, local=local)
        self._open[conversation.id] = conversation
        return conversation

    def finished(self, conversation: Conversation) -> None:
        """A conversation's side of `close`."""
        del self._open[conversation.id]
        self._unwritten[conversation.id] = conversation
        self._ended += 1
        if len(self._unwritten) > limits.SESSIONS_KEPT:
            del self._unwritten[next(iter(self._unwritten))]
        if self._writing is None and not self._closing.is_set():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def get(self, session_id: str) -> Session:
        """One session, open or finished. Raises NotFound."""
        here = self.held(session_id) or (await self.elsewhere.held(session_id) if self.elsewhere else ())
        return here[0] if here else await self._store.session(session_id)

    async def page(self, *, start: int = 0, limit: int = 50) -> tuple[Session, ...]:
        """Sessions, newest first, the open ones among them."""
        here = self.held(newest=start + limit)
        if self.elsewhere:
            here += await self.elsewhere.held(newest=start + limit)
        sessions = {session.id: session for session in here}
        for session in await self._store.sessions(start=0, limit=start + limit):
            sessions.setdefault(session.id, session)  # one that was written meanwhile is in both
        ordered = sorted(sessions.values(), key=lambda session: session.started, reverse=True)
        return tuple(ordered[start : start + limit])

    def held(self, session_id: str = "", *, newest: int = 1) -> list[Session]:
        """What is not in the store as yet: that of this id, or with "" the newest ones, newest first."""
        if session_id:
            conversation = self._open.get(session_id) or self._unwritten.get(session_id)
            return [conversation.session()] if conversation else []
        here = [*self._open.values(), *self._unwritten.values()]
        here.sort(key=lambda conversation: conversation.started, reverse=True)
        return [conversation.session() for conversation in here[:newest]]

    async def put(self, sessions: Sequence[Session]) -> None:
        """Keep sessions that have ended elsewhere."""
        await self._store.put_sessions(sessions)

    async def close(self) -> None:
        """Write what is left, for CLOSE_SECONDS at most. To be called before the store is closed."""
        for conversation in tuple(self._open.values()):
            conversation.close("stopped")
        self._closing.set()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._writing is not None:
                    await self._writing
                await self._write_all()
        except TimeoutError:
            log.warning("%d transcripts were not written in time", len(self._unwritten))

    async def _write(self) -> None:
        try:
            while self._unwritten and not self._closing.is_set():
                await self._lull()
                await self._write_all()
        finally:
            self._writing = None

    async def _lull(self) -> None:
        """Wait until no conversation has ended for a moment, but not for long."""
        for _ in range(round(WRITE_SECONDS / LULL_SECONDS)):
            ended = self._ended
            if await self._closes_within(LULL_SECONDS) or ended == self._ended:
                return

    async def _closes_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True

    async def _write_all(self) -> None:
        while batch := list(islice(self._unwritten.values(), WRITE_TOGETHER)):
            failure = await self._write_batch(batch)
            if failure is not None:
                if not self._failing:  # say it once, not every few seconds while the disk is full
                    log.warning("%d transcripts wait to be written: %s", len(self._unwritten), failure)
                self._failing = True
                await self._closes_within(WRITE_SECONDS)
                return
            self._failing = False

    async def _write_batch(self, batch: Sequence[Conversation]) -> MailtrapLocalError | None:
        """Write these; why that failed, or None."""
        try:
            await self._store.put_sessions([conversation.session() for conversation in batch])
        except MailtrapLocalError as error:
            return error
        for conversation in batch:
            self._unwritten.pop(conversation.id, None)
        return None
