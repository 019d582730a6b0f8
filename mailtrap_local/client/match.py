"""From keywords to a search: `match(to="ann@x.org", subject="Reset")` is `to:="ann@x.org" subject:"Reset"`.

Each value is quoted so that the server takes it literally, whatever characters it has. A pattern made by `re.compile`
becomes `/.../`, which the server's RE2 reads (no look-around, no back-references) and matches without regard to case.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypedDict

    Text = str | re.Pattern[str]

    class Match(TypedDict, total=False):
        """What a message must be like; each of them, if several are given. Text matches without regard to case."""

        to: Text | None  # a whole address is matched exactly, anything else as a part of name or address
        from_: Text | None
        cc: Text | None
        bcc: Text | None  # of the header, and blind recipients that only SMTP named
        subject: Text | None  # a part of it
        contains: Text | Iterable[Text] | None  # text anywhere: subject, addresses, bodies, names of attachments
        header: Mapping[str, Text | None] | None  # None as the value: that there is such a field
        tag: Text | None


_ADDRESS = re.compile(r"[^\s<>,@]+@[^\s<>,@]+")
_BEFORE_MARK = re.compile(r'(\\+(?="|$))')
_IN_PATTERN = re.compile(r'\\["\\]|"')
_LIKE_A_FILTER = re.compile(r"[A-Za-z][A-Za-z-]*:")
_FIELD_NAME = re.compile(r"[!-9;<>-~]+")  # RFC 5322 section 2.2, without `=`, which ends the name in a search


def search(
    query: str = "",
    *,
    to: Text | None = None,
    from_: Text | None = None,
    cc: Text | None = None,
    bcc: Text | None = None,
    subject: Text | None = None,
    contains: Text | Iterable[Text] | None = None,
    header: Mapping[str, Text | None] | None = None,
    tag: Text | None = None,
) -> str:
    """One search of the query language; `query` comes first, as it is. Raises ValueError for what is no header name."""
    addresses = {"to": to, "from": from_, "cc": cc, "bcc": bcc}
    terms = [query.strip()]
    terms += [_address(name, value) for name, value in addresses.items() if value is not None]
    terms += [f"{name}:{literal(value)}" for name, value in (("subject", subject), ("tag", tag)) if value is not None]
    terms += [_anywhere(value) for value in _several(contains)]
    terms += [_header(name, value) for name, value in (header or {}).items()]
    return " ".join(filter(None, terms))


def quote(value: str) -> str:
    """The value so that a search takes it literally, as one piece, behind a filter or alone."""
    if not value:
        return '""'
    # a backslash before a mark or at the end stands outside the marks, where it is plain
    pieces = _BEFORE_MARK.split(value)
    quoted = ['"' + piece.replace('"', '\\"') + '"' for piece in pieces[::2]]
    return "".join(first + second for first, second in zip(quoted, [*pieces[1::2], ""], strict=True))


def pattern(value: re.Pattern[str]) -> str:
    """The pattern between slashes, its blanks and marks kept together."""
    inner = _IN_PATTERN.sub(lambda found: "\\x22" if found[0][-1] == '"' else "\\x5c", value.pattern)
    return f'/"{inner}"/'


def literal(value: Text) -> str:
    """A value as a filter takes it."""
    return quote(value) if isinstance(value, str) else pattern(value)


def _address(name: str, value: Text) -> str:
    exact = isinstance(value, str) and _ADDRESS.fullmatch(value.strip())
    return f"{name}:{'=' if exact else ''}{literal(value)}"


def _anywhere(value: Text) -> str:
    """Free text. A blank in front, which the server leaves out, keeps text such as `to:me` from being a filter."""
    return quote(" " + value) if isinstance(value, str) and _LIKE_A_FILTER.match(value) else literal(value)


def _header(name: str, value: Text | None) -> str:
    if not _FIELD_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a header field; write header={{'X-Tenant': 'blue'}}")
    return f"header:{name}" if value is None else f"header:{name}={literal(value)}"


def _several(value: Text | Iterable[Text] | None) -> Iterable[Text]:
    if value is None:
        return ()
    return (value,) if isinstance(value, (str, re.Pattern)) else value
