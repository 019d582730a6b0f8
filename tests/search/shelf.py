"""A real database with the store's schema, searched by SQL and by the predicate at once."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import mailtrap_local.store
from mailtrap_local.model import Address, Digest, Entry, Envelope, Head, Origin, Recipient
from mailtrap_local.search.document import Document, columns
from mailtrap_local.search.match import matches
from mailtrap_local.search.pieces import needed
from mailtrap_local.search.sql import functions, where
from mailtrap_local.search.syntax import Query, parse

NOW = 1_700_000_000_000_000  # 2023-11-14T22:13:20Z
_SCHEMA = Path(mailtrap_local.store.__path__[0]) / "schema"
_COLUMNS = (
    "inbox created size read attachments inlines links codes"
    " subject message_id thread sender recipients cc bcc reply_to rcpt mail_from"
).split()
_OTHERS = "id username protocol snippet head origin".split()


class Shelf:
    """Documents in a memory database; `find` gives their numbers, from 0, and holds the two meanings equal."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")
        functions(self._connection)
        for script in sorted(_SCHEMA.glob("*.sql")):
            self._connection.executescript(script.read_text())
        self._documents: list[Document] = []

    def close(self) -> None:
        self._connection.close()

    def clear(self) -> None:
        for table in ("message", "raw", "body", "message_tag"):
            self._connection.execute(f"DELETE FROM {table}")
        self._documents = []

    def put(self, *documents: Document) -> None:
        for document in documents:
            seq = len(self._documents)
            self._documents.append(document)
            values = [getattr(document, column) for column in _COLUMNS]
            marks = ", ".join("?" * (1 + len(_COLUMNS) + len(_OTHERS)))
            self._connection.execute(
                f"INSERT INTO message (seq, {', '.join(_COLUMNS + _OTHERS)}) VALUES ({marks})",
                (seq, *values, *[""] * len(_OTHERS)),
            )
            self._connection.execute("INSERT INTO raw VALUES (?, ?)", (seq, document.raw))
            self._connection.execute("INSERT INTO body VALUES (?, ?)", (seq, document.text))
            tags = [(tag, seq) for tag in document.tags]
            self._connection.executemany("INSERT OR IGNORE INTO message_tag (name, seq) VALUES (?, ?)", tags)

    def put_unparsed(self, document: Document) -> None:
        """A message whose body is not parsed yet: no row in the table body."""
        self.put(document)
        self._connection.execute("DELETE FROM body WHERE seq = ?", (len(self._documents) - 1,))

    def find(self, text: str) -> list[int]:
        return self.find_parsed(parse(text, now=NOW))

    def find_parsed(self, query: Query) -> list[int]:
        by_sql = self.select(query)
        by_predicate = [seq for seq, document in enumerate(self._documents) if matches(query, document)]
        assert by_sql == by_predicate, query
        for piece in needed(query.root):
            parsed = (seq for seq in by_sql if self._documents[seq].text)
            assert all(piece in self._documents[seq].text for seq in parsed), (query, piece)
        return by_sql

    def select(self, query: Query) -> list[int]:
        """By SQL alone. The expression stands beside another, as in the store, and is never NULL."""
        expression, parameters = where(query)
        rows = self._connection.execute(
            f"SELECT m.seq, {expression} FROM message m WHERE m.seq >= 0 AND {expression} ORDER BY m.seq",
            parameters + parameters,
        ).fetchall()
        others = self._connection.execute(
            f"SELECT count(*) FROM message m WHERE m.seq >= 0 AND NOT {expression}", parameters
        ).fetchone()[0]
        assert others == len(self._documents) - len(rows), "neither true nor false: NULL"
        return [seq for seq, _ in rows]


def mail(
    *,
    subject: str = "",
    from_: Address | None = None,
    to: Sequence[Address] = (),
    cc: Sequence[Address] = (),
    bcc: Sequence[Address] = (),
    reply_to: Sequence[Address] = (),
    message_id: str = "",
    refers: Sequence[str] = (),
    mail_from: str = "",
    rcpt: Sequence[str] = (),
    digest: Digest | None = None,
    inbox: str = "default",
    tags: Sequence[str] = (),
    created: int = NOW,
    raw: bytes = b"",
) -> Document:
    """The document of a mail, by the way that the store goes."""
    head = Head(subject, from_, tuple(to), tuple(cc), tuple(bcc), tuple(reply_to), message_id, refers=tuple(refers))
    envelope = Envelope(mail_from, (), tuple(Recipient(address) for address in rcpt))
    return columns(Entry(raw, envelope, Origin(), head, inbox, tuple(tags), created, digest))
