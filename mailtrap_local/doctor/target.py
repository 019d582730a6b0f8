"""Which server to walk through, as a person writes it down."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from mailtrap_local.errors import BadRequest

Security = Literal["starttls", "tls", "plain"]

_FORM = re.compile(
    r"(?:(?P<scheme>[A-Za-z+]+)://)?(?:(?P<user>[^:@/]*)(?::(?P<password>.*))?@)?"
    r"(?P<host>\[[^\]]*\]|[^:@/\s]+)(?::(?P<port>[0-9]+))?/?"
)
_SCHEMES: dict[str, Security] = {"smtp": "starttls", "smtps": "tls"}
_IMPLICIT_TLS = 465
_SUBMISSION = 587
_RELAY = 25


@dataclass(frozen=True, slots=True)
class Target:
    """A server: STARTTLS is used where it is offered (`starttls`), never (`plain`), or TLS comes first (`tls`)."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """As a URL, without the password."""
        scheme = "smtps" if self.security == "tls" else "smtp"
        return f"{scheme}://{self.user + '@' if self.user else ''}{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine by its name."""
        return self.host.lower().rstrip(".") == "localhost" or is_loopback(self.host)


def is_loopback(address: str) -> bool:
    """Whether this is an address of this machine alone."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def read_target(text: str, *, plain: bool = False) -> Target:
    """`smtp://user:pass@host:port`, `smtps://…`, or `host:port`. Raises BadRequest.

    A port that is left out is 587 with a user and 25 without, 465 for smtps. A bare `host:465` means smtps.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        shown = _without_password(text)
        raise BadRequest(f"{shown!r} is no server; write smtp://user:password@host:port or host:port.")
    scheme = (match["scheme"] or "").lower()
    if scheme not in ("", *_SCHEMES):
        raise BadRequest(f"{scheme}:// is no way to reach a mail server; write smtp:// or smtps://.")
    user, password = unquote(match["user"] or ""), unquote(match["password"] or "")
    security = _SCHEMES.get(scheme, "starttls")
    port = int(match["port"] or (_IMPLICIT_TLS if security == "tls" else _SUBMISSION if user else _RELAY))
    if not 1 <= port <= 65_535:
        raise BadRequest(f"{port} is no port; they go from 1 to 65535.")
    if not scheme and port == _IMPLICIT_TLS:
        security = "tls"
    if plain:
        if security == "tls":
            raise BadRequest("smtps:// begins with TLS, and --plain asks for none; leave one of them out.")
        security = "plain"
    if "\0" in user + password:
        raise BadRequest("a user name or password cannot hold the character NUL.")
    return Target(match["host"].strip("[]"), port, security, user, password)


def _without_password(text: str) -> str:
    return re.sub(r":[^:@/]*@", ":…@", text)[:200]
