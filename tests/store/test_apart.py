"""Mail that is read and kept in a process of its own: the same promises, whoever else writes and whatever ends it."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from mailtrap_local.errors import StoreError
from mailtrap_local.mailbox import intake
from mailtrap_local.model import Arrival, Envelope, Event, Origin, Recipient, Summary, Unread
from mailtrap_local.store import apart
from mailtrap_local.store.apart import Mode
from mailtrap_local.store.base import Retention, Selection, Store
from mailtrap_local.store.database import Database, connect
from mailtrap_local.store.sqlite import SqliteStore
from tests.store.contract import NOW, Opened, StoreContract, search

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the child is for POSIX systems")

UNBOUNDED = Retention(max_messages=0, max_age=0, max_bytes=0)
ALL = Selection()


def mail(subject: str = "Hello", *, inbox: str | None = None, created: int = NOW) -> Unread:
    raw = f"From: Ann <ann@x.org>\r\nTo: bob@y.org\r\nSubject: {subject}\r\n\r\nSome text of {subject}\r\n".encode()
    envelope = Envelope("ann@x.org", ("SIZE=9",), (Recipient("bob@y.org"),))
    return Unread(Arrival(raw, envelope, Origin(username="u"), inbox), created, "default", True)


@asynccontextmanager
async def apart_store(
    path: Path, retention: Retention = UNBOUNDED, events: list[Event] | None = None
) -> AsyncIterator[SqliteStore]:
    """A store whose child is ready."""
    heard = [] if events is None else events
    database = Database.open(path, room=1024)
    store = SqliteStore(database, retention=retention, committed=heard.extend, read=intake.read, apart=Mode.ALWAYS)
    try:
        await until(lambda: store.reads_apart)
        yield store
    finally:
        await store.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what tells nobody that it has come."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def child_of(store: SqliteStore) -> int:
    process = store._apart._process
    assert process is not None
    return process.pid


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class TestBesideAChild(StoreContract):
    """The contract, with a child that takes turns with the thread that writes."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Opened:
        def opened(retention: Retention, events: list[Event]) -> AbstractAsyncContextManager[Store]:
            return apart_store(tmp_path / "mail.db", retention, events)

        return opened


async def test_what_the_child_keeps_is_what_this_process_would_keep(tmp_path: Path) -> None:
    async with apart_store(tmp_path / "a.db") as store:
        theirs = await store.add(mail("Grüße 😀"))
        assert await store.raw(theirs.id) == mail("Grüße 😀").arrival.raw
        theirs_record = await store.record(theirs.id)
        assert (await store.page(Selection(query=search("subject:grüße text")))).total == 1
    database = Database.open(tmp_path / "b.db", room=1024)
    store = SqliteStore(database, retention=UNBOUNDED, committed=lambda _: None, read=intake.read, apart=Mode.NEVER)
    ours = await store.add(mail("Grüße 😀"))
    ours_record = await store.record(ours.id)
    await store.close()
    assert [field for field in Summary.__struct_fields__ if getattr(ours, field) != getattr(theirs, field)] == ["id"]
    assert (ours_record.envelope, ours_record.origin) == (theirs_record.envelope, theirs_record.origin)


async def test_mail_and_other_works_at_once_keep_one_order(tmp_path: Path) -> None:
    events: list[Event] = []
    async with apart_store(tmp_path / "mail.db", events=events) as store:

        async def send(number: int) -> None:
            for each in range(20):
                await store.add(mail(f"n{number}-{each}"))

        async def meddle() -> int:
            gone = 0
            for _ in range(15):
                found = await store.newest(ALL, limit=3)
                gone += await store.delete(Selection(ids=tuple(summary.id for summary in found)))
                await store.mark(ALL, read=True)
            return gone

        meddling = asyncio.create_task(meddle())
        await asyncio.gather(*map(send, range(12)))
        gone = await meddling
        page = await store.page(ALL, limit=None)
        assert page.total == len(page.summaries) == 240 - gone
    seqs = [event.seq for event in events]
    assert seqs == sorted(set(seqs))
    shown: set[str] = set()
    for event in events:
        if event.kind == "new" and event.summary:
            shown.add(event.summary.id)
        elif event.kind == "delete":
            shown -= set(event.ids)
    assert shown == {summary.id for summary in page.summaries}


