"""Where mail is parsed: small mail at once, larger mail in a thread, very large mail in a process of its own.

Parsing holds the interpreter's lock, in single steps of some hundred milliseconds for tens of megabytes, and the event
loop would stand still for as long. So mail over `limits.PARSE_APART` goes to a child process: started when first
needed, ended when it had nothing to do for a while, ended by the system's closing its input when we are killed. What
goes over its pipes is a pickled function of `mime` with its arguments, the raw, and the pickled result.

What a caller's input may make to take for ever runs in a process of its own too, whatever the size of the mail, and is
killed with it when its time is over.
"""

import asyncio
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from mailtrap_local import children, limits
from mailtrap_local.errors import BadRequest, Busy

T = TypeVar("T")

_THREADS = 2
_IDLE_SECONDS = 60.0


class Parser:
    """Runs pure functions over raw mail. Lives on one event loop; `close` it at the end."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="parser")
        self._child = _Child()
        self._bounded_thread = ThreadPoolExecutor(1, thread_name_prefix="bounded")
        self._bounded_child = _Child()
        self._bounded = 0

    async def run(self, work: Callable[[bytes], T], raw: bytes) -> T:
        """`work(raw)`. It must be a function of a module, or a partial of one: its name may go to another process.

        Raises Busy if that process was ended from outside twice in a row.
        """
        if len(raw) <= limits.PARSE_INLINE:
            return work(raw)
        loop = asyncio.get_running_loop()
        if len(raw) <= limits.PARSE_APART:
            return await loop.run_in_executor(self._threads, work, raw)
        return await loop.run_in_executor(self._threads, partial(self._child.run, work, raw))

    async def bounded(self, work: Callable[[bytes], T], raw: bytes, *, seconds: float) -> T:
        """`work(raw)` where it can be killed. As `run`; raises BadRequest when the time is over, Busy for too many."""
        if self._bounded >= limits.SELECT_WAITING:
            raise Busy("too many selections at once; try again")
        self._bounded += 1
        try:
            task = partial(self._bounded_child.run, work, raw, seconds=seconds)
            return await asyncio.get_running_loop().run_in_executor(self._bounded_thread, task)
        finally:
            self._bounded -= 1

    def close(self) -> None:
        """Break off what is being parsed."""
        for child, threads in ((self._child, self._threads), (self._bounded_child, self._bounded_thread)):
            child.close()
            threads.shutdown(wait=False, cancel_futures=True)


class _Child:
    """The process for very large mail. Used from the parser's threads, one at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None
        self._closed = False

    def run(self, work: Callable[[bytes], T], raw: bytes, *, seconds: float | None = None) -> T:
        """`work(raw)`, there. Raises BadRequest when it takes longer than `seconds`."""
        ask = self._ask if seconds is None else partial(self._ask_in, seconds)
        with self._turn:
            if self._idle is not None:
                self._idle.cancel()
            try:
                try:
                    return ask(work, raw)
                except (EOFError, OSError):
                    self._end()
                    return ask(work, raw)
            except (EOFError, OSError) as error:
                self._end()
                raise Busy("the process that does this was ended from outside; try again") from error
            finally:
                self._idle = threading.Timer(_IDLE_SECONDS, self._rest)
                self._idle.daemon = True
                if not self._closed:
                    self._idle.start()

    def close(self) -> None:
        """End it, whatever it does."""
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        self._end()

    def _ask(self, work: Callable[[bytes], T], raw: bytes) -> T:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        children.write(process.stdin, pickle.dumps(work), raw)
        result, error = pickle.loads(children.read(process.stdout))
        if error is not None:
            raise error
        answer: T = result
        return answer

    def _ask_in(self, seconds: float, work: Callable[[bytes], T], raw: bytes) -> T:
        if self._process is None:
            self._ask(_awake, b"")  # its start does not count
        over = threading.Event()
        process = self._started()

        def stop() -> None:
            over.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            return self._ask(work, raw)
        except (EOFError, OSError):
            if not over.is_set():
                raise
            self._end()
            told = f"it takes more than {seconds:g} seconds on this mail; ask for something simpler"
            raise BadRequest(told) from None
        finally:
            timer.cancel()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise OSError("the parser is closed")
        if self._process is None:
            self._process = children.spawn(__name__, serve.__name__, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process

    def _rest(self) -> None:
        with self._turn:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _awake(_: bytes) -> None:
    """What a child answers as soon as it can."""


def serve() -> None:
    """The child's side: answer until the input ends."""
    children.begin()
    if hasattr(os, "nice"):
        os.nice(5)  # what is waited for at this moment is rather in the parent
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            work = pickle.loads(children.read(requests))
            raw = children.read(requests)
        except EOFError:
            return
        children.write(answers, pickle.dumps(_outcome(work, raw), protocol=pickle.HIGHEST_PROTOCOL))


def _outcome(work: Callable[[bytes], Any], raw: bytes) -> tuple[Any, Exception | None]:
    try:
        return work(raw), None
    except Exception as error:
        return None, error
