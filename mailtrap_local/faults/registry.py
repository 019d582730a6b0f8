"""The faults that there are, and what they have done.

Theory of operation
1. A front asks at each stage; a stage without a rule costs it one look into `stages`. Everything happens on one event
   loop and nothing is awaited, so counts are exact however many sessions ask at once.
2. Rules are asked in the order in which they were made. Pauses add up; the first that answers ends the round, and those
   behind it have not been asked and count nothing.
3. A rule that matches counts as matched. Of its matches it leaves the first `after` alone, then chance decides if there
   is a probability, then it fires, `times` times at most. With `each` all that is counted apart.
4. A spent or expired rule stays, to be read, and is asked no more.
"""

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mailtrap_local import ids, limits
from mailtrap_local.errors import Busy, NotFound
from mailtrap_local.faults.fault import Fault
from mailtrap_local.search import envelope
from mailtrap_local.search.envelope import Talk
from mailtrap_local.stages import Situation, Stage, Verdict

State = Literal["active", "spent", "expired"]
Changed = Callable[[], None]


class Counted(Struct, frozen=True, kw_only=True):
    """A fault with what it has done."""

    id: str
    fault: Fault
    matched: int
    fired: int
    remaining: int | None  # None: without end, or counted apart for each
    state: State
    created: int  # microseconds since the epoch


class _Tally:
    """What is counted: for a rule, or for each of what it counts apart."""

    __slots__ = ("fired", "matched")

    def __init__(self) -> None:
        self.matched = 0
        self.fired = 0


class _Rule:
    """A fault that is in force."""

    def __init__(self, fault: Fault, rule_id: str, *, now: float) -> None:
        self.id = rule_id
        self.fault = fault
        self.created = time.time_ns() // 1000
        self._matches = envelope.predicate(envelope.parse(fault.match)) if fault.match.strip() else None
        self._ends = None if fault.expires is None else now + fault.expires
        self.begin()

    def begin(self) -> None:
        """Count from nothing, with the same chances as before."""
        self._all = _Tally()
        self._each: OrderedDict[str, _Tally] = OrderedDict()
        self._chance = random.Random(self.fault.seed)

    @property
    def matched(self) -> int:
        return self._all.matched

    def state(self, now: float) -> State:
        fault = self.fault
        if self._ends is not None and now >= self._ends:
            return "expired"
        return "spent" if not fault.each and fault.times is not None and self._all.fired >= fault.times else "active"

    def fires(self, situation: Situation, talk: Talk) -> str:
        """Whether it strikes now, and for which time: words for the transcript, or ""."""
        fault = self.fault
        if fault.inbox is not None and fault.inbox != situation.inbox:
            return ""
        if not situation.before < fault.bytes <= situation.seen:
            return ""
        if self._matches is not None and not self._matches(talk):
            return ""
        self._all.matched += 1
        tally = self._tally(situation)
        if tally is not self._all:
            tally.matched += 1
        if tally.matched <= fault.after or (fault.times is not None and tally.fired >= fault.times):
            return ""
        if fault.probability < 1 and self._chance.random() >= fault.probability:
            return ""
        self._all.fired += 1
        if tally is not self._all:
            tally.fired += 1
        of = f" of {fault.times}" if fault.times is not None else ""
        return f"fault {fault.name or self.id} at {fault.where}: {_told(fault)} ({tally.fired}{of})"

    def counted(self, now: float) -> Counted:
        fault, fired = self.fault, self._all.fired
        return Counted(
            id=self.id,
            fault=fault,
            matched=self._all.matched,
            fired=fired,
            remaining=None if fault.times is None or fault.each else max(0, fault.times - fired),
            state=self.state(now),
            created=self.created,
        )

    def _tally(self, situation: Situation) -> _Tally:
        if not self.fault.each:
            return self._all
        key = _key(self.fault, situation)
        tally = self._each.get(key)
        if tally is None:
            tally = self._each[key] = _Tally()
            if len(self._each) > limits.FAULT_EACH:
                self._each.popitem(last=False)
        else:
            self._each.move_to_end(key)
        return tally


