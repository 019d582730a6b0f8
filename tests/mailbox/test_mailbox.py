"""The mailbox over a real store in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from mailtrap_local import limits
from mailtrap_local.errors import BadQuery, BadRequest, NotFound, Stopping, TooLarge
from mailtrap_local.events import Hub
from mailtrap_local.mailbox import Mailbox, Selection
from mailtrap_local.model import Arrival, Envelope, Origin, Recipient
from mailtrap_local.store.base import Retention
from mailtrap_local.store.database import Database
from mailtrap_local.store.sqlite import SqliteStore


@asynccontextmanager
async def opened(path: Path | None = None, *, max_message_size: int = 50 * limits.MB) -> AsyncIterator[Mailbox]:
    database = Database.open(path, room=1)
    hub = Hub(epoch=database.epoch, seq=database.seq)
    store = SqliteStore(database, retention=Retention(0, 0, 0), committed=hub.publish)
    try:
        async with Mailbox(store, hub, max_message_size=max_message_size) as mailbox:
            yield mailbox
    finally:
        await store.close()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with opened() as mailbox:
        yield mailbox


def mail(subject: str = "Hello", body: str = "some text", *, inbox: str | None = None) -> Arrival:
    raw = f"From: ann@x.org\r\nTo: bob@y.org\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()
    return Arrival(raw, Envelope("ann@x.org", (), (Recipient("bob@y.org"),)), Origin(), inbox)


T = TypeVar("T")
LARGE = "word " * (limits.PARSE_INLINE // 4)


async def test_a_large_preview_that_is_asked_for_together_is_made_once(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = await mailbox.receive(mail(body=LARGE))
    await mailbox._describer.caught_up()
    run, made = mailbox._parser.run, []

    async def counted(work: Callable[[bytes], T], raw: bytes) -> T:
        made.append(work)
        return await run(work, raw)

    monkeypatch.setattr(mailbox._parser, "run", counted)
    first, second = await asyncio.gather(*(mailbox.preview(summary.id, remote=False) for _ in range(2)))
    assert first is second
    assert len(made) == 1
    await mailbox.preview(summary.id, remote=True)
    assert len(made) == 2
    await mailbox.delete(Selection())
    with pytest.raises(NotFound):
        await mailbox.preview(summary.id, remote=False)


async def test_received_mail_is_found_read_and_parsed(mailbox: Mailbox) -> None:
    arrived = mail("Invoice", "please pay")
    summary = await mailbox.receive(arrived)
    assert await mailbox.raw(summary.id) == arrived.raw
    message = await mailbox.message(summary.id)
    assert message.record.summary == summary
    assert message.parsed.text.strip() == "please pay"
    assert (await mailbox.page(Selection(query=mailbox.query('"please pay"')))).matched == 1
    part, content = await mailbox.part(summary.id, "0")
    assert (part.content_type, content.strip()) == ("text/plain", b"please pay")
    with pytest.raises(NotFound, match="no part"):
        await mailbox.part(summary.id, "9.9")
    assert (mailbox.received, mailbox.received_bytes, mailbox.rejected) == (1, len(arrived.raw), 0)


async def test_a_new_event_comes_before_receive_returns(mailbox: Mailbox) -> None:
    with mailbox.hub.listen() as listener:
        summary = await mailbox.receive(mail())
        assert [event.summary for event in await listener.batch()] == [summary]


async def test_a_search_sees_the_body_of_large_mail_accepted_before_it(mailbox: Mailbox) -> None:
    for number in range(5):
        summary = await mailbox.receive(mail("large", f"{LARGE} needle{number}"))
        page = await mailbox.page(Selection(query=mailbox.query(f"needle{number}")))
        assert [found.id for found in page.summaries] == [summary.id]
    assert {found.snippet[:9] for found in (await mailbox.page(Selection())).summaries} == {"word word"}


async def test_large_mail_is_told_twice_first_without_its_snippet(mailbox: Mailbox) -> None:
    with mailbox.hub.listen() as listener:
        summary = await mailbox.receive(mail("large", LARGE))
        assert summary.snippet == ""
        await mailbox.page(Selection(query=mailbox.query("word")))
        events = await listener.batch()
    assert [event.kind for event in events] == ["new", "update"]
    assert events[1].summary is not None and events[1].summary.snippet.startswith("word")


async def test_what_was_not_described_before_the_end_is_described_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mail.db"
    async with opened(path) as mailbox:
        monkeypatch.setattr(mailbox._describer, "describe", lambda *_: None)
        await mailbox.receive(mail("large", f"{LARGE} needle"))
    async with opened(path) as mailbox:
        assert (await mailbox.page(Selection(query=mailbox.query("needle")))).matched == 1


async def test_too_large_is_refused_and_counted() -> None:
    async with opened(max_message_size=1000) as mailbox:
        with pytest.raises(TooLarge, match="1000 are allowed"):
            await mailbox.receive(mail(body="x" * 1000))
        assert mailbox.rejected == 1
        assert (await mailbox.page(Selection())).total == 0


async def test_the_errors_of_a_query_say_what_is_wrong(mailbox: Mailbox) -> None:
    with pytest.raises(BadQuery):
        mailbox.query("to:")
    with pytest.raises(BadRequest, match="time zone"):
        mailbox.query("x", tz="Mars/Olympus")
    with pytest.raises(BadRequest, match="time zone"):
        mailbox.query("x", tz="../../etc/passwd")
    assert mailbox.query("after:today", tz="Europe/Vienna").text == "after:today"


async def test_invalid_tags_are_left_out_and_an_invalid_new_name_is_an_error(mailbox: Mailbox) -> None:
    summary = await mailbox.receive(mail())
    await mailbox.tag(Selection(ids=(summary.id,)), ["good", "<bad>"])
    assert await mailbox.tags() == {"good": 1}
    with pytest.raises(BadRequest, match="invalid tag name"):
        await mailbox.rename_tag("good", "<b>")


async def test_delete_with_undo(mailbox: Mailbox) -> None:
    await mailbox.receive(mail(inbox="a"))
    await mailbox.receive(mail(inbox="b"))
    token = await mailbox.hide(Selection(inbox="a"), seconds=10)
    assert [count.name for count in await mailbox.inboxes()] == ["b"]
    assert await mailbox.restore(token) == 1
    assert [count.name for count in await mailbox.inboxes()] == ["a", "b"]


async def test_a_made_inbox_gets_the_mail_to_its_address_and_lives_on(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    async with opened(path) as mailbox:
        made = await mailbox.make_inbox("team")
        with pytest.raises(BadRequest, match="already"):
            await mailbox.make_inbox("team")
    async with opened(path) as mailbox:
        assert mailbox.made("team") == made
        assert mailbox.made_password("team") == made.password
        assert [(count.name, count.total) for count in await mailbox.inboxes()] == [("team", 0)]
        envelope = Envelope("a@x.org", (), (Recipient("bob@y.org"), Recipient(made.address)))
        assert (await mailbox.receive(Arrival(b"Subject: x\r\n\r\n", envelope, Origin()))).inbox == "team"
        await mailbox.unmake_inbox("team")
        assert (await mailbox.receive(Arrival(b"Subject: x\r\n\r\n", envelope, Origin()))).inbox == "default"


async def test_stopping_ends_what_waits() -> None:
    async with opened() as mailbox:
        with mailbox.hub.listen() as listener:
            waiting = asyncio.ensure_future(listener.batch())
            await asyncio.sleep(0)
            await mailbox.__aexit__()
            with pytest.raises(Stopping):
                await waiting
