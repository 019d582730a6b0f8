"""The query language over a session."""

import pytest

from mailtrap_local.errors import BadQuery
from mailtrap_local.search.envelope import asked_of, parse, predicate, talk
from mailtrap_local.stages import Situation

HERE = Situation(
    stage="data",
    peer="127.0.0.1:50000",
    helo="Client.Example.org",
    user="Ann",
    mail_from="App+Bills@Shop.example",
    recipients=("bob@y.org", "Zoë@bücher.example"),
    inbox="Team",
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rcpt:bob", True),
        ("rcpt:=bob@y.org", True),
        ("rcpt:=ob@y.org", False),
        ("rcpt:zoë@BÜCHER", True),
        ("rcpt:/^b.b@/", True),
        ("rcpt:/^y/", False),
        ("mailfrom:bills", True),
        ("mailfrom:=app+bills@shop.example", True),
        ("mailfrom:<>", False),
        ("helo:client.example", True),
        ("helo:=client.example", False),
        ("user:ann", True),
        ("user:=an", False),
        ("peer:127.0.0.1", True),
        ("peer:/:50000$/", True),
        ("inbox:Team", True),
        ("inbox:team", False),
        ("shop.example", True),
        ("y.org", True),
        ("client.example", False),
        ("-rcpt:bob", False),
        ("rcpt:eve OR user:ann", True),
        ("( rcpt:eve OR user:ann ) mailfrom:shop", True),
        ("rcpt:bob rcpt:zoë", True),
        ('"rcpt:eve"', False),
    ],
)
def test_what_matches(query: str, expected: bool) -> None:
    assert predicate(parse(query))(talk(HERE)) is expected


def test_the_null_reverse_path_is_one_and_no_mail_is_none() -> None:
    assert predicate(parse("mailfrom:<>"))(talk(Situation(stage="mail", mail_from="")))


def test_at_rcpt_the_recipient_that_is_being_answered_counts() -> None:
    here = Situation(stage="rcpt", recipients=("a@x.org", "b@x.org"), recipient="b@x.org")
    assert not predicate(parse("rcpt:a@x.org"))(talk(here))
    assert predicate(parse("rcpt:b@x.org"))(talk(here))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("subject:x", "known of stored mail only"),
        ("rcpt:a has:attachment", "known of stored mail only"),
        ("rcp:a", "is no filter"),
        ("-sender:a", "is no filter"),
        ("rcpt:", "has no value"),
        ("user:/(/", "not a pattern"),
        ("   ", "is empty"),
    ],
)
def test_what_can_never_match_is_an_error(query: str, words: str) -> None:
    with pytest.raises(BadQuery, match=words):
        parse(query)


def test_a_url_and_a_quoted_text_are_plain_text() -> None:
    assert asked_of(parse('http://x.org "subject:x"')) == {""}
    assert asked_of(parse("-rcpt:a ( user:b OR plain )")) == {"rcpt", "user", ""}
