"""The query language: from the text of a search to its tree.

    query    = clause { clause }                 every clause must match
    clause   = operand { "OR" operand }          OR joins what stands next to it, tighter than the blank does
    operand  = term | ( "(" | "-(" | "!(" ) query ")"
    term     = [ "-" | "!" ] ( filter ":" [ "=" ] value | value )

So `to:ann@x.org Trick OR treat` is mail to Ann that has one of the two words: a client that builds a query from a raw
subject never loses the conditions before it. `(`, `)` and `OR` are operators only as words of their own, where they can
be: parentheses without partner or content, and an OR without an operand on both sides, are plain text. Words are told
apart in `words.py`, filters are in `filters.py`.

    plain word, "a phrase"      in From, Subject, To, Cc, Bcc, Reply-To, reverse-path, the bodies' text, file names
    from: to: cc: bcc: reply-to: addressed: rcpt: subject: message-id: mailfrom:
                                contained; `:=` the whole address, name or text; `:/.../` an RE2 pattern
    inbox: tag:                 the name; or a pattern
    header:Name[=value|=/re/]   there is such a field; with that value; with that pattern in its value
    is:                         read unread tagged; refused and truncated match nothing, as such mail is not stored
    has:                        attachment(s) inline(s) link(s) code(s)
    before: after:              a date, or an age such as 5m; up to then, from then on
    larger: smaller:            bytes, or with K M G

What looks like a filter but is none is plain text; `warnings` name the filter that may have been meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from mailtrap_local import limits
from mailtrap_local.errors import BadQuery
from mailtrap_local.search.filters import FILTERS, Builder, Moment, filter_term, text_term
from mailtrap_local.search.hints import hints
from mailtrap_local.search.tree import And, Node, Not, Or, Term
from mailtrap_local.search.words import Word, words

Role = Literal["term", "open", "close", "or"]
_OPEN = ("(", "-(", "!(")
_NOT_STORED = re.compile("[\0\ud800-\udfff]")  # what the columns hold as U+FFFD, if anything


@dataclass(frozen=True, slots=True)
class Query:
    """A search: its text, its tree, and what its author may have meant otherwise, a sentence each."""

    text: str
    root: Node
    warnings: tuple[str, ...] = ()


def parse(text: str, *, now: int, tz: tzinfo | None = None, filters: Mapping[str, Builder] = FILTERS) -> Query:
    """The query of a text. `now` is in microseconds since the epoch; dates without a zone are in `tz`, else local.

    Raises BadQuery, with the position, on an empty query, a filter without a value or with one that cannot be, and
    beyond limits.QUERY_CHARACTERS, QUERY_TERMS, QUERY_PATTERNS and QUERY_DEPTH.
    """
    if len(text) > limits.QUERY_CHARACTERS:
        raise BadQuery(
            f"the query has {len(text)} characters; {limits.QUERY_CHARACTERS} is the most", limits.QUERY_CHARACTERS
        )
    text = _NOT_STORED.sub("\ufffd", text)
    tokens = list(words(text, filters=filters))
    if not tokens:
        raise BadQuery("the query is empty; write a word to find, or a filter such as subject:welcome")
    roles = _roles(tokens)
    _check_bounds(tokens, roles)
    root = _Tree(text, tokens, roles, Moment(now, tz), filters).root()
    terms = [token for token, role in zip(tokens, roles, strict=True) if role == "term"]
    return Query(text, root, hints(terms, operators=len(terms) < len(tokens)))


def _roles(tokens: list[Word]) -> list[Role]:
    """What each word is. An operator that cannot be one where it stands is a term."""
    roles: list[Role] = ["term"] * len(tokens)
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.source in _OPEN:
            opened.append(index)
        elif token.source == ")" and opened:
            first = opened.pop()
            if first + 1 < index:
                roles[first], roles[index] = "open", "close"
    for index in range(1, len(tokens) - 1):
        if tokens[index].source != "OR" or roles[index - 1] not in ("term", "close"):
            continue
        if roles[index + 1] == "open" or (roles[index + 1] == "term" and tokens[index + 1].source != "OR"):
            roles[index] = "or"
    return roles


def _check_bounds(tokens: list[Word], roles: list[Role]) -> None:
    terms = [token for token, role in zip(tokens, roles, strict=True) if role == "term"]
    if len(terms) > limits.QUERY_TERMS:
        beyond = terms[limits.QUERY_TERMS]
        raise BadQuery(
            f"the query has {len(terms)} terms; {limits.QUERY_TERMS} is the most (put a phrase in quotes)", beyond.start
        )
    patterns = [token for token in terms if token.pattern is not None]
    if len(patterns) > limits.QUERY_PATTERNS:
        raise BadQuery(
            f"the query has {len(patterns)} patterns; {limits.QUERY_PATTERNS} is the most (join some as /one|two/)",
            patterns[limits.QUERY_PATTERNS].start,
        )
    depth = 0
    for token, role in zip(tokens, roles, strict=True):
        depth += (role == "open") - (role == "close")
        if depth > limits.QUERY_DEPTH:
            raise BadQuery(f"parentheses are {limits.QUERY_DEPTH} deep at most", token.start)


class _Tree:
    """Recursive descent over words whose roles are known; as deep as limits.QUERY_DEPTH."""

    def __init__(
        self, text: str, tokens: list[Word], roles: list[Role], asked: Moment, filters: Mapping[str, Builder]
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._roles = roles
        self._asked = asked
        self._filters = filters
        self._next = 0

    def root(self) -> Node:
        return self._query()

    def _query(self) -> Node:
        first = self._next
        clauses = [self._clause()]
        while self._role() in ("term", "open"):
            clauses.append(self._clause())
        return clauses[0] if len(clauses) == 1 else And(tuple(clauses), self._since(first))

    def _clause(self) -> Node:
        first = self._next
        operands = [self._operand()]
        while self._role() == "or":
            self._next += 1
            operands.append(self._operand())
        return operands[0] if len(operands) == 1 else Or(tuple(operands), self._since(first))

    def _operand(self) -> Node:
        first = self._next
        token = self._tokens[first]
        opens = self._role() == "open"
        self._next += 1
        if not opens:
            term = self._term(token)
            return Not(term, token.source) if token.negated else term
        group = self._query()
        self._next += 1
        return Not(group, self._since(first)) if token.source != "(" else group

    def _term(self, token: Word) -> Term:
        return filter_term(token, self._asked, self._filters) if token.filter else text_term(token)

    def _role(self) -> Role | None:
        return self._roles[self._next] if self._next < len(self._roles) else None

    def _since(self, first: int) -> str:
        """The slice of the query from the word numbered `first` to the last one taken."""
        return self._text[self._tokens[first].start : self._tokens[self._next - 1].end]
