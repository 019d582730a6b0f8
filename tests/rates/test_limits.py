"""Rate limits: as users write them, and what they hold back."""

from typing import Any

import pytest

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest, Busy, NotFound
from mailtrap_local.rates import RateLimits, read
from mailtrap_local.rates.presets import RATE_PRESETS
from mailtrap_local.stages import Situation


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def codes(rates: RateLimits, *situations: Situation) -> list[str]:
    verdicts = [rates.ask(situation) for situation in situations]
    return [verdict.reply[:3] if verdict else "" for verdict in verdicts]


def mail(**known: Any) -> Situation:
    return Situation(
        stage="mail", **{"peer": "10.0.0.1:1", "user": "ann", "mail_from": "a@x.org", "inbox": "i", **known}
    )


@pytest.mark.parametrize(
    ("per", "same", "other"),
    [
        ("peer", {"peer": "10.0.0.1:2"}, {"peer": "10.0.0.2:1"}),
        ("user", {"peer": "10.0.0.2:1"}, {"user": "bob"}),
        ("mailfrom", {"mail_from": "A@X.org"}, {"mail_from": "b@x.org"}),
        ("inbox", {"user": "bob"}, {"inbox": "other"}),
    ],
)
def test_each_has_a_bucket_of_its_own(per: str, same: dict[str, str], other: dict[str, str]) -> None:
    rates = RateLimits(clock=Clock())
    rates.set(read({"per": per, "count": 1, "seconds": 60, "reply": "450 4.7.1 later"}))
    assert codes(rates, mail(), mail(**same), mail(**other), mail(**other)) == ["", "450", "", "450"]
    (metered,) = rates.all()
    assert (metered.passed, metered.refused, metered.keys) == (2, 2, 2)


def test_the_domain_of_each_recipient() -> None:
    rates = RateLimits(clock=Clock())
    rates.set(read({"per": "domain", "count": 2, "seconds": 60}))
    recipients = ("a@x.org", "b@X.org", "c@y.org", "d@x.org")
    asked = [Situation(stage="rcpt", recipient=each, recipients=(each,)) for each in recipients]
    assert codes(rates, *asked) == ["", "", "", "450"]


def test_what_is_not_known_is_not_limited() -> None:
    rates = RateLimits(clock=Clock())
    rates.set(read({"per": "user", "count": 1, "seconds": 60}))
    assert codes(rates, *[mail(user="")] * 3) == ["", "", ""]


def test_it_comes_back_with_time() -> None:
    clock = Clock()
    rates = RateLimits(clock=clock)
    rates.set(read({"per": "user", "count": 60, "seconds": 60, "burst": 2}))
    assert codes(rates, *[mail()] * 3) == ["", "", "450"]
    clock.now += 1.0
    assert codes(rates, *[mail()] * 2) == ["", "450"]


def test_the_remark_says_when_the_next_one_gets_through() -> None:
    rates = RateLimits(clock=Clock())
    rates.set(read({"per": "user", "count": 1, "seconds": 90, "name": "slow"}))
    rates.ask(mail())
    verdict = rates.ask(mail())
    assert verdict is not None
    assert verdict.remarks == ("rate limit slow: too much of the user ann; the next one gets through in 90 s",)


def test_scopes() -> None:
    rates = RateLimits(clock=Clock())
    rates.set([*read({"per": "peer", "count": 1, "seconds": 9}), *read({"preset": "mailtrap", "inbox": "ours"})])
    rates.set((), inbox="theirs")
    assert [each.limit.inbox for each in rates.all()] == [None, "ours"]
    rates.set(read({"preset": "gmail", "inbox": "ours"}), inbox="ours")
    assert [each.limit.name for each in rates.all(inbox="ours")] == ["gmail", "gmail"]
    assert rates.stages == {"mail", "end-of-data"}
    assert len(rates.all()) == 3
    rates.set(())
    assert (rates.all(), rates.stages) == ((), frozenset())


def test_a_limit_of_an_inbox_is_for_that_inbox() -> None:
    rates = RateLimits(clock=Clock())
    rates.set(read({"per": "peer", "count": 1, "seconds": 9, "inbox": "ours"}))
    assert codes(rates, *[mail()] * 3, *[mail(inbox="ours")] * 2) == ["", "", "", "", "450"]


def test_who_is_refused_by_one_has_lost_no_token_of_another() -> None:
    """Tries above the limit of the day leave that of the second alone, as with Amazon SES."""
    clock = Clock()
    rates = RateLimits(clock=clock)
    rates.set([*read({"per": "user", "count": 2, "seconds": 1}), *read({"per": "user", "count": 1, "seconds": 86_400})])
    assert codes(rates, *[mail()] * 3) == ["", "450", "450"]
    second, day = rates.all()
    assert (second.passed, second.refused, day.passed, day.refused) == (1, 0, 1, 2)
    rates.remove(day.id)
    assert codes(rates, *[mail()] * 2) == ["", "450"]


def test_one_by_one() -> None:
    rates = RateLimits(clock=Clock())
    told: list[int] = []
    rates.listen(lambda: told.append(rates.revision))
    (first,) = rates.add(read({"per": "user", "count": 1, "seconds": 60}))
    assert codes(rates, mail(), mail()) == ["", "450"]
    (second,) = rates.add(read({"per": "peer", "count": 9, "seconds": 60}))
    assert [each.id for each in rates.all()] == [first.id, second.id]
    assert rates.get(first.id).refused == 1  # others have come, and its counts are kept
    rates.remove(first.id)
    assert [each.id for each in rates.all()] == [second.id]
    with pytest.raises(NotFound, match="may have been removed"):
        rates.remove(first.id)
    assert told == [1, 2, 3, 4]


def test_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAULTS", 1)
    rates = RateLimits()
    with pytest.raises(Busy):
        rates.set(read({"preset": "gmail"}))
    assert rates.all() == ()


@pytest.mark.parametrize("name", RATE_PRESETS)
def test_every_preset_is_one(name: str) -> None:
    assert all(limit.name == name and limit.reply for limit in read({"preset": name}))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "per"),
        ({"per": "moon", "count": 1, "seconds": 1}, "per is one of peer"),
        ({"per": "peer", "count": 0, "seconds": 1}, "count is 0"),
        ({"per": "peer", "count": 1, "seconds": 0}, "seconds is 0"),
        ({"per": "peer", "count": 1, "seconds": float("inf")}, "seconds is inf"),
        ({"per": "peer", "count": 1, "seconds": 1, "burst": 0}, "burst is"),
        ({"per": "peer", "count": 1, "seconds": 1, "reply": "250 Ok"}, "4yz or 5yz"),
        ({"per": "domain", "count": 1, "seconds": 1, "where": "mail"}, "counted at rcpt"),
        ({"per": "peer", "count": 1, "seconds": 1, "inbox": ".."}, "no name"),
        ({"per": "peer", "count": 1, "seconds": 1, "colour": "red"}, "colour"),
        ({"preset": "hotmail"}, "there are gmail"),
        ({"preset": "gmail", "count": 5}, "has its own count"),
    ],
)
def test_what_is_none_and_why(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read(given)
