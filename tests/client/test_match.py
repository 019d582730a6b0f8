"""From keywords to a search: what is written is what the server's own grammar reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtrap_local.client.match import pattern, search
from mailtrap_local.mime.text import fold
from mailtrap_local.search import words
from mailtrap_local.search.filters import FILTERS
from mailtrap_local.search.syntax import parse
from mailtrap_local.search.words import Word

if TYPE_CHECKING:
    from mailtrap_local.client.match import Match

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text('\\"/ ab:-!=', max_size=12)


def read(text: str) -> list[Word]:
    return list(words.words(text, filters=FILTERS))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"to": "ann@x.org"}, 'to:="ann@x.org"'),
        ({"to": "Ann Lee <ann@x.org>"}, 'to:"Ann Lee <ann@x.org>"'),
        ({"to": "@x.org"}, 'to:"@x.org"'),
        ({"from_": "ann", "cc": "bob@y.org", "bcc": "eve"}, 'from:"ann" cc:="bob@y.org" bcc:"eve"'),
        ({"subject": 'say "hi"'}, 'subject:"say \\"hi\\""'),
        ({"contains": "two words"}, '"two words"'),
        ({"contains": ["one", re.compile("t.o")]}, '"one" /"t.o"/'),
        ({"contains": "to:me"}, '" to:me"'),
        ({"subject": re.compile(r"order \d+")}, r'subject:/"order \d+"/'),
        ({"header": {"X-Tenant": "blue", "X-Any": None}}, 'header:X-Tenant="blue" header:X-Any'),
        ({"header": {"X-Tenant": re.compile("b|c")}, "tag": "news"}, 'tag:"news" header:X-Tenant=/"b|c"/'),
        ({}, ""),
    ],
)
def test_keywords(match: Match, expected: str) -> None:
    assert search(**match) == expected
    assert search("is:unread ", **match) == f"is:unread {expected}".strip()
    assert parse(search("is:unread", **match), now=0).warnings == ()


@pytest.mark.parametrize("name", ["", "X Tenant", "X:Tenant", "X=Tenant", "Tenänt"])
def test_what_is_no_header_name(name: str) -> None:
    with pytest.raises(ValueError, match="header field"):
        search(header={name: "blue"})


@given(TEXT.filter(fold), TEXT.filter(fold))
def test_values_come_through_as_they_are(first: str, second: str) -> None:
    found = read(search(subject=first, from_=second, header={"X-Any": first}))
    assert [(word.filter, word.pattern, word.negated) for word in found] == [
        ("from", None, False),
        ("subject", None, False),
        ("header", None, False),
    ]
    assert [word.value for word in found] == [second, first, f"X-Any={first}"]


@given(TEXT.filter(fold))
@example("to:ann")
@example("-word")
@example("/a/")
@example("OR")
def test_free_text_is_never_anything_else(value: str) -> None:
    (word,) = read(search(contains=value))
    assert (word.filter, word.pattern, word.negated) == ("", None, False)
    assert fold(word.value) == fold(value)


@pytest.mark.parametrize(
    ("expression", "matching"),
    [
        (r"order \d+", "order 12"),
        (r'say "hi"', 'say "hi"'),
        (r"say \"hi\"", 'say "hi"'),
        (r'["\\]+', '\\"'),
        (r"a\\", "a\\"),
        (r"https?://x\.org/", "http://x.org/"),
        (r"\Aall\Z|x", "x"),
    ],
)
def test_patterns_mean_what_they_meant(expression: str, matching: str) -> None:
    assert re.search(expression, matching)
    (word,) = read("subject:" + pattern(re.compile(expression)))
    assert word.pattern is not None
    assert re.search(word.pattern, matching)
