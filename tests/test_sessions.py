"""The book of conversations: transcripts and their bounds, what is answered from memory and what is written."""

import asyncio
import logging
import time

import pytest

from mailtrap_local import limits, sessions
from mailtrap_local.errors import NotFound, StoreError
from mailtrap_local.model import Line, Session
from mailtrap_local.sessions import Conversation, Sessions
from tests.smtp.talking import Shelf, as_store, until


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def book(shelf: Shelf) -> Sessions:
    return Sessions(as_store(shelf))


def begin(book: Sessions, *, peer: str = "127.0.0.1:5000") -> Conversation:
    return book.open(peer=peer, local="127.0.0.1:1025")


def texts(session: Session) -> list[str]:
    return [line.text for line in session.lines]


async def test_a_conversation(book: Sessions) -> None:
    before = time.time_ns() // 1000
    conversation = begin(book)
    conversation.helo, conversation.username, conversation.tls = "client.example", "ann", "TLSv1.3 X"
    conversation.server("220 hello")
    conversation.client(b"EHLO client.example")
    conversation.server("250-localhost\n250 HELP")
    conversation.remark("12 bytes of DATA")
    conversation.caught("one")
    conversation.caught("two")
    conversation.server("500 what")
    session = await book.get(conversation.id)
    assert [(line.who, line.text) for line in session.lines] == [
        ("S", "220 hello"),
        ("C", "EHLO client.example"),
        ("S", "250-localhost"),
        ("S", "250 HELP"),
        ("-", "12 bytes of DATA"),
        ("S", "500 what"),
    ]
    assert [line.at for line in session.lines] == sorted(line.at for line in session.lines)
    assert 0 <= session.lines[-1].at < 10_000_000
    assert before <= session.started <= time.time_ns() // 1000
    assert (session.ended, session.state) == (0, "open")
    assert (session.messages, session.caught, session.errors, session.omitted) == (("one", "two"), 2, 1, 0)
    assert (session.peer, session.local) == ("127.0.0.1:5000", "127.0.0.1:1025")
    assert (session.helo, session.username, session.tls) == ("client.example", "ann", "TLSv1.3 X")


async def test_the_first_and_the_last_lines_stay(book: Sessions) -> None:
    conversation = begin(book)
    for number in range(5_000):
        conversation.client(f"line {number}")
    session = conversation.session()
    kept = [f"line {number}" for number in (*range(200), *range(4_800, 5_000))]
    assert texts(session) == kept
    assert len(kept) == limits.SESSION_LINES
    assert session.omitted == 4_600


async def test_nothing_is_omitted_at_the_bound(book: Sessions) -> None:
    conversation = begin(book)
    for number in range(limits.SESSION_LINES):
        conversation.client(f"line {number}")
    assert conversation.session().omitted == 0
    assert len(conversation.session().lines) == limits.SESSION_LINES


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"plain", "plain"),
        (b"a\x00b\tc\x1b[2J\x7f", "a\\x00b\\x09c\\x1b[2J\\x7f"),
        (b"\xff\xfe", "\\xff\\xfe"),
        ("jörg".encode(), "jörg"),
        ("a\x85b\u2028c", "a\\x85b\\u2028c"),
        ("\ud800", "\\ud800"),
        (b"a\rb\nc", "a\\x0db\\x0ac"),
    ],
)
async def test_control_characters_are_escaped(book: Sessions, said: str | bytes, shown: str) -> None:
    conversation = begin(book)
    conversation.client(said)
    assert texts(conversation.session()) == [shown]


@pytest.mark.parametrize("said", [b"x" * 100_000, "ö" * 100_000, b"\x00" * 100_000, b"x" * (limits.SESSION_LINE + 1)])
async def test_long_lines_are_cut(book: Sessions, said: str | bytes) -> None:
    conversation = begin(book)
    conversation.client(said)
    (text,) = texts(conversation.session())
    assert len(text) == limits.SESSION_LINE
    assert text.endswith("…")


