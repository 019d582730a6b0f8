import asyncio

import pytest

from mailtrap_local.errors import BadRequest, CursorGone, Stopping
from mailtrap_local.events import Cursor, CutOff, Hub, Listener
from mailtrap_local.model import Event


def events(*seqs: int) -> list[Event]:
    return [Event(seq=seq, kind="tags") for seq in seqs]


def seqs(batch: list[Event]) -> list[int]:
    return [event.seq for event in batch]


async def test_a_listener_hears_everything_in_order() -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as listener:
        hub.publish(events(1, 2))
        hub.publish(events(3))
        assert seqs(await listener.batch()) == [1, 2, 3]
        assert listener.cursor == Cursor("e", 3)
    assert hub.listeners == 0


async def test_since_replays_exactly_what_came_after() -> None:
    hub = Hub(epoch="e", seq=10)
    hub.publish(events(11, 12, 13))
    with hub.listen(since=Cursor("e", 11)) as listener:
        assert not listener.reset
        assert seqs(await listener.batch()) == [12, 13]


async def test_since_now_waits_for_news() -> None:
    hub = Hub(epoch="e", seq=10)
    with hub.listen(since=Cursor("e", 10)) as listener:
        assert not listener.reset
        waiting = asyncio.ensure_future(listener.batch())
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish(events(11))
        assert seqs(await waiting) == [11]


@pytest.mark.parametrize(
    "since", [Cursor("other", 12), Cursor("e", 99), Cursor("e", 3)], ids=["another life", "ahead", "before the start"]
)
async def test_a_cursor_out_of_reach_begins_anew(since: Cursor) -> None:
    hub = Hub(epoch="e", seq=10)
    hub.publish(events(11, 12))
    with hub.listen(since=since) as listener:
        assert listener.reset
        assert listener.cursor == Cursor("e", 12)


@pytest.mark.parametrize("sizes", [[3, 3], [7], [1] * 7])
async def test_a_cursor_older_than_the_replay_buffer_begins_anew(sizes: list[int]) -> None:
    hub = Hub(epoch="e", seq=0, replay=4)
    seq = 0
    for size in sizes:
        hub.publish(events(*range(seq + 1, seq + size + 1)))
        seq += size
    oldest = seq - 4
    with hub.listen(since=Cursor("e", oldest)) as listener:
        assert not listener.reset
        assert seqs(await listener.batch()) == list(range(oldest + 1, seq + 1))
    with hub.listen(since=Cursor("e", oldest - 1)) as listener:
        assert listener.reset


async def test_a_slow_listener_is_cut_off_and_the_others_are_not() -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen(capacity=2) as slow, hub.listen(capacity=5) as fast:
        hub.publish(events(1))
        assert seqs(await slow.batch()) == [1]
        hub.publish(events(2, 3, 4))
        with pytest.raises(CutOff) as cut:
            await slow.batch()
        assert cut.value.seq == 1
        assert seqs(await fast.batch()) == [1, 2, 3, 4]


async def test_stopping_wakes_everybody_after_the_last_events() -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as waiting, hub.listen() as behind:
        wait = asyncio.ensure_future(waiting.batch())
        await asyncio.sleep(0)
        hub.publish(events(1))
        hub.stop()
        assert seqs(await wait) == [1]
        assert seqs(await behind.batch()) == [1]
        for listener in (waiting, behind):
            with pytest.raises(Stopping):
                await listener.batch()
    with pytest.raises(Stopping):
        hub.listen()


def test_a_cursor_survives_its_text() -> None:
    assert Cursor.parse(str(Cursor("aB3", 42))) == Cursor("aB3", 42)


@pytest.mark.parametrize("text", ["", "-", "e-", "-5", "e-x", "e-²", "e 1-5", "e-" + "9" * 16, "<script>-1"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        Cursor.parse(text)


def test_check_tells_another_life_and_the_future_apart() -> None:
    hub = Hub(epoch="e", seq=5)
    hub.check(Cursor("e", 5))
    with pytest.raises(CursorGone, match="another database"):
        hub.check(Cursor("f", 1))
    with pytest.raises(CursorGone, match="ahead"):
        hub.check(Cursor("e", 6))


async def test_who_listens_to_an_inbox_is_not_woken_for_others() -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen(inbox="a") as listener:
        waiting = asyncio.ensure_future(listener.batch())
        hub.publish([Event(seq=1, kind="new", inbox="b")])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish([Event(seq=2, kind="new", inbox="a")])
        assert seqs(await waiting) == [2]
        hub.publish(events(3))  # of several inboxes
        assert seqs(await listener.batch()) == [3]


def mail(*numbers: int) -> list[Event]:
    return [Event(seq=number, kind="new", inbox="a") for number in numbers]


async def test_a_sleeper_lets_mail_come_by_until_it_is_called() -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as listener:
        listener.sleep(lambda: 0)
        waiting = asyncio.ensure_future(listener.batch())
        hub.publish(mail(1, 2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        listener.wake()
        assert seqs(await waiting) == [1, 2]  # in their order, with those before the one it was called for
        hub.publish(mail(3))
        hub.publish(events(4))  # whatever else happens wakes it
        assert seqs(await listener.batch()) == [3, 4]


async def test_a_sleeper_is_told_from_the_mail_on_that_it_is_called_for_and_is_never_too_slow() -> None:
    hub = Hub(epoch="e", seq=0, replay=1_000)
    seen = 0
    with hub.listen(capacity=100) as listener:
        listener.sleep(lambda: seen)
        for number in range(1, 5_001):
            hub.publish(mail(number))
            seen = number
        seen = 4_997
        listener.wake()
        assert seqs(await listener.batch()) == [4_998, 4_999, 5_000]
        hub.publish(mail(5_001))
        seen = 5_001
        hub.publish(events(5_002))
        assert seqs(await listener.batch()) == [5_002]


async def test_mail_costs_a_sleeper_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as listener:
        listener.sleep(lambda: hub.cursor.seq)
        monkeypatch.delattr(Listener, "offer")
        monkeypatch.delattr(Listener, "wake")
        hub.publish(mail(1, 2))
    assert hub.listeners == 0


async def test_who_is_called_for_what_it_was_told_already_sleeps_on() -> None:
    """What a query matches may be found out later than another event has woken its client for it."""
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as listener:
        listener.sleep(lambda: 0)
        hub.publish([*mail(1), *events(2)])
        assert seqs(await listener.batch()) == [1, 2]
        listener.wake()
        waiting = asyncio.ensure_future(listener.batch())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish(events(3))
        assert seqs(await waiting) == [3]


async def test_a_sleeper_that_is_called_for_what_is_gone_is_cut_off() -> None:
    hub = Hub(epoch="e", seq=0, replay=10)
    with hub.listen() as listener:
        listener.sleep(lambda: 0)
        hub.publish(mail(*range(1, 12)))
        listener.wake()
        with pytest.raises(CutOff, match="after event 0"):
            await listener.batch()


async def test_a_stop_wakes_a_sleeper() -> None:
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as listener:
        listener.sleep(lambda: 0)
        waiting = asyncio.ensure_future(listener.batch())
        await asyncio.sleep(0)
        hub.stop()
        with pytest.raises(Stopping):
            await waiting


async def test_a_sleeper_keeps_what_may_be_for_it_still() -> None:
    """A mail that takes long to be parsed, and is asked about when that is done."""
    hub = Hub(epoch="e", seq=0)
    with hub.listen() as listener:
        listener.sleep(lambda: 10)
        for number in range(1, 601):
            hub.publish(mail(number))
        listener.wake()
        assert seqs(await listener.batch()) == list(range(11, 601))
