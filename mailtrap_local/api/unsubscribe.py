"""The List-Unsubscribe field as the v1 format shows it: its links, and what is wrong with it (RFC 2369, RFC 8058)."""

import re

from mailtrap_local.api.schema import ListUnsubscribe

_LINK = re.compile(r"<([^<>]*)>")
_WELL_FORMED = re.compile(r"\s*<[^<>]*>(?:\s*,\s*<[^<>]*>)*\s*")
_SCHEMES = ("mailto:", "http://", "https://")


def list_unsubscribe(header: str, *, post: str) -> ListUnsubscribe:
    """The field taken apart; `Errors` is "" or one sentence, and then there are no links."""
    if not header.strip():
        return ListUnsubscribe("", [], "", post)
    links = _LINK.findall(header)
    error = _error(header, links)
    return ListUnsubscribe(header, [] if error else links, error, post)


def _error(header: str, links: list[str]) -> str:
    if not _WELL_FORMED.fullmatch(header):
        return "each link must be enclosed in <> and the links be separated by commas"
    for link in links:
        if re.search(r"\s", link):
            return f"the link {link!r} contains a space"
        if not link.lower().startswith(_SCHEMES):
            return f"the link {link!r} is neither mailto: nor http(s):"
    return ""
