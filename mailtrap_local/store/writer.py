"""The one thread that writes: group commit, counts, retention, and the events of each commit.

Theory of operation
1. Work is a queue of jobs. The thread takes all that has queued up, runs it as one transaction, commits once, and then
   tells the event loop once: events first, results after. Under load a commit serves hundreds of messages; alone, one.
2. Adds that stand next to each other become multi-row INSERTs, so that a batch costs a few steps of SQLite and the
   thread gives the interpreter lock up and takes it back a few times instead of once a row.
3. Any other job runs inside a savepoint: one that fails takes nothing but itself back.
4. A failed commit (disk full) takes all of it back and fails every job in it; nobody was told that his mail is safe.
5. The numbers of each inbox are kept in memory (ledger.py) and written with the transaction.
6. A message that was added without its digest is remembered until it gets one; `described` in the table meta is the seq
   up to which none is missing. A digest always comes in ascending order of seq or for what is remembered.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mailtrap_local.errors import MailtrapLocalError, Stopping, StoreError
from mailtrap_local.model import Event
from mailtrap_local.store.base import Committed, Retention
from mailtrap_local.store.changes import add, evict, purge, undescribed
from mailtrap_local.store.ledger import Ledger
from mailtrap_local.store.retention import overdue
from mailtrap_local.store.rows import Prepared
from mailtrap_local.store.transaction import Transaction

log = logging.getLogger(__name__)

_BATCH_JOBS = 500
_BATCH_BYTES = 64 * 1024 * 1024
_UPDATE_META = "UPDATE meta SET value = CASE key WHEN 'seq' THEN ?1 ELSE ?2 END WHERE key IN ('seq', 'described')"
_IDLE_SECONDS = 1.0  # with nothing to do, look after retention by age, undo deadlines and free pages this often
_FREE_PAGES_A_STEP = 2048


Work = Callable[[Transaction], Any]


@dataclass(slots=True)
class _Job:
    future: "asyncio.Future[Any]"
    work: Work | Prepared
    then: Callable[[Any], None] | None = None


class Writer:
    """The writing side of a SQLite store. `start` it once, `submit` from the event loop, `stop` at the end."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        retention: Retention,
        loop: asyncio.AbstractEventLoop,
        committed: Committed,
    ) -> None:
        self._connection = connection
        self._retention = retention
        self._loop = loop
        self._committed = committed
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._stopping = False
        self._ledger = Ledger(connection)
        self._seq = int(connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()[0])
        self._undescribed = dict.fromkeys(undescribed(connection))  # in ascending order
        # What the loop sees is of the last commit that it was told of.
        self.seq: int = self._seq
        self.deleted = 0
        self._oldest = 0  # no message was created before this (microseconds), so none is too old while this is not

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    async def submit(self, work: Work | Prepared, *, then: Callable[[Any], None] | None = None) -> Any:
        """Have it done in the next transaction; back when that is committed. Raises StoreError, Stopping.

        `then` hears of the result on the loop, with the events of the commit, even if who asked has gone meanwhile.
        """
        if self._stopping:
            raise Stopping("the store is closing")
        job = _Job(self._loop.create_future(), work, then)
        self._queue.put(job)
        return await job.future

    async def stop(self) -> None:
        """Do what is queued, then end."""
        if not self._stopping:
            self._stopping = True
            self._queue.put(None)
        while self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    # ---- in the thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going:
            jobs, going = self._take()
            try:
                self._commit(jobs)
                if going and not jobs:
                    shrink(self._connection)
            except Exception:
                log.exception("the store's writer failed on a batch; it goes on")

    def _take(self) -> tuple[list[_Job], bool]:
        try:
            first = self._queue.get(timeout=_IDLE_SECONDS)
        except queue.Empty:
            return [], True
        if first is None:
            return [], False
        jobs, size = [first], 0
        while len(jobs) < _BATCH_JOBS and size < _BATCH_BYTES:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, False
            jobs.append(job)
            size += len(job.work.entry.raw) if isinstance(job.work, Prepared) else 0
        return jobs, True

    def _commit(self, jobs: list[_Job]) -> None:
        transaction = Transaction(self._connection, seq=self._seq, ledger=self._ledger)
        outcomes: list[tuple[_Job, Any]] = []
        try:
            transaction.execute("BEGIN IMMEDIATE")
            for run in _runs(jobs):
                outcomes.extend(self._perform(transaction, run))
            self._retain(transaction)
            if not jobs:
                self._tidy(transaction)
            self._write_state(transaction)
            transaction.execute("COMMIT")
        except BaseException as error:
            self._take_back()
            failure = StoreError(f"the store could not keep this: {error}")
            self._tell([(job, failure) for job in jobs], transaction=None)
            if not isinstance(error, sqlite3.Error):
                raise
            return
        self._seq = transaction.seq
        self._undescribed.update(dict.fromkeys(transaction.undescribed))
        for seq in transaction.described:
            self._undescribed.pop(seq, None)
        self._tell(outcomes, transaction=transaction)

    def _perform(self, transaction: Transaction, run: list[_Job]) -> Iterable[tuple[_Job, Any]]:
        adds = [job.work for job in run if isinstance(job.work, Prepared)]
        if adds:
            self._oldest = min(self._oldest, *(each.entry.created for each in adds))
            return zip(run, add(transaction, adds), strict=True)
        return [(job, self._alone(transaction, job.work)) for job in run if not isinstance(job.work, Prepared)]

    def _alone(self, transaction: Transaction, work: Work) -> Any:
        """The result of one job, or the exception that it ended with; then nothing of it remains."""
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

    def _write_state(self, transaction: Transaction) -> None:
        self._ledger.write()
        if transaction.seq == self._seq:
            return
        waiting = next(iter(self._undescribed), None) or next(iter(transaction.undescribed), None)
        described = transaction.seq if waiting is None else waiting - 1
        transaction.execute(_UPDATE_META, (transaction.seq, described))

    def _take_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._ledger.reload()

    def _tell(self, outcomes: list[tuple[_Job, Any]], *, transaction: Transaction | None) -> None:
        events = transaction.events if transaction else []
        deleted = transaction.deleted if transaction else 0
        if not outcomes and not events:
            return
        try:
            self._loop.call_soon_threadsafe(self._deliver, outcomes, events, self._seq, deleted)
        except RuntimeError:
            log.warning("the event loop was gone before %d results could be told", len(outcomes))

    # ---- on the loop ---------------------------------------------------------------------------------------------

    def _deliver(self, outcomes: list[tuple[_Job, Any]], events: list[Event], seq: int, deleted: int) -> None:
        self.seq = seq
        self.deleted += deleted
        try:
            if events:
                self._committed(events)
        finally:
            for job, outcome in outcomes:
                if job.then is not None and not isinstance(outcome, BaseException):
                    _tell(job.then, outcome)
                if job.future.done():
                    continue  # who asked has gone
                if isinstance(outcome, BaseException):
                    job.future.set_exception(outcome)
                else:
                    job.future.set_result(outcome)


def _tell(then: Callable[[Any], None], result: Any) -> None:
    """It must not keep the others of the batch from their results."""
    try:
        then(result)
    except Exception:
        log.exception("what follows a commit failed; the commit stands")


def shrink(connection: sqlite3.Connection) -> None:
    """Give a step's worth of pages that deletes have freed back to the file system."""
    if connection.execute("PRAGMA freelist_count").fetchone()[0] > _FREE_PAGES_A_STEP:
        # a script, because this pragma frees one page a step and `execute` makes a single step of what has no columns
        connection.executescript(f"PRAGMA incremental_vacuum({_FREE_PAGES_A_STEP})")


def _runs(jobs: list[_Job]) -> Iterable[list[_Job]]:
    """The jobs in order: neighbouring adds together, every other job alone."""
    run: list[_Job] = []
    for job in jobs:
        if isinstance(job.work, Prepared):
            run.append(job)
            continue
        if run:
            yield run
            run = []
        yield [job]
    if run:
        yield run
