"""Rate limits."""

from msgspec import Struct


class RateRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A rate limit as it is made: a preset, or so many in so many seconds for each of what."""

    Preset: str | None = None
    Name: str | None = None
    Per: str | None = None
    Count: int | None = None
    Seconds: float | None = None
    Burst: int | None = None
    Where: str | None = None
    Reply: str | None = None
    Inbox: str | None = None


class RateRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of PUT /rate-limits."""

    Limits: list[RateRule]


class RateLimit(Struct, frozen=True):
    """A rate limit with what it has done. `Keys` is how many peers, users and so on it counts apart now."""

    ID: str
    Name: str
    Per: str
    Count: int
    Seconds: float
    Burst: int
    Where: str
    Reply: str
    Inbox: str | None
    Passed: int
    Refused: int
    Keys: int


class RateLimits(Struct, frozen=True):
    """Rate limits in the order in which they are asked, and the names of the presets."""

    limits: list[RateLimit]
    presets: list[str]


class RatePreset(Struct, frozen=True):
    """Rate limits that have a name, and where they can be read. `Note`: what of them is not published."""

    Name: str
    Summary: str
    Source: str
    Note: str
    Limits: list[RateRule]


class RatePresets(Struct, frozen=True):
    """Every preset."""

    presets: list[RatePreset]
