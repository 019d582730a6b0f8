"""Which files are refused, that they stay untouched, and what is left behind."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mailtrap_local.errors import DatabaseRefused
from mailtrap_local.store import database
from mailtrap_local.store.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


def made(path: Path) -> bytes:
    """A database of ours at the path; its bytes."""
    Database.open(path, room=0).close()
    return path.read_bytes()


@contextmanager
def refused_untouched(path: Path, words: str) -> Iterator[None]:
    before = path.read_bytes()
    with pytest.raises(DatabaseRefused, match=words):
        Database.open(path, room=0)
    assert path.read_bytes() == before
    assert not path.with_name("mail.db-wal").exists()
    yield


def test_a_new_file_is_made_and_opened_again(path: Path) -> None:
    first = Database.open(path, room=0)
    epoch = first.epoch
    assert len(epoch) == 8
    first.close()
    again = Database.open(path, room=0)
    assert again.epoch == epoch
    again.close()


@pytest.mark.parametrize(("setting", "level"), [("full", 2), ("normal", 1), ("off", 0)])
def test_a_file_is_written_as_safely_as_asked_and_memory_is_not_synced(path: Path, setting: str, level: int) -> None:
    """FULL syncs the write-ahead log at each commit, so that what had its 250 outlives a power failure too."""
    for place, expected in ((path, level), (None, 0)):
        opened = Database.open(place, room=1, synchronous=setting)
        with closing(opened.connect()) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (expected,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        opened.close()


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode(path: Path) -> None:
    opened = Database.open(path, room=0)
    with closing(opened.connect()) as connection:
        connection.execute("INSERT INTO undo VALUES ('k', 1)")
        for file in path.parent.glob("mail.db*"):
            assert file.name.endswith(".lock") or file.stat().st_mode & 0o077 == 0, file
    opened.close()
    path.chmod(0o640)
    Database.open(path, room=0).close()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_newer_version_is_refused(path: Path) -> None:
    made(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with refused_untouched(path, "newer version"):
        pass


def test_an_old_file_is_brought_up_to_date_once_and_keeps_what_it_holds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Database.open(path, room=0)
    epoch = first.epoch
    with closing(first.connect()) as connection:
        connection.execute("INSERT INTO undo VALUES ('kept', 1)")
    first.close()
    later = [*database._migrations(), "CREATE TABLE added (x); INSERT INTO added VALUES (1);"]
    monkeypatch.setattr(database, "_migrations", lambda: later)
    for _ in range(2):
        opened = Database.open(path, room=0)
        with closing(opened.connect()) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
            assert connection.execute("SELECT count(*) FROM added").fetchone() == (1,)
            assert connection.execute("SELECT token FROM undo").fetchone() == ("kept",)
        assert opened.epoch == epoch
        opened.close()


def test_a_migration_that_fails_is_told_and_leaves_the_version_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(path)
    known = database._migrations()
    monkeypatch.setattr(database, "_migrations", lambda: [*known, "CREATE TABLE half (x); CREATE TABLE undo (x);"])
    with pytest.raises(DatabaseRefused, match="undo already exists"):
        Database.open(path, room=0)
    monkeypatch.undo()
    opened = Database.open(path, room=0)
    with closing(opened.connect()) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(known),)
        assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchone() is None
    opened.close()


def test_another_programs_database_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with refused_untouched(path, "another program"):
        pass


@pytest.mark.parametrize("content", [b"not a database, but a text of more than a hundred bytes" * 5, b"SQLite"])
def test_what_is_no_database_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with refused_untouched(path, "no database"):
        pass


@pytest.mark.parametrize("cut", ["truncated", "overwritten"])
def test_a_damaged_file_is_refused(path: Path, cut: str) -> None:
    whole = made(path)
    path.write_bytes(whole[:9000] if cut == "truncated" else whole[:4096] + os.urandom(4096) + whole[8192:])
    with refused_untouched(path, "damaged"):
        pass


def test_a_file_in_use_is_refused(path: Path) -> None:
    first = Database.open(path, room=0)
    with pytest.raises(DatabaseRefused, match="in use"):
        Database.open(path, room=0)
    first.close()
    Database.open(path, room=0).close()


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused, match="does not exist"):
        Database.open(tmp_path / "no" / "mail.db", room=0)


def test_memory_leaves_nothing_behind() -> None:
    opened = Database.open(None, room=1)
    assert opened.private is not None and opened.private.is_dir()
    assert opened.private.stat().st_mode & 0o077 == 0
    opened.close()
    assert not opened.private.exists()


def test_a_start_sweeps_what_a_killed_process_left_and_nothing_else() -> None:
    script = (
        "import os, sys; from mailtrap_local.store.database import Database;"
        " d = Database.open(None, room=1); print(d.private, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        Database.open(None, room=1).close()
        assert left.is_dir(), "swept while its process lives"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert left.is_dir()
    Database.open(None, room=1).close()
    assert not left.exists()


@pytest.mark.parametrize("moment", ["made", "locked"])
def test_a_start_does_not_sweep_what_another_is_just_making(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Of eight workers of pytest-xdist that start at once, one in some hundred lost its database so."""
    acquire, swept = database.Lock.acquire, list[Path]()

    def meanwhile(lock: database.Lock) -> bool:
        directory = Path(lock._file.name).parent
        if swept or Path(lock._file.name).name != "making":
            return acquire(lock)
        swept.append(directory)
        taken = moment == "locked" and acquire(lock)
        database._sweep(directory.parent)
        return taken or acquire(lock)

    monkeypatch.setattr(database.Lock, "acquire", meanwhile)
    opened = Database.open(None, room=1)
    assert swept == [opened.private] and opened.path.exists()
    Database.open(None, room=1).close()
    assert opened.path.exists()
    opened.close()
    assert not swept[0].exists()


def test_memory_takes_tmpfs_only_where_twice_its_limit_is_free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shared = Path("/dev/shm")
    usage = shutil.disk_usage(tmp_path)
    for free, wanted in ((999, tmp_path), (2000, shared if shared.is_dir() else tmp_path)):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: usage._replace(free=free))
        opened = Database.open(None, room=1000)
        try:
            assert opened.private is not None and opened.private.parent == wanted
        finally:
            opened.close()
