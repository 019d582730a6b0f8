"""Why a message did not match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.model import Address, Digest
from mailtrap_local.search.match import failed_terms, matches
from mailtrap_local.search.syntax import parse
from tests.search.shelf import NOW, mail

MAIL = mail(subject="Welcome, Ann", to=[Address("Ann", "ann@x.org")], digest=Digest(text="your code is 123456"))


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("to:ann subject:welcome", ()),
        ("to:bob subject:welcome", ("to:bob",)),
        ('to:=bob@x.org subject:"good bye" code', ("to:=bob@x.org", 'subject:"good bye"')),
        ("to:ann -code", ("-code",)),
        ("to:ann -( code OR word )", ("-( code OR word )",)),
        ("to:ann red OR green", ("red OR green",)),
        ("to:ann ( code green )", ("green",)),
        ("red OR to:ann", ()),
        ("to:/^bob/ after:5m is:read", ("to:/^bob/", "is:read")),
    ],
)
def test_failed_terms_are_named_as_they_were_written(text: str, failed: tuple[str, ...]) -> None:
    query = parse(text, now=NOW)
    assert failed_terms(query, MAIL) == failed
    assert matches(query, MAIL) is (not failed)


@given(
    st.lists(st.sampled_from("ann bob -ann -code OR ( ) -( to:ann subject:x is:read".split()), min_size=1, max_size=9)
)
def test_there_are_failed_terms_exactly_when_the_query_does_not_match(pieces: list[str]) -> None:
    query = parse(" ".join(pieces), now=NOW)
    assert bool(failed_terms(query, MAIL)) is not matches(query, MAIL)
