"""The rate limits that are in force, and whom they have held back.

Who is one too many takes no token, so the next that fits gets through however many tries came between. What is unknown
where a limit counts (no login, no inbox yet) is not limited by it. All limits of a stage must have a token; the first
that has none says so.
"""

import time
from collections.abc import Callable, Iterable

from msgspec import Struct

from mailtrap_local import limits
from mailtrap_local.errors import Busy
from mailtrap_local.rates.buckets import Buckets
from mailtrap_local.rates.limit import Limit
from mailtrap_local.stages import Situation, Stage, Verdict


class Metered(Struct, frozen=True, kw_only=True):
    """A limit with what it has done."""

    limit: Limit
    passed: int
    refused: int
    keys: int  # how many are counted apart now


class _Meter:
    """A limit in force."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.passed = 0
        self.refused = 0
        size = limit.burst or limit.count
        self.buckets = Buckets(size=size, rate=limit.count / limit.seconds, most=limits.FAULT_EACH)

    def verdict(self, situation: Situation, now: float) -> Verdict | None:
        """None if this one goes through."""
        limit = self.limit
        key = _key(limit, situation)
        if not key or (limit.inbox is not None and limit.inbox != situation.inbox):
            return None
        wait = self.buckets.take(key, now)
        if not wait:
            self.passed += 1
            return None
        self.refused += 1
        return Verdict(reply=limit.reply, remarks=(self._told(key, wait),))

    def _told(self, key: str, wait: float) -> str:
        limit = self.limit
        name = limit.name or f"{limit.count} in {limit.seconds:g} s"
        return f"rate limit {name}: too much of the {limit.per} {key}; the next one gets through in {wait:.3g} s"


class RateLimits:
    """All limits. `clock` tells seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
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
        for meter in self._by_stage.get(situation.stage, ()):
            verdict = meter.verdict(situation, now)
            if verdict is not None:
                return verdict
        return None

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this when `stages` may have changed."""
        self._listeners.add(changed)

    def set(self, wanted: Iterable[Limit], *, inbox: str | None = None) -> None:
        """These and no others: of one inbox, or of all. Raises Busy."""
        kept = [] if inbox is None else [meter for meter in self._meters if meter.limit.inbox != inbox]
        meters = kept + [_Meter(limit) for limit in wanted]
        if len(meters) > limits.FAULTS:
            raise Busy(f"there are {limits.FAULTS} rate limits at most")
        self._meters = meters
        self._by_stage = {}
        for meter in meters:
            self._by_stage.setdefault(meter.limit.where, []).append(meter)
        for changed in tuple(self._listeners):
            changed()

    def all(self, *, inbox: str | None = None) -> tuple[Metered, ...]:
        """Every limit, in the order in which they are asked; or those of one inbox."""
        return tuple(
            Metered(limit=meter.limit, passed=meter.passed, refused=meter.refused, keys=len(meter.buckets))
            for meter in self._meters
            if inbox is None or meter.limit.inbox == inbox
        )


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
