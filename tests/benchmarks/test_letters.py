from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from benchmarks.letters import ABSENT, COMMON, RARE, RARE_EVERY, Kind, Letters, stuffed


def parsed(wire: bytes) -> EmailMessage:
    assert wire.endswith(b"\r\n.\r\n")
    message = message_from_bytes(wire[:-3].replace(b"\r\n..", b"\r\n."), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture(scope="module", params=["text", "html"])
def letters(request: pytest.FixtureRequest) -> Letters:
    kind: Kind = request.param
    return Letters(kind, pool=20)


def test_the_same_seed_writes_the_same_letters() -> None:
    first, second = Letters("html", seed=3, pool=3), Letters("html", seed=3, pool=3)
    assert list(first.row(0, 5)) == list(second.row(0, 5))
    assert list(first.row(0, 5)) != list(Letters("html", seed=4, pool=3).row(0, 5))


def test_letters_are_mail_without_defects(letters: Letters) -> None:
    for wire in letters.row(0, 20):
        message = parsed(wire)
        assert not message.defects
        assert not [part.defects for part in message.walk() if part.defects]


def test_letters_bear_their_number(letters: Letters) -> None:
    message = parsed(letters.wire(1_234))
    assert message["Subject"].startswith("[1234] ")
    assert message["Message-ID"] == "<1234.bench@example.com>"


def test_text_is_of_about_the_size_asked_for(letters: Letters) -> None:
    body = parsed(letters.wire(5)).get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert 2_000 <= len(text) <= 3_000
    assert len(set(text.split())) > 100


def test_html_letters_say_the_same_twice() -> None:
    message = parsed(Letters("html", pool=1).wire(0))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    word = max(plain.get_content().split(), key=len).strip(".")
    assert word in html.get_content()


def test_no_line_is_over_the_limit(letters: Letters) -> None:
    for wire in letters.row(0, 20):
        assert max(map(len, wire.split(b"\r\n"))) <= 998  # RFC 5322 section 2.1.1


def test_words_to_search_for_are_as_rare_as_said(letters: Letters) -> None:
    wires = list(letters.row(0, 40))
    assert all(COMMON.encode() in wire for wire in wires)
    assert not any(ABSENT.encode() in wire or RARE.encode() in wire for wire in wires)
    rare = letters.wire(RARE_EVERY // 2)
    assert RARE in parsed(rare)["Subject"]


def test_dots_at_line_starts_are_doubled() -> None:
    assert stuffed(b"a\r\n.b\r\n..\r\nc.\r\n") == b"a\r\n..b\r\n...\r\nc.\r\n"
