"""What may be kept: bounds on count, age and bytes. The oldest go first, and the newest message never goes.

Hidden messages count too, since they take up room; when one of them is evicted its delete cannot be undone any more.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from mailtrap_local.store.base import Retention


@dataclass(frozen=True, slots=True)
class Old:
    """A message that has to go."""

    seq: int
    id: str
    inbox: str
    size: int
    read: bool
    hidden: bool


def overdue(connection: sqlite3.Connection, retention: Retention, *, rows: int, size: int, now: int) -> Iterator[Old]:
    """The messages that have to go, oldest first, for a store with `rows` messages of `size` bytes of raw.

    `now` is in microseconds. Yields nothing, at the cost of one look at the oldest row, while all bounds hold.
    """
    oldest_allowed = now - int(retention.max_age * 1e6) if retention.max_age else None
    cursor = connection.execute(
        "SELECT seq, id, inbox, size, read, hidden IS NOT NULL, created FROM message ORDER BY seq"
    )
    for seq, message_id, inbox, bytes_, read, hidden, created in cursor:
        too_many = retention.max_messages and rows > retention.max_messages
        too_much = retention.max_bytes and size > retention.max_bytes
        too_old = oldest_allowed is not None and created < oldest_allowed
        if rows <= 1 or not (too_many or too_much or too_old):
            break
        rows -= 1
        size -= bytes_
        yield Old(seq, message_id, inbox, bytes_, bool(read), bool(hidden))
    cursor.close()
