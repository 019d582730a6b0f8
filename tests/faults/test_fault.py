"""Faults as users write them."""

from typing import Any

import pytest

from mailtrap_local.errors import BadRequest
from mailtrap_local.faults import Fault, read
from mailtrap_local.faults.fault import KNOWN
from mailtrap_local.faults.presets import PRESETS
from mailtrap_local.stages import STAGES


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"where": "rcpt", "reply": "451 later"}, {"action": "reply", "reply": "451 later"}),
        ({"where": "RCPT ", "seconds": 2}, {"where": "rcpt", "action": "delay", "seconds": 2.0}),
        ({"where": "rcpt", "reply": "451 x", "seconds": 2}, {"action": "reply", "seconds": 2.0}),
        ({"where": "body", "rate": 10}, {"action": "slow", "rate": 10}),
        ({"where": "body", "action": "disconnect", "reset": True, "bytes": 9}, {"reset": True, "bytes": 9}),
        ({"where": "quit", "action": "blackhole"}, {"seconds": 0.0}),
        ({"where": "rcpt", "reply": "451 x", "match": None, "times": None}, {"match": "", "times": None}),
        ({"where": "mail", "reply": "451 x", "inbox": " team\t"}, {"inbox": "team"}),
        ({"preset": "greylisting", "match": "rcpt:a"}, {"name": "greylisting", "times": 1, "each": "rcpt"}),
        ({"preset": "greylisting", "times": 3, "name": "mine"}, {"name": "mine", "times": 3}),
    ],
)
def test_what_is_a_fault(given: dict[str, Any], expected: dict[str, Any]) -> None:
    fault = read(given)
    assert {name: getattr(fault, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "needs an action"),
        ({"reply": "451 x"}, "needs a stage"),
        ({"where": "nowhere", "reply": "451 x"}, "where is 'nowhere'"),
        ({"where": 5, "reply": "451 x"}, "where is 5"),
        ({"where": "rcpt", "action": "explode"}, "action is 'explode'"),
        ({"where": "rcpt", "action": "reply"}, "needs a reply"),
        ({"where": "rcpt", "action": "slow"}, "needs a rate"),
        ({"where": "rcpt", "action": "delay"}, "needs seconds"),
        ({"where": "rcpt", "action": "delay", "seconds": 1, "reply": "451 x"}, "no use for a reply"),
        ({"where": "rcpt", "reply": "451 x", "reset": True}, "reset is how to disconnect"),
        ({"where": "rcpt", "reply": "451 x", "bytes": 5}, "counted at body"),
        ({"where": "rcpt", "reply": "451 x", "times": 0}, "times is 0"),
        ({"where": "rcpt", "reply": "451 x", "times": "2"}, "times"),
        ({"where": "rcpt", "reply": "451 x", "after": -1}, "after is -1"),
        ({"where": "rcpt", "reply": "451 x", "seconds": 601}, "seconds is 601"),
        ({"where": "rcpt", "reply": "451 x", "seconds": float("nan")}, "seconds is nan"),
        ({"where": "rcpt", "reply": "451 x", "expires": 0}, "expires is 0"),
        ({"where": "rcpt", "reply": "451 x", "probability": 0.5}, "needs a seed"),
        ({"where": "rcpt", "reply": "451 x", "probability": 2, "seed": 1}, "probability is 2"),
        ({"where": "rcpt", "reply": "451 x", "seed": -1}, "seed is"),
        ({"where": "rcpt", "reply": "451 x", "each": "moon"}, "each is 'moon'"),
        ({"where": "rcpt", "reply": "451 x", "colour": "red"}, "colour is no part"),
        ({"where": "rcpt", "reply": "250 x"}, "4yz or 5yz"),
        ({"where": "rcpt", "reply": "451 x", "match": "subject:x"}, "stored mail only"),
        ({"where": "rcpt", "reply": "451 x", "inbox": ".."}, "is no name"),
        ({"where": "rcpt", "reply": "451 x", "name": "a\nb"}, "one line"),
        ({"preset": "gray"}, "is no preset; there are greylisting"),
        ({"preset": ["x"]}, "is no preset"),
        # what is not known at a stage
        ({"where": "connect", "reply": "421 x", "match": "rcpt:a"}, "first stage that knows is rcpt"),
        ({"where": "connect", "reply": "421 x", "match": "helo:a"}, "first stage that knows is helo"),
        ({"where": "helo", "reply": "421 x", "match": "a@x.org"}, "plain text"),
        ({"where": "helo", "reply": "421 x", "inbox": "team"}, "inbox cannot be known at helo"),
        ({"where": "mail", "reply": "421 x", "each": "rcpt"}, "rcpt cannot be known at mail"),
        ({"where": "quit", "reply": "421 x", "match": "-mailfrom:a"}, "mailfrom cannot be known at quit"),
    ],
)
def test_what_is_none_and_why(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read(given)


def test_every_stage_knows_something() -> None:
    assert set(KNOWN) == set(STAGES)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_fault(name: str) -> None:
    fault = read({"preset": name})
    assert isinstance(fault, Fault)
    assert fault.name == name
    assert PRESETS[name].summary and PRESETS[name].like
