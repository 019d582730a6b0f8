"""The SQLite file: where it lives, who may have it, how it is opened, how its schema grows.

Rules
1. A file that we refuse stays as it is, to the byte: what decides is read before SQLite opens anything for writing.
2. One process at a time: an advisory lock on `FILE.lock`, which the system drops with the process, however it ends.
3. "Memory" is a private directory, on tmpfs where twice the byte limit is free, else among the temporary files. It is
   removed at the end; a start sweeps the directories that killed processes left. Its lock gets the name by which a
   sweep finds it when it is taken, or one start would sweep what another is just making.
4. A migration is `schema/NNNN.sql`, run once in order, each in one transaction with its number.
"""

import os
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from mailtrap_local import ids
from mailtrap_local.errors import DatabaseRefused
from mailtrap_local.search.sql import functions

APPLICATION_ID = 0x4D544C31  # "MTL1", in the header of each file of ours
_PREFIX = "mailtrap-local-"
_LOCK = "lock"  # in a private directory
_SCHEMA = Path(__file__).with_name("schema")
_SQLITE_MAGIC = b"SQLite format 3\0"
_CHECKED_WHOLE = 64 * 1024 * 1024  # files up to this size are checked page by page before use
_PAGE_CACHE_KB = 16 * 1024


class Lock:
    """An exclusive lock that ends with the process. Raises OSError; without `create` also where there is no file."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self._file: IO[bytes] = path.open("ab" if create else "r+b")

    def acquire(self) -> bool:
        """Take the lock if nobody has it."""
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            else:
                import fcntl

                fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


class Database:
    """One opened database: its path, its lock, and connections to it."""

    def __init__(self, path: Path, *, lock: Lock, private: Path | None, synchronous: str) -> None:
        self.path = path
        self.private = private  # the directory to remove at the end, for a memory database
        self._lock = lock
        self._synchronous = synchronous
        self.epoch = ""  # the name of this database's life
        self.seq = 0  # of the last change when it was opened

    @classmethod
    def open(cls, path: Path | None, *, room: int, synchronous: str = "full") -> "Database":
        """Open the file, or a memory database with `room` bytes to grow, and bring its schema up to date.

        Raises DatabaseRefused.
        """
        database = cls._private(room) if path is None else cls._file(path, synchronous)
        try:
            with closing(database.connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                _migrate(connection)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            database.epoch, database.seq = meta["epoch"], meta["seq"]
        except (sqlite3.Error, KeyError) as error:
            database.close()
            raise DatabaseRefused(f"cannot open the database {database.path}: {error}") from error
        except DatabaseRefused:
            database.close()
            raise
        return database

    @classmethod
    def _file(cls, path: Path, synchronous: str) -> "Database":
        if not path.parent.is_dir():
            raise DatabaseRefused(f"cannot create the database {path}: the folder {path.parent} does not exist")
        try:
            lock = Lock(path.with_name(path.name + ".lock"))
        except OSError as error:
            raise DatabaseRefused(f"cannot lock the database {path}: {error.strerror}") from error
        if not lock.acquire():
            lock.close()
            raise DatabaseRefused(f"the database {path} is in use by another process; stop it, or choose another file")
        try:
            _inspect(path)
            _create(path)
        except DatabaseRefused:
            lock.close()
            raise
        return cls(path, lock=lock, private=None, synchronous=synchronous)

    @classmethod
    def _private(cls, room: int) -> "Database":
        parent = _roomy_parent(room)
        _sweep(parent)
        directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        lock = _taken(directory)
        return cls(directory / "mail.sqlite3", lock=lock, private=directory, synchronous="off")

    def connect(self, *, read_only: bool = False) -> sqlite3.Connection:
        """A connection with its pragmas set and the search functions registered; usable from any one thread."""
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=512)
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # takes effect on a new file only
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KB}")
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA temp_store = MEMORY")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        functions(connection)
        return connection

    def size(self) -> int:
        """Bytes on disk, journal included."""
        return sum(file.stat().st_size for file in self._files() if file.exists())

    def _files(self) -> Iterator[Path]:
        for suffix in ("", "-wal"):
            yield self.path.with_name(self.path.name + suffix)

    def close(self) -> None:
        """Let go of the lock; a memory database is gone."""
        self._lock.close()
        if self.private is not None:
            shutil.rmtree(self.private, ignore_errors=True)


def _inspect(path: Path) -> None:
    """Refuse what is no database of ours, before anything is opened for writing."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return
    except OSError as error:
        raise DatabaseRefused(f"cannot read the database {path}: {error.strerror}") from error
    if size == 0:
        return
    if len(header) < 100 or not header.startswith(_SQLITE_MAGIC):
        raise DatabaseRefused(f"{path} is no database by its first bytes, or it is damaged; it was left untouched")
    version, application = struct.unpack_from(">I", header, 60)[0], struct.unpack_from(">I", header, 68)[0]
    if application != APPLICATION_ID:
        raise DatabaseRefused(f"{path} is a database of another program; it was left untouched")
    newest = len(_migrations())
    if version > newest:
        raise DatabaseRefused(
            f"{path} was written by a newer version of mailtrap-local (schema {version}, this one knows {newest});"
            " upgrade, or choose another file. It was left untouched"
        )
    if not os.access(path, os.W_OK):
        raise DatabaseRefused(f"the database {path} is read-only for this user")
    _check_pages(path, whole=size <= _CHECKED_WHOLE)


