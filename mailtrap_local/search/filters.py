"""The filters: from the name and value of a word to a term of the tree."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from mailtrap_local.errors import BadQuery
from mailtrap_local.mime.text import fold
from mailtrap_local.model import ADDRESS_MARK, LINE_MARK
from mailtrap_local.search.dates import ALLOWED, moment
from mailtrap_local.search.patterns import WrongPattern, compiled, valid
from mailtrap_local.search.tree import (
    Column,
    Compares,
    Comparison,
    Contains,
    Equals,
    HeaderField,
    Never,
    Number,
    Pattern,
    Tagged,
    Term,
)
from mailtrap_local.search.words import Word

SHOWN = 60  # characters of a word in an error or a warning
LARGEST = 2**63 - 1  # what a column holds
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})\s*(b|kb?|mb?|gb?)?", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "B": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_MAILBOX = re.compile(r"([^<>]*)<([^<>]*)>")
_FIELD_NAME = re.compile(r"[!-9;-~]+")  # RFC 5322 section 2.2: printable US-ASCII, no colon


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a query is asked, for dates: microseconds since the epoch, and the zone of dates without one."""

    now: int
    tz: tzinfo | None = None


Builder = Callable[[Word, Moment], Term]


def filter_term(word: Word, asked: Moment, filters: Mapping[str, Builder]) -> Term:
    """The term of a word that is one of these filters. Raises BadQuery."""
    if not fold(word.value):
        raise BadQuery(
            f"{word.filter}: at character {word.start + 1} has no value; write it without a blank, as in"
            f' {word.filter}:{EXAMPLES[word.filter]}, or in quotes, "{word.filter}:", to search for the word itself',
            word.start,
        )
    return filters[word.filter](word, asked)


def text_term(word: Word) -> Term:
    """The term of a plain word; a pattern that RE2 does not take is plain text. Raises BadQuery for empty quotes."""
    if word.pattern is not None and valid(word.pattern):
        return Pattern(("text",), word.pattern, word.source)
    needle = fold(word.value)
    if not needle:
        raise BadQuery(
            f"nothing is between the quotes at character {word.start + 1}; write the text to find", word.start
        )
    return Contains(("text",), (needle,), word.source)


def shown(word: Word) -> str:
    """The word as written, short enough for a message."""
    return word.source if len(word.source) <= SHOWN else word.source[: SHOWN - 1] + "…"


def _checked(word: Word, pattern: str) -> str:
    """The pattern, if it is one. Raises BadQuery."""
    try:
        compiled(pattern)
    except WrongPattern as error:
        raise BadQuery(
            f"{shown(word)} at character {word.start + 1} is not a pattern that RE2 takes ({error});"
            " put it in quotes to search for it as plain text",
            word.start,
        ) from None
    return pattern


def _text(column: Column, *, bare: str = "") -> Builder:
    """A filter on one folded column; the characters of `bare` around a value are taken off."""

    def build(word: Word, asked: Moment) -> Term:
        if word.pattern is not None:
            return Pattern((column,), _checked(word, word.pattern), word.source)
        value = fold(word.value)
        value = value.strip(bare) or value
        return Equals(column, value, word.source) if word.exact else Contains((column,), (value,), word.source)

    return build


def _addresses(*columns: Column) -> Builder:
    """A filter on address lists: display names and addresses."""

    def build(word: Word, asked: Moment) -> Term:
        if word.pattern is not None:
            return Pattern(columns, _checked(word, word.pattern), word.source)
        return Contains(columns, _address_needles(fold(word.value), exact=word.exact), word.source)

    return build


def _address_needles(value: str, *, exact: bool) -> tuple[str, ...]:
    """What to look for in an address list. `Ann <ann@x.org>` asks for that name at that address."""
    whole = ADDRESS_MARK + value + LINE_MARK
    if mailbox := _MAILBOX.fullmatch(value):
        name = mailbox[1].strip().strip('"').strip()
        mark = LINE_MARK if exact and name else ""
        return (mark + name + ADDRESS_MARK + mailbox[2].strip() + LINE_MARK,)
    if not exact:
        return (value,)
    return (whole,) if "@" in value else (whole, LINE_MARK + value + ADDRESS_MARK)


def _reverse_path(word: Word, asked: Moment) -> Term:
    """`mailfrom:`; `<ann@x.org>` is the whole reverse-path, `<>` the null one."""
    if word.pattern is not None:
        return Pattern(("mail_from",), _checked(word, word.pattern), word.source)
    value = fold(word.value)
    mailbox = _MAILBOX.fullmatch(value)
    if mailbox and not mailbox[1].strip():
        return Equals("mail_from", mailbox[2].strip(), word.source)
    return Equals("mail_from", value, word.source) if word.exact else Contains(("mail_from",), (value,), word.source)


def _thread(word: Word, asked: Moment) -> Term:
    """`thread:` takes the id of a message: it, and each that refers to it."""
    if word.pattern is not None:
        return Pattern(("thread",), _checked(word, word.pattern), word.source)
    value = fold(word.value)
    return Contains(("thread",), (f"{LINE_MARK}{value.strip('<>') or value}{LINE_MARK}",), word.source)


