"""The text index: which messages may hold a piece of text.

Theory of operation
1. Tables of FTS5 with the trigram tokenizer, without contents and positions. A piece is looked up as all its trigrams:
   what is found may hold it, and the search's own condition decides. So the index need not know of deletes: a row
   number that it names is looked up among the messages, and numbers never come again.
2. The index follows. `indexed` in the table meta is the seq up to which it knows the messages; of what came after, a
   search looks at each. So nothing that is stored waits for the index, and whatever is stored is found.
3. It is made in steps of some milliseconds when the writer has had nothing to do for a moment, and never of the newest
   `KEPT_OUT` messages: a small store has none. Only when it lags by more than `MOST_BEHIND` does a commit take a step
   along.
4. A table has the messages of `SPAN` seqs, and is dropped when the last of them is gone.
5. Where SQLite lacks FTS5 or its trigrams there is no index, and a search looks at every message.
"""

import re
import sqlite3
import time
from collections.abc import Sequence

from mailtrap_local.search.pieces import SIZE
from mailtrap_local.store.rows import Value

TRIGRAMS_SINCE = (3, 34)  # SQLite
SPAN = 65_536  # seqs
KEPT_OUT = 500  # seqs
MOST_BEHIND = 200_000  # seqs
STEP_SECONDS = 0.01
ASKED = 16  # trigrams of a search that are looked up; more of them hardly leave fewer messages
_FIRST_STEP, _SMALLEST_STEP, _LARGEST_STEP = 20, 4, 400  # messages

_NAME = re.compile(r"texts_([0-9]+)")
_MAKE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS texts_{0} USING fts5"
    "(text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1')"
)


class TextIndex:
    """The writing side, over the writer's connection. What it is told as `described` is the seq up to which every
    message has its text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._mark = _mark(connection)
        self._going = False
        self._messages = _FIRST_STEP

    def wants(self, described: int) -> bool:
        """Whether there is enough to take in to begin, or to go on."""
        return self._behind(described) > (0 if self._going else KEPT_OUT) and _possible(self._connection)

    def lags(self, described: int) -> bool:
        """Whether it must not fall behind any further."""
        return self._behind(described) > MOST_BEHIND and _possible(self._connection)

    def step(self, described: int) -> None:
        """Take in some more, within the transaction that is open."""
        began = time.perf_counter()
        number = (self._mark + 1) // SPAN
        until = min(described - KEPT_OUT, (number + 1) * SPAN - 1)
        rows = self._connection.execute(
            "SELECT seq, text FROM body WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            (self._mark, until, self._messages),
        ).fetchall()
        if rows:
            self._connection.execute(_MAKE.format(number))
            self._connection.executemany(f"INSERT INTO texts_{number} (rowid, text) VALUES (?, ?)", rows)
        self._mark = rows[-1][0] if len(rows) == self._messages else until
        self._connection.execute("UPDATE meta SET value = ? WHERE key = 'indexed'", (self._mark,))
        self._going = self._behind(described) > 0
        if len(rows) == self._messages:
            fitting = int(self._messages * STEP_SECONDS / max(time.perf_counter() - began, 1e-6))
            self._messages = max(_SMALLEST_STEP, min(fitting, 2 * self._messages, _LARGEST_STEP))

    def drop(self) -> None:
        """Drop a table whose messages are all gone, if there is one, within the transaction that is open."""
        first = self._connection.execute("SELECT min(seq) FROM message").fetchone()[0]
        for number in _numbers(self._connection):
            end = (number + 1) * SPAN
            if end <= self._mark and (first is None or end <= first):
                self._connection.execute(f"DROP TABLE texts_{number}")
                return

    def reload(self) -> None:
        """Forget what was not committed."""
        self._mark = _mark(self._connection)

    def _behind(self, described: int) -> int:
        return described - KEPT_OUT - self._mark


def narrowed(connection: sqlite3.Connection, pieces: Sequence[str]) -> tuple[str, list[Value]] | None:
    """A condition over the table message (alias m) that every message meets which holds all the pieces, and others may;
    None where the index is of no help."""
    trigrams = _trigrams(pieces)
    mark = _mark(connection) if trigrams else 0
    numbers = _numbers(connection) if mark else []
    if not numbers:
        return None
    asked = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in trigrams)
    found = " UNION ALL ".join(f"SELECT rowid FROM texts_{number} WHERE texts_{number} MATCH ?" for number in numbers)
    condition = f"m.seq IN ({found} UNION ALL SELECT seq FROM message WHERE seq > ?)"
    return condition, [*[asked] * len(numbers), mark]


def _trigrams(pieces: Sequence[str]) -> list[str]:
    """Some of the trigrams that the pieces have, from all over them."""
    every = list(dict.fromkeys(piece[at : at + SIZE] for piece in pieces for at in range(len(piece) - SIZE + 1)))
    return every if len(every) <= ASKED else [every[at * len(every) // ASKED] for at in range(ASKED)]


def _mark(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE key = 'indexed'").fetchone()[0])


def _numbers(connection: sqlite3.Connection) -> list[int]:
    """The tables that there are, and that can be used."""
    if not _possible(connection):
        return []
    names = connection.execute("SELECT name FROM sqlite_master WHERE name GLOB 'texts_[0-9]*'")
    return sorted(int(name[1]) for (text,) in names if (name := _NAME.fullmatch(text)))


def _possible(connection: sqlite3.Connection) -> bool:
    """Whether this SQLite has what the index needs: a file may have been written with another one."""
    modules = connection.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")
    return sqlite3.sqlite_version_info >= TRIGRAMS_SINCE and bool(modules.fetchone()[0])
