"""What the walk asks its driver to do, and what comes of it."""

from dataclasses import dataclass
from typing import Literal

from mailtrap_local.doctor.replies import Reply
from mailtrap_local.fetch.addresses import Endpoint


@dataclass(frozen=True, slots=True)
class Resolve:
    """Look the host up: its endpoints, or Trouble."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect to this: None, or Trouble. What was connected before is closed."""

    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Secure:
    """Begin TLS on the connection: Secured, or Trouble. `name` is what the certificate must be for."""

    name: str
    verify: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """Try TLS without verifying, on a connection of its own that is closed again: Secured, or Trouble."""

    endpoint: Endpoint
    name: str


@dataclass(frozen=True, slots=True)
class Write:
    """Send these octets: None, or Trouble."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """Wait for a reply: that, Trouble, or the first octets of what is no reply."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """Hang up: None."""


Act = Resolve | Connect | Secure | Probe | Write | Read | Close


@dataclass(frozen=True, slots=True)
class Secured:
    """TLS: its version and cipher, and the server's certificate in DER."""

    version: str
    cipher: str
    certificate: bytes


TroubleKind = Literal[
    "no-name",
    "no-answer",
    "bad-name",
    "internal",
    "refused",
    "unreachable",
    "timeout",
    "closed",
    "no-tls",
    "certificate",
]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an act came to nothing. `detail` is in the system's words; `verify` is OpenSSL's code for a certificate."""

    kind: TroubleKind
    detail: str = ""
    verify: int = 0


Value = tuple[Endpoint, ...] | Secured | Reply | bytes | Trouble | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act, and how long it took."""

    value: Value
    seconds: float
