from dataclasses import replace

import pytest

from benchmarks import crowd
from benchmarks.peers import CATCHERS, MEMORY, Catcher, start
from benchmarks.plan import SHORT
from benchmarks.process import Failed

PLAN = replace(SHORT, crowd=20, crowd_mails=5)


def ours() -> Catcher:
    return next(each for each in CATCHERS if each.name == MEMORY)


async def test_each_client_is_told_of_each_mail_and_that_costs_something() -> None:
    with start(ours()) as running:
        assert 0 < await crowd._run(PLAN, running) < 1e6


async def test_a_refusal_is_a_failure() -> None:
    with start(replace(ours(), live_path="/api/v1/nothing")) as running:
        with pytest.raises(Failed, match="the WebSocket was refused"):
            await crowd._run(replace(PLAN, crowd=1), running)
