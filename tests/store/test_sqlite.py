"""The contract, for a store in memory and for one in a file; and what is SQLite's own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path

import pytest

from mailtrap_local import limits
from mailtrap_local.errors import Busy, StoreError
from mailtrap_local.model import Event
from mailtrap_local.store.base import Retention, Selection, Store
from mailtrap_local.store.database import Database
from mailtrap_local.store.sqlite import SqliteStore
from tests.store.contract import NOW, Opened, StoreContract, entry, search

UNBOUNDED = Retention(max_messages=0, max_age=0, max_bytes=0)


@asynccontextmanager
async def sqlite_store(
    path: Path | None, retention: Retention = UNBOUNDED, events: list[Event] | None = None
) -> AsyncIterator[SqliteStore]:
    heard = [] if events is None else events
    store = SqliteStore(Database.open(path, room=1024), retention=retention, committed=heard.extend)
    try:
        yield store
    finally:
        await store.close()


class TestInMemory(StoreContract):
    @pytest.fixture
    def opened(self) -> Opened:
        def opened(retention: Retention, events: list[Event]) -> AbstractAsyncContextManager[Store]:
            return sqlite_store(None, retention, events)

        return opened


class TestInAFile(StoreContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Opened:
        def opened(retention: Retention, events: list[Event]) -> AbstractAsyncContextManager[Store]:
            return sqlite_store(tmp_path / "mail.db", retention, events)

        return opened


async def test_a_file_keeps_mail_epoch_seq_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    async with sqlite_store(path) as store:
        one = await store.add(entry("one", tags=("t",)))
        await store.add(entry("two"))
        await store.mark(Selection(ids=(one.id,)), read=True)
        await store.hide(Selection(query=search("two")), token="k", seconds=60)
        epoch, seq = store.epoch, store.seq
    async with sqlite_store(path) as store:
        assert (store.epoch, store.seq) == (epoch, seq)
        page = await store.page(Selection())
        assert [(summary.id, summary.read, summary.tags) for summary in page.summaries] == [(one.id, True, ("t",))]
        assert (page.total, page.unread) == (1, 0)
        assert await store.restore("k") == 1
        assert (await store.page(Selection())).total == 2
        assert (await store.add(entry("three"))).seq > seq


async def test_a_failing_job_takes_only_itself_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from mailtrap_local.store import changes

    def half_done(transaction: object, selection: Selection) -> int:
        genuine(transaction, selection)  # type: ignore[arg-type]
        raise sqlite3.OperationalError("disk I/O error")

    genuine = changes.delete
    events: list[Event] = []
    async with sqlite_store(None, events=events) as store:
        kept = await store.add(entry())
        monkeypatch.setattr(changes, "delete", half_done)
        with pytest.raises(StoreError, match="disk I/O"):
            await store.delete(Selection())
        monkeypatch.undo()
        page = await store.page(Selection())
        assert [summary.id for summary in page.summaries] == [kept.id]
        assert (page.total, page.unread) == (1, 1)
        assert [event.kind for event in events] == ["new"]
        assert (await store.info()).deleted == 0
        assert (await store.add(entry())).seq == kept.seq + 1


async def test_a_digest_that_could_not_be_kept_is_still_missing_after_the_next_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mailtrap_local.store import changes

    def failing(*_: object) -> str:
        raise sqlite3.OperationalError("disk I/O error")

    path = tmp_path / "mail.db"
    late = entry("late", described=False)
    async with sqlite_store(path) as store:
        summary = await store.add(late)
        monkeypatch.setattr(changes, "free_text", failing)
        with pytest.raises(StoreError, match="disk I/O"):
            await store.describe([(summary.seq, late)])
        monkeypatch.undo()
        await store.add(entry("next"))
    async with sqlite_store(path) as store:
        assert await store.undescribed() == (summary.id,)


async def test_a_full_disk_is_told_and_nothing_half_kept(tmp_path: Path) -> None:
    events: list[Event] = []
    async with sqlite_store(tmp_path / "mail.db", events=events) as store:
        await store.add(entry())
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="full"):
            await store.add(entry(body="x" * 100_000))
        assert (await store.page(Selection())).total == 1
        assert len(events) == 1
        store._connection.execute("PRAGMA max_page_count = 1000000")
        await store.add(entry(body="x" * 100_000))
        assert (await store.page(Selection())).total == 2


async def test_deleting_gives_the_room_back(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    async with sqlite_store(path) as store:
        for _ in range(5):
            await store.add(entry(body="x" * 1_000_000))
        await store.delete(Selection())
        for _ in range(20):
            await store._submit(None)
    assert path.stat().st_size < 2_000_000


async def test_lists_and_look_ups_run_over_indexes() -> None:
    from mailtrap_local.store.selection import conditions

    async with sqlite_store(None) as store:
        one = await store.add(entry())
        for selection, wanted in (
            (Selection(), "message_shown"),
            (Selection(inbox="x"), "message_inbox"),
            (Selection(ids=(one.id,)), "INTEGER PRIMARY KEY"),
        ):
            where, parameters = conditions(selection)
            plan = store._connection.execute(
                f"EXPLAIN QUERY PLAN SELECT m.seq FROM message m WHERE {where} ORDER BY m.seq DESC LIMIT 50", parameters
            ).fetchall()
            assert any(wanted in row[3] for row in plan), plan
            assert not any("TEMP B-TREE" in row[3] for row in plan if selection.ids is None), plan


async def test_readers_see_one_snapshot_while_the_writer_goes_on(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path / "mail.db") as store:
        await store.add(entry())

        def read(connection: sqlite3.Connection) -> tuple[int, int]:
            first = connection.execute("SELECT count(*) FROM message").fetchone()[0]
            with closing(sqlite3.connect(tmp_path / "mail.db")) as other:
                other.execute("INSERT INTO undo VALUES ('x', 1)")
                other.commit()
            return first, connection.execute("SELECT count(*) FROM undo").fetchone()[0]

        assert await store._readers.run(read) == (1, 0)


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


async def test_a_read_that_nobody_wants_any_more_is_broken_off() -> None:
    async with sqlite_store(None) as store:
        for _ in range(8):  # more than there are threads
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await store._readers.run(lambda connection: connection.execute(ENDLESS).fetchone())
        async with asyncio.timeout(limits.READ_SECONDS / 2):
            assert (await store.page(Selection())).total == 0


async def test_a_read_without_end_is_broken_off_and_the_reader_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with sqlite_store(None) as store:
        monkeypatch.setattr(limits, "READ_SECONDS", 0.05)
        for _ in range(4):
            with pytest.raises(Busy, match="narrow the search"):
                await store._readers.run(lambda connection: connection.execute(ENDLESS).fetchone())
        monkeypatch.setattr(limits, "READ_SECONDS", 10)
        assert (await store.page(Selection())).total == 0


async def test_the_seq_is_never_used_twice_after_everything_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    async with sqlite_store(path) as store:
        last = await store.add(entry())
        await store.delete(Selection())
    async with sqlite_store(path) as store:
        assert (await store.add(entry(created=NOW))).seq > last.seq