def _inbox(word: Word, asked: Moment) -> Term:
    """`inbox:` takes the name as it is, since a name is an identity; only a pattern leaves case aside."""
    if word.pattern is not None:
        return Pattern(("inbox",), _checked(word, word.pattern), word.source)
    return Equals("inbox", word.value.strip(), word.source)


def _tag(word: Word, asked: Moment) -> Term:
    if word.pattern is not None:
        return Tagged("", _checked(word, word.pattern), word.source)
    return Tagged(word.value.strip(), "", word.source)


def _header(word: Word, asked: Moment) -> Term:
    """`header:Name`, `header:Name=value`, `header:Name=/pattern/`."""
    name, equals, value = word.value.partition("=")
    if word.exact or not _FIELD_NAME.fullmatch(name):
        raise BadQuery(
            f"{shown(word)} at character {word.start + 1} names no header field; write header:X-Tenant,"
            " header:X-Tenant=blue or header:X-Tenant=/pattern/",
            word.start,
        )
    if not equals:
        return HeaderField(name.lower(), "has", "", word.source)
    if not fold(value):
        raise BadQuery(
            f"{shown(word)} at character {word.start + 1} has no value; write header:{name} to ask for the field",
            word.start,
        )
    if word.pattern is not None:
        return HeaderField(name.lower(), "re", _checked(word, word.pattern), word.source)
    return HeaderField(name.lower(), "is", fold(value), word.source)


def _size(comparison: Comparison) -> Builder:
    def build(word: Word, asked: Moment) -> Term:
        size = _SIZE.fullmatch(word.value.strip())
        if not size:
            raise BadQuery(
                f"{shown(word)} at character {word.start + 1} is no size; write bytes or a number with K, M or G,"
                f" such as {word.filter}:1.5M",
                word.start,
            )
        count = int(Decimal(size[1]) * _UNITS[(size[2] or "")[:1].upper()])
        return Compares("size", comparison, min(count, LARGEST), word.source)

    return build


def _date(comparison: Comparison) -> Builder:
    def build(word: Word, asked: Moment) -> Term:
        try:
            value = moment(word.value, now=asked.now, tz=asked.tz)
        except ValueError:
            raise BadQuery(f"{shown(word)} at character {word.start + 1} is no date; {ALLOWED}", word.start) from None
        return Compares("created", comparison, value, word.source)

    return build


def _state(kinds: Mapping[str, Callable[[str], Term]]) -> Builder:
    """A filter that takes one of a few words."""

    def build(word: Word, asked: Moment) -> Term:
        kind = kinds.get(word.value.strip().lower())
        if kind is None:
            allowed = ", ".join(kinds)
            raise BadQuery(
                f"{shown(word)} at character {word.start + 1} is not known; {word.filter}: takes one of {allowed}",
                word.start,
            )
        return kind(word.source)

    return build


def _some(number: Number) -> Callable[[str], Term]:
    return lambda source: Compares(number, ">", 0, source)


def _read(value: int) -> Callable[[str], Term]:
    return lambda source: Compares("read", "=", value, source)


_IS: Mapping[str, Callable[[str], Term]] = {
    "read": _read(1),
    "unread": _read(0),
    "tagged": lambda source: Tagged("", "", source),
    "refused": Never,
    "truncated": Never,
}
_HAS: Mapping[str, Callable[[str], Term]] = {
    "attachment": _some("attachments"),
    "attachments": _some("attachments"),
    "inline": _some("inlines"),
    "inlines": _some("inlines"),
    "link": _some("links"),
    "links": _some("links"),
    "code": _some("codes"),
    "codes": _some("codes"),
}
FILTERS: Mapping[str, Builder] = {
    "from": _addresses("sender"),
    "to": _addresses("recipients"),
    "cc": _addresses("cc"),
    "bcc": _addresses("bcc"),
    "reply-to": _addresses("reply_to"),
    "addressed": _addresses("sender", "recipients", "cc", "bcc", "reply_to"),
    "rcpt": _addresses("rcpt"),
    "mailfrom": _reverse_path,
    "subject": _text("subject"),
    "message-id": _text("message_id", bare="<>"),
    "thread": _thread,
    "header": _header,
    "inbox": _inbox,
    "tag": _tag,
    "is": _state(_IS),
    "has": _state(_HAS),
    "before": _date("<="),
    "after": _date(">="),
    "larger": _size(">"),
    "smaller": _size("<"),
}
# What can be asked of a session before there is a mail (envelope.py)
ENVELOPE_FILTERS: Mapping[str, Builder] = {
    "rcpt": _addresses("rcpt"),
    "mailfrom": _reverse_path,
    "inbox": _inbox,
    "peer": _text("peer"),
    "user": _text("user"),
    "helo": _text("helo"),
}
EXAMPLES: Mapping[str, str] = {
    **dict.fromkeys(("from", "to", "cc", "bcc", "reply-to", "addressed", "rcpt", "mailfrom"), "ann@example.org"),
    "subject": "welcome",
    "message-id": "1234@example.org",
    "thread": "1234@example.org",
    "header": "X-Tenant=blue",
    "inbox": "default",
    "tag": "news",
    "is": "unread",
    "has": "attachment",
    "before": "2024-01-31",
    "after": "5m",
    "larger": "1M",
    "smaller": "100K",
    "peer": "127.0.0.1",
    "user": "ann",
    "helo": "client.example.org",
}
