"""A query as a predicate over one document: what a waiting test asks of a message that just came.

A tree becomes nested functions once, and is then asked of any number of documents. Cheap terms are asked first.
"""

import operator
from collections.abc import Callable, Mapping

from mailtrap_local.search.document import Document
from mailtrap_local.search.headers import header_matches
from mailtrap_local.search.patterns import compiled
from mailtrap_local.search.source import source_has
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import (
    And,
    Column,
    Compares,
    Comparison,
    Contains,
    Equals,
    HeaderField,
    InSource,
    Never,
    Node,
    Not,
    Or,
    Pattern,
    Tagged,
    cost,
)

Predicate = Callable[[Document], bool]

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
    return predicate(query.root)(document)


def predicate(node: Node) -> Predicate:
    """The tree as a function. It keeps the patterns that it needs compiled."""
    match node:
        case And(children):
            return _every([predicate(child) for child in sorted(children, key=cost)])
        case Or(children):
            return _any([predicate(child) for child in sorted(children, key=cost)])
        case Not(child):
            left_out = predicate(child)
            return lambda document: not left_out(document)
        case Contains(columns, needles):
            return _any([_contains(column, needle) for column in columns for needle in needles])
        case Equals(column, value):
            text = _text(column)
            return lambda document: text(document) == value
        case Pattern(columns, pattern):
            return _any([_found(column, pattern) for column in columns])
        case Compares(number, comparison, bound):
            compare, get = _COMPARE[comparison], operator.attrgetter(number)
            return lambda document: compare(int(get(document)), bound)
        case Tagged(name, pattern):
            return _tagged(name, pattern)
        case HeaderField(name, test, value):
            return lambda document: header_matches(document.raw, name, test, value)
        case InSource(field, needle):
            return lambda document: source_has(document.raw, field, needle)
        case Never():
            return lambda _: False


def _every(tests: list[Predicate]) -> Predicate:
    return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)


def _any(tests: list[Predicate]) -> Predicate:
    return tests[0] if len(tests) == 1 else lambda document: any(test(document) for test in tests)


def _contains(column: Column, needle: str) -> Predicate:
    text = _text(column)
    return lambda document: needle in text(document)


def _found(column: Column, pattern: str) -> Predicate:
    program, text = compiled(pattern), _text(column)
    return lambda document: program.found(text(document))


def _tagged(name: str, pattern: str) -> Predicate:
    if pattern:
        program = compiled(pattern)
        return lambda document: any(map(program.found, document.tags))
    if name:
        wanted = name.translate(_ASCII_LOWER)
        return lambda document: any(tag.translate(_ASCII_LOWER) == wanted for tag in document.tags)
    return lambda document: bool(document.tags)


def _text(column: Column) -> Callable[[Document], str]:
    return operator.attrgetter(column)
