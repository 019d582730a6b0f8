"""What every store must do (mailtrap_local/store/base.py), as tests.

A module of tests for one store subclasses `StoreContract` and says how to open it: `opened` makes a new empty store
with the given retention, whose events go to the given list.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from msgspec.structs import replace

from mailtrap_local import ids, limits, mime
from mailtrap_local.errors import BadRequest, NotFound, Stopping
from mailtrap_local.model import Arrival, Entry, Envelope, Event, Line, MadeInbox, Origin, Recipient, Session
from mailtrap_local.search import syntax
from mailtrap_local.store.base import Retention, Selection, Sort, Store

NOW = 1_800_000_000_000_000
ALL = Selection()

Opened = Callable[[Retention, list[Event]], AbstractAsyncContextManager[Store]]


def entry(
    subject: str = "Hello",
    *,
    inbox: str = "default",
    body: str = "Some text",
    tags: tuple[str, ...] = (),
    created: int = NOW,
    described: bool = True,
) -> Entry:
    raw = f"From: Ann <ann@x.org>\r\nTo: bob@y.org\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()
    arrival = Arrival(raw, Envelope("ann@x.org", ("SIZE=9",), (Recipient("bob@y.org"),)), Origin(username="u"))
    return Entry(
        raw=raw,
        envelope=arrival.envelope,
        origin=arrival.origin,
        head=mime.head(raw),
        inbox=inbox,
        tags=tags,
        created=created,
        digest=mime.digest(raw) if described else None,
    )


def search(text: str) -> syntax.Query:
    return syntax.parse(text, now=NOW)


def session(number: int) -> Session:
    return Session(
        id=f"session{number}",
        started=NOW + number,
        ended=NOW + number + 5,
        peer="127.0.0.1:9",
        local="127.0.0.1:1025",
        helo="h",
        username="u",
        tls="",
        state="quit",
        messages=("a",),
        caught=1,
        errors=0,
        lines=(Line(0, "S", "220 hi"), Line(3, "C", "QUIT")),
        omitted=2,
    )


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


class StoreContract:
    """Subclass it and give the fixture `opened`."""

    @pytest.fixture
    def events(self) -> list[Event]:
        return []

    @pytest.fixture
    async def store(self, opened: Opened, events: list[Event]) -> AsyncIterator[Store]:
        async with opened(Retention(max_messages=0, max_age=0, max_bytes=0), events) as store:
            yield store

    # ---- adding and reading back ----

    async def test_what_was_added_is_read_back_whole(self, store: Store) -> None:
        kept = entry("Grüße 😀", tags=("blue",))
        summary = await store.add(kept)
        assert await store.raw(summary.id) == kept.raw
        record = await store.record(summary.id)
        assert record.summary == summary
        assert record.envelope == kept.envelope
        assert record.origin == kept.origin
        assert (summary.size, summary.read, summary.tags) == (len(kept.raw), False, ("blue",))

    async def test_raw_is_kept_to_the_byte(self, store: Store) -> None:
        raw = bytes(range(256)) * 40 + b"\x00\r\n.\r\n\n\r"
        kept = Entry(raw, Envelope(), Origin(), mime.head(raw), "default", (), NOW, mime.digest(raw))
        assert await store.raw((await store.add(kept)).id) == raw

    async def test_a_list_is_newest_first_and_pages_without_gap_or_overlap(self, store: Store) -> None:
        added = [(await store.add(entry(str(number)))).id for number in range(7)]
        seen: list[str] = []
        for start in range(0, 9, 3):
            page = await store.page(ALL, start=start, limit=3)
            assert (page.total, page.unread, page.matched, page.start) == (7, 7, 7, start)
            seen += [summary.id for summary in page.summaries]
        assert seen == added[::-1]
        assert [summary.id for summary in (await store.page(ALL, limit=None)).summaries] == added[::-1]
        assert [summary.id for summary in await store.oldest(ALL, limit=2)] == added[:2]
        assert [summary.id for summary in await store.newest(ALL, limit=2)] == added[:-3:-1]
        assert (await store.page(ALL, limit=0)).summaries == ()

    async def test_a_list_may_be_in_another_order(self, store: Store) -> None:
        mails = [("Banana", "zoe@x.org", 9), ("apple", "Ann <z@x.org>", 2), ("cherry", "bob@x.org", 5)]
        for subject, sender, size in mails:
            raw = f"From: {sender}\r\nSubject: {subject}\r\n\r\n{'x' * size * 100}".encode()
            await store.add(Entry(raw, Envelope(), Origin(), mime.head(raw), "default", (), NOW, mime.digest(raw)))

        async def subjects(sort: Sort, **page: int) -> list[str]:
            found = await store.page(ALL, sort=sort, **page)
            assert (found.matched, found.matched_unread) == (3, 3)
            return [summary.head.subject for summary in found.summaries]

        assert await subjects("newest") == ["cherry", "apple", "Banana"]
        assert await subjects("oldest") == ["Banana", "apple", "cherry"]
        assert await subjects("subject") == ["apple", "Banana", "cherry"]
        assert await subjects("sender") == ["apple", "cherry", "Banana"]
        assert await subjects("inbox") == ["cherry", "apple", "Banana"]
        assert await subjects("largest") == ["Banana", "cherry", "apple"]
        assert await subjects("smallest") == ["apple", "cherry", "Banana"]
        assert await subjects("largest", start=1, limit=1) == ["cherry"]
        assert await subjects("largest", start=3) == []

    async def test_another_order_is_that_of_now(self, store: Store) -> None:
        first = await store.add(entry("same"))
        second = await store.add(entry("same"))
        assert [each.id for each in (await store.page(ALL, sort="subject")).summaries] == [second.id, first.id]
        third = await store.add(entry("a"))
        as_it_was = Selection(until_seq=second.seq)
        assert [each.id for each in (await store.page(as_it_was, sort="subject")).summaries] == [second.id, first.id]
        assert (await store.page(ALL, sort="subject")).summaries[0].id == third.id
        await store.mark(Selection(ids=(first.id,)), read=True)
        assert (await store.page(as_it_was, sort="subject")).matched_unread == 1
        await store.delete(Selection(ids=(second.id,)))
        assert [each.id for each in (await store.page(as_it_was, sort="subject")).summaries] == [first.id]
        assert (await store.page(Selection(query=search("same")), sort="oldest")).matched == 1

    async def test_many_at_once_each_get_their_own(self, store: Store, events: list[Event]) -> None:
        summaries = await asyncio.gather(*(store.add(entry(f"n{number}")) for number in range(300)))
        assert [summary.head.subject for summary in summaries] == [f"n{number}" for number in range(300)]
        assert len({summary.id for summary in summaries}) == 300
        for summary in summaries[::37]:
            assert summary.head.subject.encode() in await store.raw(summary.id)
        assert [event.summary for event in events] == list(summaries)

    async def test_unknown_and_foreign_ids_are_not_found(self, store: Store) -> None:
        summary = await store.add(entry(inbox="mine"))
        other = ids.message_id(summary.seq)
        for message_id in ("", "latest", "0" * 22, other, ids.message_id(999)):
            with pytest.raises(NotFound):
                await store.raw(message_id)
            with pytest.raises(NotFound):
                await store.record(message_id)
        with pytest.raises(NotFound):
            await store.record(summary.id, inbox="theirs")
        assert (await store.record(summary.id, inbox="mine")).summary.id == summary.id

    async def test_latest(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await store.latest(ALL)
        await store.add(entry("one"))
        two = await store.add(entry("two"))
        await store.add(entry("three"))
        assert await store.latest(Selection(query=search("subject:two"))) == two.id

    # ---- selections ----

    async def test_selections_narrow_by_everything_they_name(self, store: Store) -> None:
        first = await store.add(entry("apple", inbox="a", created=NOW))
        second = await store.add(entry("pear", inbox="b", created=NOW + 10))
        third = await store.add(entry("apple pie", inbox="b", created=NOW + 20))

        async def found(**values: object) -> list[str]:
            page = await store.page(Selection(**values))  # type: ignore[arg-type]
            assert page.matched == len(page.summaries)
            return [summary.id for summary in page.summaries]

        assert await found(inbox="b") == [third.id, second.id]
        assert await found(ids=(first.id, third.id, "nonsense")) == [third.id, first.id]
        assert await found(ids=()) == []
        assert await found(before=NOW + 10) == [first.id]
        assert await found(after_seq=first.seq) == [third.id, second.id]
        assert await found(after_seq=first.seq, until_seq=second.seq) == [second.id]
        assert await found(query=search("apple")) == [third.id, first.id]
        assert await found(query=search("apple"), inbox="b") == [third.id]

    async def test_the_numbers_of_a_search_and_of_its_scope(self, store: Store) -> None:
        read = await store.add(entry("apple", inbox="a"))
        await store.add(entry("apple", inbox="a"))
        await store.add(entry("pear", inbox="a"))
        await store.add(entry("apple", inbox="b"))
        await store.mark(Selection(ids=(read.id,)), read=True)
        page = await store.page(Selection(inbox="a", query=search("apple")), limit=1)
        assert (page.total, page.unread, page.matched, page.matched_unread) == (3, 2, 2, 1)
        assert len(page.summaries) == 1

    async def test_read_your_writes(self, store: Store) -> None:
        for number in range(50):
            summary = await store.add(entry(f"needle{number}"))
            page = await store.page(Selection(query=search(f"needle{number}")))
            assert [found.id for found in page.summaries] == [summary.id]

    # ---- changes and their events ----

    async def test_events_ascend_and_the_cursor_follows(self, store: Store, events: list[Event]) -> None:
        before = store.seq
        summary = await store.add(entry())
        assert store.seq == summary.seq > before
        await store.mark(ALL, read=True)
        await store.tag(Selection(ids=(summary.id,)), ("x",))
        await store.delete(Selection(ids=(summary.id,)))
        assert kinds(events) == ["new", "update", "update", "delete"]
        numbers = [event.seq for event in events]
        assert numbers == sorted(set(numbers)) and numbers[-1] == store.seq
        assert (await store.page(ALL)).cursor == f"{store.epoch}-{store.seq}"

    async def test_marking_changes_what_had_another_state(self, store: Store, events: list[Event]) -> None:
        one, two = await store.add(entry()), await store.add(entry())
        assert await store.mark(Selection(ids=(one.id,)), read=True) == 1
        assert await store.mark(ALL, read=True) == 1
        assert await store.mark(ALL, read=True) == 0
        assert (await store.page(ALL)).unread == 0
        assert [(event.ids, event.read) for event in events[2:]] == [((one.id,), True), ((two.id,), True)]
        assert await store.mark(ALL, read=False) == 2
        assert (await store.page(ALL)).unread == 2

    async def test_deleting_touches_nothing_else(self, store: Store, events: list[Event]) -> None:
        mine, theirs = await store.add(entry(inbox="mine")), await store.add(entry(inbox="theirs"))
        assert await store.delete(Selection(inbox="mine")) == 1
        assert events[-1].kind == "truncate" and events[-1].inbox == "mine"
        with pytest.raises(NotFound):
            await store.raw(mine.id)
        assert (await store.page(ALL)).total == 1
        assert [count.name for count in await store.inboxes()] == ["theirs"]
        assert await store.delete(Selection(ids=("unknown",))) == 0
        assert await store.delete(ALL) == 1
        assert await store.inboxes() == ()
        with pytest.raises(NotFound):
            await store.raw(theirs.id)

    async def test_an_event_names_ids_of_one_inbox_only(self, store: Store, events: list[Event]) -> None:
        for inbox in ("a", "b", "a"):
            await store.add(entry("x", inbox=inbox))
        await store.delete(Selection(query=search("x")))
        assert [(event.inbox, len(event.ids)) for event in events if event.kind == "delete"] == [("a", 2), ("b", 1)]

    async def test_hidden_mail_is_seen_by_nothing_but_restore(self, store: Store, events: list[Event]) -> None:
        hidden, shown = await store.add(entry("apple", tags=("t",))), await store.add(entry("apple"))
        assert await store.hide(Selection(ids=(hidden.id,)), token="k", seconds=60) == 1
        assert (events[-1].kind, events[-1].ids, events[-1].reason) == ("delete", (hidden.id,), "hidden")
        page = await store.page(Selection(query=search("apple")))
        assert [summary.id for summary in page.summaries] == [shown.id]
        assert (page.total, page.unread, page.tags) == (1, 1, ())
        for read in (store.raw, store.record):
            with pytest.raises(NotFound):
                await read(hidden.id)
        assert await store.latest(ALL) == shown.id
        assert await store.mark(ALL, read=True) == 1
        assert await store.delete(ALL) == 1
        assert await store.restore("k") == 1
        assert (events[-1].kind, events[-1].ids) == ("restore", (hidden.id,))
        page = await store.page(ALL)
        assert [summary.id for summary in page.summaries] == [hidden.id]
        assert (page.total, page.unread, page.tags) == (1, 1, ("t",))
        with pytest.raises(NotFound):
            await store.restore("k")

    async def test_what_was_hidden_is_gone_when_its_time_is_over(self, store: Store) -> None:
        await store.add(entry())
        await store.hide(ALL, token="k", seconds=0)
        with pytest.raises(NotFound):
            await store.restore("k")
        async with asyncio.timeout(20):
            while not (await store.info()).deleted:  # noqa: ASYNC110 - it is removed when the store is idle, without a word
                await asyncio.sleep(0.01)

    # ---- tags ----

    async def test_tags_are_replaced_counted_renamed_and_removed(self, store: Store, events: list[Event]) -> None:
        one = await store.add(entry(tags=("Blue", "red"), inbox="a"))
        await store.add(entry(tags=("blue",), inbox="b"))
        assert await store.tags() == {"Blue": 2, "red": 1}
        assert await store.tags(inbox="b") == {"blue": 1}
        assert await store.tag(Selection(ids=(one.id,)), ("green",)) == 1
        assert events[-1].tags == ("green",)
        assert (await store.record(one.id)).summary.tags == ("green",)
        await store.rename_tag("GREEN", "olive")
        assert (await store.page(ALL)).tags == ("blue", "olive")
        with pytest.raises(BadRequest, match="exists"):
            await store.rename_tag("olive", "blue")
        await store.rename_tag("olive", "Olive")
        assert (await store.record(one.id)).summary.tags == ("Olive",)
        await store.remove_tag("olive")
        assert await store.tags() == {"blue": 1}
        for gone in (store.remove_tag("olive"), store.rename_tag("olive", "x"), store.remove_tag("blue", inbox="a")):
            with pytest.raises(NotFound):
                await gone

    async def test_tags_go_with_their_message(self, store: Store) -> None:
        await store.add(entry(tags=("x",)))
        await store.delete(ALL)
        assert await store.tags() == {}

    # ---- digests that follow later ----

    async def test_a_digest_may_follow(self, store: Store, events: list[Event]) -> None:
        late = entry(body="hidden needle", described=False)
        summary = await store.add(late)
        assert summary.snippet == ""
        assert await store.undescribed() == (summary.id,)
        whole = replace(late, digest=mime.digest(late.raw))
        await store.describe([(summary.seq, whole)])
        assert await store.undescribed() == ()
        assert events[-1].kind == "update" and events[-1].summary is not None
        assert events[-1].summary.snippet == "hidden needle"
        page = await store.page(Selection(query=search('"hidden needle"')))
        assert [found.snippet for found in page.summaries] == ["hidden needle"]

    async def test_describing_what_was_deleted_is_no_error(self, store: Store) -> None:
        late = entry(described=False)
        summary = await store.add(late)
        await store.delete(ALL)
        await store.describe([(summary.seq, late)])
        assert (await store.page(ALL)).total == 0

    # ---- retention ----

    async def test_the_oldest_go_beyond_a_count(self, opened: Opened, events: list[Event]) -> None:
        async with opened(Retention(max_messages=3, max_age=0, max_bytes=0), events) as store:
            added = [await store.add(entry(str(number))) for number in range(5)]
            page = await store.page(ALL)
            assert [summary.id for summary in page.summaries] == [summary.id for summary in added[:1:-1]]
            assert page.total == 3
            evicted = [event for event in events if event.kind == "delete"]
            assert [(event.ids, event.reason) for event in evicted] == [
                ((added[0].id,), "evicted"),
                ((added[1].id,), "evicted"),
            ]
            assert (await store.info()).deleted == 2

    async def test_the_oldest_go_beyond_a_size_and_the_newest_never(self, opened: Opened, events: list[Event]) -> None:
        async with opened(Retention(max_messages=0, max_age=0, max_bytes=5000), events) as store:
            for _ in range(4):
                await store.add(entry(body="x" * 1500))
            assert (await store.page(ALL)).total == 3
            huge = await store.add(entry(body="x" * 9000))
            assert [summary.id for summary in (await store.page(ALL)).summaries] == [huge.id]

    async def test_the_oldest_go_beyond_an_age(self, opened: Opened, events: list[Event]) -> None:
        async with opened(Retention(max_messages=0, max_age=3600, max_bytes=0), events) as store:
            await store.add(entry(created=1_000_000))
            young = await store.add(entry(created=NOW * 2))
            assert [summary.id for summary in (await store.page(ALL)).summaries] == [young.id]

    async def test_hidden_mail_takes_up_room_too(self, opened: Opened, events: list[Event]) -> None:
        async with opened(Retention(max_messages=2, max_age=0, max_bytes=0), events) as store:
            await store.add(entry("one"))
            await store.hide(ALL, token="k", seconds=60)
            await store.add(entry("two"))
            await store.add(entry("three"))
            assert (await store.page(ALL)).total == 2
            assert await store.restore("k") == 0

    # ---- sessions and figures ----

    async def test_sessions_are_kept_newest_first(self, store: Store, events: list[Event]) -> None:
        await store.put_sessions([session(1), session(2)])
        await store.put_sessions([session(3)])
        assert kinds(events) == ["sessions", "sessions"]
        assert await store.session("session2") == session(2)
        assert [found.id for found in await store.sessions(limit=2)] == ["session3", "session2"]
        assert [found.id for found in await store.sessions(start=2)] == ["session1"]
        with pytest.raises(NotFound):
            await store.session("nobody")

    async def test_the_oldest_sessions_go(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "SESSIONS_KEPT", 3)
        await store.put_sessions([session(number) for number in range(1, 3)])
        await store.put_sessions([session(number) for number in range(3, 6)])
        assert [found.id for found in await store.sessions()] == ["session5", "session4", "session3"]
        with pytest.raises(NotFound):
            await store.session("session2")

    async def test_inboxes_and_figures(self, store: Store) -> None:
        one = await store.add(entry(inbox="b"))
        await store.add(entry(inbox="a"))
        await store.mark(Selection(ids=(one.id,)), read=True)
        counts = {count.name: (count.total, count.unread, count.size) for count in await store.inboxes()}
        assert counts == {"a": (1, 1, one.size), "b": (1, 0, one.size)}
        info = await store.info()
        assert (info.messages, info.unread, info.deleted) == (2, 1, 0)
        assert info.size > 0

    async def test_made_inboxes(self, store: Store) -> None:
        one, two = MadeInbox("one", "one@i.test", "secret", NOW), MadeInbox("two", "two@i.test", "secret", NOW + 1)
        await store.make_inbox(two)
        await store.make_inbox(one)
        assert await store.made_inboxes() == (one, two)
        for taken in (MadeInbox("one", "other@i.test", "x", NOW), MadeInbox("other", "one@i.test", "x", NOW)):
            with pytest.raises(BadRequest, match="already"):
                await store.make_inbox(taken)
        await store.unmake_inbox("one")
        await store.unmake_inbox("unknown")
        assert await store.made_inboxes() == (two,)

    async def test_after_closing_every_call_says_so(self, opened: Opened, events: list[Event]) -> None:
        async with opened(Retention(), events) as store:
            pass
        for call in (lambda: store.add(entry()), lambda: store.page(ALL), lambda: store.delete(ALL)):
            with pytest.raises(Stopping):
                await call()
