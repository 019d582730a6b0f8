"""What a warning says, and when there is none."""

import pytest

from mailtrap_local.search.hints import distance, nearest
from mailtrap_local.search.syntax import parse


def warnings(text: str) -> tuple[str, ...]:
    return parse(text, now=1).warnings


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("subjct:hello", "subject"), ("SUBJECT_:x", "subject"), ("-subejct:x", "subject"), ("form:ann", "from")),
        *(
            ("ot:ann", "to"),
            ("too:ann", "to"),
            ("replyto:x", "reply-to"),
            ("reply_to:x", "reply-to"),
            ("tags:x", "tag"),
        ),
        *(
            ("headers:X-A", "header"),
            ("message_id:1", "message-id"),
            ("messageid:1", "message-id"),
            ("mail-from:x", "mailfrom"),
        ),
        *(("befor:2024", "before"), ("since:5m", "after"), ("sender:ann", "from"), ("adressed:x", "addressed")),
        *(("rctp:x", "rcpt"), ("larger_:1", "larger"), ("bbc:x", "bcc"), ("hsa:link", "has"), ("inbx:a", "inbox")),
    ],
)
def test_a_misspelt_filter_is_named(text: str, name: str) -> None:
    (warning,) = warnings(text)
    assert warning.startswith(f"{text} was searched as plain text")
    assert f"was {name}: meant?" in warning


@pytest.mark.parametrize(
    "text",
    [
        *("hello world", "Re: hello", "Fwd: x", "AW: x", "http://x.org", "from:ann", "12:30", "id:1", "so:x", "ps: x"),
        *("note: x", "a:b", 'say "subjct:x"', "error: none", "C:\\dir", "subject:Re:", "Hello (World)", "( a OR b )"),
        *("subject:Hello (World) OR more", "and or not", "a OR :-)", "x:)", "/a/", "subject:/etc/hosts", "to:/a/ b/"),
    ],
)
def test_plain_text_gets_no_warning(text: str) -> None:
    assert warnings(text) == ()


def test_words_of_other_query_languages() -> None:
    assert warnings("a AND b") == ("AND was searched as a word: all terms must match anyway",)
    assert warnings("a NOT b") == ("NOT was searched as a word: a leading - leaves a term out",)
    assert warnings('a "AND" b') == ()


def test_parentheses_that_stick_to_their_words() -> None:
    (warning,) = warnings("(red OR green) apple")
    assert warning.startswith("(red and green) were searched as plain text")
    (warning,) = warnings("x -(red OR green)")
    assert warning.startswith("-(red and green) were")


def test_a_pattern_with_blanks() -> None:
    (warning,) = warnings(r"subject:/order \d+/ to:ann")
    assert 'subject:/"two words"/' in warning
    (warning,) = warnings(r'subject:"/order \d+/"')
    assert "being quoted" in warning
    assert 'subject:/"two words"/' in warning
    assert warnings(r'subject:/"order \d+"/') == ()


def test_a_bare_pattern_that_re2_does_not_take() -> None:
    (warning,) = warnings("/c++/")
    assert "not a pattern that RE2 takes" in warning


def test_warnings_are_few_and_each_once() -> None:
    assert len(warnings("subjct:a subjct:a")) == 1
    assert len(warnings(" ".join(f"subjct:{number}" for number in range(50)))) == 5


def test_distance() -> None:
    pairs = [
        ("", "", 0),
        ("a", "", 1),
        ("from", "form", 1),
        ("subject", "subjct", 1),
        ("abc", "xyz", 3),
        ("ca", "abc", 3),
    ]
    for first, second, expected in pairs:
        assert distance(first, second) == distance(second, first) == expected
    assert nearest("unrelated") is None


@pytest.mark.parametrize(("text", "reason"), [("is:refused", "is not kept"), ("-IS:Truncated", "whole or not at all")])
def test_a_state_that_no_mail_has_is_told(text: str, reason: str) -> None:
    (warning,) = warnings(f"hello {text}")
    assert warning.startswith(f"{text.lstrip('-')} meets no message: ")
    assert reason in warning
