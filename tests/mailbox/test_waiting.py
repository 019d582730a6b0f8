"""Waiting, over a real store in memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from mailtrap_local import limits, mime
from mailtrap_local.errors import Busy, CursorGone, Stopping
from mailtrap_local.events import Cursor
from mailtrap_local.mailbox import Mailbox, Selection
from mailtrap_local.mailbox import mailbox as mailbox_module
from mailtrap_local.mailbox.waiting import Waited, Waiter
from mailtrap_local.model import Arrival, Entry, Envelope, Origin, Summary
from mailtrap_local.search.document import Document
from mailtrap_local.search.index import Index
from mailtrap_local.search.patterns import Program
from mailtrap_local.search.syntax import Query
from mailtrap_local.store.rows import Prepared
from tests.mailbox.test_mailbox import LARGE, mail, opened

SOON = 0.05


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with opened() as mailbox:
        yield mailbox


async def begun(mailbox: Mailbox, *waits: "asyncio.Task[Waited]") -> None:
    """Back when so many wait."""
    while mailbox.waiting < len(waits):  # noqa: ASYNC110 - a few turns of the loop, and no event in the product for it
        await asyncio.sleep(0)


async def test_what_is_stored_already_counts(mailbox: Mailbox) -> None:
    one, _, three = [await mailbox.receive(mail(subject)) for subject in ("a 1", "b", "a 2")]
    waited = await mailbox.wait(query=mailbox.query("subject:a"), count=2)
    assert (waited.outcome, waited.summaries) == ("found", (one, three))
    assert waited.cursor == Cursor(mailbox.hub.epoch, three.seq)


async def test_it_returns_the_moment_that_the_mail_comes(mailbox: Mailbox) -> None:
    waiting = asyncio.create_task(mailbox.wait(query=mailbox.query("needle"), seconds=20))
    await begun(mailbox, waiting)
    await mailbox.receive(mail("other"))
    wanted = await mailbox.receive(mail("x", "the needle"))
    started = time.monotonic()
    waited = await waiting
    assert waited.summaries == (wanted,)
    assert time.monotonic() - started < 1
    assert mailbox.waiting == 0


async def test_only_what_came_after_since(mailbox: Mailbox) -> None:
    await mailbox.receive(mail("old"))
    since = mailbox.hub.cursor
    waiting = asyncio.create_task(mailbox.wait(since=since))
    await begun(mailbox, waiting)
    new = await mailbox.receive(mail("new"))
    waited = await waiting
    assert waited.summaries == (new,)
    again = await mailbox.wait(since=waited.cursor, seconds=SOON)
    assert (again.outcome, again.summaries, again.cursor) == ("timeout", (), waited.cursor)


async def test_walking_by_cursor_sees_each_mail_once_and_none_twice(mailbox: Mailbox) -> None:
    async def sender() -> None:
        for number in range(60):
            # large ones are described later than the small ones behind them are stored
            await mailbox.receive(mail(str(number), LARGE if number % 7 == 0 else "small"))

    sending = asyncio.create_task(sender())
    since = mailbox.hub.cursor
    seen: list[str] = []
    while len(seen) < 60:
        waited = await mailbox.wait(query=mailbox.query("from:ann"), since=since, seconds=20)
        assert waited.outcome == "found"
        seen += [summary.head.subject for summary in waited.summaries]
        since = waited.cursor
    await sending
    assert seen == [str(number) for number in range(60)]


async def test_exactly_so_many(mailbox: Mailbox) -> None:
    one = await mailbox.receive(mail("one"))
    waited = await mailbox.wait(count=1, exact=True, seconds=SOON)
    assert (waited.outcome, waited.summaries) == ("found", (one,))
    waiting = asyncio.create_task(mailbox.wait(count=1, exact=True, seconds=20))
    await begun(mailbox, waiting)
    two = await mailbox.receive(mail("two"))
    waited = await waiting
    assert (waited.outcome, waited.summaries) == ("too many", (one, two))
    waited = await mailbox.wait(count=3, exact=True, seconds=SOON)
    assert (waited.outcome, waited.summaries) == ("timeout", (one, two))


async def test_silence(mailbox: Mailbox) -> None:
    assert (await mailbox.wait(count=0, seconds=SOON)).outcome == "found"
    waiting = asyncio.create_task(mailbox.wait(count=0, seconds=20))
    await begun(mailbox, waiting)
    loud = await mailbox.receive(mail())
    waited = await waiting
    assert (waited.outcome, waited.summaries) == ("too many", (loud,))


async def test_inboxes_are_kept_apart(mailbox: Mailbox) -> None:
    mine = asyncio.create_task(mailbox.wait(inbox="mine", seconds=20))
    every = asyncio.create_task(mailbox.wait(count=2, seconds=20))
    await begun(mailbox, mine, every)
    other = await mailbox.receive(mail(inbox="theirs"))
    assert not mine.done()
    own = await mailbox.receive(mail(inbox="mine"))
    assert (await mine).summaries == (own,)
    assert (await every).summaries == (other, own)


@pytest.mark.parametrize("inline", [limits.PATTERN_INLINE, 0], ids=["on the loop", "by the store"])
async def test_patterns(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, inline: int) -> None:
    monkeypatch.setattr(limits, "PATTERN_INLINE", inline)
    query = mailbox.query("subject:/order.[0-9]+/ from:ann")
    waiting = [asyncio.create_task(mailbox.wait(query=query, seconds=20)) for _ in range(2)]
    await begun(mailbox, *waiting)
    await mailbox.receive(mail("order x"))
    wanted = await mailbox.receive(mail("order 17"))
    assert [(await each).summaries for each in waiting] == [(wanted,), (wanted,)]


async def test_a_pattern_that_takes_too_long_is_told(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATTERN_INLINE", 0)
    waiting = asyncio.create_task(mailbox.wait(query=mailbox.query("/a+b/"), seconds=20))
    await begun(mailbox, waiting)
    assert (await mailbox.wait(seconds=0)).outcome == "timeout"  # behind the other's look back

    async def late(*_: object, **__: object) -> tuple[Summary, ...]:
        raise Busy("broken off after 10 seconds: narrow the search")

    monkeypatch.setattr(mailbox._store, "oldest", late)
    await mailbox.receive(mail("aab"))
    with pytest.raises(Busy, match="narrow the search"):
        await waiting
    assert mailbox.waiting == 0


async def test_who_waits_for_the_same_is_told_alike_and_what_came_before_is_left_out(mailbox: Mailbox) -> None:
    query = mailbox.query("subject:needle")
    every = asyncio.create_task(mailbox.wait(query=query, count=2, seconds=20))
    await begun(mailbox, every)
    first = await mailbox.receive(mail("needle 1"))
    later = asyncio.create_task(mailbox.wait(query=query, since=mailbox.hub.cursor, seconds=20))
    await begun(mailbox, every, later)
    second = await mailbox.receive(mail("needle 2"))
    assert (await every).summaries == (first, second)
    assert (await later).summaries == (second,)


async def test_a_large_mail_is_waited_for_by_its_text(mailbox: Mailbox) -> None:
    waiting = asyncio.create_task(mailbox.wait(query=mailbox.query("needle"), seconds=20))
    await begun(mailbox, waiting)
    wanted = await mailbox.receive(mail("large", f"{LARGE} needle"))
    assert [summary.id for summary in (await waiting).summaries] == [wanted.id]


@pytest.mark.parametrize("body", ["small", LARGE], ids=["small", "large"])
async def test_mail_whose_sender_has_gone_at_the_last_moment_is_told_of(mailbox: Mailbox, body: str) -> None:
    """It is stored, with or without its 250."""
    waiting = asyncio.create_task(mailbox.wait(query=mailbox.query("subject:orphan"), seconds=20))
    await begun(mailbox, waiting)
    store_add, submitted = mailbox._store.add, asyncio.Event()

    def add(entry: Entry, *, then: Callable[[Summary], None] | None = None) -> Awaitable[Summary]:
        submitted.set()
        return store_add(entry, then=then)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mailbox._store, "add", add)
        receiving = asyncio.create_task(mailbox.receive(mail("orphan", body)))
        await submitted.wait()
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving
    assert [summary.head.subject for summary in (await waiting).summaries] == ["orphan"]
    assert (await mailbox.page(Selection(query=mailbox.query(body.split()[0])))).matched == 1


async def test_cursors_that_cannot_be_are_told(mailbox: Mailbox) -> None:
    with pytest.raises(CursorGone, match="another database"):
        await mailbox.wait(since=Cursor("other", 1))
    with pytest.raises(CursorGone, match="ahead"):
        await mailbox.wait(since=Cursor(mailbox.hub.epoch, 99))


async def test_stopping_wakes_who_waits(mailbox: Mailbox) -> None:
    waiting = asyncio.create_task(mailbox.wait(seconds=20))
    await begun(mailbox, waiting)
    mailbox.stop()
    with pytest.raises(Stopping):
        await waiting
    with pytest.raises(Stopping):
        await mailbox.wait()


async def test_who_gives_up_leaves_nothing_behind(mailbox: Mailbox) -> None:
    waiting = asyncio.create_task(mailbox.wait(seconds=20))
    await begun(mailbox, waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert mailbox.waiting == 0


async def test_near_misses_name_the_terms_that_failed(mailbox: Mailbox) -> None:
    far = await mailbox.receive(mail("nothing of it"))
    near = await mailbox.receive(mail("Invoice 7"))
    query = mailbox.query("to:bob subject:invoice tag:paid from:ann")
    misses = await mailbox.near_misses(query)
    assert [(miss.summary.id, miss.failed) for miss in misses] == [
        (near.id, ("tag:paid",)),
        (far.id, ("subject:invoice", "tag:paid")),
    ]
    assert await mailbox.near_misses(query, inbox="empty") == ()


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("to:bob subject:welcome", ()),
        ("to:eve subject:welcome", ("to:eve",)),
        ('to:=eve@x.org subject:"good bye" text', ("to:=eve@x.org", 'subject:"good bye"')),
        ("to:bob -text", ("-text",)),
        ("to:bob -( text OR word )", ("-( text OR word )",)),
        ("to:bob red OR green", ("red OR green",)),
        ("to:bob ( text green )", ("green",)),
        ("red OR to:bob", ()),
        ("to:/^eve/ is:read header:X-None raw:nowhere", ("to:/^eve/", "is:read", "header:X-None", "raw:nowhere")),
    ],
)
async def test_failed_terms_are_named_as_they_were_written(
    mailbox: Mailbox, text: str, failed: tuple[str, ...]
) -> None:
    await mailbox.receive(mail("Welcome, Bob"))
    told = await mailbox.near_misses(mailbox.query(text))
    assert tuple(term for miss in told for term in miss.failed) == failed


async def test_near_misses_parse_nothing(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of waits may end at once, and the loop has other work."""
    for number in range(30):
        await mailbox.receive(mail(f"hello {number}"))
    for name in ("head", "read", "digest", "parse", "texts"):
        monkeypatch.delattr(mime, name)
    assert len(await mailbox.near_misses(mailbox.query("subject:other text-9"))) == 5


