"""The words of a query: where each begins and ends, what is quoted in it, and whether it is a filter.

Rules
1. Blanks part words. A quote mark counts where a word, or a filter's value, begins with one, and there `"a b"` is one
   piece without its marks, `\\"` in it is a mark. In the middle of a bare word (`5"`) and without a partner it is a
   character like any other.
2. A leading `-` or `!` negates a word that has a letter, a digit or a quote mark behind it. Alone, doubled (`--force`)
   or before nothing but marks (`->`) it is plain text.
3. A word is a filter only if the text before its first `:` is the name of one, in letters of either case. Quoted whole,
   as Mailpit's clients do (`"to:Ann Lee"`), it is one too, but not with a blank behind the colon (`"From: Ann"`).
4. A bare word or value `/.../` is a pattern only if the closing slash ends the word. Blanks in it are quoted between
   the slashes: `/"order \\d+"/`.
"""

import itertools
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

SIGNS = "-!"
_NAME = re.compile(r"([A-Za-z][A-Za-z-]*):")
_MARK = re.compile(r'(?<!\\)"')
_FIELD = re.compile(r"[^\s\"=]+=")  # of header:Name=value


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `value` is the text without quote marks: a filter's value, or the whole of a plain word."""

    start: int
    end: int
    source: str  # as written, the sign included
    value: str
    negated: bool = False
    filter: str = ""  # lower-case; "" for a plain word
    exact: bool = False  # the value is behind `:=`
    pattern: str | None = None  # what is between the slashes, if it is a pattern
    quoted: bool = False


def words(text: str, *, filters: Container[str]) -> Iterator[Word]:
    """The words of a query from left to right; `filters` are the known names."""
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        word = _word(text, position, filters)
        yield word
        position = word.end


def _word(text: str, start: int, filters: Container[str]) -> Word:
    body = start + _is_negation(text, start)
    negated = body > start
    name = _NAME.match(text, body)
    if name and name[1].lower() in filters:
        return _filter(text, start, name, negated=negated)
    end, value, quoted = _read(text, body, body)
    inner = _NAME.match(value) if quoted else None
    if inner and inner[1].lower() in filters and value[inner.end() :].strip() == value[inner.end() :] != "":
        exact = value[inner.end()] == "="
        rest = value[inner.end() + exact :]
        return Word(start, end, text[start:end], rest, negated, inner[1].lower(), exact, None, True)
    pattern = _pattern(text, body, end)
    return Word(start, end, text[start:end], value, negated, "", False, pattern, quoted)


def _filter(text: str, start: int, name: re.Match[str], *, negated: bool) -> Word:
    """A word that begins with the name of a filter."""
    label = name[1].lower()
    first = name.end()
    exact = text.startswith("=", first)
    opening = first + exact  # where the value begins, and a quote mark counts
    field = _FIELD.match(text, first) if label == "header" else None
    if field:
        opening = field.end()
    end, value, quoted = _read(text, first + exact, opening)
    pattern = _pattern(text, opening, end) if field or label != "header" else None
    return Word(start, end, text[start:end], value, negated, label, exact, pattern, quoted)


def _is_negation(text: str, start: int) -> bool:
    if text[start] not in SIGNS:
        return False
    behind = "".join(itertools.takewhile(lambda character: not character.isspace(), text[start + 1 :]))
    if behind[:1] in ("", *SIGNS):
        return False
    return behind.startswith('"') or any(map(str.isalnum, behind))


def _read(text: str, start: int, opening: int) -> tuple[int, str, bool]:
    """Where the word ends, its text without quote marks, and whether there were any that counted.

    Marks count from `opening` on, if there is one at it (or behind a slash at it).
    """
    pieces: list[str] = []
    position = start
    first_mark = opening + text.startswith('/"', opening)
    quoted = False
    while position < len(text) and not text[position].isspace():
        closing = -1
        if text[position] == '"' and (quoted or position == first_mark):
            closing = _closing(text, position + 1)
        if closing < 0:
            pieces.append(text[position])
            position += 1
            continue
        pieces.append(text[position + 1 : closing].replace('\\"', '"'))
        quoted = True
        position = closing + 1
    return position, "".join(pieces), quoted


def _closing(text: str, start: int) -> int:
    """Where the quote mark is that closes what begins at `start`; -1 if there is none."""
    unescaped = _MARK.search(text, start)
    return unescaped.start() if unescaped else text.find('"', start)


def _pattern(text: str, start: int, end: int) -> str | None:
    """What is between the slashes, quote marks taken off, if the value is a pattern."""
    written = text[start:end]
    if len(written) < 3 or written[0] != "/" or written[-1] != "/" or written[-2] == "\\":
        return None
    inner = written[1:-1]
    if inner.startswith('"'):
        inner = _MARK.sub("", inner)
    return inner or None