async def test_a_line_at_the_bound_is_whole(book: Sessions) -> None:
    conversation = begin(book)
    conversation.client(b"x" * limits.SESSION_LINE)
    assert texts(conversation.session()) == ["x" * limits.SESSION_LINE]


async def test_the_newest_messages_are_named(book: Sessions) -> None:
    conversation = begin(book)
    for number in range(250):
        conversation.caught(str(number))
    session = conversation.session()
    assert session.caught == 250
    assert session.messages == tuple(str(number) for number in range(150, 250))


async def test_a_finished_one_is_written_and_still_answered(book: Sessions, shelf: Shelf) -> None:
    conversation = begin(book)
    conversation.server("220 hello")
    conversation.close("quit")
    conversation.close("dropped")  # only the first counts
    waiting = await book.get(conversation.id)
    assert (waiting.state, shelf.kept) == ("quit", {})
    await until(lambda: conversation.id in shelf.kept)
    assert await book.get(conversation.id) == waiting
    assert waiting.ended >= waiting.started
    await book.close()


async def test_one_that_nobody_knows(book: Sessions) -> None:
    with pytest.raises(NotFound):
        await book.get("nobody")


async def test_pages_are_of_open_waiting_and_written_ones(book: Sessions, shelf: Shelf) -> None:
    conversations = [begin(book) for _ in range(9)]
    for number, conversation in enumerate(conversations):
        conversation.started = 1_000 + number
    for conversation in conversations[::3]:
        conversation.close("quit")
    await until(lambda: len(shelf.kept) == 3)
    for conversation in conversations[1::3]:
        conversation.close("dropped")
    newest_first = [conversation.id for conversation in reversed(conversations)]
    assert [session.id for session in await book.page()] == newest_first
    assert [session.id for session in await book.page(start=2, limit=4)] == newest_first[2:6]
    assert {session.state for session in await book.page()} == {"open", "quit", "dropped"}
    await book.close()


async def test_closing_writes_what_is_left(book: Sessions, shelf: Shelf) -> None:
    still_open = begin(book)
    finished = [begin(book) for _ in range(1_000)]
    for conversation in finished:
        conversation.close("quit")
    await book.close()
    assert len(shelf.kept) == 1_001
    assert shelf.kept[still_open.id].state == "stopped"


async def test_closing_does_not_wait_for_a_store_that_hangs(
    book: Sessions, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.gate = asyncio.Event()
    begin(book).close("quit")
    before = time.monotonic()
    await book.close()
    assert time.monotonic() - before < 1.2
    assert "1 transcripts were not written in time" in caplog.text


async def test_a_flood_is_not_written_beyond_what_is_kept(
    book: Sessions, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SESSIONS_KEPT", 50)
    conversations = [begin(book) for _ in range(500)]
    for conversation in conversations:
        conversation.close("quit")
    await book.close()
    assert list(shelf.kept) == [conversation.id for conversation in conversations[-50:]]


async def test_failures_are_logged_once_and_tried_again(
    book: Sessions, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sessions, "WRITE_SECONDS", 0.05)
    monkeypatch.setattr(sessions, "LULL_SECONDS", 0.01)
    shelf.failures = [StoreError("the disk is full")] * 3
    conversation = begin(book)
    with caplog.at_level(logging.WARNING):
        conversation.close("quit")
        await until(lambda: conversation.id in shelf.kept)
    assert [record.getMessage() for record in caplog.records] == ["1 transcripts wait to be written: the disk is full"]
    await book.close()


async def test_it_is_cheap_on_a_kept_connection(book: Sessions) -> None:
    """A few microseconds for what a mail says: here with room for a busy machine."""
    conversation = begin(book)
    best = float("inf")
    for _ in range(5):
        before = time.perf_counter()
        for _ in range(1_000):
            conversation.client(b"MAIL FROM:<a@example.com>")
            conversation.server("250 2.1.0 Ok")
        best = min(best, (time.perf_counter() - before) / 2_000)
    assert best < 20e-6
    assert conversation.session().lines[-1] == Line(conversation.session().lines[-1].at, "S", "250 2.1.0 Ok")
