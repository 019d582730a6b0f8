"""The numbers of each inbox and of all together, kept by the writer so that nobody ever has to count rows."""

import sqlite3
from dataclasses import dataclass


@dataclass(slots=True)
class Count:
    """What an inbox holds: shown, unread among them, bytes of all, and how many are hidden."""

    total: int = 0
    unread: int = 0
    size: int = 0
    hidden: int = 0


class Ledger:
    """Counts by inbox, written with each transaction and read anew after one that was taken back."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._counts: dict[str, Count] = {}
        self._dirty: set[str] = set()
        self.rows = 0  # messages, hidden ones too
        self.bytes = 0  # of their raw
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        found = self._connection.execute("SELECT name, total, unread, size, hidden FROM inbox").fetchall()
        self._counts = {name: Count(*numbers) for name, *numbers in found}
        self._dirty.clear()
        self.rows = sum(count.total + count.hidden for count in self._counts.values())
        self.bytes = sum(count.size for count in self._counts.values())

    def change(self, inbox: str, *, total: int = 0, unread: int = 0, size: int = 0, hidden: int = 0) -> None:
        """Add to the numbers of an inbox."""
        count = self._counts.get(inbox)
        if count is None:
            count = self._counts[inbox] = Count()
        count.total += total
        count.unread += unread
        count.size += size
        count.hidden += hidden
        self.rows += total + hidden
        self.bytes += size
        self._dirty.add(inbox)

    def write(self) -> None:
        """Put what changed into the table; inboxes that hold nothing any more are dropped from it."""
        for name in self._dirty:
            count = self._counts[name]
            if count.total or count.hidden:
                self._connection.execute(
                    "INSERT OR REPLACE INTO inbox VALUES (?, ?, ?, ?, ?)",
                    (name, count.total, count.unread, count.size, count.hidden),
                )
            else:
                self._connection.execute("DELETE FROM inbox WHERE name = ?", (name,))
                del self._counts[name]
        self._dirty.clear()
