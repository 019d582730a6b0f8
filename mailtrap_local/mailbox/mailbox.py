"""The mailbox: the one door through which fronts receive, find, mark, tag and delete messages.

A front translates, the mailbox decides, a store keeps. Every method is called on the event loop and never blocks it.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from mailtrap_local import ids, limits, mime
from mailtrap_local.errors import BadRequest, Busy, MailtrapLocalError, NotFound, Stopping, TooLarge
from mailtrap_local.events import Cursor, Hub
from mailtrap_local.mailbox import intake
from mailtrap_local.mailbox.describer import Describer
from mailtrap_local.mailbox.made import MadeInboxes
from mailtrap_local.mailbox.made import new as new_inbox
from mailtrap_local.mailbox.once import Once
from mailtrap_local.mailbox.parser import Parser
from mailtrap_local.mailbox.waiting import NearMiss, Outcome, Waited, Waiter, Waiters
from mailtrap_local.mailbox.watching import Watch
from mailtrap_local.model import (
    Arrival,
    Checksums,
    Entry,
    Envelope,
    InboxCount,
    MadeInbox,
    Message,
    Origin,
    Page,
    Parsed,
    Part,
    Record,
    Selected,
    Summary,
)
from mailtrap_local.search import dates, patterns, syntax
from mailtrap_local.search.tree import required
from mailtrap_local.store.base import Selection, Sort, Store, StoreInfo
from mailtrap_local.store.rows import Prepared, prepared

_PREVIEW_SECONDS = 2.0  # for which the preview of a large mail is kept
_NEAR_EXAMINED = 30
_NEAR_TOLD = 5
_NEAR_AT_ONCE = 3  # hundreds of waits may end at the same moment
_NEAR_SECONDS = 2.0  # after which an answer goes without them
_UNMADE_KEPT = 100
_CAPTURING_AT_ONCE = 2


if TYPE_CHECKING:
    from mailtrap_local.mime.preview import Preview


class Mailbox:
    """Use as an async context manager, on the loop that uses it. `hub` has every event of the store."""

    def __init__(
        self, store: Store, hub: Hub, *, max_message_size: int = 50 * limits.MB, plus_tags: bool = True
    ) -> None:
        self.hub = hub
        self.max_message_size = max_message_size
        self.received = 0
        self.received_bytes = 0
        self.rejected = 0
        self._store = store
        self._plus_tags = plus_tags
        self._parser = Parser()
        self._once = Once(seconds=_PREVIEW_SECONDS)
        self._made = MadeInboxes()
        self._capturing = asyncio.Semaphore(_CAPTURING_AT_ONCE)  # a page can make a browser ask for as many as it likes
        self._nearing = asyncio.Semaphore(_NEAR_AT_ONCE)
        self._unmade: dict[str, MadeInbox] = {}  # those that can be made again, by the token that does it
        self._waiters = Waiters(self._look)
        self._describer = Describer(store, self._parser, told=self._waiters.offer)

    async def __aenter__(self) -> Self:
        self._made = MadeInboxes(await self._store.made_inboxes())
        self._describer.start()
        for message_id in await self._store.undescribed():
            await self._describe_again(message_id)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop()
        await self._describer.stop()
        self._parser.close()

    def stop(self) -> None:
        """Wake everybody who waits or listens, for the last time."""
        self.hub.stop()
        self._waiters.stop()

    # ---- receiving -----------------------------------------------------------------------------------------------

    async def receive(self, arrival: Arrival) -> Summary:
        """Keep a mail; it is safe in the store when this returns. Raises TooLarge, StoreError, Stopping."""
        try:
            summary = await self._receive(arrival)
        except MailtrapLocalError:
            self.refused()
            raise
        self.received += 1
        self.received_bytes += summary.size
        return summary

    def keep(self, mail: Prepared) -> "asyncio.Future[Summary]":
        """Keep a mail that was read elsewhere, as `intake.read` does; done when it is safe. Raises Stopping.

        One whose inbox is "" goes where its recipients lead.
        """
        if not mail.entry.inbox:
            recipients = (recipient.address for recipient in mail.entry.envelope.recipients)
            mail = mail.moved(intake.addressed_inbox(recipients, self._made.of_address))
        kept = self._store.add(mail, then=partial(self._describer.pass_on, mail=mail))
        kept.add_done_callback(self._count)
        return kept

    def _count(self, kept: "asyncio.Future[Summary]") -> None:
        if kept.exception() is not None:
            self.refused()
            return
        self.received += 1
        self.received_bytes += kept.result().size

    def refused(self) -> None:
        """Count a mail that was refused, by a front or here."""
        self.rejected += 1

    def inbox_of(self, username: str, recipients: Sequence[str]) -> str:
        """The inbox that mail of this login to these recipients goes to, unless it has X-Inbox; "" with neither."""
        name = intake.inbox_name(username)
        return name or (intake.addressed_inbox(recipients, self._made.of_address) if recipients else "")

    async def _receive(self, arrival: Arrival) -> Summary:
        size = len(arrival.raw)
        created = time.time_ns() // 1000
        if size <= min(limits.PARSE_INLINE, self.max_message_size):
            addressed = self._addressed(arrival)
            entry = intake.read(arrival, created=created, addressed=addressed, plus_tags=self._plus_tags)
            mail = prepared(entry)
            return await self._store.add(mail, then=partial(self._describer.pass_on, mail=mail))
        if size > self.max_message_size:
            raise TooLarge(f"the message has {size} bytes; {self.max_message_size} are allowed")
        await self._describer.admit()
        with self._describer.expecting() as expected:
            head = await asyncio.to_thread(mime.head, arrival.raw)
            addressed = self._addressed(arrival)
            entry = intake.entry(arrival, head, None, created=created, plus_tags=self._plus_tags, addressed=addressed)
            describe = partial(self._describer.describe, entry=entry, expected=expected)
            return await self._store.add(entry, then=describe)

    def _addressed(self, arrival: Arrival) -> str:
        addresses = (recipient.address for recipient in arrival.envelope.recipients)
        return intake.addressed_inbox(addresses, self._made.of_address)

    async def _describe_again(self, message_id: str) -> None:
        try:
            record = await self._store.record(message_id)
            raw = await self._store.raw(message_id)
        except NotFound:
            return  # deleted since
        summary = record.summary
        entry = Entry(raw, record.envelope, record.origin, summary.head, summary.inbox, summary.tags, summary.created)
        with self._describer.expecting() as expected:
            self._describer.describe(summary, entry=entry, expected=expected)

    # ---- finding -------------------------------------------------------------------------------------------------

    def query(self, text: str, *, tz: str | None = None) -> syntax.Query:
        """A search as typed, its relative dates fixed to now. Raises BadQuery, BadRequest for an unknown time zone."""
        return syntax.parse(text, now=time.time_ns() // 1000, tz=dates.zone(tz or ""))

    async def page(
        self, selection: Selection, *, start: int = 0, limit: int | None = 50, sort: Sort = "newest"
    ) -> Page:
        """Summaries in this order, with the numbers around them. `limit` None means all."""
        await self._settle(selection)
        return await self._store.page(selection, start=start, limit=limit, sort=sort)

    async def oldest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """Summaries in the order of arrival, without the numbers."""
        await self._settle(selection)
        return await self._store.oldest(selection, limit=limit)

    async def newest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """Summaries, newest first, without the numbers."""
        await self._settle(selection)
        return await self._store.newest(selection, limit=limit)

    async def latest(self, selection: Selection) -> str:
        """The id of the newest message. Raises NotFound."""
        await self._settle(selection)
        return await self._store.latest(selection)

    async def record(self, message_id: str, *, inbox: str | None = None) -> Record:
        """A message without its raw. Raises NotFound."""
        return await self._store.record(message_id, inbox=inbox)

    async def raw(self, message_id: str, *, inbox: str | None = None, within: str = "") -> bytes:
        """The bytes as the client sent them; of the message inside it that `within` names, if any. Raises NotFound.

        `within` is the path of the part that is a message; a message inside that one follows behind a comma.
        """
        raw = await self._store.raw(message_id, inbox=inbox)
        for path in within.split(",", limits.MIME_DEPTH) if within else ():
            nested = await self._parser.run(partial(mime.inside, path=path), raw)
            if nested is None:
                raise NotFound(f"the message has no message as its part {path[:64]!r}")
            raw = nested
        return raw

    async def message(self, message_id: str, *, inbox: str | None = None, within: str = "") -> Message:
        """A message with its parse; one inside has no envelope of its own. Raises NotFound."""
        record = await self._store.record(message_id, inbox=inbox)
        raw = await self.raw(message_id, inbox=inbox, within=within)
        parsed = await self._parser.run(mime.parse, raw)
        return Message(_nested(record, parsed, size=len(raw)) if within else record, parsed)

    async def part(
        self, message_id: str, path: str, *, inbox: str | None = None, within: str = ""
    ) -> tuple[Part, bytes]:
        """A part and its decoded content. Raises NotFound."""
        raw = await self.raw(message_id, inbox=inbox, within=within)
        found = await self._parser.run(partial(mime.content, path=path), raw)
        if found is None:
            raise NotFound(f"the message has no part {path!r}")
        return found

    async def checksums(
        self, message_id: str, paths: Collection[str], *, inbox: str | None = None, within: str = ""
    ) -> dict[str, Checksums]:
        """Those of these parts, by path. Raises NotFound."""
        if not paths:
            return {}
        raw = await self.raw(message_id, inbox=inbox, within=within)
        return await self._parser.run(partial(mime.checksums, paths=paths), raw)

    async def preview(self, message_id: str, *, remote: bool, inbox: str | None = None, within: str = "") -> "Preview":
        """The HTML (or text) of a message as its isolated preview shows it. Raises NotFound."""
        raw = await self.raw(message_id, inbox=inbox, within=within)
        from mailtrap_local.mime.preview import preview  # here, since its patterns take long to compile

        work = partial(preview, remote=remote)
        if len(raw) <= limits.PARSE_INLINE:
            return work(raw)
        return await self._once.run((message_id, within, remote), lambda: self._parser.run(work, raw))

    async def select(self, message_id: str, css: str, *, inbox: str | None = None) -> Selected:
        """Elements of a message's HTML by CSS selector. Raises NotFound, BadRequest, TooLarge, Busy."""
        if not css.strip() or len(css) > limits.SELECT_CHARACTERS:
            raise BadRequest(f"css= is to be a CSS selector of {limits.SELECT_CHARACTERS} characters at most")
        from mailtrap_local.mime.select import select  # here, since few ever select

        raw = await self._store.raw(message_id, inbox=inbox)
        return await self._parser.bounded(partial(select, css=css), raw, seconds=limits.SELECT_SECONDS)

    async def captured(self, message_id: str, pattern: str, *, inbox: str | None = None) -> tuple[str, ...]:
        """What a caller's pattern finds in the text of a message. Raises NotFound, BadRequest."""
        if len(pattern) > limits.QUERY_CHARACTERS:
            raise BadRequest(f"pattern= may have {limits.QUERY_CHARACTERS} characters at most")
        raw = await self._store.raw(message_id, inbox=inbox)
        texts = await self._parser.run(mime.texts, raw)
        try:
            async with self._capturing:
                return await asyncio.to_thread(patterns.captured, pattern, texts)
        except patterns.WrongPattern as error:
            raise BadRequest(f"pattern={pattern[:64]!r}: {error}") from None

    async def inboxes(self) -> tuple[InboxCount, ...]:
        """Every inbox that holds a message, and every one that was made, by name."""
        counts = {count.name: count for count in await self._store.inboxes()}
        for made in self._made.all():
            counts.setdefault(made.name, InboxCount(made.name, 0, 0, 0))
        return tuple(counts[name] for name in sorted(counts))

    def made(self, name: str) -> MadeInbox | None:
        """What was made under this name."""
        return self._made.get(name)

    def made_password(self, username: str) -> str | None:
        """The password of the made inbox of this name, which is its SMTP user name."""
        return self._made.password(username)

    async def info(self) -> StoreInfo:
        """Figures of the whole store."""
        return await self._store.info()

    # ---- waiting -------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many wait for mail now."""
        return len(self._waiters)

    async def wait(
        self,
        *,
        query: syntax.Query | None = None,
        inbox: str | None = None,
        count: int = 1,
        exact: bool = False,
        since: Cursor | None = None,
        seconds: float = 10.0,
    ) -> Waited:
        """Wait until `count` messages match that arrived after `since` (None: all that are stored count).

        `exact` waits to the end and fails at once when there are more; `count` 0 asks for silence in the same way.
        Raises CursorGone, Stopping.
        """
        if since is not None:
            self.hub.check(since)
        exact = exact or count == 0
        after = since.seq if since else 0
        waiter = self._waiters.enter(inbox=inbox, query=query, enough=count + exact, after=after)
        try:
            await self._look_back(waiter, inbox, query)
            full = await waiter.filled(seconds)
        finally:
            self._waiters.leave(waiter)
        if self._waiters.stopping:
            raise Stopping("the server is stopping")
        found = waiter.oldest()
        outcome: Outcome = "timeout"
        if full:
            outcome = "too many" if exact else "found"
        elif exact and len(found) == count:
            outcome = "found"
        told = found if exact else found[:count]
        return Waited(outcome, told, Cursor(self.hub.epoch, told[-1].seq if told else self._waiters.seen(waiter)))

    async def _look_back(self, waiter: Waiter, inbox: str | None, query: syntax.Query | None) -> None:
        """Add what is stored already: what was told of until now. All that comes later is offered, in its order."""
        waiter.seen = self.hub.cursor.seq
        stored = Selection(inbox=inbox, query=query, after_seq=waiter.after, until_seq=waiter.seen)
        await self._describer.caught_up()
        waiter.add(await self._store.oldest(stored, limit=waiter.enough))

    async def _look(self, inbox: str | None, query: syntax.Query, some: tuple[str, ...]) -> tuple[Summary, ...]:
        return await self._store.oldest(Selection(inbox=inbox, query=query, ids=some))

    @contextmanager
    def watching(
        self, query: syntax.Query, *, inbox: str | None = None, found: Callable[[], None] | None = None
    ) -> Iterator[Watch]:
        """Tells which of the messages that come within the block match, and of those before it too; `found` hears of
        each that does. Raises Stopping."""
        waiter = self._waiters.enter(inbox=inbox, query=query, enough=sys.maxsize, after=self.hub.cursor.seq)
        waiter.found_one = found
        try:
            offered = partial(self._waiters.seen, waiter)
            told = self._describer.told_until
            yield Watch(waiter, inbox=inbox, query=query, offered=offered, told=told, look=self._look)
        finally:
            self._waiters.leave(waiter)

    async def near_misses(
        self, query: syntax.Query, *, inbox: str | None = None, since: Cursor | None = None
    ) -> tuple[NearMiss, ...]:
        """The newest messages that a query does not match, those first that fail the fewest of its terms.

        None where it takes too long to find out: who waited is to be answered.
        """
        scope = Selection(inbox=inbox, after_seq=since.seq if since else None)
        terms = required(query.root)
        try:
            async with asyncio.timeout(_NEAR_SECONDS), self._nearing:
                tried = await self._store.tried(scope, terms, limit=_NEAR_EXAMINED)
        except (TimeoutError, Busy):
            return ()
        misses = [
            NearMiss(summary, tuple(term.source for term, holds in zip(terms, met, strict=True) if not holds))
            for summary, met in tried
            if not all(met)
        ]
        return tuple(sorted(misses, key=lambda miss: len(miss.failed))[:_NEAR_TOLD])

    # ---- changing ------------------------------------------------------------------------------------------------

    async def mark(self, selection: Selection, *, read: bool) -> int:
        """Set the read state; how many changed."""
        await self._settle(selection)
        return await self._store.mark(selection, read=read)

    async def tag(self, selection: Selection, tags: Sequence[str]) -> int:
        """Replace the tags of the selected messages; names that may not be tags are left out."""
        return await self._store.tag(selection, intake.valid_tags(tags))

    async def rename_tag(self, old: str, new: str, *, inbox: str | None = None) -> None:
        """Give a tag another name. Raises BadRequest, NotFound."""
        names = intake.valid_tags([new])
        if not names:
            raise BadRequest(f"invalid tag name: {new}")
        await self._store.rename_tag(old, names[0], inbox=inbox)

    async def remove_tag(self, name: str, *, inbox: str | None = None) -> None:
        """Take a tag off every message of the scope. Raises NotFound."""
        await self._store.remove_tag(name, inbox=inbox)

    async def tags(self, *, inbox: str | None = None) -> dict[str, int]:
        """Every tag of the scope with how many messages bear it."""
        return await self._store.tags(inbox=inbox)

    async def make_inbox(self, name: str | None = None) -> MadeInbox:
        """A fresh inbox with credentials and an address. Raises BadRequest for a name that is taken or cannot be."""
        made = new_inbox(name)
        for surplus in self._made.surplus():
            await self._store.unmake_inbox(surplus)
            self._made.discard(surplus)
        await self._store.make_inbox(made)
        self._made.add(made)
        return made

    async def unmake_inbox(self, name: str, *, token: str = "") -> None:
        """Take back what was made under this name; messages are deleted apart. `restore(token)` makes it again."""
        made = self._made.get(name)
        if made and token:
            self._unmade[token] = made
            for oldest in tuple(self._unmade)[:-_UNMADE_KEPT]:
                del self._unmade[oldest]
        self._made.discard(name)
        await self._store.unmake_inbox(name)

    async def delete(self, selection: Selection) -> int:
        """Remove for good; how many messages that were."""
        await self._settle(selection)
        return await self._store.delete(selection)

    async def hide(self, selection: Selection, *, seconds: float) -> str:
        """Remove, with a token that brings it back for so many seconds (at most limits.UNDO_SECONDS)."""
        await self._settle(selection)
        token = ids.token()
        await self._store.hide(selection, token=token, seconds=min(seconds, limits.UNDO_SECONDS))
        return token

    async def restore(self, token: str) -> int:
        """Bring back what was hidden under the token. Raises NotFound."""
        back = await self._store.restore(token)
        made = self._unmade.pop(token, None)
        if made and not self._made.get(made.name):
            await self._store.make_inbox(made)
            self._made.add(made)
        return back

    # ---- inside --------------------------------------------------------------------------------------------------

    async def _settle(self, selection: Selection) -> None:
        """A search sees the bodies of all that was accepted before it."""
        if selection.query is not None:
            await self._describer.caught_up()


def _nested(record: Record, parsed: Parsed, *, size: int) -> Record:
    """The record of a message inside another: its own header, and of the outer one when it came and where it is."""
    row = replace(record.summary, head=parsed.head, size=size, tags=(), attachments=len(parsed.attachments), snippet="")
    return Record(row, Envelope(), Origin(protocol=record.origin.protocol))