def _create(path: Path) -> None:
    """Make a new file readable by its owner alone, since it will hold password resets; SQLite's journals follow it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseRefused(f"cannot create the database {path}: {error.strerror}") from error


def _check_pages(path: Path, *, whole: bool) -> None:
    # immutable=1 neither locks nor recovers: with a journal left by a killed process, SQLite's own recovery comes first
    if path.with_name(path.name + "-wal").exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if whole else "ok"
    except sqlite3.Error as error:
        raise DatabaseRefused(f"the database {path} is damaged ({error}); it was left untouched") from error
    if verdict != "ok":
        raise DatabaseRefused(f"the database {path} is damaged ({verdict}); it was left untouched")


def _migrations() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(_SCHEMA.glob("*.sql"))]


def _migrate(connection: sqlite3.Connection) -> None:
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, script in enumerate(_migrations(), start=1):
        if number <= done:
            continue
        first = "" if done else f"INSERT INTO meta VALUES ('epoch', '{ids.epoch()}'), ('seq', 0), ('described', 0);"
        mark = first if number == 1 else ""
        connection.executescript(
            f"BEGIN IMMEDIATE; {script} {mark} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {number}; COMMIT;"
        )


def _roomy_parent(room: int) -> Path:
    shared = Path("/dev/shm")  # noqa: S108 - tmpfs on Linux; the directory made in it is private
    try:
        if shutil.disk_usage(shared).free >= 2 * room and os.access(shared, os.W_OK):
            return shared
    except OSError:
        return Path(tempfile.gettempdir())  # no tmpfs here
    return Path(tempfile.gettempdir())


def _taken(directory: Path) -> Lock:
    """The lock of a private directory. An open file keeps its name on Windows, where it cannot be swept either."""
    if os.name == "nt":
        lock = Lock(directory / _LOCK)
        lock.acquire()
        return lock
    making = directory / "making"
    lock = Lock(making)
    lock.acquire()
    making.rename(directory / _LOCK)
    return lock


def _sweep(parent: Path) -> None:
    """Remove what killed processes of this user left."""
    for directory in parent.glob(f"{_PREFIX}*-*"):
        try:
            lock = Lock(directory / _LOCK, create=False)
        except OSError:
            continue  # of another user, half made, or just going
        if lock.acquire():
            shutil.rmtree(directory, ignore_errors=True)
        lock.close()
