"""A query as SQL: the WHERE expression over the table `message m` that means what `match.matches` means.

Texts and numbers of a query are parameters, always; what is in the SQL is made of the constants below. The columns are
folded, so `instr` compares characters, and `%` and `_` are plain. Cheap conditions come first (`tree.cost`), since
SQLite stops at the first that fails.

In the free text GLOB stands for `instr` where the needle is short and has none of its special characters: it means the
same, and its loop skips to the needle's first character. A scan of 100,000 texts of 2 kB takes 105 to 460 ms, with
`instr` 300 to 630 ms; but on long runs of one letter GLOB is the slower, by the needle's length. GLOB ends at a NUL, so
there is none in the free text (`document.py`).
"""

import re
import sqlite3

from mailtrap_local.search.headers import header_matches
from mailtrap_local.search.patterns import found
from mailtrap_local.search.source import source_has
from mailtrap_local.search.syntax import Query
from mailtrap_local.search.tree import (
    And,
    Column,
    Compares,
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

Parameter = str | int
Expression = tuple[str, list[Parameter]]

_GLOB_PLAIN = re.compile(r"[^*?\[]{1,32}")
_TEXT = "(SELECT b.text FROM body b WHERE b.seq = m.seq)"
_TEXT_LIKE = "EXISTS (SELECT 1 FROM body b WHERE b.seq = m.seq AND b.text GLOB ?)"
_TEXT_HAS = "EXISTS (SELECT 1 FROM body b WHERE b.seq = m.seq AND instr(b.text, ?) > 0)"
_TAG = "EXISTS (SELECT 1 FROM message_tag t WHERE t.seq = m.seq"
_RAW = "(SELECT r.data FROM raw r WHERE r.seq = m.seq)"


def where(query: Query) -> Expression:
    """The expression of a whole query."""
    return expression(query.root)


def expression(node: Node) -> Expression:
    """The expression, safe to stand beside AND, and its parameters. It is never NULL."""
    parameters: list[Parameter] = []
    return _expression(node, parameters), parameters


def functions(connection: sqlite3.Connection) -> None:
    """Register what `where` calls: every connection that runs its expressions needs this."""
    connection.create_function("matches_pattern", 2, _matches_pattern, deterministic=True)
    connection.create_function("header_matches", 4, _header_matches, deterministic=True)
    connection.create_function("source_has", 3, _source_has, deterministic=True)


def _matches_pattern(pattern: str, text: str | None) -> bool:
    return text is not None and found(pattern, text)


def _header_matches(data: bytes | None, name: str, test: str, value: str) -> bool:
    return data is not None and header_matches(data, name, test, value)


def _source_has(data: bytes | None, field: str, needle: str) -> bool:
    return data is not None and source_has(data, field, needle)


def _expression(node: Node, parameters: list[Parameter]) -> str:
    match node:
        case And(children) | Or(children):
            word = " AND " if isinstance(node, And) else " OR "
            return "(" + word.join(_expression(child, parameters) for child in sorted(children, key=cost)) + ")"
        case Not(child):
            return f"NOT {_expression(child, parameters)}"
        case Compares(number, comparison, value):
            parameters.append(value)
            return f"(m.{number} {comparison} ?)"
        case Never():
            return "(0)"
        case Contains(columns, needles):
            return _any([_contains(column, needle, parameters) for column in columns for needle in needles])
        case Equals(column, value):
            parameters.append(value)
            return f"({_sql(column)} = ?)"
        case Pattern(columns, pattern):
            parameters.extend(pattern for _ in columns)
            return _any([f"matches_pattern(?, {_sql(column)})" for column in columns])
        case Tagged(name, pattern):
            return _tagged(name, pattern, parameters)
        case HeaderField(name, test, value):
            parameters.extend((name, test, value))
            return f"header_matches({_RAW}, ?, ?, ?)"
        case InSource(field, needle):
            parameters.extend((field, needle))
            return f"source_has({_RAW}, ?, ?)"


def _contains(column: Column, needle: str, parameters: list[Parameter]) -> str:
    if column == "text" and _GLOB_PLAIN.fullmatch(needle):
        parameters.append(f"*{needle}*")
        return _TEXT_LIKE
    parameters.append(needle)
    return _TEXT_HAS if column == "text" else f"instr({_sql(column)}, ?) > 0"


def _tagged(name: str, pattern: str, parameters: list[Parameter]) -> str:
    if pattern:
        parameters.append(pattern)
        return f"{_TAG} AND matches_pattern(?, t.name))"
    if name:
        parameters.append(name)
        return f"{_TAG} AND t.name = ? COLLATE NOCASE)"
    return f"{_TAG})"


def _any(tests: list[str]) -> str:
    return "(" + " OR ".join(tests) + ")"


def _sql(column: Column) -> str:
    # a message whose body is not parsed yet has no row in body: it holds nothing, rather than NULL
    return f"ifnull({_TEXT}, '')" if column == "text" else f"m.{column}"
