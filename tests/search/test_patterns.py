"""Patterns over folded columns."""

import time

import pytest

from mailtrap_local import limits
from mailtrap_local.model import Address
from mailtrap_local.search.patterns import WrongPattern, compiled, found, valid
from tests.search.shelf import mail


@pytest.mark.parametrize(
    ("pattern", "column", "expected"),
    [
        ("order \\d+", "your order 12 came", True),
        ("ORDER", "your order", True),
        ("^order", "your order", False),
        ("order$", "your order", True),
        ("", "anything", True),
        ("Straße", "strasse", True),
        ("Stra(ß|zz)e", "strasse", True),
        ("ß+x", "ssssx", True),
        ("[äß]pfel", "äpfel", True),
        ("[^ß]pfel", "äpfel", True),
        ("\\[ß", "[ss", True),
        ("A\u0308pfel", "äpfel", True),
        ("日本", "x日本x", True),
        ("\\Aa", "a\nb", True),
    ],
)
def test_found(pattern: str, column: str, expected: bool) -> None:
    assert found(pattern, column) is expected


def test_a_pattern_sees_each_line_on_its_own() -> None:
    column = "first line\nsecond line"
    assert found("^second line$", column)
    for pattern in ("first.*second", "line\\ssecond", "line[^x]second", "(?s)first.*second", "line\\nsecond"):
        assert not found(pattern, column)


def test_in_an_address_list_it_sees_names_and_addresses() -> None:
    column = mail(to=[Address("Ann Lee", "ann@x.org"), Address("", "bob@y.org")]).recipients
    for pattern in ("^ann@", "@x.org$", "lee$", "^Ann Lee <ann@x.org>$", "^bob@y.org$", "ann.*x\\.org"):
        assert found(pattern, column), pattern
    for pattern in ("lee.*bob", "lee\\sann@", "lee\\tann@", "^$", "<bob"):
        assert not found(pattern, column), pattern


def test_invalid_patterns() -> None:
    for pattern in ("(", "[", "c++", "\\1", "(?=a)", "x{9999}", "\\pL{1000}"):
        assert not valid(pattern)
        with pytest.raises(WrongPattern, match=r"\w"):
            compiled(pattern)


def test_a_pattern_that_would_be_slow_everywhere_is_refused() -> None:
    with pytest.raises(WrongPattern, match="too large"):
        compiled("a.{900}b")
    assert valid(r"\pL+ \pL+")
    assert valid("order.{0,100}shipped")


def test_a_pattern_looks_at_the_first_part_of_a_long_text() -> None:
    assert found("needle", "x" * (limits.PATTERN_TEXT - 6) + "needle")
    assert not found("needle", "x" * limits.PATTERN_TEXT + "needle")
    assert not found("needle", "ä" * (limits.PATTERN_TEXT // 2) + "needle")


def test_time_is_linear_in_the_text() -> None:
    text = "a" * 30_000
    began = time.perf_counter()
    assert not found("(a*)*b", text)
    assert not found("(a|a)*$b", text)
    assert not found("(.*a){12}b", text)
    assert time.perf_counter() - began < 5
