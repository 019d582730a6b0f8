"""Faults: having the server misbehave on purpose, a known number of times.

    client.faults.add("rcpt", reply="451 4.7.1 Try again later", times=2)

What each field means is in docs/faults.md. As in `core.py` each call is a generator of requests that is sent the
answers; `Faults` drives them over blocking sockets, `AsyncFaults` on an event loop.
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
    from mailtrap_local.client.sync import Client

_FAULTS = f"{V1}/faults"


class Fields(TypedDict, total=False):
    """What a fault does, beside where. `preset` gives what is left out."""

    preset: str
    name: str
    match: str
    inbox: str
    action: str
    reply: str
    seconds: float
    rate: int
    bytes: int
    reset: bool
    times: int
    after: int
    each: str
    expires: float
    probability: float
    seed: int


@dataclass(frozen=True)
class Fault:
    """A fault, and what it had done when the server told of it. `wire` is all of it as the server has it."""

    id: str
    name: str
    where: str
    action: str
    reply: str
    match: str
    inbox: str | None
    times: int | None
    matched: int
    fired: int
    remaining: int | None  # None: without end, or counted apart for each
    state: str  # active, spent or expired
    wire: Mapping[str, Any]


class Faults:
    """The faults of a client's scope."""

    def __init__(self, client: Client) -> None:
        self._run = client._run

    def add(self, where: str = "", /, **fields: Unpack[Fields]) -> Fault:
        """Put a fault in force, behind those there are. Raises ServerRefused, which says what is wrong with it."""
        return self._run(_add(where, fields))

    def all(self) -> tuple[Fault, ...]:
        """Each of them, in the order in which they are asked."""
        return self._run(_all())

    def get(self, fault: Fault | str) -> Fault:
        """The same fault with what it has done by now. Raises Missing."""
        return self._run(_one("GET", fault))

    def reset(self, fault: Fault | str) -> Fault:
        """Have it count from nothing again. Raises Missing."""
        return self._run(_one("POST", fault, "/reset"))

    def remove(self, fault: Fault | str) -> None:
        """Take it away. Raises Missing."""
        self._run(_remove(fault))

    def clear(self) -> None:
        """Take every fault of the scope away."""
        self._run(_clear())

    def presets(self) -> dict[str, str]:
        """The faults that have a name, and what each does."""
        return self._run(_presets())


class AsyncFaults:
    """As `Faults`, to be awaited."""

    def __init__(self, client: AsyncClient) -> None:
        self._run = client._run

    async def add(self, where: str = "", /, **fields: Unpack[Fields]) -> Fault:
        """Put a fault in force, behind those there are. Raises ServerRefused, which says what is wrong with it."""
        return await self._run(_add(where, fields))

    async def all(self) -> tuple[Fault, ...]:
        """Each of them, in the order in which they are asked."""
        return await self._run(_all())

    async def get(self, fault: Fault | str) -> Fault:
        """The same fault with what it has done by now. Raises Missing."""
        return await self._run(_one("GET", fault))

    async def reset(self, fault: Fault | str) -> Fault:
        """Have it count from nothing again. Raises Missing."""
        return await self._run(_one("POST", fault, "/reset"))

    async def remove(self, fault: Fault | str) -> None:
        """Take it away. Raises Missing."""
        await self._run(_remove(fault))

    async def clear(self) -> None:
        """Take every fault of the scope away."""
        await self._run(_clear())

    async def presets(self) -> dict[str, str]:
        """The faults that have a name, and what each does."""
        return await self._run(_presets())


def _add(where: str, fields: Fields) -> Steps[Fault]:
    given = {"Where": where, **fields} if where else dict(fields)
    return _fault(answered((yield Request("POST", _FAULTS, body=json.dumps(given).encode()))))


def _all() -> Steps[tuple[Fault, ...]]:
    return tuple(map(_fault, answered((yield Request("GET", _FAULTS)))["faults"]))


def _one(method: str, fault: Fault | str, behind: str = "") -> Steps[Fault]:
    return _fault(answered((yield Request(method, _path(fault) + behind))))


def _remove(fault: Fault | str) -> Steps[None]:
    good((yield Request("DELETE", _path(fault))))


def _clear() -> Steps[None]:
    good((yield Request("DELETE", _FAULTS)))


def _presets() -> Steps[dict[str, str]]:
    told = answered((yield Request("GET", f"{_FAULTS}/presets")))
    return {each["Name"]: each["Summary"] for each in told["presets"]}


def _path(fault: Fault | str) -> str:
    """Where a fault is; an empty id must not come to mean all of them."""
    name = fault if isinstance(fault, str) else fault.id
    if not name.isalnum():
        raise ValueError(f"{name!r} is not the id of a fault")
    return f"{_FAULTS}/{name}"


def _fault(wire: Mapping[str, Any]) -> Fault:
    return Fault(
        id=wire["ID"],
        name=wire["Name"],
        where=wire["Where"],
        action=wire["Action"],
        reply=wire["Reply"],
        match=wire["Match"],
        inbox=wire["Inbox"],
        times=wire["Times"],
        matched=wire["Matched"],
        fired=wire["Fired"],
        remaining=wire["Remaining"],
        state=wire["State"],
        wire=wire,
    )
