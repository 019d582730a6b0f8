"""What a store does. `tests/store/contract.py` holds every implementation to it.

The contract
1. `add` returns when the message is safe: committed, and for a file database on disk.
2. Every change takes one seq or more, ascending in the order of commits, and is reported as events to the listener
   given at opening, once after its commit and before the call that made it returns.
3. Whatever has returned is seen by the next read (read-your-writes); by a search of its text once it has its digest.
4. The newest message is never evicted. A hidden message (a delete that can be undone) is seen by nothing but `restore`.
5. A read never waits for more than one batch of writes; nothing that reads blocks what writes.
6. A call that fails raises StoreError and changes nothing.
"""

from asyncio import Future
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mailtrap_local.model import Entry, Event, InboxCount, MadeInbox, Page, Record, Session, Summary
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import Node
from mailtrap_local.store.rows import Prepared

Committed = Callable[[Sequence[Event]], None]
Sort = Literal["newest", "oldest", "sender", "subject", "inbox", "largest", "smallest"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which messages: those that meet every condition given. None given: all.

    `ids` unknown to the store are ignored. `before` is exclusive, in microseconds; `after_seq` is
    exclusive, `until_seq` inclusive.
    """

    inbox: str | None = None
    ids: tuple[str, ...] | None = None
    query: Query | None = None
    before: int | None = None
    after_seq: int | None = None
    until_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """What a store may keep; 0 lifts a bound. The oldest go first, the newest message never goes."""

    max_messages: int = 20_000
    max_age: float = 30 * 86_400.0  # seconds
    max_bytes: int = 1024**3  # of raw


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """Figures of the whole store."""

    path: str  # "" for memory
    size: int  # bytes on disk
    messages: int
    unread: int
    deleted: int  # since the start
    oldest: int | None = None  # when the oldest message came; None without one


class Store(Protocol):
    """A place that keeps messages. Every method is called on the event loop and waits without blocking it."""

    @property
    def epoch(self) -> str:
        """The name of this database's life."""

    @property
    def seq(self) -> int:
        """The seq of the last change that was committed."""

    async def close(self) -> None:
        """Finish what is queued, and let go of everything. Calls under way raise Stopping."""

    def add(self, mail: Entry | Prepared, *, then: Callable[[Summary], None] | None = None) -> "Future[Summary]":
        """Keep a message; done when it is safe. `then` hears of it at that moment, even if who asked has gone."""

    async def describe(self, entries: Sequence[tuple[int, Entry]]) -> None:
        """Give messages, by seq, the digest that was left out when they were added; ascending order of seq."""

    async def undescribed(self) -> tuple[str, ...]:
        """Ids of messages that still lack their digest, oldest first: work that a killed process left."""

    async def page(
        self, selection: Selection, *, start: int = 0, limit: int | None = 50, sort: Sort = "newest"
    ) -> Page:
        """Summaries in this order. `limit` None means all."""

    async def oldest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """Summaries in the order of arrival, without the counts of a page."""

    async def newest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """The same, newest first."""

    async def record(self, message_id: str, *, inbox: str | None = None) -> Record:
        """One message without its raw. Raises NotFound."""

    async def raw(self, message_id: str, *, inbox: str | None = None) -> bytes:
        """The bytes as the client sent them. Raises NotFound."""

    async def latest(self, selection: Selection) -> str:
        """The id of the newest message of a selection. Raises NotFound."""

    async def tried(
        self, selection: Selection, terms: Sequence[Node], *, limit: int
    ) -> tuple[tuple[Summary, tuple[bool, ...]], ...]:
        """The newest messages of a selection, each with which of these terms it meets."""

    async def mark(self, selection: Selection, *, read: bool) -> int:
        """Set the read state; how many changed."""

    async def tag(self, selection: Selection, tags: tuple[str, ...]) -> int:
        """Replace the tags of the selected messages; how many messages that were."""

    async def rename_tag(self, old: str, new: str, *, inbox: str | None = None) -> None:
        """Raises NotFound if no message of the scope has the tag, BadRequest if the new name is in use there."""

    async def remove_tag(self, name: str, *, inbox: str | None = None) -> None:
        """Take a tag off every message of the scope. Raises NotFound if none has it."""

    async def tags(self, *, inbox: str | None = None) -> dict[str, int]:
        """Every tag of the scope with how many messages bear it, sorted by name."""

    async def delete(self, selection: Selection) -> int:
        """Remove for good; how many messages that were."""

    async def hide(self, selection: Selection, *, token: str, seconds: float) -> int:
        """Remove so that `restore(token)` can bring them back for `seconds`; then for good."""

    async def restore(self, token: str) -> int:
        """Bring back what was hidden under the token. Raises NotFound if there is nothing to bring back."""

    async def inboxes(self) -> tuple[InboxCount, ...]:
        """Every inbox that holds a message, by name."""

    async def make_inbox(self, made: MadeInbox) -> None:
        """Keep an inbox that was made. Raises BadRequest if there is one of that name or address."""

    async def unmake_inbox(self, name: str) -> None:
        """Forget that it was made; its messages stay. Unknown names are ignored."""

    async def made_inboxes(self) -> tuple[MadeInbox, ...]:
        """Every inbox that was made, oldest first."""

    async def put_sessions(self, sessions: Sequence[Session]) -> None:
        """Keep the transcripts of finished sessions; the oldest beyond limits.SESSIONS_KEPT go."""

    async def session(self, session_id: str) -> Session:
        """One finished session. Raises NotFound."""

    async def sessions(self, *, start: int = 0, limit: int = 50) -> tuple[Session, ...]:
        """Finished sessions, newest first."""

    async def info(self) -> StoreInfo:
        """Figures of the whole store."""
