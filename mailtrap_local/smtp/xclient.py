"""XCLIENT (postfix.org, XCLIENT_README): what a client says of another one, for which it speaks. No I/O."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailtrap_local.smtp import replies
from mailtrap_local.smtp.addresses import written
from mailtrap_local.smtp.extensions import XTEXT
from mailtrap_local.smtp.replies import Rejection

NAMES = frozenset("NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT".split())
_UNKNOWN = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})
_ENCODED = re.compile(r"\+([0-9A-F]{2})")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Client:
    """What was said, by name; "" for what the other side does not know."""

    said: Mapping[str, str]

    @property
    def login(self) -> str | None:
        """The user who has logged in, "" for nobody; None if nothing is said of it."""
        return self.said.get("LOGIN")

    def peer(self, before: str) -> str:
        """Whence the client comes, if it was said."""
        return self._address("ADDR", "PORT", before)

    def local(self, before: str) -> str:
        """Where it came to, if it was said."""
        return self._address("DESTADDR", "DESTPORT", before)

    def _address(self, host: str, port: str, before: str) -> str:
        if host not in self.said:
            return before
        return written(self.said[host], int(self.said.get(port) or 0))


def read_client(argument: bytes) -> Client:
    """The argument of XCLIENT. Raises Rejection."""
    said: dict[str, str] = {}
    for word in argument.decode("ascii", "replace").split():
        name, equals, value = word.partition("=")
        name = name.upper()
        if name not in NAMES or not equals:
            raise Rejection(replies.XCLIENT_SYNTAX)
        said[name] = "" if value.upper() in _UNKNOWN else _checked(name, value)
    if not said:
        raise Rejection(replies.XCLIENT_SYNTAX)
    return Client(said)


def _checked(name: str, value: str) -> str:
    if not XTEXT.fullmatch(value):
        raise Rejection(replies.XCLIENT_SYNTAX)
    text = _ENCODED.sub(lambda encoded: chr(int(encoded[1], 16)), value)
    text = text.encode("latin-1").decode("utf-8", "replace")
    if _CONTROL.search(text):
        raise Rejection(replies.XCLIENT_SYNTAX)
    try:
        if name in ("ADDR", "DESTADDR"):
            return str(ipaddress.ip_address(text[5:] if text[:5].upper() == "IPV6:" else text))
    except ValueError:
        raise Rejection(replies.XCLIENT_SYNTAX) from None
    if name in ("PORT", "DESTPORT") and (not _PORT.fullmatch(text) or int(text) > 65_535):
        raise Rejection(replies.XCLIENT_SYNTAX)
    return text
