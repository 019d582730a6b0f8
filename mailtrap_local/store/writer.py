"""The thread that writes: it collects what has queued up, has it committed, and tells the event loop.

Work is a queue of jobs. The thread takes all that has queued up, has it committed at once (committer.py), and then
tells the event loop once: events first, results after. Under load a commit serves hundreds of messages; alone, one.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mailtrap_local.errors import StoreError
from mailtrap_local.store.awaited import Awaited
from mailtrap_local.store.committer import Commit, Committer, Work
from mailtrap_local.store.rows import Prepared

log = logging.getLogger(__name__)

QUIET_SECONDS = 0.2
_BATCH_JOBS = 500
_BATCH_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class _Job:
    work: Work | Prepared | None  # None: idle work
    awaited: Awaited


class Writer:
    """`start` it once, `submit` from the event loop, `stop` at the end.

    `told` hears on the loop of each commit.
    """

    def __init__(
        self, committer: Committer, *, loop: asyncio.AbstractEventLoop, told: Callable[[Commit], None]
    ) -> None:
        self._committer = committer
        self._loop = loop
        self._told = told
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._failing = False  # the last step of the text index could not be taken
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(
        self, work: Work | Prepared | None, *, then: Callable[[Any], None] | None = None
    ) -> "asyncio.Future[Any]":
        """Have it done in the next transaction; the future has its result when that is committed, or a StoreError.

        `then` hears of the result on the loop, with the events of the commit, even if who asked has gone meanwhile.

        None is idle work: what is overdue, and pages that deletes have freed.
        """
        awaited = Awaited(self._loop.create_future(), then)
        self._queue.put(_Job(work, awaited))
        return awaited.future

    async def stop(self) -> None:
        """Do what is queued, then end."""
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
                if jobs and jobs[-1].work is None:
                    self._committer.shrink()
            except Exception:
                log.exception("the store's writer failed on a batch; it goes on")

    def _first(self) -> _Job | None:
        """Wait for a job. When none has come for a moment, take steps of the text index until one does."""
        patience = QUIET_SECONDS
        while self._committer.unindexed:
            try:
                return self._queue.get(timeout=patience)
            except queue.Empty:
                patience = 0.0
            try:
                self._committer.index()
            except StoreError as error:
                if not self._failing:  # say it once, not every second while the disk is full
                    log.warning("%s", error)
                self._failing = True
                break  # until there is another job
            self._failing = False
        return self._queue.get()

    def _take(self) -> tuple[list[_Job], bool]:
        first = self._first()
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

    def _commit(self, jobs: Sequence[_Job]) -> None:
        works = [job.work for job in jobs if job.work is not None]
        try:
            commit = self._committer.commit(works)
        except StoreError as error:
            self._tell(jobs, Commit([error] * len(works), [], 0, 0))
        except BaseException as error:
            failure = StoreError(f"the store could not keep this: {error}")
            self._tell(jobs, Commit([failure] * len(works), [], 0, 0))
            raise
        else:
            self._tell(jobs, commit)

    def _tell(self, jobs: Sequence[_Job], commit: Commit) -> None:
        try:
            self._loop.call_soon_threadsafe(self._deliver, jobs, commit)
        except RuntimeError:
            log.warning("the event loop was gone before %d results could be told", len(jobs))

    # ---- on the loop ---------------------------------------------------------------------------------------------

    def _deliver(self, jobs: Sequence[_Job], commit: Commit) -> None:
        results = iter(commit.results)
        try:
            self._told(commit)
        finally:
            for job in jobs:
                job.awaited.settle(next(results) if job.work is not None else None)
