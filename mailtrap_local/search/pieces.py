"""What the free text of a message must hold for a query to match it: where an index of the text may be asked first."""

from collections.abc import Iterator

from mailtrap_local.model import ADDRESS_MARK, LINE_MARK
from mailtrap_local.search.patterns import literals
from mailtrap_local.search.tree import Column, Contains, Equals, Node, Pattern, required

SIZE = 3  # characters of the shortest piece

# The columns whose values stand in the free text too (document.free_text); addresses without their marks.
_IN_TEXT: frozenset[Column] = frozenset(
    {"text", "subject", "sender", "recipients", "cc", "bcc", "reply_to", "mail_from"}
)


def needed(root: Node) -> tuple[str, ...]:
    """Folded pieces of `SIZE` characters or more, all of which are there in each match; none if that is unclear."""
    return tuple(dict.fromkeys(piece for term in required(root) for piece in _pieces(term) if len(piece) >= SIZE))


def _pieces(term: Node) -> Iterator[str]:
    match term:
        case Contains((column,), (needle,)) | Equals(column, needle) if column in _IN_TEXT:
            yield from needle.replace(ADDRESS_MARK, LINE_MARK).split(LINE_MARK)
        case Pattern((column,), pattern) if column in _IN_TEXT:
            for literal in literals(pattern):
                yield from literal.replace(ADDRESS_MARK, LINE_MARK).split(LINE_MARK)
