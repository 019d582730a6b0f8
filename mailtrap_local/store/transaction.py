"""One transaction of the writer, as its jobs see it."""

import sqlite3
from typing import Literal, TypedDict, Unpack

from mailtrap_local.model import Event, EventKind, Summary
from mailtrap_local.store.ledger import Ledger


class EventValues(TypedDict, total=False):
    """What an event may say beside its kind and seq."""

    inbox: str | None
    ids: tuple[str, ...]
    summary: Summary | None
    read: bool | None
    tags: tuple[str, ...] | None
    reason: Literal["", "deleted", "evicted", "hidden"]


class Transaction:
    """What a job may do: run SQL, take seqs, report events, keep the numbers."""

    def __init__(self, connection: sqlite3.Connection, *, seq: int, ledger: Ledger) -> None:
        self.execute = connection.execute
        self.connection = connection
        self.ledger = ledger
        self.seq = seq
        self.events: list[Event] = []
        self.deleted = 0  # messages
        self.undescribed: list[int] = []  # seqs that were added without their digest
        self.described: list[int] = []  # seqs that got theirs

    def next_seq(self) -> int:
        """The next number in the order of commits."""
        self.seq += 1
        return self.seq

    def report(self, kind: EventKind, **values: Unpack[EventValues]) -> None:
        """Add an event with the next seq."""
        self.events.append(Event(seq=self.next_seq(), kind=kind, **values))
