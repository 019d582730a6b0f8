"""Committing: a batch of work as one transaction, with its numbers, retention and events.

Theory of operation
1. Adds that stand next to each other become multi-row INSERTs, so that a batch costs a few steps of SQLite.
2. Any other work runs inside a savepoint: one that fails takes nothing but itself back.
3. A failed commit (disk full) takes all of it back and fails all of its work.
4. It alone writes, so what it knows in memory stays true: the last seq, the numbers of each inbox, which messages still
   lack their digest.
5. A message that was added without its digest is remembered until it gets one; `described` in the table meta is the seq
   up to which none is missing. A digest always comes in ascending order of seq or for what is remembered.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mailtrap_local.errors import MailtrapLocalError, StoreError
from mailtrap_local.model import Event
from mailtrap_local.store.base import Retention
from mailtrap_local.store.changes import add, evict, purge, undescribed
from mailtrap_local.store.ledger import Ledger
from mailtrap_local.store.retention import overdue
from mailtrap_local.store.rows import Prepared
from mailtrap_local.store.textindex import TextIndex
from mailtrap_local.store.transaction import Transaction

_UPDATE_META = "UPDATE meta SET value = CASE key WHEN 'seq' THEN ?1 ELSE ?2 END WHERE key IN ('seq', 'described')"
_FREE_PAGES_A_STEP = 2048

Work = Callable[[Transaction], Any]


@dataclass(frozen=True, slots=True)
class Commit:
    """What became of a batch: a result for each of its works, or the exception that it ended with."""

    results: Sequence[Any]
    events: Sequence[Event]
    seq: int  # of the last change
    deleted: int  # messages


class Committer:
    """The writing side of one connection. Used by one thread."""

    def __init__(self, connection: sqlite3.Connection, *, retention: Retention) -> None:
        self._connection = connection
        self._retention = retention
        self._ledger = Ledger(connection)
        self._index = TextIndex(connection)
        self._seq = int(connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()[0])
        self._undescribed = dict.fromkeys(undescribed(connection))  # seqs, ascending
        self._oldest = 0  # no message was created before this (microseconds), so none is too old while this is not

    @property
    def seq(self) -> int:
        """The seq of the last change that this committer knows of."""
        return self._seq

    def commit(self, works: Sequence[Work | Prepared]) -> Commit:
        """Do all of it. With nothing to do, do idle work. Raises StoreError, and then nothing was changed."""
        results: list[Any] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._connection, seq=self._seq, ledger=self._ledger)
            for run in _runs(works):
                results.extend(self._perform(transaction, run))
            self._retain(transaction)
            if not works:
                self._tidy(transaction)
            self._write_state(transaction)
            if self._index.lags(self._described(transaction.seq)):
                self._index.step(self._described(transaction.seq))
            transaction.execute("COMMIT")
        except BaseException as error:
            self._take_back()
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"the store could not keep this: {error}") from error
            raise
        self._seq = transaction.seq
        self._undescribed.update(dict.fromkeys(transaction.undescribed))
        for seq in transaction.described:
            self._undescribed.pop(seq, None)
        return Commit(results, transaction.events, transaction.seq, transaction.deleted)

    @property
    def unindexed(self) -> bool:
        """Whether `index` has something to do."""
        return self._index.wants(self._described(self._seq))

    def index(self) -> None:
        """Take a step of the text index. Raises StoreError, and then nothing was changed."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._index.step(self._described(self._seq))
            self._connection.execute("COMMIT")
        except BaseException as error:
            self._take_back()
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"the text index could not be kept: {error}") from error
            raise

    def shrink(self) -> None:
        """Give a step's worth of pages that deletes have freed back to the file system."""
        if self._connection.execute("PRAGMA freelist_count").fetchone()[0] > _FREE_PAGES_A_STEP:
            # a script: this pragma frees one page a step, and `execute` makes a single step of what has no columns
            self._connection.executescript(f"PRAGMA incremental_vacuum({_FREE_PAGES_A_STEP})")

    def _perform(self, transaction: Transaction, run: Sequence[Work | Prepared]) -> Iterable[Any]:
        adds = [work for work in run if isinstance(work, Prepared)]
        if adds:
            self._oldest = min(self._oldest, *(each.entry.created for each in adds))
            return add(transaction, adds)
        return [self._alone(transaction, work) for work in run if not isinstance(work, Prepared)]

    def _alone(self, transaction: Transaction, work: Work) -> Any:
        """The result of one work, or the exception that it ended with; then nothing of it remains."""
        seq, events, deleted = transaction.seq, len(transaction.events), transaction.deleted
        described = len(transaction.described)
        self._ledger.write()
        transaction.execute("SAVEPOINT job")
        try:
            result = work(transaction)
        except (MailtrapLocalError, sqlite3.Error) as error:
            transaction.execute("ROLLBACK TO job")
            transaction.seq, transaction.deleted = seq, deleted
            del transaction.events[events:], transaction.described[described:]
            self._ledger.reload()
            result = error if isinstance(error, MailtrapLocalError) else StoreError(f"the store failed: {error}")
        transaction.execute("RELEASE job")
        return result

    def _retain(self, transaction: Transaction) -> None:
        """Remove what passes a bound; looks at rows only when number, size or age say that there is something."""
        bounds, ledger, now = self._retention, self._ledger, time.time_ns() // 1000
        too_many = bounds.max_messages and ledger.rows > bounds.max_messages
        too_much = bounds.max_bytes and ledger.bytes > bounds.max_bytes
        too_old = bounds.max_age and ledger.rows > 1 and self._oldest < now - int(bounds.max_age * 1e6)
        if not (too_many or too_much or too_old):
            return
        gone = list(overdue(self._connection, bounds, rows=ledger.rows, size=ledger.bytes, now=now))
        if gone:
            evict(transaction, gone)
        first = transaction.execute("SELECT created FROM message ORDER BY seq LIMIT 1").fetchone()
        self._oldest = first[0] if first else now

    def _tidy(self, transaction: Transaction) -> None:
        """Idle work: deletes that cannot be undone any more."""
        now = time.time_ns() // 1000
        for (token,) in transaction.execute("SELECT token FROM undo WHERE until <= ?", (now,)).fetchall():
            purge(transaction, token)
        self._index.drop()

    def _write_state(self, transaction: Transaction) -> None:
        self._ledger.write()
        if transaction.seq == self._seq:
            return
        waiting = next(iter(self._undescribed), None) or next(iter(transaction.undescribed), None)
        described = transaction.seq if waiting is None else waiting - 1
        transaction.execute(_UPDATE_META, (transaction.seq, described))

    def _described(self, seq: int) -> int:
        """The seq up to which every message has its text, of those up to this one."""
        return next(iter(self._undescribed), seq + 1) - 1

    def _take_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._ledger.reload()
        self._index.reload()


def _runs(works: Sequence[Work | Prepared]) -> Iterable[Sequence[Work | Prepared]]:
    """The works in order: neighbouring adds together, every other one alone."""
    run: list[Work | Prepared] = []
    for work in works:
        if isinstance(work, Prepared):
            run.append(work)
            continue
        if run:
            yield run
            run = []
        yield [work]
    if run:
        yield run
