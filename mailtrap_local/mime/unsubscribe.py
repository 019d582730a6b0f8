"""How a mail says that one gets off its list: List-Unsubscribe (RFC 2369), and by one click (RFC 8058)."""

import re
from collections.abc import Sequence

from mailtrap_local.model import Header, OneClick, Unsubscribe

_LINK = re.compile(r"<([^<>]*)>")
_WELL_FORMED = re.compile(r"\s*<[^<>]*>(?:\s*,\s*<[^<>]*>)*\s*")
_SCHEMES = ("mailto:", "http://", "https://")
_BLANK = re.compile(r"\s")
_ONE_CLICK = re.compile(r"\s*List-Unsubscribe\s*=\s*One-Click\s*", re.IGNORECASE)
_BODY = "List-Unsubscribe=One-Click"
_FORM = "application/x-www-form-urlencoded"
_SIGNED = re.compile(r"(?:^|;)\s*h\s*=([^;]*)")


def unsubscribe(fields: Sequence[Header]) -> Unsubscribe:
    """What the header fields of a mail offer."""
    header, post = _value(fields, "list-unsubscribe"), _value(fields, "list-unsubscribe-post")
    if not header.strip():
        problems = ("List-Unsubscribe-Post says nothing without List-Unsubscribe",) if post.strip() else ()
        return Unsubscribe(header, post, (), "", None, problems)
    links = _LINK.findall(header)
    error = _error(header, links)
    if error:
        return Unsubscribe(header, post, (), error, None, (f"List-Unsubscribe: {error}",))
    secure = [link for link in links if link.lower().startswith("https://")]
    offered = bool(secure and _ONE_CLICK.fullmatch(post))
    one_click = OneClick(secure[0], _BODY, _FORM) if offered else None
    return Unsubscribe(header, post, tuple(links), "", one_click, tuple(_problems(fields, links, secure, post)))


def _value(fields: Sequence[Header], name: str) -> str:
    return next((field.value for field in fields if field.name.lower() == name), "")


def _error(header: str, links: list[str]) -> str:
    if not _WELL_FORMED.fullmatch(header):
        return "each link must be enclosed in <> and the links be separated by commas"
    for link in links:
        if _BLANK.search(link):
            return f"the link {link!r} contains a space"
        if not link.lower().startswith(_SCHEMES):
            return f"the link {link!r} is neither mailto: nor http(s):"
    return ""


def _problems(fields: Sequence[Header], links: list[str], secure: list[str], post: str) -> list[str]:
    """What keeps one click from working, and what large mail providers ask for besides."""
    found = []
    if not post.strip():
        found.append("there is no List-Unsubscribe-Post, so one click is not offered")
    elif not _ONE_CLICK.fullmatch(post):
        found.append(f"List-Unsubscribe-Post must be exactly {_BODY}, it is {post.strip()[:80]!r}")
    if not secure:
        found.append("one click needs an https: link in List-Unsubscribe (RFC 8058 section 3.1)")
    elif len(secure) > 1:
        found.append("there is more than one https: link in List-Unsubscribe, where one click wants one")
    for name in ("list-unsubscribe", "list-unsubscribe-post"):
        if sum(field.name.lower() == name for field in fields) > 1:
            found.append(f"{name.title()} stands there more than once")
    if secure and post.strip() and not _is_signed(fields):
        found.append("no DKIM-Signature covers both fields (RFC 8058 section 4); a service that sends on may add it")
    return found


def _is_signed(fields: Sequence[Header]) -> bool:
    """Whether a DKIM signature names both fields; whether it is right is not looked at."""
    for field in fields:
        if field.name.lower() == "dkim-signature":
            match = _SIGNED.search(field.value)
            names = {name.strip().lower() for name in match[1].split(":")} if match else set()
            if {"list-unsubscribe", "list-unsubscribe-post"} <= names:
                return True
    return False
