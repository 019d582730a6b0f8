"""How a query falls into words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtrap_local.client.match import quote
from mailtrap_local.search.words import Word, words

FILTERS = frozenset({"to", "subject", "header", "reply-to"})


def split(text: str) -> list[Word]:
    return list(words(text, filters=FILTERS))


def one(text: str) -> Word:
    (word,) = split(text)
    return word


def test_blanks_part_words_and_positions_are_kept() -> None:
    found = split("  one\ttwo\u00a0three\n")
    assert [(word.source, word.start, word.end) for word in found] == [("one", 2, 5), ("two", 6, 9), ("three", 10, 15)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('"two words" more', ["two words", "more"]),
        ('5" and 6" disks', ['5"', "and", '6"', "disks"]),
        ('say "hi', ["say", '"hi']),
        (r'"a \"marked\" word"', ['a "marked" word']),
        (r'"C:\dir\" next', ["C:\\dir\\", "next"]),
        ('"one""two"three', ["onetwothree"]),
        ('("hello world")', ['("hello', 'world")']),
        ('""', [""]),
    ],
)
def test_quotes(text: str, values: list[str]) -> None:
    assert [word.value for word in split(text)] == values


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("-foo", True),
        ("!foo", True),
        ('-"two words"', True),
        ("-to:ann", True),
        ("!ä", True),
        ("-", False),
        ("!", False),
        ("->", False),
        ("--", False),
        ("--force", False),
        ("!!important", False),
        ("well-known", False),
        ('"-foo"', False),
    ],
)
def test_negation(text: str, negated: bool) -> None:
    assert one(text).negated is negated


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("to:ann", "to", "ann"),
        ("TO:Ann", "to", "Ann"),
        ("Reply-To:x", "reply-to", "x"),
        ('to:"Ann Lee"', "to", "Ann Lee"),
        ('"to:Ann Lee"', "to", "Ann Lee"),
        ("subject:Re:", "subject", "Re:"),
        ("to:", "to", ""),
        ("re:ann", "", "re:ann"),
        ('"to:"', "", "to:"),
        ('"to: ann"', "", "to: ann"),
        ("http://x.org/", "", "http://x.org/"),
        ("xto:ann", "", "xto:ann"),
        ("(to:ann", "", "(to:ann"),
        ('subjct:"a b"', "", 'subjct:"a'),
    ],
)
def test_filters(text: str, name: str, value: str) -> None:
    word = split(text)[0]
    assert (word.filter, word.value) == (name, value)


@pytest.mark.parametrize(
    ("text", "exact", "value"),
    [
        ("to:=ann", True, "ann"),
        ('to:="Ann Lee"', True, "Ann Lee"),
        ('"to:=Ann Lee"', True, "Ann Lee"),
        ("to:ann=", False, "ann="),
    ],
)
def test_exact(text: str, exact: bool, value: str) -> None:
    assert (one(text).exact, one(text).value) == (exact, value)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("subject:/a.b/", "a.b"),
        ("/a.b/", "a.b"),
        ("-/a.b/", "a.b"),
        ("/usr/lib/", "usr/lib"),
        (r'subject:/"order \d+ of \"x\""/', r"order \d+ of \"x\""),
        ("header:X-A=/b/", "b"),
        ("subject:/etc/passwd", None),
        ("subject:/a/b", None),
        ("subject:a/", None),
        ("subject://", None),
        ("subject:/", None),
        ("//", None),
        ('subject:"/a b/"', None),
        ('"subject:/a b/"', None),
        ('"/a/"', None),
        (r"subject:/a\/", None),
        ("header:/b/", None),
    ],
)
def test_patterns(text: str, pattern: str | None) -> None:
    assert one(text).pattern == pattern


def test_header_values_are_quoted_behind_their_equals_sign() -> None:
    assert one('header:X-Tenant="blue green"').value == "X-Tenant=blue green"
    assert one('"header:X-Tenant=blue green"').value == "X-Tenant=blue green"


@given(st.text(max_size=30).filter(lambda text: bool(text.strip())))
@example("C:\\dir\\")
@example('\\"')
def test_what_quote_gives_is_one_word_with_that_value(value: str) -> None:
    quoted = quote(value)
    for written, name in ((f"subject:{quoted}", "subject"), (f"subject:={quoted}", "subject"), (f"-to:{quoted}", "to")):
        word = one(written)
        assert (word.filter, word.value, word.pattern) == (name, value, None)
    assert split(f"{quoted} next")[1:] == [Word(len(quoted) + 1, len(quoted) + 5, "next", "next")]


@given(st.text(alphabet='ab:-!"\\/=() \n', max_size=40))
def test_words_cover_the_text_in_order(text: str) -> None:
    position = 0
    for word in split(text):
        assert text[position : word.start].strip() == ""
        assert word.source == text[word.start : word.end] != ""
        position = word.end
    assert text[position:].strip() == ""
