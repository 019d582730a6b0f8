"""Rate limits: having the server hold back what is too much, and seeing whom it held back.

    client.rate_limits.add(per="user", count=2, seconds=60)
    client.rate_limits.set(preset="amazon-ses")

What each field means is in docs/faults.md. As in `core.py` each call is a generator of requests that is sent the
answers; `RateLimits` drives them over blocking sockets, `AsyncRateLimits` on an event loop.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from mailtrap_local.client.core import V1, Steps, answered, good
from mailtrap_local.client.http11 import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Unpack

    from mailtrap_local.client.aio import AsyncClient
    from mailtrap_local.client.http11 import Answer
    from mailtrap_local.client.sync import Client

_LIMITS = f"{V1}/rate-limits"


class Rate(TypedDict, total=False):
    """How much, of whom, and what is said to one too many; or a `preset`, which has all that."""

    preset: str
    name: str
    per: str
    count: int
    seconds: float
    burst: int
    where: str
    reply: str
    inbox: str


@dataclass(frozen=True)
class RateLimit:
    """A rate limit, and what it had done when the server told of it. `wire` is all of it as the server has it."""

    id: str
    name: str
    per: str
    count: int
    seconds: float
    burst: int
    where: str
    reply: str
    inbox: str | None
    passed: int
    refused: int
    wire: Mapping[str, Any]


class RateLimits:
    """The rate limits of a client's scope."""

    def __init__(self, client: Client) -> None:
        self._run = client._run

    def add(self, **rate: Unpack[Rate]) -> tuple[RateLimit, ...]:
        """Put one in force, or those of a preset. Raises ServerRefused, which says what is wrong with it."""
        return self._run(_add(rate))

    def set(self, **rate: Unpack[Rate]) -> tuple[RateLimit, ...]:
        """Have this one, or those of a preset, and no others in the scope. Raises ServerRefused."""
        return self._run(_set(rate))

    def all(self) -> tuple[RateLimit, ...]:
        """Each of them, in the order in which they are asked."""
        return self._run(_all())

    def get(self, limit: RateLimit | str) -> RateLimit:
        """The same limit with what it has done by now. Raises Missing."""
        return self._run(_one(limit))

    def remove(self, limit: RateLimit | str) -> None:
        """Take it away. Raises Missing."""
        self._run(_remove(limit))

    def clear(self) -> None:
        """Take every rate limit of the scope away."""
        self._run(_clear())

    def presets(self) -> dict[str, str]:
        """The rate limits that have a provider's name, and how much each allows."""
        return self._run(_presets())


class AsyncRateLimits:
    """As `RateLimits`, to be awaited."""

    def __init__(self, client: AsyncClient) -> None:
        self._run = client._run

    async def add(self, **rate: Unpack[Rate]) -> tuple[RateLimit, ...]:
        """Put one in force, or those of a preset. Raises ServerRefused, which says what is wrong with it."""
        return await self._run(_add(rate))

    async def set(self, **rate: Unpack[Rate]) -> tuple[RateLimit, ...]:
        """Have this one, or those of a preset, and no others in the scope. Raises ServerRefused."""
        return await self._run(_set(rate))

    async def all(self) -> tuple[RateLimit, ...]:
        """Each of them, in the order in which they are asked."""
        return await self._run(_all())

    async def get(self, limit: RateLimit | str) -> RateLimit:
        """The same limit with what it has done by now. Raises Missing."""
        return await self._run(_one(limit))

    async def remove(self, limit: RateLimit | str) -> None:
        """Take it away. Raises Missing."""
        await self._run(_remove(limit))

    async def clear(self) -> None:
        """Take every rate limit of the scope away."""
        await self._run(_clear())

    async def presets(self) -> dict[str, str]:
        """The rate limits that have a provider's name, and how much each allows."""
        return await self._run(_presets())


def _add(rate: Rate) -> Steps[tuple[RateLimit, ...]]:
    return _limits((yield Request("POST", _LIMITS, body=json.dumps(rate).encode())))


def _set(rate: Rate) -> Steps[tuple[RateLimit, ...]]:
    return _limits((yield Request("PUT", _LIMITS, body=json.dumps({"Limits": [rate]}).encode())))


def _all() -> Steps[tuple[RateLimit, ...]]:
    return _limits((yield Request("GET", _LIMITS)))


def _one(limit: RateLimit | str) -> Steps[RateLimit]:
    return _limit(answered((yield Request("GET", f"{_LIMITS}/{_id(limit)}"))))


def _remove(limit: RateLimit | str) -> Steps[None]:
    good((yield Request("DELETE", f"{_LIMITS}/{_id(limit)}")))


def _clear() -> Steps[None]:
    good((yield Request("DELETE", _LIMITS)))


def _presets() -> Steps[dict[str, str]]:
    told = answered((yield Request("GET", f"{_LIMITS}/presets")))
    return {each["Name"]: each["Summary"] for each in told["presets"]}


def _id(limit: RateLimit | str) -> str:
    """Which one; an empty id must not come to mean all of them."""
    name = limit if isinstance(limit, str) else limit.id
    if not name.isalnum():
        raise ValueError(f"{name!r} is not the id of a rate limit")
    return name


def _limits(answer: Answer) -> tuple[RateLimit, ...]:
    return tuple(map(_limit, answered(answer)["limits"]))


def _limit(wire: Mapping[str, Any]) -> RateLimit:
    return RateLimit(
        id=wire["ID"],
        name=wire["Name"],
        per=wire["Per"],
        count=wire["Count"],
        seconds=wire["Seconds"],
        burst=wire["Burst"],
        where=wire["Where"],
        reply=wire["Reply"],
        inbox=wire["Inbox"],
        passed=wire["Passed"],
        refused=wire["Refused"],
        wire=wire,
    )
