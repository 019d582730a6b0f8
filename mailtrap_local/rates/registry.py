"""The rate limits that are in force, and whom they have held back.

Who is one too many takes no token, so the next that fits gets through however many tries came between. What is unknown
where a limit counts (no login, no inbox yet) is not limited by it. All limits of a stage must have a token; the first
that has none says so, and none of them has lost one.
"""

import time
from collections.abc import Callable, Iterable

from msgspec import Struct

from mailtrap_local import ids, limits
from mailtrap_local.errors import Busy, NotFound
from mailtrap_local.rates.buckets import Buckets
from mailtrap_local.rates.limit import Limit
from mailtrap_local.stages import Situation, Stage, Verdict


class Metered(Struct, frozen=True, kw_only=True):
    """A limit with what it has done."""

    id: str
    limit: Limit
    passed: int
    refused: int
    keys: int  # how many are counted apart now


class _Meter:
    """A limit in force."""

    def __init__(self, limit: Limit) -> None:
        self.id = ids.rule_id()
        self.limit = limit
        self.passed = 0
        self.refused = 0
        size = limit.burst or limit.count
        self.buckets = Buckets(size=size, rate=limit.count / limit.seconds, most=limits.FAULT_EACH)

    def key(self, situation: Situation) -> str:
        """Whose bucket it is; "" for nobody's."""
        limit = self.limit
        return _key(limit, situation) if limit.inbox in (None, situation.inbox) else ""

    def refuse(self, key: str, wait: float) -> Verdict:
        """Say no to one too many."""
        self.refused += 1
        return Verdict(reply=self.limit.reply, remarks=(self._told(key, wait),))

    def take(self, key: str, now: float) -> None:
        """Let one through."""
        self.passed += 1
        self.buckets.take(key, now)

    def metered(self) -> Metered:
        return Metered(id=self.id, limit=self.limit, passed=self.passed, refused=self.refused, keys=len(self.buckets))

    def _told(self, key: str, wait: float) -> str:
        limit = self.limit
        name = limit.name or f"{limit.count} in {limit.seconds:g} s"
        return f"rate limit {name}: too much of the {limit.per} {key}; the next one gets through in {wait:.3g} s"


class RateLimits:
    """All limits. `clock` tells seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.revision = 0  # grows with every change, and with every refusal
        self._clock = clock
        self._meters: list[_Meter] = []
        self._by_stage: dict[Stage, list[_Meter]] = {}
        self._listeners: set[Callable[[], None]] = set()

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages at which something is counted."""
        return frozenset(self._by_stage)

    def ask(self, situation: Situation) -> Verdict | None:
        """What is said to one too many; None lets it through."""
        now = self._clock()
        keyed = [(meter, meter.key(situation)) for meter in self._by_stage.get(situation.stage, ())]
        counting = [(meter, key) for meter, key in keyed if key]
        for meter, key in counting:
            wait = meter.buckets.wait(key, now)
            if wait:
                verdict = meter.refuse(key, wait)
                self._tell()
                return verdict
        for meter, key in counting:
            meter.take(key, now)
        return None

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this after every change, and after every refusal."""
        self._listeners.add(changed)

    def forget(self, changed: Callable[[], None]) -> None:
        """Call it no more."""
        self._listeners.discard(changed)

    def add(self, wanted: Iterable[Limit]) -> tuple[Metered, ...]:
        """Put these in force, behind those there are. Raises Busy."""
        return self._keep(self._meters, wanted)

    def set(self, wanted: Iterable[Limit], *, inbox: str | None = None) -> tuple[Metered, ...]:
        """These and no others: of one inbox, or of all. Raises Busy, and changes nothing then."""
        return self._keep([] if inbox is None else [each for each in self._meters if each.limit.inbox != inbox], wanted)

    def remove(self, limit_id: str) -> None:
        """Take one away. Raises NotFound."""
        self.get(limit_id)
        self._keep([each for each in self._meters if each.id != limit_id], ())

    def get(self, limit_id: str) -> Metered:
        """One of them. Raises NotFound."""
        found = next((each for each in self._meters if each.id == limit_id), None)
        if found is None:
            raise NotFound(f"there is no rate limit {limit_id!r}; it may have been removed")
        return found.metered()

    def all(self, *, inbox: str | None = None) -> tuple[Metered, ...]:
        """Every limit, in the order in which they are asked; or those of one inbox."""
        return tuple(each.metered() for each in self._meters if inbox is None or each.limit.inbox == inbox)

    def _keep(self, kept: list[_Meter], wanted: Iterable[Limit]) -> tuple[Metered, ...]:
        """These that there are, and more behind them."""
        added = [_Meter(limit) for limit in wanted]
        meters = kept + added
        if len(meters) > limits.FAULTS:
            raise Busy(f"there are {limits.FAULTS} rate limits at most; remove some")
        self._meters = meters
        self._by_stage = {}
        for meter in meters:
            self._by_stage.setdefault(meter.limit.where, []).append(meter)
        self._tell()
        return tuple(each.metered() for each in added)

    def _tell(self) -> None:
        self.revision += 1
        for changed in tuple(self._listeners):
            changed()


def _key(limit: Limit, situation: Situation) -> str:
    """Whose bucket it is; "" where that is not known."""
    match limit.per:
        case "peer":
            return situation.peer.rpartition(":")[0]
        case "user":
            return situation.user
        case "mailfrom":
            return (situation.mail_from or "<>").casefold() if situation.mail_from is not None else ""
        case "domain":
            return situation.recipient.rpartition("@")[2].casefold()
        case "inbox":
            return situation.inbox
