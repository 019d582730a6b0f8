"""Clients that deliver mail as fast as a catcher takes it: Postfix's smtp-source, and our own for letters of text.

Ours speaks without PIPELINING, as most apps do: each command waits for its reply, so that the server's time for each
is in the figure. One thread serves all its connections.
"""

import selectors
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import find
from benchmarks.process import Failed, environment

HOST = "127.0.0.1"
_CHUNK = 65_536
_DIALOGUE = (
    (b"220", b"EHLO localhost\r\n"),
    (b"250", b"MAIL FROM:<ann@example.com>\r\n"),
    (b"250", b"RCPT TO:<bob@example.org>\r\n"),
    (b"250", b"DATA\r\n"),
)
_MAIL = 1  # the place in the dialogue where a kept connection begins again
_LETTER = len(_DIALOGUE)
_ACCEPTED = _LETTER + 1
_QUIT = _LETTER + 2


@dataclass(frozen=True)
class Delivery:
    """How many messages were accepted within how many seconds."""

    count: int
    seconds: float

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.count / self.seconds


class Session:
    """One SMTP connection. `begin` a letter while it is `idle`; `read` when its socket is readable."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._letter: bytes | None = None
        self._place = 0
        self._received = b""
        self.idle = False

    def begin(self, letter: bytes) -> None:
        """Send this letter next: at once on an idle connection, else when the greeting has come."""
        self._letter = letter
        if self.idle:
            self.idle = False
            self._place = _MAIL
            self._say()

    def quit(self) -> None:
        """Say goodbye; `closed` is true once the server has answered."""
        self.idle = False
        self._place = _QUIT
        self.socket.sendall(b"QUIT\r\n")

    def read(self) -> bool:
        """Take what has come and go on with the dialogue; whether it was the 250 for a letter. Raises Failed."""
        received = self.socket.recv(_CHUNK)
        if self._received:
            received = self._received + received
        if not complete(received):
            self._wait_for_more(received)
            return False
        self._received = b""
        return self._answer(received)

    @property
    def closed(self) -> bool:
        """Whether the goodbye has been answered."""
        return self._place > _QUIT

    def _wait_for_more(self, received: bytes) -> None:
        if len(received) == len(self._received):
            raise Failed(f"the server hung up after {received[:100]!r}")
        self._received = received

    def _answer(self, reply: bytes) -> bool:
        place = self._place
        if place < _LETTER:
            if not reply.startswith(_DIALOGUE[place][0]):
                raise Failed(f"the server said {reply[:100]!r}")
            self._say() if place != _MAIL or self._letter is not None else self._rest()
            return False
        if not reply.startswith((b"354", b"250", b"221")[place - _LETTER]):
            raise Failed(f"the server said {reply[:100]!r}")
        if place == _LETTER:
            assert self._letter is not None
            self.socket.sendall(self._letter)
            self._letter = None
        self._place = place + 1
        if place == _ACCEPTED:
            self._rest()
            return True
        return False

    def _say(self) -> None:
        self.socket.sendall(_DIALOGUE[self._place][1])
        self._place += 1

    def _rest(self) -> None:
        self.idle = True


def complete(reply: bytes) -> bool:
    """Whether a whole reply has come: its last line has a blank behind the code (RFC 5321 section 4.2.1)."""
    if not reply.endswith(b"\r\n"):
        return False
    last = reply.rfind(b"\r\n", 0, -2) + 2 if reply.count(b"\n") > 1 else 0
    return reply[last + 3 : last + 4] in (b" ", b"\r")


def deliver(port: int, letters: Iterator[bytes], *, sessions: int, kept: bool, seconds: float = 600.0) -> Delivery:
    """Deliver the letters over so many connections at once, until they or the seconds run out. Raises Failed, OSError.

    `kept` False makes a connection for each letter.
    """
    with _Crowd(port, letters, kept=kept) as crowd:
        return crowd.run(sessions, seconds)


class _Crowd:
    """Connections that share a row of letters."""

    def __init__(self, port: int, letters: Iterator[bytes], *, kept: bool) -> None:
        self._port = port
        self._letters = letters
        self._kept = kept
        self._selector = selectors.DefaultSelector()
        self._open = 0
        self._accepted = 0

    def __enter__(self) -> "_Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def run(self, sessions: int, seconds: float) -> Delivery:
        start = time.perf_counter()
        for _ in range(sessions):
            self._connect()
        while self._open:
            if not (ready := self._selector.select(30)):
                raise Failed("the server was silent for 30 s")
            for key, _ in ready:
                self._serve(key.data)
            if time.perf_counter() - start > seconds:
                self._letters = iter(())
        return Delivery(self._accepted, time.perf_counter() - start)

    def _connect(self) -> None:
        letter = next(self._letters, None)
        if letter is None:
            return
        session = Session(self._port)
        session.begin(letter)
        self._selector.register(session.socket, selectors.EVENT_READ, session)
        self._open += 1

    def _serve(self, session: Session) -> None:
        if session.read():
            self._accepted += 1
            letter = next(self._letters, None) if self._kept else None
            session.quit() if letter is None else session.begin(letter)
        elif session.closed:
            self._selector.unregister(session.socket)
            session.socket.close()
            self._open -= 1
            if not self._kept:
                self._connect()


def smtp_source(
    port: int, count: int, *, sessions: int, kept: bool, size: int = 2_000, letter: Path | None = None
) -> Delivery:
    """Let smtp-source deliver: its own body of one repeated letter, or a file. Raises Failed, also after 120 s."""
    program = find("smtp-source")
    if program is None:
        raise Failed("smtp-source is not installed (Debian package postfix)")
    body = ["-l", str(size)] if letter is None else ["-F", str(letter)]
    addresses = ["-M", "localhost", "-f", "ann@example.com", "-t", "bob@example.org"]
    sessions = min(sessions, count)
    command = [program, "-s", str(sessions), "-m", str(count), *body, *addresses, *(["-d"] if kept else [])]
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [*command, f"{HOST}:{port}"], capture_output=True, text=True, timeout=120, env=environment(), check=False
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"smtp-source did not deliver {count} messages within 120 s") from None
    if done.returncode:
        raise Failed(f"smtp-source: {(done.stderr or done.stdout).strip()[:200]}")
    return Delivery(count, time.perf_counter() - start)
