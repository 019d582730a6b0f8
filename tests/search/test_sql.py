"""The two meanings of a query are one: SQL in a real database, and the predicate."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mailtrap_local import limits
from mailtrap_local.client.match import quote
from mailtrap_local.errors import BadQuery
from mailtrap_local.model import Address, Digest, Entry, Envelope, Head, Origin, Recipient
from mailtrap_local.search.document import Document, columns
from mailtrap_local.search.filters import FILTERS
from mailtrap_local.search.match import matches
from mailtrap_local.search.sql import where
from mailtrap_local.search.syntax import parse
from tests.search.shelf import NOW, Shelf

# few and awkward, so that needles and texts meet: folding, SQL patterns, marks of address lists, NUL
PIECES = [
    *(
        "a",
        "ann",
        "Ann",
        "bob",
        "x.org",
        "ann@x.org",
        "ba",
        "ß",
        "SS",
        "İ",
        "i\u0307",
        "é",
        "e\u0301",
        "Σ",
        "ς",
        "日本",
    ),
    *(
        "%",
        "_",
        "*",
        "?",
        "[",
        "]",
        "[a]",
        "\\",
        '"',
        "'",
        "<",
        ">",
        "\t",
        "\n",
        " ",
        "\u00a0",
        "\0",
        "\ufffd",
        "(",
        "OR",
    ),
]
SECOND = 1_000_000

needles = st.lists(st.sampled_from(PIECES), min_size=1, max_size=2).map("".join).filter(str.strip)
texts = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
address = st.builds(Address, texts, texts)
addresses = st.lists(address, max_size=3).map(tuple)
counts = st.integers(0, 2)
tags = st.lists(st.sampled_from(["a", "News", "big sale", "ä", "Ä", "ß"]), max_size=2, unique_by=str.lower).map(tuple)
digests = st.none() | st.builds(
    Digest, texts, texts, counts, counts, st.lists(texts, max_size=2).map(tuple), counts, counts
)
heads = st.builds(Head, texts, st.none() | address, addresses, addresses, addresses, addresses, texts)
envelopes = st.builds(Envelope, texts, st.just(()), st.lists(st.builds(Recipient, texts), max_size=2).map(tuple))
raws = st.lists(
    st.sampled_from([b"X-A: ann", b"x-a: =?utf-8?q?=C3=9F?=", b"X-B:", b" folded", b"", b"\xff\0"]), max_size=4
).map(b"\r\n".join)
entries = st.builds(
    Entry,
    raws,
    envelopes,
    st.just(Origin()),
    heads,
    st.sampled_from(["default", "ann", "Ann", "ß"]),
    tags,
    st.integers(NOW - 3 * SECOND, NOW + 3 * SECOND),
    digests,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = columns(draw(entries))
    # read is what the database changes later
    return replace(document, read=draw(st.booleans()))


@st.composite
def terms(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["", "", *FILTERS]))
    sign = draw(st.sampled_from(["", "", "-", "!"]))
    plain = draw(needles)
    literal = draw(st.sampled_from([quote(plain), plain, "/" + re.escape(plain.strip()) + "/"]))
    values: dict[str, list[str]] = {
        "is": ["read", "unread", "tagged", "refused", "truncated"],
        "has": ["attachment", "inlines", "link", "codes"],
        "before": ["1s", "2s", "2023-11-14T22:13:20Z"],
        "after": ["1s", "0s", "2023-11-14T22:13:20Z"],
        "larger": ["0", "10", "0.01K"],
        "smaller": ["1", "11", "1M"],
        "header": ["X-A", "x-b", "X-C", "X-A=ANN", "X-A=ß", "X-A=/^s/", 'X-A="ann folded"'],
        "tag": ["NEWS", '"big sale"', "ä", "/a/", "A"],
        "inbox": ["ann", "/ann/", "SS"],
    }
    value = draw(st.sampled_from(values[name])) if name in values else draw(st.sampled_from(["", "", "="])) + literal
    return f"{sign}{name}:{value}" if name else f"{sign}{literal}"


groups = st.sampled_from(["( {} )", "-( {} )", "{}"])
joined = st.recursive(
    terms(),
    lambda inner: st.builds(
        lambda form, joint, parts: form.format(joint.join(parts)) if "{" not in "".join(parts) else joint.join(parts),
        groups,
        st.sampled_from([" ", " OR "]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def shelves() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(shelf_documents=st.lists(documents(), min_size=2, max_size=5), texts=st.lists(joined, min_size=1, max_size=4))
def test_sql_and_predicate_are_equal(shelves: Shelf, shelf_documents: list[Document], texts: list[str]) -> None:
    shelves.clear()
    shelves.put(*shelf_documents)
    for text in texts:
        try:
            query = parse(text, now=NOW)
        except BadQuery:
            event("refused")
            continue
        found = shelves.find_parsed(query)
        event("some" if 0 < len(found) < len(shelf_documents) else "all" if found else "none")


@settings(max_examples=100, deadline=None)
@given(document=documents(), name=st.sampled_from(["", "subject:", "subject:="]))
def test_what_a_column_holds_is_found_by_quoting_it(shelves: Shelf, document: Document, name: str) -> None:
    column = "subject" if name else "text"
    shelves.clear()
    shelves.put(document)
    for line in str(getattr(document, column)).split("\n"):
        if line and not (
            name.startswith("message-id") and line[0] + line[-1] != line.strip("<>")[:1] + line.strip("<>")[-1:]
        ):
            assert shelves.find(name + quote(line)) == [0]


def test_user_text_is_never_in_the_sql() -> None:
    queries = ["x'y", "subject:x'y", "to:=x'y", "header:x'y=x'y", "tag:x'y", "inbox:x'y", "/x'y/", "mailfrom:x'y"]
    for text in queries:
        expression, parameters = where(parse(text, now=NOW))
        assert "x'y" not in expression
        assert expression.count("?") == len(parameters)
        assert any("x'y" in str(parameter) for parameter in parameters)


def test_cheap_conditions_come_first() -> None:
    expression, _ = where(parse("header:X-A /a/ word subject:/b/ tag:x subject:c is:read", now=NOW))
    order = [
        "m.read",
        "instr(m.subject",
        "message_tag",
        "GLOB",
        "matches_pattern(?, m.subject",
        "body b WHERE b.seq = m.seq), ''",
        "header_matches",
    ]
    places = [expression.index(mark) for mark in order]
    assert places == sorted(places)


def test_the_largest_query_is_one_that_sqlite_takes(shelf: Shelf) -> None:
    shelf.put(columns(Entry(b"", Envelope(), Origin(), Head("a0"), "default", (), NOW)))
    deep = "( -( a x OR b "
    levels = limits.QUERY_DEPTH // 2
    assert shelf.find(deep * levels + "c" + " ) )" * levels) in ([], [0])
    assert shelf.find("( a OR -( b " * levels + "c" + " ) )" * levels) == [0]
    for term in ("addressed:=a{}", "a{}", "subject:a{}", "tag:a{}", "header:a{}", "-addressed:a{}"):
        many = [term.format(number) for number in range(limits.QUERY_TERMS)]
        shelf.find(" ".join(many))
        shelf.find(" OR ".join(many))

    shelf.find(" OR ".join(f"addressed:/a{number}/" for number in range(limits.QUERY_PATTERNS)))
    for character in ("[", "a", "\U00010400", "\ufdfa"):
        assert shelf.find(character * limits.QUERY_CHARACTERS) == []


@pytest.mark.parametrize("needle", ["b" * 32, "b" * 33, "[" + "b" * 40, "b*b", "b?", "[b]", "äöü" * 8, "äöü" * 20])
def test_needles_of_any_length_are_found_where_they_are(shelf: Shelf, needle: str) -> None:
    head = Head(f"aa{needle[:-1]}a {needle}c")
    shelf.put(columns(Entry(b"", Envelope(), Origin(), head, "default", (), NOW)))
    assert shelf.find(quote(needle)) == [0]
    assert shelf.find(quote(needle + "a")) == []


def test_the_predicate_needs_no_database() -> None:
    assert matches(parse("subject:a", now=NOW), Document(subject="a"))
