"""Every change that a store can make, as functions over a transaction: the rows, the numbers, the events.

Events carry ids in groups of at most `EVENT_IDS`, of one inbox each, so that no event is large and a listener to one
inbox hears nothing of another.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from mailtrap_local import ids, limits
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.model import Entry, Event, MadeInbox, Session, Summary
from mailtrap_local.search.document import free_text
from mailtrap_local.store import rows
from mailtrap_local.store.base import Selection
from mailtrap_local.store.retention import Old
from mailtrap_local.store.selection import conditions
from mailtrap_local.store.transaction import Transaction

EVENT_IDS = 1000
_ROWS_A_STATEMENT = 64
_DEPENDENT = ("raw", "body", "message_tag")


def add(transaction: Transaction, several: Sequence[rows.Prepared]) -> list[Summary]:
    """Insert messages; each is a `new` event."""
    summaries: list[Summary] = []
    messages: list[rows.Value] = []
    raws: list[rows.Value] = []
    bodies: list[rows.Value] = []
    tags: list[tuple[str, int]] = []
    for prepared in several:
        entry = prepared.entry
        seq = transaction.next_seq()
        message_id = ids.message_id(seq)
        messages.extend((seq, message_id))
        messages.extend(prepared.row)
        raws.extend((seq, entry.raw))
        if entry.digest is None:
            transaction.undescribed.append(seq)
        else:
            bodies.extend((seq, prepared.text))
        tags.extend((tag, seq) for tag in entry.tags)
        summary = rows.new_summary(entry, seq=seq, message_id=message_id)
        summaries.append(summary)
        transaction.events.append(Event(seq=seq, kind="new", inbox=entry.inbox, summary=summary))
        transaction.ledger.change(entry.inbox, total=1, unread=1, size=summary.size)
    _insert(transaction.connection, "message", len(rows.MESSAGE_COLUMNS), messages)
    _insert(transaction.connection, "raw", 2, raws)
    _insert(transaction.connection, "body", 2, bodies)
    if tags:
        transaction.connection.executemany("INSERT OR IGNORE INTO message_tag VALUES (?, ?)", tags)
    return summaries


def _insert(connection: sqlite3.Connection, table: str, width: int, values: list[rows.Value]) -> None:
    """Insert rows of `width` values each, given one behind the other, with as few statements as there may be."""
    for at in range(0, len(values), _ROWS_A_STATEMENT * width):
        some = values[at : at + _ROWS_A_STATEMENT * width]
        connection.execute(_insertion(table, width, len(some) // width), some)


@lru_cache(None)
def _insertion(table: str, width: int, number: int) -> str:
    row = "(" + ",".join("?" * width) + ")"
    return f"INSERT INTO {table} VALUES " + ",".join((row,) * number)


def describe(transaction: Transaction, entries: Sequence[tuple[int, Entry]]) -> None:
    """Fill in what the parse of a body yields, for messages by their seq; each is an `update` with its new summary."""
    for seq, entry in entries:
        transaction.described.append(seq)
        digest = entry.digest or rows.NOTHING_YET
        changed = transaction.execute(
            "UPDATE message SET snippet = ?, attachments = ?, inlines = ?, links = ?, codes = ? WHERE seq = ?",
            (digest.snippet, digest.attachments, digest.inlines, digest.links, digest.codes, seq),
        )
        if not changed.rowcount:
            continue  # deleted in the meantime
        text = free_text(entry.head, entry.envelope, digest)
        transaction.execute("INSERT OR REPLACE INTO body VALUES (?, ?)", (seq, text))
        row = transaction.execute(
            f"SELECT {rows.SUMMARY_COLUMNS} FROM message m WHERE seq = ? AND hidden IS NULL", (seq,)
        ).fetchone()
        if row is not None:
            summary = rows.summary(row)
            transaction.report("update", inbox=summary.inbox, ids=(summary.id,), summary=summary)


def undescribed(connection: sqlite3.Connection) -> list[int]:
    """The seqs of messages whose body was never parsed (the process was killed before), ascending."""
    found = connection.execute(
        "SELECT m.seq FROM message m WHERE m.seq > (SELECT value FROM meta WHERE key = 'described')"
        " AND NOT EXISTS (SELECT 1 FROM body b WHERE b.seq = m.seq) ORDER BY m.seq"
    )
    return [seq for (seq,) in found]


def mark(transaction: Transaction, selection: Selection, *, read: bool) -> int:
    """Set the read state of what has another one."""
    where, parameters = conditions(selection, transaction.connection)
    chosen = _choose(transaction, f"{where} AND m.read = ?", [*parameters, int(not read)])
    transaction.execute(
        "UPDATE message SET read = ? WHERE seq IN (SELECT value FROM json_each(?))", (int(read), _json_seqs(chosen))
    )
    for inbox, group in _by_inbox(chosen):
        transaction.ledger.change(inbox, unread=-len(group) if read else len(group))
        for some in _ids(group):
            transaction.report("update", inbox=inbox, ids=some, read=read)
    return len(chosen)


def tag(transaction: Transaction, selection: Selection, tags: tuple[str, ...]) -> int:
    """Replace the tags of the selected messages."""
    chosen = _choose(transaction, *conditions(selection, transaction.connection))
    seqs = _json_seqs(chosen)
    transaction.execute("DELETE FROM message_tag WHERE seq IN (SELECT value FROM json_each(?))", (seqs,))
    for name in tags:
        transaction.execute("INSERT OR IGNORE INTO message_tag SELECT ?, value FROM json_each(?)", (name, seqs))
    for inbox, group in _by_inbox(chosen):
        for some in _ids(group):
            transaction.report("update", inbox=inbox, ids=some, tags=tags)
    return len(chosen)


def rename_tag(transaction: Transaction, old: str, new: str, inbox: str | None) -> None:
    """Give a tag another name. Raises NotFound, BadRequest."""
    if not _tagged(transaction, old, inbox):
        raise NotFound(f"tag not found: {old}")
    if old.casefold() != new.casefold() and _tagged(transaction, new, inbox):
        raise BadRequest(f"tag already exists: {new}")
    seqs = json.dumps(_tagged(transaction, old, inbox))
    _untag(transaction, old, seqs)
    transaction.execute("INSERT OR IGNORE INTO message_tag SELECT ?, value FROM json_each(?)", (new, seqs))
    transaction.report("tags", inbox=inbox)


def remove_tag(transaction: Transaction, name: str, inbox: str | None) -> None:
    """Take a tag off every message of the scope. Raises NotFound."""
    seqs = _tagged(transaction, name, inbox)
    if not seqs:
        raise NotFound(f"tag not found: {name}")
    _untag(transaction, name, json.dumps(seqs))
    transaction.report("tags", inbox=inbox)


def _tagged(transaction: Transaction, name: str, inbox: str | None) -> list[int]:
    found = transaction.execute(
        "SELECT t.seq FROM message_tag t JOIN message m ON m.seq = t.seq"
        " WHERE t.name = ?1 AND m.hidden IS NULL AND (?2 IS NULL OR m.inbox = ?2)",
        (name, inbox),
    )
    return [seq for (seq,) in found]


def _untag(transaction: Transaction, name: str, seqs: str) -> None:
    transaction.execute(
        "DELETE FROM message_tag WHERE name = ? AND seq IN (SELECT value FROM json_each(?))", (name, seqs)
    )


def delete(transaction: Transaction, selection: Selection) -> int:
    """Remove for good."""
    chosen = _choose(transaction, *conditions(selection, transaction.connection))
    _remove(transaction, _json_seqs(chosen))
    for inbox, group in _by_inbox(chosen):
        transaction.ledger.change(inbox, total=-len(group), unread=-_unread(group), size=-_size(group))
    transaction.deleted += len(chosen)
    _report_gone(transaction, selection, chosen, hidden=False)
    return len(chosen)


def hide(transaction: Transaction, selection: Selection, *, token: str, until: int) -> int:
    """Remove so that `restore` can bring it back until then (microseconds)."""
    chosen = _choose(transaction, *conditions(selection, transaction.connection))
    transaction.execute("INSERT INTO undo VALUES (?, ?)", (token, until))
    transaction.execute(
        "UPDATE message SET hidden = ? WHERE seq IN (SELECT value FROM json_each(?))", (token, _json_seqs(chosen))
    )
    for inbox, group in _by_inbox(chosen):
        transaction.ledger.change(inbox, total=-len(group), unread=-_unread(group), hidden=len(group))
    _report_gone(transaction, selection, chosen, hidden=True)
    return len(chosen)


def restore(transaction: Transaction, token: str, *, now: int) -> int:
    """Bring back what was hidden under the token. Raises NotFound."""
    known = transaction.execute("SELECT 1 FROM undo WHERE token = ? AND until > ?", (token, now)).fetchone()
    if not known:
        raise NotFound("nothing to undo: the time for it is over, or it was undone already")
    chosen = _choose(transaction, "m.hidden = ?", [token])
    transaction.execute("UPDATE message SET hidden = NULL WHERE hidden = ?", (token,))
    transaction.execute("DELETE FROM undo WHERE token = ?", (token,))
    for inbox, group in _by_inbox(chosen):
        transaction.ledger.change(inbox, total=len(group), unread=_unread(group), hidden=-len(group))
        for some in _ids(group):
            transaction.report("restore", inbox=inbox, ids=some)
    return len(chosen)


def purge(transaction: Transaction, token: str) -> None:
    """Remove for good what a delete has hidden; nobody sees it, so there is no event."""
    chosen = _choose(transaction, "m.hidden = ?", [token])
    _remove(transaction, _json_seqs(chosen))
    transaction.execute("DELETE FROM undo WHERE token = ?", (token,))
    for inbox, group in _by_inbox(chosen):
        transaction.ledger.change(inbox, size=-_size(group), hidden=-len(group))
    transaction.deleted += len(chosen)


def evict(transaction: Transaction, gone: Sequence[Old]) -> None:
    """Remove what retention says, and report what was shown of it."""
    _remove(transaction, json.dumps([old.seq for old in gone]))
    for inbox, group in groupby(sorted(gone, key=lambda old: old.inbox), key=lambda old: old.inbox):
        olds = list(group)
        shown = [old for old in olds if not old.hidden]
        transaction.ledger.change(
            inbox,
            total=-len(shown),
            unread=-sum(not old.read for old in shown),
            size=-sum(old.size for old in olds),
            hidden=len(shown) - len(olds),
        )
        for at in range(0, len(shown), EVENT_IDS):
            some = tuple(old.id for old in shown[at : at + EVENT_IDS])
            transaction.report("delete", inbox=inbox, ids=some, reason="evicted")
    transaction.deleted += len(gone)


def make_inbox(transaction: Transaction, made: MadeInbox) -> None:
    """Keep an inbox that was made. Raises BadRequest."""
    row = (made.name, made.address, made.password, made.created)
    if not transaction.execute("INSERT OR IGNORE INTO made_inbox VALUES (?, ?, ?, ?)", row).rowcount:
        raise BadRequest(f"there is an inbox {made.name!r} already; choose another name, or leave the name out")


def unmake_inbox(transaction: Transaction, name: str) -> None:
    """Forget that an inbox was made."""
    transaction.execute("DELETE FROM made_inbox WHERE name = ?", (name,))


def put_sessions(transaction: Transaction, sessions: Sequence[Session]) -> None:
    """Keep finished sessions; the oldest beyond the limit go."""
    transaction.connection.executemany(
        "INSERT OR REPLACE INTO session (id, started, card) VALUES (?, ?, ?)", map(rows.session_row, sessions)
    )
    transaction.execute(
        "DELETE FROM session WHERE number <= (SELECT max(number) FROM session) - ?", (limits.SESSIONS_KEPT,)
    )
    transaction.report("sessions")


# ---- what the changes above share --------------------------------------------------------------------------------

_Chosen = tuple[int, str, str, int, int]  # seq, id, inbox, size, read


def _choose(transaction: Transaction, where: str, parameters: Sequence[rows.Value]) -> list[_Chosen]:
    return transaction.execute(
        f"SELECT m.seq, m.id, m.inbox, m.size, m.read FROM message m WHERE {where} ORDER BY m.inbox, m.seq", parameters
    ).fetchall()


def _by_inbox(chosen: list[_Chosen]) -> Iterator[tuple[str, list[_Chosen]]]:
    for inbox, group in groupby(chosen, key=itemgetter(2)):
        yield inbox, list(group)


def _ids(group: list[_Chosen]) -> Iterator[tuple[str, ...]]:
    for at in range(0, len(group), EVENT_IDS):
        yield tuple(row[1] for row in group[at : at + EVENT_IDS])


def _unread(group: list[_Chosen]) -> int:
    return sum(not row[4] for row in group)


def _size(group: list[_Chosen]) -> int:
    return sum(row[3] for row in group)


def _json_seqs(chosen: list[_Chosen]) -> str:
    return json.dumps([row[0] for row in chosen])


def _remove(transaction: Transaction, seqs: str) -> None:
    for table in ("message", *_DEPENDENT):
        transaction.execute(f"DELETE FROM {table} WHERE seq IN (SELECT value FROM json_each(?))", (seqs,))


def _report_gone(transaction: Transaction, selection: Selection, chosen: list[_Chosen], *, hidden: bool) -> None:
    if selection == Selection(inbox=selection.inbox):
        transaction.report("truncate", inbox=selection.inbox, reason="hidden" if hidden else "deleted")
        return
    for inbox, group in _by_inbox(chosen):
        for some in _ids(group):
            transaction.report("delete", inbox=inbox, ids=some, reason="hidden" if hidden else "deleted")
