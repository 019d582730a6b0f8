"""The index of standing queries: it rules out nothing that matches, and nearly all else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.errors import BadQuery
from mailtrap_local.model import Address, Digest
from mailtrap_local.search.document import Document
from mailtrap_local.search.index import Index
from mailtrap_local.search.match import matches
from mailtrap_local.search.patterns import found, literals, valid
from mailtrap_local.search.standing import StandingQuery
from mailtrap_local.search.syntax import Query, parse
from tests.search.shelf import NOW, mail

WORDS = "ann annabel@x.org order-1001 order-1002 welcome Straße über x.org blue".split()
FILTERS = ("", "subject:", "to:", "to:=", "addressed:", "mailfrom:=", "header:X-Id=", "header:X-Id", "tag:", "inbox:")
PATTERNS = (
    "order-[0-9]+",
    "^ann",
    "ann(a|b)bel",
    "wel.ome$",
    "order-1001|blue",
    "x[.]org",
    "ann.*x\\.org",
    "orders?-1",
)

words = st.sampled_from(WORDS)
terms = st.one_of(
    st.builds("{}{}".format, st.sampled_from(FILTERS), words),
    st.builds(
        "{}/{}/".format, st.sampled_from(("", "subject:", "to:", "header:X-Id=", "tag:")), st.sampled_from(PATTERNS)
    ),
)
queries = st.lists(st.one_of(terms, st.builds("-{}".format, terms), st.just("OR")), min_size=1, max_size=4).map(
    " ".join
)


def query(text: str) -> Query | None:
    try:
        return parse(text, now=NOW)
    except BadQuery:
        return None


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = " ".join(draw(st.lists(words, max_size=3)))
    address = draw(st.sampled_from(["ann@x.org", "annabel@x.org", "bob@y.org"]))
    return mail(
        subject=" ".join(draw(st.lists(words, max_size=3))),
        to=[Address(draw(st.sampled_from(["", "Ann Lee", "Über"])), address)],
        raw=f"X-Id: {draw(words)}\r\n\r\n".encode(),
        digest=Digest(text=text),
    )


@given(st.lists(queries, min_size=1, max_size=12), documents())
def test_every_query_that_matches_is_a_candidate(texts: list[str], document: Document) -> None:
    index: Index[str] = Index()
    asked = {text: parsed for text in texts if (parsed := query(text)) is not None}
    for text, parsed in asked.items():
        index.add(text, parsed.root)
    candidates = index.candidates(document)
    assert len(candidates) == len(set(candidates))
    for text, parsed in asked.items():
        standing = StandingQuery(parsed)
        holds = standing.may_match(document) and standing.holds(document)
        assert holds is matches(parsed, document)
        assert text in candidates or not holds
    for text in asked:
        index.discard(text)
    assert len(index) == 0
    assert index.candidates(document) == []


@given(st.text("ab.\\d[]^-+*?{2},$ <>A", max_size=8), st.text("abAB01 .-<>", max_size=8))
def test_what_a_pattern_must_have_it_has(pattern: str, text: str) -> None:
    column = text.lower()
    if valid(pattern) and found(pattern, column):
        assert all(literal in column for literal in literals(pattern))


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("order-[0-9]+x", ["order-", "x"]),
        ("Code: \\d{6}", ["code:"]),
        ("colou?r", ["colo", "r"]),
        ("a+b*c{0,2}d", ["a", "d"]),
        ("x\\.org$", ["x.org"]),
        ("(one|two)", []),
        ("\\x41bc", []),
        ("\\Qa.b\\E", []),
        ("[]a]bc", ["bc"]),
        ("order-17[.][*]x[ab]", ["order-17.*x"]),
        ("a[^]b[.]+c", ["a", "c"]),
        ("\\]\\[b", ["][b"]),
    ],
)
def test_literals(pattern: str, texts: list[str]) -> None:
    assert literals(pattern) == texts


@pytest.mark.parametrize(
    "form",
    [
        "to:=user{}@x.org subject:welcome",
        "subject:order-{}.",
        "subject:/order-{}[.]/",
        "header:X-Id=i{}",
        "mailfrom:=user{}@x.org",
    ],
)
def test_of_a_thousand_hardly_any_is_asked(form: str) -> None:
    index: Index[int] = Index()
    for number in range(1000):
        index.add(number, parse(form.format(number), now=NOW).root)
    document = mail(
        subject="Welcome to order-517.",
        to=[Address("", "user517@x.org")],
        mail_from="user517@x.org",
        raw=b"X-Id: i517\r\n\r\n",
    )
    candidates = index.candidates(document)
    assert 517 in candidates
    assert len(candidates) <= 2
    assert index.candidates(mail(subject="Bye", to=[Address("", "z@z.org")], mail_from="z@z.org")) == []


@pytest.mark.parametrize("form", ["to:bob order-{}", "order-{} subject:/.*/", "to:bob header:X-Id=i{}"])
def test_what_all_have_in_common_leads_to_none(form: str) -> None:
    index: Index[int] = Index()
    for number in range(100, 1000):
        index.add(number, parse(form.format(number), now=NOW).root)
    document = mail(to=[Address("", "bob@x.org")], digest=Digest(text="order-5 " * 1000), raw=b"X-Id: i\r\n\r\n")
    assert index.candidates(document) == []


def test_a_standing_query_tells_what_its_patterns_may_cost() -> None:
    plain = StandingQuery(parse("to:ann subject:welcome", now=NOW))
    assert not plain.has_patterns
    dear = StandingQuery(parse("to:ann subject:/welcome.*/ -tag:/b/", now=NOW))
    assert dear.has_patterns
    short, long = mail(subject="welcome"), mail(subject="welcome" * 100)
    assert 0 < dear.effort(short) < dear.effort(long)
    assert not dear.may_match(short)
