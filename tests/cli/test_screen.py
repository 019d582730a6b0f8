"""What reaches a terminal: harmless, and as wide as it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.cli import screen

HOSTILE = "\x1b]0;owned\x07 \x1b[2J \x9b31m \x08\x7f a\rb \u202etxt.exe \ud800"


@given(st.text(st.characters(codec=None)))
def test_no_control_character_passes(text: str) -> None:
    assert all(each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs") for each in screen.body(text))
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in screen.cell(text))


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_text_that_does_no_harm_stays(text: str) -> None:
    assert screen.body(text) == screen.cell(text) == text


def test_what_is_escaped_can_be_read() -> None:
    assert screen.cell(HOSTILE) == ("\\x1b]0;owned\\x07 \\x1b[2J \\x9b31m \\x08\\x7f a\\rb \\u202etxt.exe \\ud800")
    assert screen.body("one\r\ntwo\n\tthree\r") == "one\ntwo\n\tthree\\r"
    assert screen.body("family \N{MAN}\u200d\N{GIRL} \u200fשלום") == "family \N{MAN}\u200d\N{GIRL} \u200fשלום"


@pytest.mark.parametrize(
    ("text", "wide"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0), ("\N{GRINNING FACE}", 2), ("ß", 1)]
)
def test_columns(text: str, wide: int) -> None:
    assert screen.columns(text) == wide


WORDS = st.text(st.sampled_from("ab 日\u0301é"), max_size=30)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6), st.integers(20, 120))
def test_a_table_fits_and_is_aligned(rows: list[tuple[str, str, str]], room: int) -> None:
    lines = screen.table([("ONE", "TWO", "THREE"), *rows], elastic=(0, 1, 2), room=room)
    assert len(lines) == len(rows) + 1
    assert all(screen.columns(line) <= room for line in lines)
    natural = sum(max(map(screen.columns, each)) for each in zip(("ONE", "TWO", "THREE"), *rows, strict=True)) + 4
    if natural <= room:
        assert not any("…" in line for line in lines)


def test_the_widest_cell_gives_way_first() -> None:
    assert screen.table([("id", "short", "x" * 30)], elastic=(1, 2), room=20) == ["id  short  xxxxxxxx…"]
