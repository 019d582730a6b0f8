"""A standing query: one that is asked of each message as it comes, on the event loop.

Its patterns are the danger there. RE2 is linear in the text, but the factor is up to the pattern: 14 ns for each of its
instructions and each character at worst. So a standing query can tell beforehand what its patterns may cost over a
message, and what else it asks is asked first, since most messages fail at that; so are the plain texts that a pattern
cannot do without.
"""

from collections.abc import Callable

from mailtrap_local import limits
from mailtrap_local.search.document import Document
from mailtrap_local.search.match import predicate
from mailtrap_local.search.patterns import compiled, literals
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import And, Column, Contains, HeaderField, Node, Not, Or, Pattern, Tagged, required

Length = Callable[[Document], int]


class StandingQuery:
    """A query made ready for many messages: `may_match`, then `holds` unless its `effort` is too much."""

    def __init__(self, query: Query) -> None:
        terms = required(query.root)
        dear = [term for term in terms if _patterns(term)]
        cheap = [term for term in terms if term not in dear]
        plain = [text for term in dear for text in _plain(term)]
        self.may_match = predicate(And((*cheap, *plain), query.text))
        self.holds = predicate(And(tuple(dear), query.text))
        self._patterns = [pattern for term in dear for pattern in _patterns(term)]

    @property
    def has_patterns(self) -> bool:
        """Whether `holds` asks anything that `may_match` does not."""
        return bool(self._patterns)

    def effort(self, document: Document) -> int:
        """At most so much do its patterns cost: instructions times characters, summed."""
        return sum(size * min(length(document), limits.PATTERN_TEXT) for size, length in self._patterns)


def _plain(node: Node) -> list[Node]:
    """What the column of a pattern must hold for it to be found there."""
    if isinstance(node, Pattern) and len(node.columns) == 1:
        return [Contains(node.columns, (text,), node.source) for text in literals(node.pattern)]
    return []


def _patterns(node: Node) -> list[tuple[int, Length]]:
    """The size of each pattern of a node, with how much of a message it looks at."""
    match node:
        case And(children) | Or(children):
            return [each for child in children for each in _patterns(child)]
        case Not(child):
            return _patterns(child)
        case Pattern(columns, pattern):
            size = compiled(pattern).size
            return [(size, _length(column)) for column in columns]
        case Tagged(_, pattern) if pattern:
            return [(compiled(pattern).size, lambda document: sum(map(len, document.tags)))]
        case HeaderField(_, "re", pattern):
            return [(compiled(pattern).size, lambda document: len(document.raw))]
        case _:
            return []


def _length(column: Column) -> Length:
    return lambda document: len(getattr(document, column))