async def test_a_killed_child_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    events: list[Event] = []
    async with apart_store(tmp_path / "mail.db", events=events) as store:
        kept: set[str] = set()
        refused: list[StoreError] = []

        async def send(number: int) -> None:
            for each in range(60):
                try:
                    kept.add((await store.add(mail(f"n{number}-{each}"))).id)
                except StoreError as error:
                    refused.append(error)
                if number == 0 and each == 20:
                    os.kill(child_of(store), signal.SIGKILL)

        await asyncio.gather(*map(send, range(10)))
        assert refused and all("try again" in str(error) for error in refused)
        assert len(kept) + len(refused) == 600
        assert not store.reads_apart
        after = await store.add(mail("after"))
        stored = {summary.id for summary in (await store.page(ALL, limit=None)).summaries}
        assert kept | {after.id} <= stored
        told = [event.summary.id for event in events if event.kind == "new" and event.summary]
        assert sorted(told) == sorted(stored)  # also of what was kept without anybody having been told
        seqs = [event.seq for event in events]
        assert seqs == sorted(set(seqs))


async def test_closing_lets_the_child_finish(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    async with apart_store(path) as store:
        pid = child_of(store)
        sending = [asyncio.ensure_future(store.add(mail(f"n{number}"))) for number in range(100)]
        await asyncio.sleep(0)
    results = await asyncio.gather(*sending)
    assert not is_running(pid)
    async with apart_store(path) as store:
        stored = {summary.id for summary in (await store.page(ALL, limit=None)).summaries}
    assert stored == {summary.id for summary in results}


async def test_the_child_comes_with_the_load_and_goes_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart, "ENGAGE_RATE", 20.0)
    monkeypatch.setattr(apart, "RELEASE_SECONDS", 0.5)
    monkeypatch.setattr(apart, "_cores", lambda: 2)
    database = Database.open(tmp_path / "mail.db", room=1024)
    store = SqliteStore(database, retention=UNBOUNDED, committed=lambda _: None, read=intake.read)
    try:
        await store.add(mail("first"))
        assert store._apart._process is None
        async with asyncio.timeout(20):
            while not store.reads_apart:
                await store.add(mail())
        pid = child_of(store)
        await store.add(mail("by the child"))
        await until(lambda: not store.reads_apart and not is_running(pid))
        await store.add(mail("by this process"))
        assert (await store.newest(Selection(query=search("by the child"))))[0].seq
    finally:
        await store.close()


async def test_one_core_has_no_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart, "ENGAGE_RATE", 0.0)
    monkeypatch.setattr(apart, "ENGAGE_SECONDS", 0.0)
    monkeypatch.setattr(apart, "_cores", lambda: 1)
    database = Database.open(tmp_path / "mail.db", room=1024)
    store = SqliteStore(database, retention=UNBOUNDED, committed=lambda _: None, read=intake.read)
    for number in range(20):
        await store.add(mail(f"n{number}"))
        assert not store.reads_apart
    assert store._apart._process is None
    await store.close()


async def test_the_child_keeps_to_the_retention(tmp_path: Path) -> None:
    events: list[Event] = []
    async with apart_store(tmp_path / "mail.db", Retention(max_messages=10, max_age=0, max_bytes=0), events) as store:
        for number in range(25):
            await store.add(mail(f"n{number}"))
        page = await store.page(ALL, limit=None)
    assert [summary.head.subject for summary in page.summaries] == [f"n{number}" for number in reversed(range(15, 25))]
    evicted = [each for event in events if event.kind == "delete" for each in event.ids]
    assert len(evicted) == 15 and all(event.reason == "evicted" for event in events if event.kind == "delete")


async def test_an_idle_child_looks_after_the_age(tmp_path: Path) -> None:
    events: list[Event] = []
    async with apart_store(tmp_path / "mail.db", Retention(max_messages=0, max_age=1.0, max_bytes=0), events) as store:
        await store.add(mail("old", created=1))
        await store.add(mail("young", created=NOW * 2))
        await until(lambda: any(event.reason == "evicted" for event in events))
        assert (await store.page(ALL)).total == 1


def cramped(path: Path, *, synchronous: str, read_only: bool = False) -> sqlite3.Connection:
    """A connection to a file that may not grow beyond some 200 kB."""
    connection = connect(path, synchronous=synchronous, read_only=read_only)
    connection.execute("PRAGMA max_page_count = 50")
    return connection


async def test_a_full_disk_is_told_by_the_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    monkeypatch.setattr(Database, "connector", lambda self: partial(cramped, self.path, synchronous="full"))
    async with apart_store(path) as store:
        with pytest.raises(StoreError, match="full"):
            for number in range(200):
                await store.add(mail(f"n{number}"))
        assert store.reads_apart  # nothing is wrong with the child
        stored = (await store.page(ALL, limit=None)).total
        assert stored == number
