"""A query as a predicate over one document: what a live list and a waiting test ask of a message that just came."""

import operator
from collections.abc import Callable, Mapping

from mailtrap_local.search.document import Document
from mailtrap_local.search.headers import header_matches
from mailtrap_local.search.patterns import found
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import (
    And,
    Column,
    Compares,
    Comparison,
    Contains,
    Equals,
    HeaderField,
    Never,
    Node,
    Not,
    Or,
    Pattern,
    Tagged,
)

_COMPARE: Mapping[Comparison, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}  # as SQLite's NOCASE


def matches(query: Query, document: Document) -> bool:
    """Whether the message is one that the query asks for."""
    return _holds(query.root, document)


def failed_terms(query: Query, document: Document) -> tuple[str, ...]:
    """Why the message is none that the query asks for: each term that did not match, as it was written.

    An OR of which no side matched is named whole, as is what a `-` left out. Empty if the query matches.
    """
    return tuple(_failed(query.root, document))


def _failed(node: Node, document: Document) -> list[str]:
    if isinstance(node, And):
        return [source for child in node.children for source in _failed(child, document)]
    return [] if _holds(node, document) else [node.source]


def _holds(node: Node, document: Document) -> bool:
    match node:
        case And(children):
            return all(_holds(child, document) for child in children)
        case Or(children):
            return any(_holds(child, document) for child in children)
        case Not(child):
            return not _holds(child, document)
        case Contains(columns, needles):
            return any(needle in _text(document, column) for column in columns for needle in needles)
        case Equals(column, value):
            return _text(document, column) == value
        case Pattern(columns, pattern):
            return any(found(pattern, _text(document, column)) for column in columns)
        case Compares(number, comparison, value):
            return _COMPARE[comparison](int(getattr(document, number)), value)
        case Tagged(name, pattern):
            return _tagged(document.tags, name, pattern)
        case HeaderField(name, test, value):
            return header_matches(document.raw, name, test, value)
        case Never():
            return False


def _text(document: Document, column: Column) -> str:
    value: str = getattr(document, column)
    return value


def _tagged(tags: tuple[str, ...], name: str, pattern: str) -> bool:
    if pattern:
        return any(found(pattern, tag) for tag in tags)
    if name:
        wanted = name.translate(_ASCII_LOWER)
        return any(tag.translate(_ASCII_LOWER) == wanted for tag in tags)
    return bool(tags)
