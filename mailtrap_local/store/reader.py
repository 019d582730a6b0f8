"""Reading: a few threads with a connection each, every read a consistent snapshot."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mailtrap_local.errors import MailtrapLocalError, Stopping, StoreError

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
        """The result of `read` over one snapshot of the database. Raises StoreError, Stopping."""
        if self._stopping:
            raise Stopping("the store is closing")
        return await self._loop.run_in_executor(self._pool, self._read, read)

    async def stop(self) -> None:
        """Break off what is being read, and end."""
        self._stopping = True
        for connection in self._connections:
            connection.interrupt()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        for connection in self._connections:
            connection.close()

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                return read(connection)
            finally:
                connection.execute("ROLLBACK")
        except MailtrapLocalError:
            raise
        except sqlite3.Error as error:
            if self._stopping:
                raise Stopping("the store is closing") from error
            raise StoreError(f"the store could not be read: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
            self._connections.append(found)
        return found