async def test_hundreds_of_waits_that_end_at_once_ask_for_their_near_misses_in_turn(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailbox.receive(mail("hello"))
    tried, asking, most = mailbox._store.tried, 0, 0

    async def counted(*selected: Any, **how: Any) -> Any:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        try:
            return await tried(*selected, **how)
        finally:
            asking -= 1

    monkeypatch.setattr(mailbox._store, "tried", counted)
    monkeypatch.setattr(mailbox_module, "_NEAR_SECONDS", 60)
    near = await asyncio.gather(*(mailbox.near_misses(mailbox.query(f"subject:other{n}")) for n in range(300)))
    assert [len(each) for each in near] == [1] * 300
    assert most == 3


@pytest.mark.parametrize("trouble", ["slow", "busy"])
async def test_a_wait_is_answered_without_near_misses_that_take_too_long(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    async def tried(*_: Any, **__: Any) -> Any:
        if trouble == "busy":
            raise Busy("broken off")
        await asyncio.sleep(60)

    monkeypatch.setattr(mailbox._store, "tried", tried)
    monkeypatch.setattr(mailbox_module, "_NEAR_SECONDS", SOON)
    started = time.monotonic()
    assert await mailbox.near_misses(mailbox.query("subject:other")) == ()
    assert time.monotonic() - started < 30


FORMS = [
    "to:=user{}@x.org",
    "subject:order-{}.",
    "subject:/order.{}[.]/",
    "to:bob text-{}.",
    "header:X-Id=i{}",
]
MATCHING = 117


def wanted() -> Arrival:
    """What one waiter of each form waits for."""
    head = f"To: Bob <bob@x.org>, <user{MATCHING}@x.org>\r\nSubject: order-{MATCHING}.\r\nX-Id: i{MATCHING}\r\n"
    return Arrival(f"{head}\r\ntext-{MATCHING}.\r\n".encode(), Envelope(), Origin())


@asynccontextmanager
async def crowd(mailbox: Mailbox, *forms: str) -> AsyncIterator[list["asyncio.Task[Waited]"]]:
    """A thousand who wait, each for something of its own."""
    since = mailbox.hub.cursor
    queries = [mailbox.query(forms[number % len(forms)].format(number)) for number in range(1000)]
    waits = [asyncio.create_task(mailbox.wait(query=query, since=since, seconds=60)) for query in queries]
    await begun(mailbox, *waits)
    assert (await mailbox.wait(since=since, seconds=0)).outcome == "timeout"  # behind the looks back of the others
    try:
        yield waits
    finally:
        for each in waits:
            each.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


@dataclass
class Counted:
    """What is done for the mail that comes."""

    candidates: int = 0
    patterns: int = 0
    looks: int = 0
    woken: int = 0


@pytest.fixture
def counted(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    candidates, found, look, add = Index.candidates, Program.found, mailbox._waiters._look, Waiter.add

    def count_candidates(index: Index[object], document: Document) -> list[object]:
        those = candidates(index, document)
        counted.candidates += len(those)
        return those

    def count_found(program: Program, column: str) -> bool:
        counted.patterns += 1
        return found(program, column)

    async def count_look(inbox: str | None, query: Query, some: tuple[str, ...]) -> Sequence[Summary]:
        counted.looks += 1
        return await look(inbox, query, some)

    def count_add(waiter: Waiter, summaries: Sequence[Summary]) -> None:
        counted.woken += bool(summaries)
        add(waiter, summaries)

    monkeypatch.setattr(Index, "candidates", count_candidates)
    monkeypatch.setattr(Program, "found", count_found)
    monkeypatch.setattr(mailbox._waiters, "_look", count_look)
    monkeypatch.setattr(Waiter, "add", count_add)
    return counted


@pytest.mark.parametrize("form", FORMS)
async def test_of_a_thousand_who_wait_nobody_is_asked_but_who_may_be_meant(
    mailbox: Mailbox, counted: Counted, form: str
) -> None:
    async with crowd(mailbox, form) as waits:
        for number in range(50):
            await mailbox.receive(mail(f"hello {number}"))
        assert counted == Counted()
        await mailbox.receive(wanted())
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        assert done == {waits[MATCHING]}
        assert counted.woken == 1
        assert counted.looks == 0
        if "/" in form:  # `order.7[.]` and `order.17[.]` have nothing that `order-117.` has not
            assert counted.patterns <= 3
            assert counted.candidates <= 111, "numbers of one or two digits are too short for the index"
        else:
            assert (counted.patterns, counted.candidates) == (0, 1)


async def test_who_waits_for_the_same_is_asked_once(mailbox: Mailbox, counted: Counted) -> None:
    async with crowd(mailbox, "subject:order") as waits:
        await mailbox.receive(mail("hello"))
        await mailbox.receive(mail("order"))
        await asyncio.wait(waits)
        assert counted == Counted(candidates=1, woken=1000)


async def test_who_waits_in_another_inbox_is_not_asked(mailbox: Mailbox, counted: Counted) -> None:
    waits = [asyncio.create_task(mailbox.wait(inbox=f"i{number}", seconds=60)) for number in range(1000)]
    await begun(mailbox, *waits)
    await mailbox.receive(mail("hello"))
    assert counted == Counted()
    for each in waits:
        each.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


async def test_a_thousand_who_wait_cost_a_mail_little(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """In processor time, set against that of the mailbox alone: about the half of what a mail costs by SMTP."""
    text = "all that a letter of two thousand characters says " * 40

    offered: list[tuple[Summary, Entry | Prepared]] = []
    monkeypatch.setattr(mailbox._describer, "_told", lambda *arrived: offered.append(arrived))

    async def alone() -> float:
        started = time.process_time()
        for number in range(50):
            await mailbox.receive(mail(f"hello {number}", text))
        return time.process_time() - started

    def more() -> float:
        started = time.process_time()
        for arrived in offered[:50]:
            mailbox._waiters.offer(*arrived)
        return time.process_time() - started

    least = min([await alone() for _ in range(6)])
    async with crowd(mailbox, *FORMS) as waits:
        assert 0 < min(more() for _ in range(20)) < least / 5
        assert not [each for each in waits if each.done()]
