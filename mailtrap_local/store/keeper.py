"""The process that reads and keeps mail under load: the child's side of apart.py, and what goes between the two.

It commits whatever mail has come by the time it is done with the last commit, as one transaction, and answers once.
"""

import gc
import pickle
import select
import socket
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from mailtrap_local import children
from mailtrap_local.errors import StoreError
from mailtrap_local.model import Entry, Event, Summary, Unread
from mailtrap_local.store.base import Read, Retention
from mailtrap_local.store.committer import Committer
from mailtrap_local.store.rows import prepared

GO, HOLD, MAIL = b"G", b"H", b"M"  # what a frame to the child begins with
READY, HELD, ANSWER = b"R", b"H", b"A"  # and one from it

_BATCH = 500  # messages
_TIDY_SECONDS = 1.0  # how often to look after retention by age, undo deadlines and free pages
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Work:
    """What the child is for. It is pickled: both callables must be functions of modules, or partials of such."""

    connect: Callable[[], sqlite3.Connection]
    retention: Retention
    read: Read


class Answer(msgspec.Struct, array_like=True):
    """What became of a batch: its messages in order, and the events behind theirs (retention)."""

    count: int  # of messages in the batch
    kept: list[Summary]
    more: list[Event]
    seq: int
    deleted: int
    failure: str = ""


encode = msgspec.msgpack.Encoder().encode
decode_answer = msgspec.msgpack.Decoder(Answer).decode
_decode_mail = msgspec.msgpack.Decoder(list[Unread]).decode


def serve() -> None:
    """Run as the child, on the socket that is the standard input, until it ends."""
    children.begin()
    gc.set_threshold(50_000)
    with socket.socket(fileno=sys.stdin.fileno()) as parent:
        try:
            _Keeper(_Line(parent)).run()
        except (EOFError, ConnectionError):
            return  # the parent wants nothing more, or has gone


class _Line:
    """The socket to the parent, frame by frame."""

    def __init__(self, parent: socket.socket) -> None:
        self._parent = parent
        self._frames = children.Frames()
        self._whole: deque[bytes] = deque()

    def receive(self, seconds: float | None) -> bytes | None:
        """The next frame; None if it does not come within so many seconds. Raises EOFError."""
        while not self._whole:
            if not select.select([self._parent], [], [], seconds)[0]:
                return None
            data = self._parent.recv(_CHUNK)
            if not data:
                raise EOFError
            self._whole.extend(self._frames.feed(data))
        return self._whole.popleft()

    def send(self, *pieces: bytes) -> None:
        """Say something to the parent."""
        self._parent.sendall(children.frame(*pieces))


class _Keeper:
    """Reads mail as it comes, and commits it while it may."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        work: Work = pickle.loads(line.receive(None) or b"")
        self._read = work.read
        self._committer = Committer(work.connect(), retention=work.retention)
        self._going = False
        self._entries: list[Entry] = []
        self._tidied = 0.0

    def run(self) -> None:
        """Until the parent has gone. Raises EOFError, ConnectionError."""
        self._line.send(READY)
        while True:
            received = self._line.receive(self._patience())
            if received is None:
                self._commit()
                continue
            if received[:1] == MAIL:
                self._entries.extend(map(self._read, _decode_mail(received[1:])))
                if len(self._entries) >= _BATCH and self._going:
                    self._commit()
            elif received[:1] == GO:
                self._going = True
            else:
                if self._entries:
                    self._commit()
                self._going = False
                self._line.send(HELD)

    def _patience(self) -> float | None:
        """How long to wait for more: not at all with mail in hand."""
        if not self._going:
            return None
        return 0.0 if self._entries else _TIDY_SECONDS

    def _commit(self) -> None:
        """Keep what is here, and say so."""
        entries, self._entries = self._entries, []
        if entries:
            self._answer(entries)
        now = time.monotonic()
        if now - self._tidied >= _TIDY_SECONDS:
            self._tidied = now
            self._answer([])
            self._committer.shrink()

    def _answer(self, entries: list[Entry]) -> None:
        try:
            commit = self._committer.commit([prepared(entry) for entry in entries])
        except StoreError as error:
            self._line.send(ANSWER, encode(Answer(len(entries), [], [], 0, 0, str(error))))
            return
        more = list(commit.events[len(entries) :])
        if entries or more or commit.deleted:
            answer = Answer(len(entries), list(commit.results), more, commit.seq, commit.deleted)
            self._line.send(ANSWER, encode(answer))
