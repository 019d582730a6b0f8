"""The mailbox: the one door through which fronts receive, find, mark, tag and delete messages.

A front translates, the mailbox decides, a store keeps. Every method is called on the event loop and never blocks it.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import tzinfo
from functools import partial
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailtrap_local import ids, limits, mime
from mailtrap_local.errors import BadRequest, MailtrapLocalError, NotFound, TooLarge
from mailtrap_local.events import Hub
from mailtrap_local.mailbox import intake
from mailtrap_local.mailbox.describer import Describer
from mailtrap_local.mailbox.parser import Parser
from mailtrap_local.mime.preview import Preview, preview
from mailtrap_local.model import Arrival, Entry, InboxCount, Message, Page, Part, Record, Summary
from mailtrap_local.search import syntax
from mailtrap_local.store.base import Selection, Store, StoreInfo


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
        self._describer = Describer(store, self._parser)

    async def __aenter__(self) -> Self:
        self._describer.start()
        for message_id in await self._store.undescribed():
            await self._describe_again(message_id)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hub.stop()
        await self._describer.stop()
        self._parser.close()

    # ---- receiving -----------------------------------------------------------------------------------------------

    async def receive(self, arrival: Arrival) -> Summary:
        """Keep a mail; it is safe in the store when this returns. Raises TooLarge, StoreError, Stopping."""
        try:
            entry = await self._entry(arrival)
            summary = await self._store.add(entry)
        except MailtrapLocalError:
            self.rejected += 1
            raise
        if entry.digest is None:
            await self._describer.put(summary.seq, entry)
        self.received += 1
        self.received_bytes += summary.size
        return summary

    async def _entry(self, arrival: Arrival) -> Entry:
        size = len(arrival.raw)
        if size > self.max_message_size:
            raise TooLarge(f"the message has {size} bytes; {self.max_message_size} are allowed")
        created = time.time_ns() // 1000
        if size <= limits.PARSE_INLINE:
            digest = mime.digest(arrival.raw)
            return intake.entry(arrival, created=created, plus_tags=self._plus_tags, digest=digest)
        await self._describer.admit()
        return await asyncio.to_thread(intake.entry, arrival, created=created, plus_tags=self._plus_tags, digest=None)

    async def _describe_again(self, message_id: str) -> None:
        try:
            record = await self._store.record(message_id)
            raw = await self._store.raw(message_id)
        except NotFound:
            return  # deleted since
        summary = record.summary
        entry = Entry(raw, record.envelope, record.origin, summary.head, summary.inbox, summary.tags, summary.created)
        await self._describer.put(summary.seq, entry)

    # ---- finding -------------------------------------------------------------------------------------------------

    def query(self, text: str, *, tz: str | None = None) -> syntax.Query:
        """A search as typed, its relative dates fixed to now. Raises BadQuery, BadRequest for an unknown time zone."""
        return syntax.parse(text, now=time.time_ns() // 1000, tz=_zone(tz))

    async def page(self, selection: Selection, *, start: int = 0, limit: int | None = 50) -> Page:
        """Summaries, newest first, with the numbers around them. `limit` None means all."""
        await self._settle(selection)
        return await self._store.page(selection, start=start, limit=limit)

    async def oldest(self, selection: Selection, *, limit: int | None = None) -> tuple[Summary, ...]:
        """Summaries in the order of arrival."""
        await self._settle(selection)
        return await self._store.oldest(selection, limit=limit)

    async def latest(self, selection: Selection) -> str:
        """The id of the newest message. Raises NotFound."""
        await self._settle(selection)
        return await self._store.latest(selection)

    async def record(self, message_id: str, *, inbox: str | None = None) -> Record:
        """A message without its raw. Raises NotFound."""
        return await self._store.record(message_id, inbox=inbox)

    async def raw(self, message_id: str, *, inbox: str | None = None) -> bytes:
        """The bytes as the client sent them. Raises NotFound."""
        return await self._store.raw(message_id, inbox=inbox)

    async def message(self, message_id: str, *, inbox: str | None = None) -> Message:
        """A message with its parse. Raises NotFound."""
        record = await self._store.record(message_id, inbox=inbox)
        raw = await self._store.raw(message_id, inbox=inbox)
        return Message(record, await self._parser.run(mime.parse, raw))

    async def part(self, message_id: str, path: str, *, inbox: str | None = None) -> tuple[Part, bytes]:
        """A part and its decoded content. Raises NotFound."""
        raw = await self._store.raw(message_id, inbox=inbox)
        found = await self._parser.run(partial(mime.content, path=path), raw)
        if found is None:
            raise NotFound(f"the message has no part {path!r}")
        return found

    async def preview(self, message_id: str, *, remote: bool, inbox: str | None = None) -> Preview:
        """The HTML (or text) of a message as its isolated preview shows it. Raises NotFound."""
        raw = await self._store.raw(message_id, inbox=inbox)
        return await self._parser.run(partial(preview, remote=remote), raw)

    async def inboxes(self) -> tuple[InboxCount, ...]:
        """Every inbox that holds a message, by name."""
        return await self._store.inboxes()

    async def info(self) -> StoreInfo:
        """Figures of the whole store."""
        return await self._store.info()

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
        return await self._store.restore(token)

    # ---- inside --------------------------------------------------------------------------------------------------

    async def _settle(self, selection: Selection) -> None:
        """A search sees the bodies of all that was accepted before it."""
        if selection.query is not None:
            await self._describer.caught_up()


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(f"unknown time zone {name[:64]!r}; use an IANA name such as Europe/Vienna") from error
