"""The tree that a query is parsed to, and that `match` and `sql` give their meanings to.

Leaves are terms; each node keeps `source`, the slice of the query that it was written as. Texts in terms are folded
as the columns of a message are (`document.py`), so comparing them is comparing characters.
"""

from typing import Literal

from msgspec import Struct

Column = Literal[
    "text",
    "subject",
    "message_id",
    "thread",
    "sender",
    "recipients",
    "cc",
    "bcc",
    "reply_to",
    "rcpt",
    "mail_from",
    "inbox",
    "peer",  # this and what follows: of a session alone, see envelope.py
    "user",
    "helo",
]
Number = Literal["created", "size", "read", "attachments", "inlines", "links", "codes"]
Comparison = Literal["=", "<", "<=", ">", ">="]
HeaderTest = Literal["has", "is", "re"]


class Contains(Struct, frozen=True, gc=False):
    """Any of the needles is in any of the columns. Address needles hold the marks of an address list."""

    columns: tuple[Column, ...]
    needles: tuple[str, ...]
    source: str


class Equals(Struct, frozen=True, gc=False):
    """The column is the value, whole."""

    column: Column
    value: str
    source: str


class Pattern(Struct, frozen=True, gc=False):
    """The pattern is found in any of the columns (`patterns.py` says how it runs)."""

    columns: tuple[Column, ...]
    pattern: str
    source: str


class Compares(Struct, frozen=True, gc=False):
    """A number of the message compares so with `value`: in microseconds for `created`, 0 or 1 for `read`."""

    number: Number
    comparison: Comparison
    value: int
    source: str


class Tagged(Struct, frozen=True, gc=False):
    """A tag is the name (ASCII letters of either case), or holds the pattern; with neither, there is a tag at all."""

    name: str
    pattern: str
    source: str


class HeaderField(Struct, frozen=True, gc=False):
    """A header field of that name is there ("has"), has the folded value ("is"), or holds the pattern ("re")."""

    name: str
    test: HeaderTest
    value: str
    source: str


class InSource(Struct, frozen=True, gc=False):
    """The needle, in lower case, is in the source as it was sent: in that header field, or with none anywhere.

    No query that is typed has it; fronts of catchers that search like this make it.
    """

    field: str
    needle: str
    source: str


class Never(Struct, frozen=True, gc=False):
    """A term that no stored message meets: refused and truncated mail is not kept as a message."""

    source: str


class Not(Struct, frozen=True, gc=False):
    """What the child does not match."""

    child: "Node"
    source: str


class And(Struct, frozen=True, gc=False):
    """What every child matches; two children or more."""

    children: tuple["Node", ...]
    source: str


class Or(Struct, frozen=True, gc=False):
    """What some child matches; two children or more."""

    children: tuple["Node", ...]
    source: str


Term = Contains | Equals | Pattern | Compares | Tagged | HeaderField | InSource | Never
Node = Term | Not | And | Or


def cost(node: Node) -> int:
    """A rank by what it takes to find out: numbers of the row, its texts, tags, the free text, patterns, raw bytes."""
    match node:
        case And(children) | Or(children):
            return max(map(cost, children))
        case Not(child):
            return cost(child)
        case Compares() | Never():
            return 0
        case Contains(columns) if columns != ("text",):
            return 1
        case Equals():
            return 1
        case Tagged():
            return 2
        case Contains():
            return 3
        case Pattern(columns):
            return 5 if columns == ("text",) else 4
        case HeaderField():
            return 6
        case InSource():
            return 7


def required(node: Node) -> tuple[Node, ...]:
    """What each match must meet: the children of an And, and of an And in it; any other node is one such thing."""
    if isinstance(node, And):
        return tuple(term for child in node.children for term in required(child))
    return (node,)
