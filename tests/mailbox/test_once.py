"""What several ask for in one breath is done once, and nothing that failed is kept."""

import asyncio

import pytest

from mailtrap_local.mailbox.once import Once


class Work:
    """Counts how often it was begun; goes on when `gate` is set."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return self.begun


async def test_those_who_ask_together_or_soon_after_share_a_result() -> None:
    once, work = Once(seconds=60), Work()
    asking = [asyncio.create_task(once.run("key", work)) for _ in range(3)]
    other = asyncio.create_task(once.run("other", work))
    work.gate.set()
    assert await asyncio.gather(*asking) == [1, 1, 1]
    assert await other == 2
    assert await once.run("key", work) == 1
    assert work.begun == 2


async def test_a_result_is_not_kept_for_long() -> None:
    once, work = Once(seconds=0), Work()
    work.gate.set()
    assert await once.run("key", work) == 1
    await asyncio.sleep(0.01)
    assert await once.run("key", work) == 2


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    once, work = Once(seconds=60), Work()
    work.failure = OSError("no")
    asking = [asyncio.create_task(once.run("key", work)) for _ in range(2)]
    work.gate.set()
    assert [str(each) for each in await asyncio.gather(*asking, return_exceptions=True)] == ["no", "no"]
    work.failure = None
    assert await once.run("key", work) == 2


async def test_who_leaves_does_not_take_it_from_the_others() -> None:
    once, work = Once(seconds=60), Work()
    first, second = (asyncio.create_task(once.run("key", work)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.gate.set()
    assert await second == 1
