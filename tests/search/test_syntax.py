"""From the text of a query to its tree: operators, what is none, limits, and queries built from raw subjects."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local import limits
from mailtrap_local.client.match import quote
from mailtrap_local.errors import BadQuery
from mailtrap_local.model import Address
from mailtrap_local.search.filters import EXAMPLES, FILTERS
from mailtrap_local.search.match import matches
from mailtrap_local.search.syntax import Query, parse
from mailtrap_local.search.tree import And, Contains, Node, Not, Or
from mailtrap_local.search.words import SIGNS
from tests.search.shelf import NOW, mail

FAULTLESS = (
    "( ) OR or AND - -> -- (World) ((x :) ;-( Re: 5\" 100% a_b ä ẞ İ subjct:x http://x.org/ /etc/passwd a/ 'q' \\ =? *"
)


def query(text: str) -> Query:
    return parse(text, now=NOW)


def shape(node: Node) -> object:
    """The tree as nested tuples: needles, and the operators over them."""
    match node:
        case And(children):
            return ("and", *map(shape, children))
        case Or(children):
            return ("or", *map(shape, children))
        case Not(child):
            return ("not", shape(child))
        case Contains(_, needles):
            return needles[0]
    raise AssertionError(node)


def refusal(text: str) -> BadQuery:
    with pytest.raises(BadQuery) as caught:
        query(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("a b", ("and", "a", "b")),
        ("a OR b", ("or", "a", "b")),
        ("a OR b OR c", ("or", "a", "b", "c")),
        ("a b OR c d", ("and", "a", ("or", "b", "c"), "d")),
        ("( a b ) OR c", ("or", ("and", "a", "b"), "c")),
        ("( a )", "a"),
        ("( ( a ) )", "a"),
        ("( a OR b ) c", ("and", ("or", "a", "b"), "c")),
        ("-a", ("not", "a")),
        ("!a", ("not", "a")),
        ("-a OR b", ("or", ("not", "a"), "b")),
        ("-( a b )", ("not", ("and", "a", "b"))),
        ("!( a OR b ) c", ("and", ("not", ("or", "a", "b")), "c")),
        ("-( -( a ) )", ("not", ("not", "a"))),
        ('a "OR" b', ("and", "a", "or", "b")),
        ('"(" a ")"', ("and", "(", "a", ")")),
        ("a or b", ("and", "a", "or", "b")),
    ],
)
def test_operators(text: str, expected: object) -> None:
    assert shape(query(text).root) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OR", "or"),
        ("OR a", ("and", "or", "a")),
        ("a OR", ("and", "a", "or")),
        ("a OR OR b", ("and", "a", ("or", "or", "b"))),
        ("( OR )", "or"),
        ("( OR a )", ("and", "or", "a")),
        ("(", "("),
        ("( a", ("and", "(", "a")),
        ("a )", ("and", "a", ")")),
        (") (", ("and", ")", "(")),
        ("( )", ("and", "(", ")")),
        ("( ( )", ("and", "(", "(", ")")),
        ("( a ) )", ("and", "a", ")")),
        ("( ( a )", ("and", "(", "a")),
        ("(a OR b)", ("or", "(a", "b)")),
        ("-( a", ("and", "-(", "a")),
        ("a - b", ("and", "a", "-", "b")),
    ],
)
def test_what_cannot_be_an_operator_where_it_stands_is_plain_text(text: str, expected: object) -> None:
    assert shape(query(text).root) == expected


def test_each_node_keeps_how_it_was_written() -> None:
    root = query('to:Ann  -( a   OR "b c" ) x').root
    assert isinstance(root, And)
    assert root.source == 'to:Ann  -( a   OR "b c" ) x'
    assert [child.source for child in root.children] == ["to:Ann", '-( a   OR "b c" )', "x"]
    group = root.children[1]
    assert isinstance(group, Not)
    assert group.child.source == 'a   OR "b c"'


def test_a_raw_subject_with_operators_keeps_the_conditions_before_it() -> None:
    asked = query("to:ann@x.org subject:Trick OR treat")
    to_ann, to_bob = [Address("", "ann@x.org")], [Address("", "bob@x.org")]
    assert matches(asked, mail(subject="Trick OR treat", to=to_ann))
    assert not matches(asked, mail(subject="Trick OR treat", to=to_bob))


def test_a_raw_subject_with_parentheses_and_or() -> None:
    asked = query("subject:Hello (World) OR more")
    assert matches(asked, mail(subject="Hello (World) OR more"))
    assert not matches(asked, mail(subject="Hello"))
    assert not matches(asked, mail(subject="Goodbye (World) OR more"))


plain_words = st.text(alphabet=string.ascii_letters + "0123456789äßŁ日().,;%_*[]#@&+'=<>?", min_size=1, max_size=8)


@given(st.lists(st.sampled_from(FAULTLESS.split()) | plain_words, min_size=1, max_size=8))
def test_a_query_built_from_a_raw_subject_finds_the_mail(pieces: list[str]) -> None:
    subject = " ".join(pieces)
    if subject[0] in f"={SIGNS}":
        subject = "x" + subject
    assert matches(query(f"subject:{subject}"), mail(subject=subject))


@given(st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip())))
def test_a_quoted_subject_is_found_whatever_it_is(subject: str) -> None:
    document = mail(subject=subject)
    for filter_ in ("subject:", "subject:=", "from:x OR subject:"):
        assert matches(query(filter_ + quote(subject)), document)
    assert not matches(query(f"-subject:{quote(subject)}"), document)
    assert not matches(query(f"subject:={quote(subject + 'x')}"), document)


@given(st.text(alphabet='abOR()-!"/\\:= \n%totsubjectisheaderbefore0123', max_size=60) | st.text(max_size=60))
def test_any_text_is_a_query_or_a_bad_query(text: str) -> None:
    try:
        query(text)
    except BadQuery as error:
        assert 0 <= error.position <= len(text)
        assert str(error).strip()


@pytest.mark.parametrize("name", FILTERS)
def test_an_empty_value_is_an_error_and_never_everything(name: str) -> None:
    for empty in (f"{name}:", f"{name}: x", f'{name}:""', f'{name}:" "', f"{name}:=", f'-{name}:"\u00a0"'):
        error = refusal(f"word {empty}")
        assert error.position == 5
        assert f"{name}:{EXAMPLES[name]}" in str(error)
        assert "at character 6" in str(error)


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_takes_its_example(name: str) -> None:
    written = f"{name}:{EXAMPLES[name]}"
    for text in (written, written.upper() if name != "before" else written, f"-{written}", f"( {written} )"):
        assert query(text).warnings == ()


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_empty_query_is_an_error(text: str) -> None:
    assert "empty" in str(refusal(text))


def test_empty_quotes_are_an_error() -> None:
    error = refusal('word ""')
    assert (error.position, str(error)) == (5, "nothing is between the quotes at character 6; write the text to find")


def test_limits() -> None:
    query("x" * limits.QUERY_CHARACTERS)
    assert "4000 is the most" in str(refusal("x" * (limits.QUERY_CHARACTERS + 1)))
    query(" ".join("x" * limits.QUERY_TERMS))
    error = refusal(" ".join("x" * (limits.QUERY_TERMS + 1)))
    assert "100 is the most" in str(error)
    assert error.position == 2 * limits.QUERY_TERMS
    query(" ".join(["/x/"] * limits.QUERY_PATTERNS))
    error = refusal(" ".join(["/x/"] * (limits.QUERY_PATTERNS + 1)))
    assert "10 is the most" in str(error)
    assert error.position == 4 * limits.QUERY_PATTERNS
    deep = limits.QUERY_DEPTH
    query("( " * deep + "a" + " )" * deep)
    error = refusal("( " * (deep + 1) + "a" + " )" * (deep + 1))
    assert error.position == 2 * deep
    query("( " * (limits.QUERY_TERMS - 1) + "a")  # without partners they are words


def test_what_no_column_holds_is_replaced() -> None:
    assert shape(query("a\ud800b").root) == "a\ufffdb"
    assert shape(query("a\0b").root) == "a\ufffdb"
    assert matches(query("a\0b"), mail(subject="xa\0bx"))


def test_a_long_word_is_cut_in_messages() -> None:
    error = refusal("larger:" + "x" * 3000)
    assert len(str(error)) < 200
