"""The store over SQLite, for files and for memory: what a caller sees of database.py, writer.py and reader.py."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

from mailtrap_local.errors import NotFound, Stopping
from mailtrap_local.events import Cursor
from mailtrap_local.model import Entry, InboxCount, MadeInbox, Page, Record, Session, Summary
from mailtrap_local.search.sql import expression
from mailtrap_local.search.tree import Node
from mailtrap_local.store import changes, rows
from mailtrap_local.store.base import Committed, Retention, Selection, Sort, StoreInfo
from mailtrap_local.store.committer import Commit, Committer, Work
from mailtrap_local.store.database import Database
from mailtrap_local.store.orders import BY, Orders
from mailtrap_local.store.reader import Readers
from mailtrap_local.store.selection import conditions
from mailtrap_local.store.writer import Writer

_IDLE_SECONDS = 1.0


class SqliteStore:
    """A `Store` (base.py) over an opened database, for the event loop that it was made on.

    `committed` hears every event.
    """

    def __init__(self, database: Database, *, retention: Retention, committed: Committed) -> None:
        self._loop = asyncio.get_running_loop()
        self._database = database
        self._committed = committed
        self._seq = database.seq
        self._orders = Orders()
        self._deleted = 0
        self._written = 0.0  # when there was last something to write
        self._stopping = False
        self._connection = database.connect()
        committer = Committer(self._connection, retention=retention)
        self._writer = Writer(committer, loop=self._loop, told=self._tell)
        self._readers = Readers(partial(database.connect, read_only=True), loop=self._loop)
        self._writer.start()
        self._ticking = self._loop.call_later(_IDLE_SECONDS, self._tick)

    @property
    def epoch(self) -> str:
        """The name of this database's life."""
        return self._database.epoch

    @property
    def seq(self) -> int:
        """The seq of the last change that was committed."""
        return self._seq

    async def close(self) -> None:
        """Finish what is queued, and let go of everything."""
        self._stopping = True
        self._ticking.cancel()
        await self._writer.stop()
        await self._readers.stop()
        self._connection.close()
        await asyncio.to_thread(self._database.close)

    # ---- writing -------------------------------------------------------------------------------------------------

    def add(
        self, mail: Entry | rows.Prepared, *, then: Callable[[Summary], None] | None = None
    ) -> "asyncio.Future[Summary]":
        """Keep a message; done when it is safe. `then` hears of it at that moment, even if who asked has gone."""
        return self._submit(mail if isinstance(mail, rows.Prepared) else rows.prepared(mail), then=then)

    async def describe(self, entries: Sequence[tuple[int, Entry]]) -> None:
        """Give messages, by seq, the digest that was left out when they were added."""
        await self._write(lambda transaction: changes.describe(transaction, entries))

    async def mark(self, selection: Selection, *, read: bool) -> int:
        """Set the read state; how many changed."""
        changed: int = await self._write(partial(changes.mark, selection=selection, read=read))
        return changed

    async def tag(self, selection: Selection, tags: tuple[str, ...]) -> int:
        """Replace the tags of the selected messages; how many messages that were."""
        changed: int = await self._write(partial(changes.tag, selection=selection, tags=tags))
        return changed

    async def rename_tag(self, old: str, new: str, *, inbox: str | None = None) -> None:
        """Give a tag another name. Raises NotFound, BadRequest."""
        await self._write(partial(changes.rename_tag, old=old, new=new, inbox=inbox))

    async def remove_tag(self, name: str, *, inbox: str | None = None) -> None:
        """Take a tag off every message of the scope. Raises NotFound."""
        await self._write(partial(changes.remove_tag, name=name, inbox=inbox))

    async def delete(self, selection: Selection) -> int:
        """Remove for good; how many messages that were."""
        gone: int = await self._write(partial(changes.delete, selection=selection))
        return gone

    async def hide(self, selection: Selection, *, token: str, seconds: float) -> int:
        """Remove so that `restore(token)` can bring them back for `seconds`."""
        until = _now() + int(seconds * 1e6)
        gone: int = await self._write(partial(changes.hide, selection=selection, token=token, until=until))
        return gone

    async def restore(self, token: str) -> int:
        """Bring back what was hidden under the token. Raises NotFound."""
        back: int = await self._write(partial(changes.restore, token=token, now=_now()))
        return back

    async def make_inbox(self, made: MadeInbox) -> None:
        """Keep an inbox that was made. Raises BadRequest."""
        await self._write(partial(changes.make_inbox, made=made))

    async def unmake_inbox(self, name: str) -> None:
        """Forget that it was made; its messages stay."""
        await self._write(partial(changes.unmake_inbox, name=name))

    async def put_sessions(self, sessions: Sequence[Session]) -> None:
        """Keep the transcripts of finished sessions."""
        await self._write(partial(changes.put_sessions, sessions=sessions))

    async def _write(self, work: Work) -> Any:
        """The result of a work, when it is committed. Raises what it raised, StoreError, Stopping."""
        return await self._submit(work)

    def _submit(
        self, work: Work | rows.Prepared | None, *, then: Callable[[Any], None] | None = None
    ) -> "asyncio.Future[Any]":
        """The result of a work, when it is committed; a StoreError, or what it raised. Raises Stopping."""
        if self._stopping:
            raise Stopping("the store is closing")
        self._written = self._loop.time()
        return self._writer.submit(work, then=then)

    def _tell(self, commit: Commit) -> None:
        self._seq = max(self._seq, commit.seq)
        self._deleted += commit.deleted
        if commit.events:
            self._committed(commit.events)

    def _tick(self) -> None:
        """With nothing to do, look after retention by age, undo deadlines and free pages."""
        self._ticking = self._loop.call_later(_IDLE_SECONDS, self._tick)
        if self._loop.time() - self._written >= _IDLE_SECONDS:
            self._writer.submit(None)

    # ---- reading -------------------------------------------------------------------------------------------------

    async def page(
        self, selection: Selection, *, start: int = 0, limit: int | None = 50, sort: Sort = "newest"
    ) -> Page:
        """Summaries in this order. `limit` None means all."""
        return await self._readers.run(lambda connection: self._page(connection, selection, start, limit, sort))

    def _page(
        self, connection: sqlite3.Connection, selection: Selection, start: int, limit: int | None, sort: Sort
    ) -> Page:
        total, unread = _totals(connection, selection.inbox)
        where, parameters = conditions(selection, connection)
        span = -1 if limit is None else limit
        if sort != "newest":
            seq = _seq(connection)
            order = self._orders.get(selection, sort, seq=seq)
            if order is None:
                rows_in_order = connection.execute(
                    f"SELECT m.seq, m.read FROM message m WHERE {where} ORDER BY {BY[sort]}", parameters
                )
                order = self._orders.keep(selection, sort, rows_in_order, seq=seq)
            matched, matched_unread = len(order.seqs), order.unread
            found = [(each,) for each in order.seqs[start : None if limit is None else start + limit]]
        elif selection == Selection(inbox=selection.inbox):
            matched, matched_unread = total, unread
            found = connection.execute(
                f"SELECT m.seq FROM message m WHERE {where} ORDER BY m.seq DESC LIMIT ? OFFSET ?",
                [*parameters, span, start],
            ).fetchall()
        else:
            every = connection.execute(
                f"SELECT m.seq, m.read FROM message m WHERE {where} ORDER BY m.seq DESC", parameters
            ).fetchall()
            matched, matched_unread = len(every), sum(not read for _, read in every)
            found = every[start:] if limit is None else every[start : start + limit]
        return Page(
            summaries=_summaries(connection, [row[0] for row in found]),
            start=start,
            matched=matched,
            matched_unread=matched_unread,
            total=total,
            unread=unread,
            tags=tuple(_tags(connection, selection.inbox)),
            cursor=str(Cursor(self.epoch, _seq(connection))),
            warnings=selection.query.warnings if selection.query else (),
        )

    async def oldest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """Summaries in the order of arrival, without the counts of a page."""
        return await self._ordered(selection, limit, "ASC")

    async def newest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """The same, newest first."""
        return await self._ordered(selection, limit, "DESC")

    async def _ordered(
        self, selection: Selection, limit: int | None, order: Literal["ASC", "DESC"]
    ) -> tuple[Summary, ...]:
        def read(connection: sqlite3.Connection) -> tuple[Summary, ...]:
            where, parameters = conditions(selection, connection)
            sql = f"SELECT {rows.SUMMARY_COLUMNS} FROM message m WHERE {where} ORDER BY m.seq {order} LIMIT ?"
            return tuple(map(rows.summary, connection.execute(sql, [*parameters, -1 if limit is None else limit])))

        return await self._readers.run(read)

    async def record(self, message_id: str, *, inbox: str | None = None) -> Record:
        """One message without its raw. Raises NotFound."""
        where, parameters = conditions(Selection(inbox=inbox, ids=(message_id,)))
        sql = f"SELECT {rows.SUMMARY_COLUMNS}, m.origin FROM message m WHERE {where}"
        row = await self._readers.run(lambda connection: connection.execute(sql, parameters).fetchone())
        if row is None:
            raise NotFound("Message not found")
        return rows.record(row)

    async def raw(self, message_id: str, *, inbox: str | None = None) -> bytes:
        """The bytes as the client sent them. Raises NotFound."""
        where, parameters = conditions(Selection(inbox=inbox, ids=(message_id,)))
        sql = f"SELECT r.data FROM message m JOIN raw r ON r.seq = m.seq WHERE {where}"
        row = await self._readers.run(lambda connection: connection.execute(sql, parameters).fetchone())
        if row is None:
            raise NotFound("Message not found")
        data: bytes = row[0]
        return data

    async def latest(self, selection: Selection) -> str:
        """The id of the newest message of a selection. Raises NotFound."""

        def read(connection: sqlite3.Connection) -> tuple[str] | None:
            where, parameters = conditions(selection, connection)
            sql = f"SELECT m.id FROM message m WHERE {where} ORDER BY m.seq DESC LIMIT 1"
            found: tuple[str] | None = connection.execute(sql, parameters).fetchone()
            return found

        row = await self._readers.run(read)
        if row is None:
            raise NotFound("Message not found")
        return row[0]

    async def tried(
        self, selection: Selection, terms: Sequence[Node], *, limit: int
    ) -> tuple[tuple[Summary, tuple[bool, ...]], ...]:
        """The newest messages of a selection, each with which of these terms it meets."""
        where, parameters = conditions(selection)
        tries = [expression(term) for term in terms]
        asked = "".join(f", {text}" for text, _ in tries)
        values = [value for _, each in tries for value in each]
        sql = f"SELECT {rows.SUMMARY_COLUMNS}{asked} FROM message m WHERE {where} ORDER BY m.seq DESC LIMIT ?"
        found = await self._readers.run(
            lambda connection: connection.execute(sql, [*values, *parameters, limit]).fetchall()
        )
        return tuple((rows.summary(row[: -len(terms)]), tuple(map(bool, row[-len(terms) :]))) for row in found)

    async def tags(self, *, inbox: str | None = None) -> dict[str, int]:
        """Every tag of the scope with how many messages bear it, sorted by name."""
        return await self._readers.run(lambda connection: _tags(connection, inbox))

    async def inboxes(self) -> tuple[InboxCount, ...]:
        """Every inbox that holds a message, by name."""
        sql = "SELECT name, total, unread, size FROM inbox WHERE total > 0 ORDER BY name"
        found = await self._readers.run(lambda connection: connection.execute(sql).fetchall())
        return tuple(InboxCount(*row) for row in found)

    async def made_inboxes(self) -> tuple[MadeInbox, ...]:
        """Every inbox that was made, oldest first."""
        sql = "SELECT name, address, password, created FROM made_inbox ORDER BY created, name"
        found = await self._readers.run(lambda connection: connection.execute(sql).fetchall())
        return tuple(MadeInbox(*row) for row in found)

    async def undescribed(self) -> tuple[str, ...]:
        """Ids of messages that still lack their digest, oldest first: work that a killed process left."""
        return await self._readers.run(_undescribed_ids)

    async def session(self, session_id: str) -> Session:
        """One finished session. Raises NotFound."""
        sql = "SELECT id, started, card FROM session WHERE id = ?"
        row = await self._readers.run(lambda connection: connection.execute(sql, (session_id,)).fetchone())
        if row is None:
            raise NotFound(f"no such session: {session_id}")
        return rows.session(row)

    async def sessions(self, *, start: int = 0, limit: int = 50) -> tuple[Session, ...]:
        """Finished sessions, newest first."""
        sql = "SELECT id, started, card FROM session ORDER BY started DESC, number DESC LIMIT ? OFFSET ?"
        found = await self._readers.run(lambda connection: connection.execute(sql, (limit, start)).fetchall())
        return tuple(map(rows.session, found))

    async def info(self) -> StoreInfo:
        """Figures of the whole store."""
        total, unread, oldest = await self._readers.run(
            lambda connection: (*_totals(connection, None), _oldest(connection))
        )
        return StoreInfo(
            path="" if self._database.private else str(self._database.path),
            size=self._database.size(),
            messages=total,
            unread=unread,
            deleted=self._deleted,
            oldest=oldest,
        )


