"""Waiting, over a real store in memory."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from mailtrap_local.errors import CursorGone, Stopping
from mailtrap_local.events import Cursor
from mailtrap_local.mailbox import Mailbox
from mailtrap_local.mailbox.waiting import Waited
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


async def test_patterns_are_asked_of_the_store(mailbox: Mailbox) -> None:
    waiting = asyncio.create_task(mailbox.wait(query=mailbox.query("subject:/order.[0-9]+/"), seconds=20))
    await begun(mailbox, waiting)
    await mailbox.receive(mail("order x"))
    wanted = await mailbox.receive(mail("order 17"))
    assert (await waiting).summaries == (wanted,)


async def test_a_large_mail_is_waited_for_by_its_text(mailbox: Mailbox) -> None:
    waiting = asyncio.create_task(mailbox.wait(query=mailbox.query("needle"), seconds=20))
    await begun(mailbox, waiting)
    wanted = await mailbox.receive(mail("large", f"{LARGE} needle"))
    assert [summary.id for summary in (await waiting).summaries] == [wanted.id]


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


async def test_a_thousand_waiters_of_other_inboxes_cost_nothing_and_of_all_little(mailbox: Mailbox) -> None:
    async def took(mails: int) -> float:
        started = time.process_time()
        for _ in range(mails):
            await mailbox.receive(mail())
        return time.process_time() - started

    await took(50)
    alone = await took(200)
    elsewhere = [
        asyncio.create_task(mailbox.wait(inbox=f"i{number}", query=mailbox.query("to:x"), seconds=60))
        for number in range(1000)
    ]
    await begun(mailbox, *elsewhere)
    beside = await took(200)
    for waiting in elsewhere:
        waiting.cancel()
    assert beside < 3 * alone + 0.05