class Faults:
    """All rules. `magic_addresses` puts those of magic.py among them. `clock` tells seconds, for what expires."""

    def __init__(self, *, magic_addresses: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.revision = 0  # grows with every change, counts too
        self._magic_addresses = magic_addresses
        self._clock = clock
        self._rules: dict[str, _Rule] = {}
        self._magic: OrderedDict[str, _Rule] = OrderedDict()
        self._by_stage: dict[Stage, list[_Rule]] = {}
        self._listeners: set[Changed] = set()
        self._arrange()

    # ---- what a front asks ------------------------------------------------------------------------------------------

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages at which there may be something to say."""
        return frozenset(self._by_stage)

    def ask(self, situation: Situation) -> Verdict | None:
        """What happens here; None for nothing unusual. Counts."""
        verdict: Verdict | None = None
        matched = False
        talk = envelope.talk(situation)
        now = self._clock()
        ended = False
        for rule in self._asked(situation):
            if rule.state(now) != "active":
                ended = True
                continue
            before = rule.matched
            words = rule.fires(situation, talk)
            matched = matched or rule.matched != before
            if words:
                struck = _verdict(rule.fault, words)
                verdict = struck if verdict is None else verdict.then(struck)
                ended = ended or rule.state(now) != "active"
                if verdict.answers:
                    break
        if ended:
            self._arrange()
        if matched:
            self._tell()
        return verdict

    # ---- what people change -----------------------------------------------------------------------------------------

    def add(self, fault: Fault) -> Counted:
        """Put a rule in force, behind those there are. Raises Busy when there are too many."""
        return self._add([fault])[0]

    def replace(self, rule_id: str, fault: Fault) -> Counted:
        """Another rule in the place of this one, counting from nothing. Raises NotFound."""
        self._get(rule_id)
        rule = self._rules[rule_id] = _Rule(fault, rule_id, now=self._clock())
        self._change()
        return rule.counted(self._clock())

    def set(self, faults: Iterable[Fault], *, inbox: str | None = None) -> tuple[Counted, ...]:
        """These and no others: of one inbox, or of all. Raises Busy, and changes nothing then."""
        kept = {} if inbox is None else {each: rule for each, rule in self._rules.items() if not _of(rule, inbox)}
        before, self._rules = self._rules, kept
        try:
            return self._add(faults)
        except Busy:
            self._rules = before
            raise

    def remove(self, rule_id: str) -> None:
        """Take a rule away. Raises NotFound."""
        self._get(rule_id)
        self._rules.pop(rule_id, None)
        self._magic = OrderedDict((key, rule) for key, rule in self._magic.items() if rule.id != rule_id)
        self._change()

    def clear(self, *, inbox: str | None = None) -> None:
        """Take every rule away: of one inbox, or of all."""
        self._rules = {} if inbox is None else {key: rule for key, rule in self._rules.items() if not _of(rule, inbox)}
        if inbox is None:
            self._magic.clear()
        self._change()

    def begin(self, rule_id: str) -> Counted:
        """Have a rule count from nothing again. Raises NotFound."""
        rule = self._get(rule_id)
        rule.begin()
        self._change()
        return rule.counted(self._clock())

    # ---- what people read -------------------------------------------------------------------------------------------

    def all(self, *, inbox: str | None = None) -> tuple[Counted, ...]:
        """Every rule, in the order in which they are asked; those of one inbox, or all with the magic addresses."""
        now = self._clock()
        rules = [*self._rules.values(), *self._magic.values()]
        return tuple(rule.counted(now) for rule in rules if inbox is None or _of(rule, inbox))

    def get(self, rule_id: str) -> Counted:
        """One rule. Raises NotFound."""
        return self._get(rule_id).counted(self._clock())

    def listen(self, changed: Changed) -> None:
        """Call this after every change."""
        self._listeners.add(changed)

    def forget(self, changed: Changed) -> None:
        """Call it no more."""
        self._listeners.discard(changed)

    # ---- how it is kept ---------------------------------------------------------------------------------------------

    def _get(self, rule_id: str) -> _Rule:
        rule = self._rules.get(rule_id) or next((each for each in self._magic.values() if each.id == rule_id), None)
        if rule is None:
            raise NotFound(f"there is no fault {rule_id!r}; it may have been removed")
        return rule

    def _add(self, faults: Iterable[Fault]) -> tuple[Counted, ...]:
        added = [_Rule(fault, ids.rule_id(), now=self._clock()) for fault in faults]
        if len(self._rules) + len(added) > limits.FAULTS:
            raise Busy(f"there are {limits.FAULTS} faults at most; remove some")
        self._rules.update((rule.id, rule) for rule in added)
        self._change()
        return tuple(rule.counted(self._clock()) for rule in added)

    def _asked(self, situation: Situation) -> list[_Rule]:
        rules = self._by_stage.get(situation.stage, [])
        if not self._magic_addresses or situation.stage not in _MAGIC_STAGES:
            return rules
        addresses = (situation.recipient,) if situation.recipient else situation.recipients
        found = [self._magic_rule(address, situation.stage) for address in addresses]
        return [*rules, *(rule for rule in found if rule is not None)]

    def _magic_rule(self, address: str, stage: Stage) -> _Rule | None:
        from mailtrap_local.faults import magic

        fault = magic.fault_of(address)
        if fault is None or fault.where != stage:
            return None
        key = address.casefold()
        rule = self._magic.get(key)
        if rule is None:
            rule = self._magic[key] = _Rule(fault, ids.rule_id(), now=self._clock())
            if len(self._magic) > limits.MAGIC_ADDRESSES:
                self._magic.popitem(last=False)
        else:
            self._magic.move_to_end(key)
        return rule

    def _change(self) -> None:
        self._arrange()
        self._tell()

    def _arrange(self) -> None:
        now = self._clock()
        self._by_stage = {stage: [] for stage in _MAGIC_STAGES} if self._magic_addresses else {}
        for rule in self._rules.values():
            if rule.state(now) == "active":
                self._by_stage.setdefault(rule.fault.where, []).append(rule)

    def _tell(self) -> None:
        self.revision += 1
        for changed in tuple(self._listeners):
            changed()


_MAGIC_STAGES: tuple[Stage, ...] = ("rcpt", "end-of-data")


def _of(rule: _Rule, inbox: str) -> bool:
    return rule.fault.inbox == inbox


def _key(fault: Fault, situation: Situation) -> str:
    """What an `each` counts apart."""
    recipients = (situation.recipient,) if situation.recipient else situation.recipients
    keys: Mapping[str, str] = {
        "rcpt": " ".join(recipients).casefold(),
        "mailfrom": (situation.mail_from or "").casefold(),
        "peer": situation.peer.rpartition(":")[0],
        "user": situation.user,
        "inbox": situation.inbox,
        "session": situation.session,
    }
    return keys[fault.each]


def _told(fault: Fault) -> str:
    pause = f" after {fault.seconds:g} s" if fault.seconds else ""
    at = f" after {fault.bytes} octets" if fault.bytes else ""
    words = {
        "reply": "a reply" + pause,
        "delay": f"{fault.seconds:g} s late",
        "slow": f"{fault.rate} octets a second" + pause,
        "disconnect": f"hung up with a {'RST' if fault.reset else 'FIN'}" + pause,
        "blackhole": "no answer any more",
    }
    return words[fault.action] + at


def _verdict(fault: Fault, remark: str) -> Verdict:
    struck = Verdict(seconds=fault.seconds, remarks=(remark,))
    match fault.action:
        case "reply":
            return replace(struck, reply=fault.reply)
        case "slow":
            return replace(struck, rate=fault.rate)
        case "disconnect":
            return replace(struck, end="rst" if fault.reset else "fin")
        case "blackhole":
            return replace(struck, seconds=fault.seconds or limits.FAULT_SECONDS, end="silence")
        case "delay":
            return struck
