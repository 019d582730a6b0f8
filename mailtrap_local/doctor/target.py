"""Which server to walk through, as a person writes it down."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from mailtrap_local.doctor.login import BEARER, MECHANISMS
from mailtrap_local.errors import BadRequest

Security = Literal["starttls", "tls", "plain"]

_FORM = re.compile(
    r"(?:(?P<scheme>[A-Za-z+]+)://)?(?:(?P<user>[^:@/;]*)(?:;AUTH=(?P<mechanism>[^:@/;]*))?(?::(?P<password>.*))?@)?"
    r"(?P<host>\[[^\]]*\]|[^:@/\s]+)(?::(?P<port>[0-9]+))?/?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[\x21-\x7e]+")
_SCHEMES: dict[str, Security] = {"smtp": "starttls", "smtps": "tls"}
_IMPLICIT_TLS = 465
_SUBMISSION = 587
_RELAY = 25


@dataclass(frozen=True, slots=True)
class Target:
    """A server: STARTTLS is used where it is offered (`starttls`), never (`plain`), or TLS comes first (`tls`).

    `mechanism` is the one to log in with, "" for any that takes a password; with XOAUTH2 and OAUTHBEARER the password
    is the token.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = ""

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


def read_target(text: str, *, plain: bool = False, mechanism: str = "") -> Target:
    """`smtp://user:pass@host:port`, `smtps://…`, or `host:port`. Raises BadRequest.

    `smtp://user;AUTH=XOAUTH2:token@host` names the mechanism, as URLs of IMAP do (RFC 5092), and so does `mechanism`.
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
    mechanism = _mechanism(mechanism, match["mechanism"])
    if mechanism and not user and mechanism != "OAUTHBEARER":
        raise BadRequest(
            f"{mechanism} logs somebody in; give the user and the password, or the token, before the host."
        )
    if mechanism in BEARER and not _TOKEN.fullmatch(password):
        raise BadRequest(f"{mechanism} takes a token in place of the password: ASCII without blanks (RFC 6750).")
    return Target(match["host"].strip("[]"), port, security, user, password, mechanism)


def _mechanism(asked: str, of_url: str | None) -> str:
    """Which one to log in with. Raises BadRequest."""
    asked, of_url = asked.upper(), (of_url or "").upper()
    if of_url == "*":  # any, in RFC 5092
        of_url = ""
    if asked and of_url and asked != of_url:
        raise BadRequest(f"the URL says {of_url}, and --auth-mechanism {asked}; leave one of them out.")
    mechanism = asked or of_url
    if mechanism and mechanism not in MECHANISMS:
        raise BadRequest(f"{mechanism[:50]!r} is no mechanism that is spoken here; there are {', '.join(MECHANISMS)}.")
    return mechanism


def _without_password(text: str) -> str:
    return re.sub(r":[^:@/]*@", ":…@", text)[:200]
