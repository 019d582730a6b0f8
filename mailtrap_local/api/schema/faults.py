"""Faults, their presets, and Mailpit's chaos."""

from typing import Literal

from msgspec import Struct

from mailtrap_local.api.schema.messages import Moment


class FaultFields(Struct, frozen=True, kw_only=True):
    """What a fault does; docs/faults.md says what each field means."""

    Name: str
    Where: str
    Match: str
    Inbox: str | None
    Action: str
    Reply: str
    Seconds: float
    Rate: int
    Bytes: int
    Reset: bool
    Times: int | None
    After: int
    Each: str
    Expires: float | None
    Probability: float
    Seed: int | None


class Fault(FaultFields, frozen=True, kw_only=True):
    """A fault with what it has done."""

    ID: str
    Matched: int
    Fired: int
    Remaining: int | None  # null: without end, or counted apart for each
    State: Literal["active", "spent", "expired"]
    Created: Moment


class FaultRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fault as it is made. A preset gives what is left out; without one a stage and an action are needed."""

    Preset: str | None = None
    Name: str | None = None
    Where: str | None = None
    Match: str | None = None
    Inbox: str | None = None
    Action: str | None = None
    Reply: str | None = None
    Seconds: float | None = None
    Rate: int | None = None
    Bytes: int | None = None
    Reset: bool | None = None
    Times: int | None = None
    After: int | None = None
    Each: str | None = None
    Expires: float | None = None
    Probability: float | None = None
    Seed: int | None = None


class FaultRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of PUT /faults."""

    Faults: list[FaultRule]


class FaultList(Struct, frozen=True):
    """Faults in the order in which they are asked. `revision` grows with every change, counts too."""

    faults: list[Fault]
    revision: int


class FaultPreset(Struct, frozen=True):
    """A fault that has a name, whose words it has, and where they can be read; "" where nobody publishes them."""

    Name: str
    Summary: str
    Like: str
    Source: str
    Fault: FaultRule


class FaultPresets(Struct, frozen=True):
    """Every preset."""

    presets: list[FaultPreset]


class ChaosTrigger(Struct, frozen=True):
    """How often something is refused, in percent, and with which code."""

    ErrorCode: int
    Probability: int


class Chaos(Struct, frozen=True):
    """Mailpit's three triggers; one that is left out of a PUT is off."""

    Sender: ChaosTrigger | None = None
    Recipient: ChaosTrigger | None = None
    Authentication: ChaosTrigger | None = None
