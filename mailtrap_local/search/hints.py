"""What the author of a query may have meant: a sentence for each word that looks like something that it is not."""

import functools
import re
from collections.abc import Iterator, Sequence

from mailtrap_local.search.filters import FILTERS, shown
from mailtrap_local.search.patterns import valid
from mailtrap_local.search.words import SIGNS, Word

MOST = 5  # a warning for each word of a long text is noise
_LIKE_A_FILTER = re.compile(r"([A-Za-z][A-Za-z_-]{1,19}):(?!//)")
_NOT_KEPT = {
    "refused": "mail that was refused is not kept; the SMTP sessions tell of it",
    "truncated": "mail is kept whole or not at all",
}
_OTHER_WORDS = {
    "sender": "from",
    "recipient": "to",
    "title": "subject",
    "since": "after",
    "newer": "after",
    "until": "before",
    "older": "before",
    "envelope": "rcpt",
    "label": "tag",
    "mailbox": "inbox",
}


def hints(tokens: Sequence[Word], *, operators: bool) -> tuple[str, ...]:
    """The warnings of a query, from its terms. `operators`: it has operators too."""
    found: list[str] = []
    for index, token in enumerate(tokens):
        if len(found) >= MOST:
            break
        found.extend(_of_word(token))
        if token.filter and not token.quoted and _opens_pattern(tokens, index):
            found.append(
                f"{shown(token)} is plain text: blanks inside a pattern are quoted between its slashes,"
                f' as in {token.filter}:/"two words"/'
            )
    if operators:
        found.extend(_of_parentheses(tokens))
    return tuple(dict.fromkeys(found))[:MOST]


@functools.lru_cache(maxsize=256)
def nearest(name: str) -> str | None:
    """The filter that a name may have been meant for; None if none is near."""
    name = name.lower().replace("_", "-")
    if name in FILTERS:
        return name
    if name in _OTHER_WORDS:
        return _OTHER_WORDS[name]
    near = [(distance(name, known), known) for known in FILTERS if _comparable(name, known)]
    best = min(near, default=(9, ""))
    return best[1] if best[0] <= (1 if len(best[1]) <= 4 else 2) else None


def distance(first: str, second: str) -> int:
    """Edits between two words: a letter more, less, other, or two neighbours swapped (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _comparable(name: str, known: str) -> bool:
    """Words of two letters are all near each other: only the same letters swapped, or one more, may be meant."""
    if abs(len(name) - len(known)) > 2:
        return False
    return len(known) > 2 or sorted(name) == sorted(known) or (len(name) == 3 and name[0] == known[0])


def _of_word(token: Word) -> Iterator[str]:
    if token.filter == "is" and token.value.strip().lower() in _NOT_KEPT:
        yield f"{token.source.lstrip(SIGNS)} meets no message: {_NOT_KEPT[token.value.strip().lower()]}"
    if token.filter or token.quoted:
        if token.filter and token.quoted and token.pattern is None and _pattern_shaped(token.value):
            yield (
                f"{shown(token)} is plain text, being quoted: the quotes of a pattern stand between its slashes,"
                f' as in {token.filter}:/"two words"/'
            )
        return
    if token.pattern is not None and not valid(token.pattern):
        yield f"{shown(token)} was searched as plain text: it is not a pattern that RE2 takes"
    if token.source in ("AND", "NOT"):
        meaning = "all terms must match anyway" if token.source == "AND" else "a leading - leaves a term out"
        yield f"{shown(token)} was searched as a word: {meaning}"
    name = _LIKE_A_FILTER.match(token.source.lstrip(SIGNS))
    known = nearest(name[1]) if name else None
    if name and known:
        yield f"{shown(token)} was searched as plain text: there is no filter {name[1]}:, was {known}: meant?"


def _pattern_shaped(value: str) -> bool:
    return len(value) > 2 and value[0] == "/" and value[-1] == "/" and valid(value[1:-1])


def _opens_pattern(tokens: Sequence[Word], index: int) -> bool:
    """Whether the value opens with a slash that a later word closes, before the next filter."""
    if tokens[index].pattern is not None or not tokens[index].value.startswith("/"):
        return False
    for token in tokens[index + 1 :]:
        if token.filter:
            return False
        if token.source.endswith("/") and not token.source.startswith("/"):
            return True
    return False


def _of_parentheses(tokens: Sequence[Word]) -> Iterator[str]:
    """Parentheses that stick to their words, where grouping may have been meant."""
    opening = next((token for token in tokens if _hangs(token.source.lstrip(SIGNS), "(", ")")), None)
    closing = next((token for token in reversed(tokens) if _hangs(token.source[::-1], ")", "(")), None)
    if opening and closing and opening.start < closing.start:
        yield (
            f"{shown(opening)} and {shown(closing)} were searched as plain text:"
            " parentheses group only with blanks on both sides"
        )


def _hangs(source: str, mark: str, partner: str) -> bool:
    return len(source) > 1 and source[0] == mark and partner not in source
