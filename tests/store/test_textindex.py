"""The text index: it follows by itself, and a search finds the same with it as without."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailtrap_local.client.match import quote
from mailtrap_local.search.pieces import needed
from mailtrap_local.store import textindex, writer
from mailtrap_local.store.base import Retention, Selection
from mailtrap_local.store.sqlite import SqliteStore
from tests.store.contract import entry, search
from tests.store.test_sqlite import sqlite_store

SPAN = 64
ALL = Selection()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tables, and nothing kept out of them."""
    monkeypatch.setattr(textindex, "SPAN", SPAN)
    monkeypatch.setattr(textindex, "KEPT_OUT", 0)
    monkeypatch.setattr(writer, "QUIET_SECONDS", 0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


def tables(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return textindex._numbers(connection)


def mark(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return textindex._mark(connection)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


async def filled(store: SqliteStore, path: Path, number: int = 300) -> None:
    """So many messages, all of them known to the index."""
    for each in range(number):
        await store.add(entry(f"subject {each}", body=f"Grüße, this is text number {each:04} of {number}"))
    await until(lambda: mark(path) >= store.seq)


async def found(store: SqliteStore, text: str) -> list[str]:
    page = await store.page(Selection(query=search(text)), limit=None)
    assert page.matched == len(page.summaries)
    return [summary.head.subject for summary in page.summaries]


def looked_at(path: Path, text: str) -> int:
    """How many messages the index leaves to a search."""
    with closing(sqlite3.connect(path)) as connection:
        narrower = textindex.narrowed(connection, needed(search(text).root))
        assert narrower is not None, text
        where, parameters = narrower
        left: int = connection.execute(f"SELECT count(*) FROM message m WHERE {where}", parameters).fetchone()[0]
        return left


async def test_a_search_looks_at_few_messages_and_finds_what_it_found(path: Path) -> None:
    async with sqlite_store(path) as store:
        await filled(store, path)
        assert len(tables(path)) == store.seq // SPAN + 1
        assert await found(store, "0123") == ["subject 123"]
        assert looked_at(path, "0123") == 1
        assert await found(store, '"number 0042 of"') == ["subject 42"]
        assert await found(store, "GRÜSSE 0299") == ["subject 299"]
        seventeens = [f"subject {number}" for number in (*range(179, 169, -1), 17)]
        assert await found(store, 'subject:"subject 17"') == seventeens
        assert await found(store, "subject:/29[0-1]$/") == ["subject 291", "subject 290"]
        assert await found(store, "no-such-word") == []
        assert looked_at(path, "no-such-word") == 0
        assert len(await found(store, "of")) == 300  # too short for the index
        assert len(await found(store, "0001 OR 0002")) == 2
        assert len(await found(store, "-0001")) == 299


async def test_what_came_after_is_found_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sqlite_store(path) as store:
        await filled(store, path, 100)
        monkeypatch.setattr(writer, "QUIET_SECONDS", 60.0)
        await store.mark(ALL, read=True)  # the writer looks at its patience anew
        for number in range(20):
            await store.add(entry("later", body=f"zephyrine {number}"))
            assert len(await found(store, "zephyrine")) == number + 1
        assert mark(path) < store.seq


async def test_what_is_deleted_hidden_or_back_is_as_without_an_index(path: Path) -> None:
    async with sqlite_store(path) as store:
        await filled(store, path, 100)
        assert await store.delete(Selection(query=search("0005"))) == 1
        assert await found(store, "0005") == []
        await store.hide(Selection(query=search("0006")), token="t", seconds=60)
        assert await found(store, "0006") == []
        await store.restore("t")
        assert await found(store, "0006") == ["subject 6"]
        assert await store.mark(Selection(query=search("000")), read=True) == 9
        assert await store.tag(Selection(query=search("009")), ("t",)) == 11
        assert len(await found(store, "tag:t number")) == 11


async def test_a_table_goes_when_its_messages_are_gone(path: Path) -> None:
    async with sqlite_store(path, Retention(max_messages=50, max_age=0, max_bytes=0)) as store:
        await filled(store, path, 300)
        for _ in range(10):
            await store._submit(None)
        assert tables(path)[0] >= (store.seq - 51) // SPAN - 1
        assert await found(store, "0299") == ["subject 299"]
        await store.delete(ALL)
        await store.add(entry("x"))
        await until(lambda: mark(path) >= store.seq)
        for _ in range(10):
            await store._submit(None)
        assert len(tables(path)) <= 1


async def test_it_goes_on_after_a_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "QUIET_SECONDS", 60.0)
    async with sqlite_store(path) as store:
        for number in range(100):
            await store.add(entry(f"subject {number}", body=f"number {number:04}"))
    assert mark(path) == 0
    monkeypatch.setattr(writer, "QUIET_SECONDS", 0.01)
    async with sqlite_store(path) as store:
        await until(lambda: mark(path) >= store.seq)
        assert await found(store, "0007") == ["subject 7"]


async def test_text_that_is_not_parsed_yet_is_waited_for(path: Path) -> None:
    async with sqlite_store(path) as store:
        await filled(store, path, 10)
        late = await store.add(entry("late", described=False))
        for number in range(10):
            await store.add(entry(f"after {number}", body="zephyrine"))
        await asyncio.sleep(0.1)
        assert mark(path) < late.seq
        assert len(await found(store, "zephyrine")) == 10
        await store.describe([(late.seq, entry("late", body="qxzvkj"))])
        await until(lambda: mark(path) >= store.seq)
        assert await found(store, "qxzvkj") == ["late"]


async def test_it_lags_so_far_and_no_further(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "QUIET_SECONDS", 60.0)
    monkeypatch.setattr(textindex, "MOST_BEHIND", 50)
    async with sqlite_store(path) as store:
        for number in range(200):
            await store.add(entry(f"subject {number}", body=f"number {number:04}"))
            assert store.seq - mark(path) <= 51
        assert await found(store, "0007") == ["subject 7"]


async def test_without_trigrams_in_sqlite_all_is_looked_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textindex, "TRIGRAMS_SINCE", (99,))
    async with sqlite_store(path) as store:
        for number in range(100):
            await store.add(entry(f"subject {number}", body=f"number {number:04}"))
        await asyncio.sleep(0.1)
        assert (mark(path), tables(path)) == (0, [])
        assert await found(store, "0007") == ["subject 7"]


async def test_a_file_with_an_index_serves_a_sqlite_without(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sqlite_store(path) as store:
        await filled(store, path, 100)
    monkeypatch.setattr(textindex, "TRIGRAMS_SINCE", (99,))
    async with sqlite_store(path) as store:
        assert await found(store, "0007") == ["subject 7"]


async def test_quotes_and_signs_are_text(path: Path) -> None:
    texts = ['say "hi" AND (that)', "it's * NEAR/2 ^x", "a:b -c {d}", "100%_[x]\\"]
    async with sqlite_store(path) as store:
        for text in texts:
            await store.add(entry(text, body="b"))
        await until(lambda: mark(path) >= store.seq)
        for text in texts:
            assert await found(store, quote(text)) == [text]


async def test_a_step_that_fails_is_told_once_and_taken_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    step = textindex.TextIndex.step
    failed: list[int] = []

    def full(index: textindex.TextIndex, described: int) -> None:
        step(index, described)
        failed.append(described)
        raise sqlite3.OperationalError("database or disk is full")

    async with sqlite_store(path) as store:
        monkeypatch.setattr(textindex.TextIndex, "step", full)
        for number in range(20):
            await store.add(entry(f"subject {number}", body=f"number {number:04}"))
            await asyncio.sleep(0.02)
        await until(lambda: len(failed) >= 2)
        assert (mark(path), tables(path)) == (0, [])
        assert await found(store, "0007") == ["subject 7"]
        monkeypatch.setattr(textindex.TextIndex, "step", step)
        await store.add(entry("last"))
        await until(lambda: mark(path) >= store.seq)
        assert await found(store, "0007") == ["subject 7"]
    assert [record.getMessage() for record in caplog.records] == [
        "the text index could not be kept: database or disk is full"
    ]
