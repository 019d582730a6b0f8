"""The query language over a session whose mail is not there yet: what a fault is matched with.

    plain word, "a phrase"      in the reverse-path or a recipient
    rcpt: mailfrom: inbox:      as in a search
    peer: user: helo:           contained; `:=` the whole text; `:/.../` an RE2 pattern

Words, quotes, `OR`, parentheses and `-` are those of `syntax.py`. What looks like a filter and is none of these is an
error here and never plain text: nobody makes these queries from the subject of a mail, and a fault that can never fire
would pass for a test that cannot fail.
"""

import re
from collections.abc import Callable
from typing import cast

from msgspec import Struct

from mailtrap_local.errors import BadQuery
from mailtrap_local.mime.text import fold
from mailtrap_local.model import ADDRESS_MARK, LINE_MARK
from mailtrap_local.search import match, syntax
from mailtrap_local.search.filters import ENVELOPE_FILTERS, FILTERS, shown
from mailtrap_local.search.words import SIGNS, words
from mailtrap_local.stages import Situation

_LIKE_A_FILTER = re.compile(r"([A-Za-z][A-Za-z_-]{1,19}):(?!//)")


class Talk(Struct, frozen=True, gc=False):
    """One session at one moment as a query sees it; the texts are folded as `document.py` has them."""

    text: str
    rcpt: str
    mail_from: str
    inbox: str
    peer: str
    user: str
    helo: str


def talk(situation: Situation) -> Talk:
    """What a query looks at in this situation. At the stage rcpt the recipient is the one that is being answered."""
    addresses = (situation.recipient,) if situation.recipient else situation.recipients
    recipients = [fold(address) for address in addresses]
    reverse_path = fold(situation.mail_from or "")
    return Talk(
        text=LINE_MARK.join((reverse_path, *recipients)),
        rcpt="".join(LINE_MARK + ADDRESS_MARK + each for each in recipients) + LINE_MARK if recipients else "",
        mail_from=reverse_path,
        inbox=situation.inbox,
        peer=situation.peer,
        user=fold(situation.user),
        helo=fold(situation.helo),
    )


def parse(text: str) -> syntax.Query:
    """The query of a text. Raises BadQuery, also for a filter that asks for what no session has."""
    query = syntax.parse(text, now=0, filters=ENVELOPE_FILTERS)
    for word in words(query.text, filters=ENVELOPE_FILTERS):
        name = None if word.filter or word.quoted else _LIKE_A_FILTER.match(word.source.lstrip(SIGNS))
        if name:
            why = "is known of stored mail only" if name[1].lower() in FILTERS else "is no filter"
            known = ", ".join(f"{each}:" for each in ENVELOPE_FILTERS)
            raise BadQuery(
                f"{shown(word)} at character {word.start + 1}: {name[1]}: {why}; of a session one can ask {known}"
                " or plain text (in quotes if it has a colon)",
                word.start,
            )
    return query


def predicate(query: syntax.Query) -> Callable[[Talk], bool]:
    """The query as a function. What it looks at is in a Talk as it is in a Document."""
    return cast(Callable[[Talk], bool], match.predicate(query.root))


def asked_of(query: syntax.Query) -> frozenset[str]:
    """The names of the filters in a query; "" stands for plain text."""
    found = {word.filter for word in words(query.text, filters=ENVELOPE_FILTERS) if word.source not in _MARKS}
    return frozenset(found)


_MARKS = ("(", ")", "-(", "!(", "OR")
