"""Reverse-path and forward-path as MAIL and RCPT give them (RFC 5321 sections 4.1.1.2, 4.1.1.3 and 4.1.2).

Lenient where an app's mail would be lost for a detail that harms nobody, each time with a remark; strict where two
readers could take the path for two different ones: control characters, unquoted specials, more than one address.
"""

import ipaddress
import re
from dataclasses import dataclass

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_ATOMS = re.compile(r"[^\x00-\x20\x7f-\xa0()<>\[\]:;@\\,\"]+")
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"')
_LABEL = r"(?:[A-Za-z0-9_-]|[^\x00-\xa0\s\u3002\uff0e\uff61])+"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_GENERAL_LITERAL = re.compile(r"[A-Za-z0-9-]*[A-Za-z0-9]:[\x21-\x5a\x5e-\x7e]+")
_INSIDE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^">])*')


class BadSyntax(Exception):
    """The command has not the shape `KEYWORD:<path> parameters`."""


class BadPath(Exception):
    """The path is no mailbox."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path without angle brackets and source route ("" is the null path), the parameters behind it as sent."""

    address: str
    params: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def parse(argument: bytes, *, keyword: bytes) -> Path:
    """The argument of MAIL (keyword `FROM:`) or RCPT (`TO:`). Raises BadSyntax or BadPath."""
    if argument[: len(keyword)].upper() != keyword:
        raise BadSyntax
    rest = argument[len(keyword) :]
    if _CONTROL.search(rest):
        raise BadPath
    try:
        text = rest.decode()
    except UnicodeDecodeError:
        raise BadPath from None
    remarks = []
    if text.startswith(" "):
        remarks.append("a blank before the address (RFC 5321 section 3.3 allows none)")
        text = text.lstrip(" ")
    inside, bare, params = _split(text)
    if bare:
        remarks.append("no angle brackets around the address (RFC 5321 section 4.1.2)")
    address, more = _mailbox(inside)
    return Path(address, params, (*remarks, *more))


def _split(text: str) -> tuple[str, bool, tuple[str, ...]]:
    """What stands between the angle brackets, whether they were missing, and the parameters."""
    if not text.startswith("<"):
        words = text.split()
        if not words:
            raise BadSyntax
        return words[0], True, tuple(words[1:])
    inside = _INSIDE.match(text, 1)
    if inside is None or text[inside.end() : inside.end() + 1] != ">":
        raise BadSyntax
    rest = text[inside.end() + 1 :]
    if rest and not rest.startswith(" "):
        raise BadSyntax
    return inside[0], False, tuple(rest.split())


def _mailbox(path: str) -> tuple[str, list[str]]:
    """The address inside a path, and what is to remark about it."""
    if not path:
        return "", []
    remarks = []
    if path.startswith("@"):
        route, colon, path = path.partition(":")
        if not colon or not all(_is_domain(hop.removeprefix("@")) for hop in route.split(",")):
            raise BadPath
        remarks.append("a source route, dropped (RFC 5321 appendix C)")
    local = _QUOTED.match(path) or _ATOMS.match(path)
    if local is None:
        raise BadPath
    rest = path[local.end() :]
    if not rest:
        if local[0].lower() != "postmaster":  # section 4.1.1.3 allows this one
            remarks.append("an address without a domain")
    elif not rest.startswith("@") or not _is_domain(rest[1:]):
        raise BadPath
    return path, remarks


def _is_domain(text: str) -> bool:
    return _is_literal(text[1:-1]) if text[:1] == "[" and text[-1:] == "]" else bool(_DOMAIN.fullmatch(text))


def _is_literal(text: str) -> bool:
    """What stands in the brackets of an address literal (RFC 5321 section 4.1.3)."""
    if text[:5].upper() == "IPV6:":
        return _is_address(text[5:], ipaddress.IPv6Address)
    return _is_address(text, ipaddress.IPv4Address) or bool(_GENERAL_LITERAL.fullmatch(text))


def _is_address(text: str, kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
