"""Reading: a few threads with a connection each, every read a consistent snapshot and none without a deadline.

A query with hostile patterns may be slow over many messages, though every pattern runs in linear time: after
`limits.READ_SECONDS` it is broken off, so that nobody can keep the threads busy.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mailtrap_local import limits
from mailtrap_local.errors import Busy, MailtrapLocalError, Stopping, StoreError

_THREADS = 3

T = TypeVar("T")


class Readers:
    """A pool of reading threads. `connect` makes a read-only connection."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], *, loop: asyncio.AbstractEventLoop) -> None:
        self._connect = connect
        self._loop = loop
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._stopping = False

    async def run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `read` over one snapshot of the database. Raises StoreError, Busy, Stopping."""
        if self._stopping:
            raise Stopping("the store is closing")
        bound = _Bound()
        timer = self._loop.call_later(limits.READ_SECONDS, bound.reached)
        try:
            return await self._loop.run_in_executor(self._pool, self._read, read, bound)
        except asyncio.CancelledError:
            bound.reached()  # nobody wants it any more
            raise
        finally:
            timer.cancel()

    async def stop(self) -> None:
        """Break off what is being read, and end."""
        self._stopping = True
        for connection in self._connections:
            connection.interrupt()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        for connection in self._connections:
            connection.close()

    def _read(self, read: Callable[[sqlite3.Connection], T], bound: "_Bound") -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                with bound.over(connection):
                    return read(connection)
            finally:
                connection.execute("ROLLBACK")
        except MailtrapLocalError:
            raise
        except sqlite3.Error as error:
            if self._stopping:
                raise Stopping("the store is closing") from error
            if bound.passed:
                raise Busy(f"broken off after {limits.READ_SECONDS:g} seconds: narrow the search") from error
            raise StoreError(f"the store could not be read: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
            self._connections.append(found)
        return found


class _Bound:
    """The deadline of one read: told on the loop, felt in the thread, and never by the connection's next read."""

    def __init__(self) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def over(self, connection: sqlite3.Connection) -> "_Bound":
        """As a context manager: this connection is interrupted when the deadline comes."""
        with self._lock:
            if self.passed:  # it waited too long for a thread
                raise sqlite3.OperationalError("interrupted")
            self._connection = connection
        return self

    def reached(self) -> None:
        """The deadline is there."""
        with self._lock:
            self.passed = True
            if self._connection is not None:
                self._connection.interrupt()

    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._connection = None
