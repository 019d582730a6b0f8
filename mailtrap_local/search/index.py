"""Many standing queries at once: those that a message may match, found without asking each.

Theory of operation
1. A query matches nothing that lacks the needle of one of its required terms. It is filed under a piece of such a
   needle, of `PIECE` characters at most, and the column where it has to be. A pattern has needles where it is plain.
2. The needles that the columns of a message hold lead to the candidates. To look for a thousand needles takes a few
   passes over the column (needles.py).
3. Of a query's pieces the one is taken under which the fewest are filed, so that what all have in common (`order 1001`,
   `order 1002`) leads to none. Short ones are the last choice, since most messages have them.
4. A query without any is filed under the header field that it asks for, which is decoded once for all.
5. What has neither (numbers, tags, alternatives) is a candidate always.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Generic, NamedTuple, TypeVar

from mailtrap_local.search.document import Document
from mailtrap_local.search.headers import header_values
from mailtrap_local.search.needles import Needles
from mailtrap_local.search.patterns import literals
from mailtrap_local.search.tree import Column, Contains, Equals, HeaderField, Node, Pattern, required

T = TypeVar("T")

PIECE = 12  # characters: long enough to be of one query alone, short enough for a small automaton
_SHORT = 4  # characters that a needle should have
_PIECES = 64  # of a needle that are looked at
_FEW = 8  # that few may share a piece before a longer column is looked at


class Place(NamedTuple):
    """Where a query is filed: a column and a piece of it, or a header field and its value ("": any)."""

    drawer: str
    key: str
    of_header: bool = False


class Index(Generic[T]):
    """Things that stand for a query each, to be found by a message that they may match."""

    def __init__(self) -> None:
        self._columns: dict[str, Needles[T]] = {}
        self._headers: dict[str, _Drawer[T]] = {}
        self._places: dict[T, Place | None] = {}
        self._always: dict[T, None] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, item: T, root: Node | None) -> None:
        """File it under its query; None matches every message."""
        place = min(_places(root), key=self._rank, default=None) if root is not None else None
        self._places[item] = place
        if place is None:
            self._always[item] = None
        elif place.of_header:
            self._headers.setdefault(place.drawer, _Drawer()).add(place.key, item)
        else:
            self._columns.setdefault(place.drawer, Needles()).add(place.key, item)

    def discard(self, item: T) -> None:
        """Take it out."""
        place = self._places.pop(item)
        if place is None:
            del self._always[item]
            return
        cabinet: MutableMapping[str, Any] = self._headers if place.of_header else self._columns
        cabinet[place.drawer].discard(place.key, item)
        if not cabinet[place.drawer].number:
            del cabinet[place.drawer]

    def candidates(self, document: Document) -> list[T]:
        """Each that the message may match, once."""
        found = list(self._always)
        for column, needles in self._columns.items():
            found += needles.within(getattr(document, column))
        for name, drawer in self._headers.items():
            if values := header_values(document.raw, name):
                found += drawer.under({"", *values})
        return found

    def _rank(self, place: Place) -> tuple[bool, bool, int, bool, int]:
        """How good a place it is, lower is better: how many are there already, and how long it takes to look."""
        drawer = (self._headers if place.of_header else self._columns).get(place.drawer)
        crowd = drawer.crowd(place.key) if drawer else 0
        short = not place.of_header and len(place.key) < _SHORT
        return short, place.of_header, crowd // _FEW, place.drawer == "text", crowd


class _Drawer(Generic[T]):
    """What is filed for one header field, by what it has to say."""

    def __init__(self) -> None:
        self.number = 0
        self._by_key: dict[str, dict[T, None]] = {}

    def add(self, key: str, item: T) -> None:
        self._by_key.setdefault(key, {})[item] = None
        self.number += 1

    def discard(self, key: str, item: T) -> None:
        del self._by_key[key][item]
        self.number -= 1
        if not self._by_key[key]:
            del self._by_key[key]

    def crowd(self, key: str) -> int:
        return len(self._by_key.get(key, ()))

    def under(self, keys: set[str]) -> Iterator[T]:
        return (item for key in keys if key in self._by_key for item in self._by_key[key])


def _places(root: Node) -> Iterator[Place]:
    """Each place where a query may be filed: what a message must have to match."""
    for term in required(root):
        match term:
            case Contains((column,), (needle,)) | Equals(column, needle):
                yield from _pieces(column, needle)
            case Pattern((column,), pattern):
                for literal in literals(pattern):
                    yield from _pieces(column, literal)
            case HeaderField(name, test, value):
                yield Place(name, value if test == "is" else "", of_header=True)


def _pieces(column: Column, needle: str) -> Iterator[Place]:
    for start in range(max(1, min(len(needle) - PIECE + 1, _PIECES))):
        yield Place(column, needle[start : start + PIECE])