def _now() -> int:
    return time.time_ns() // 1000


def _seq(connection: sqlite3.Connection) -> int:
    seq: int = connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()[0]
    return seq


def _oldest(connection: sqlite3.Connection) -> int | None:
    row = connection.execute("SELECT created FROM message WHERE hidden IS NULL ORDER BY seq LIMIT 1").fetchone()
    return row[0] if row else None


def _totals(connection: sqlite3.Connection, inbox: str | None) -> tuple[int, int]:
    row = connection.execute(
        "SELECT coalesce(sum(total), 0), coalesce(sum(unread), 0) FROM inbox WHERE ?1 IS NULL OR name = ?1", (inbox,)
    ).fetchone()
    return row[0], row[1]


def _summaries(connection: sqlite3.Connection, seqs: list[int]) -> tuple[Summary, ...]:
    found = connection.execute(
        f"SELECT {rows.SUMMARY_COLUMNS} FROM json_each(?) wanted JOIN message m ON m.seq = wanted.value"
        " ORDER BY wanted.key",
        (str(seqs),),
    )
    return tuple(map(rows.summary, found))


def _tags(connection: sqlite3.Connection, inbox: str | None) -> dict[str, int]:
    found = connection.execute(
        "SELECT t.name, count(*) FROM message_tag t JOIN message m ON m.seq = t.seq"
        " WHERE m.hidden IS NULL AND (?1 IS NULL OR m.inbox = ?1) GROUP BY t.name ORDER BY t.name",
        (inbox,),
    )
    return dict(found.fetchall())


def _undescribed_ids(connection: sqlite3.Connection) -> tuple[str, ...]:
    seqs = changes.undescribed(connection)
    found = connection.execute(
        "SELECT id FROM message WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq", (str(seqs),)
    )
    return tuple(message_id for (message_id,) in found)
