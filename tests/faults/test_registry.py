"""What is counted, and what fires when: against a model that is told the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local import limits
from mailtrap_local.errors import Busy, NotFound
from mailtrap_local.faults import Faults, read
from mailtrap_local.stages import Situation


def at_rcpt(recipient: str = "b@x.org", **known: Any) -> Situation:
    return Situation(stage="rcpt", mail_from="a@x.org", recipient=recipient, recipients=(recipient,), **known)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def fired(faults: Faults, *situations: Situation) -> list[str]:
    """The code of each reply, "" where nothing happens."""
    verdicts = [faults.ask(situation) for situation in situations]
    return [verdict.reply[:3] if verdict else "" for verdict in verdicts]


def test_nothing_happens_without_a_rule() -> None:
    faults = Faults()
    assert faults.stages == frozenset()
    assert faults.ask(at_rcpt()) is None


def test_after_and_times() -> None:
    faults = Faults()
    rule = faults.add(read({"where": "rcpt", "reply": "451 x", "after": 2, "times": 2}))
    assert fired(faults, *[at_rcpt()] * 6) == ["", "", "451", "451", "", ""]
    counted = faults.get(rule.id)
    assert (counted.matched, counted.fired, counted.remaining, counted.state) == (4, 2, 0, "spent")
    assert faults.stages == frozenset()  # a spent rule costs nothing


def test_a_rule_begins_again() -> None:
    faults = Faults()
    rule = faults.add(read({"where": "rcpt", "reply": "451 x", "times": 1}))
    assert fired(faults, *[at_rcpt()] * 2) == ["451", ""]
    assert faults.begin(rule.id).remaining == 1
    assert fired(faults, *[at_rcpt()] * 2) == ["451", ""]


def test_a_rule_expires() -> None:
    clock = Clock()
    faults = Faults(clock=clock)
    rule = faults.add(read({"where": "rcpt", "reply": "451 x", "expires": 5}))
    clock.now += 4.999
    assert fired(faults, at_rcpt()) == ["451"]
    clock.now += 0.002
    assert fired(faults, at_rcpt()) == [""]
    assert faults.get(rule.id).state == "expired"
    assert faults.stages == frozenset()


def test_the_first_rule_that_answers_answers() -> None:
    faults = Faults()
    faults.add(read({"where": "rcpt", "reply": "451 x", "match": "rcpt:b", "times": 1}))
    faults.add(read({"where": "rcpt", "reply": "550 x"}))
    assert fired(faults, at_rcpt("a@x.org"), at_rcpt(), at_rcpt()) == ["550", "451", "550"]


def test_the_same_seed_has_the_same_chances() -> None:
    def run(seed: int) -> list[str]:
        faults = Faults()
        faults.add(read({"where": "rcpt", "reply": "451 x", "probability": 0.3, "seed": seed}))
        return fired(faults, *[at_rcpt()] * 1_000)

    assert run(7) == run(7) != run(8)
    assert 230 < run(7).count("451") < 370


def test_chances_begin_again_with_the_rule() -> None:
    faults = Faults()
    rule = faults.add(read({"where": "rcpt", "reply": "451 x", "probability": 0.5, "seed": 1}))
    first = fired(faults, *[at_rcpt()] * 50)
    faults.begin(rule.id)
    assert fired(faults, *[at_rcpt()] * 50) == first


@pytest.mark.parametrize(
    ("each", "same", "other"),
    [
        ("rcpt", {"recipient": "B@x.org"}, {"recipient": "c@x.org"}),
        ("peer", {"peer": "10.0.0.1:2"}, {"peer": "10.0.0.2:1"}),
        ("user", {}, {"user": "eve"}),
        ("session", {}, {"session": "2"}),
        ("inbox", {}, {"inbox": "other"}),
    ],
)
def test_counted_apart(each: str, same: dict[str, str], other: dict[str, str]) -> None:
    faults = Faults()
    rule = faults.add(read({"where": "rcpt", "reply": "451 x", "times": 1, "each": each}))
    known = {"peer": "10.0.0.1:1"}
    asked = [at_rcpt(**known), at_rcpt(**{**known, **same}), at_rcpt(**{**known, **other})]
    assert fired(faults, *asked, *asked) == ["451", "", "451", "", "", ""]
    counted = faults.get(rule.id)
    assert (counted.matched, counted.fired, counted.remaining, counted.state) == (6, 2, None, "active")


def test_what_is_counted_apart_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAULT_EACH", 3)
    faults = Faults()
    faults.add(read({"where": "rcpt", "reply": "451 x", "times": 1, "each": "rcpt"}))
    addresses = [at_rcpt(f"{number}@x.org") for number in range(4)]
    assert fired(faults, *addresses) == ["451"] * 4
    assert fired(faults, addresses[3], addresses[0]) == ["", "451"]  # the oldest was forgotten


def test_a_body_is_asked_once_for_each_threshold() -> None:
    faults = Faults()
    rule = faults.add(read({"where": "body", "action": "disconnect", "bytes": 100}))
    ends = [faults.ask(Situation(stage="body", before=a, seen=b)) for a, b in [(-1, 0), (0, 99), (99, 180), (180, 300)]]
    assert [bool(end) for end in ends] == [False, False, True, False]
    assert faults.get(rule.id).matched == 1


def test_scopes() -> None:
    faults = Faults()
    everywhere = faults.add(read({"where": "rcpt", "reply": "451 x"}))
    ours = faults.add(read({"where": "rcpt", "reply": "451 x", "inbox": "ours"}))
    assert [each.id for each in faults.all(inbox="ours")] == [ours.id]
    faults.clear(inbox="theirs")
    assert [each.id for each in faults.all()] == [everywhere.id, ours.id]
    faults.set([read({"where": "mail", "reply": "450 x", "inbox": "ours"})], inbox="ours")
    assert [each.fault.where for each in faults.all()] == ["rcpt", "mail"]
    faults.clear()
    assert faults.all() == ()


def test_another_rule_in_the_place_of_one() -> None:
    faults = Faults()
    first, second = (faults.add(read({"where": "rcpt", "reply": f"45{n} x"})) for n in (0, 1))
    assert fired(faults, at_rcpt()) == ["450"]
    replaced = faults.replace(first.id, read({"where": "rcpt", "reply": "452 x"}))
    assert (replaced.id, replaced.matched) == (first.id, 0)
    assert [each.id for each in faults.all()] == [first.id, second.id]
    assert fired(faults, at_rcpt()) == ["452"]


def test_what_is_not_there() -> None:
    faults = Faults()
    for act in (faults.get, faults.remove, faults.begin):
        with pytest.raises(NotFound):
            act("none")
    with pytest.raises(NotFound):
        faults.replace("none", read({"preset": "greylisting"}))


def test_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAULTS", 2)
    faults = Faults()
    for _ in range(2):
        faults.add(read({"preset": "greylisting"}))
    with pytest.raises(Busy):
        faults.add(read({"preset": "greylisting"}))
    with pytest.raises(Busy):
        faults.set([read({"preset": "greylisting"})] * 3)
    assert len(faults.all()) == 2


def test_whoever_listens_is_told_of_every_change() -> None:
    faults = Faults()
    heard: list[int] = []

    def changed() -> None:
        heard.append(faults.revision)

    faults.listen(changed)
    rule = faults.add(read({"where": "rcpt", "reply": "451 x"}))
    faults.ask(at_rcpt())
    faults.ask(Situation(stage="mail"))
    faults.remove(rule.id)
    faults.forget(changed)
    faults.clear()
    assert heard == [1, 2, 3]


def test_magic_addresses_are_counted_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAGIC_ADDRESSES", 2)
    faults = Faults(magic_addresses=True)
    one, other, third = (at_rcpt(f"defer+451x1@{domain}") for domain in ("a.org", "b.org", "c.org"))
    assert fired(faults, one, other, one, other) == ["451", "451", "", ""]
    assert [(each.fault.name, each.matched, each.fired) for each in faults.all()] == [("defer+451x1@", 1, 1)] * 2
    assert faults.all(inbox="default") == ()
    assert fired(faults, third, one) == ["451", "451"]  # more than two are not remembered
    faults.remove(faults.all()[0].id)
    assert fired(faults, third, one) == ["451", ""]


class Model:
    """The same, in the plainest way there is."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        self.rules = rules
        self.seen: list[dict[str, tuple[int, int]]] = [{} for _ in rules]

    def ask(self, recipient: str) -> str:
        for number, rule in enumerate(self.rules):
            if rule["match"] not in ("", f"rcpt:={recipient}"):
                continue
            key = recipient if rule["each"] else ""
            matched, struck = self.seen[number].get(key, (0, 0))
            if not rule["each"] and struck >= (rule["times"] or 1_000):
                continue  # spent: asked no more
            strikes = matched >= rule["after"] and struck < (rule["times"] or 1_000)
            self.seen[number][key] = (matched + 1, struck + strikes)
            if strikes:
                return str(rule["reply"][:3])
        return ""

    def counts(self) -> list[tuple[int, int]]:
        return [
            (sum(matched for matched, _ in each.values()), sum(struck for _, struck in each.values()))
            for each in self.seen
        ]


ADDRESSES = ("a@x.org", "b@x.org", "c@x.org")
RULES = st.fixed_dictionaries(
    {
        "where": st.just("rcpt"),
        "reply": st.sampled_from(["450 x", "451 x", "550 x", "554 x"]),
        "match": st.sampled_from(["", *(f"rcpt:={address}" for address in ADDRESSES)]),
        "times": st.none() | st.integers(1, 4),
        "after": st.integers(0, 3),
        "each": st.sampled_from(["", "rcpt"]),
    }
)


@given(rules=st.lists(RULES, max_size=5), asked=st.lists(st.sampled_from(ADDRESSES), max_size=30))
@settings(max_examples=300, deadline=None)
def test_the_registry_does_what_the_model_does(rules: list[dict[str, Any]], asked: list[str]) -> None:
    faults, model = Faults(), Model(rules)
    for rule in rules:
        faults.add(read(rule))
    for address in asked:
        assert fired(faults, at_rcpt(address)) == [model.ask(address)]
    assert [(each.matched, each.fired) for each in faults.all()] == model.counts()
