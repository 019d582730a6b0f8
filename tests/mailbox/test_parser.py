import os
import signal
from collections.abc import Iterator
from functools import partial

import pytest

from mailtrap_local import limits, mime
from mailtrap_local.errors import BadRequest, Busy
from mailtrap_local.mailbox.parser import Parser

SMALL = b"Subject: hello\r\n\r\ntext\r\n"
MIDDLE = SMALL + b"word " * (limits.PARSE_INLINE // 4)
LARGE = SMALL + b"word " * (limits.PARSE_APART // 4)


@pytest.fixture
def parser() -> Iterator[Parser]:
    parser = Parser()
    yield parser
    parser.close()


@pytest.mark.parametrize("raw", [SMALL, MIDDLE, LARGE], ids=["small", "middle", "large"])
async def test_every_size_gives_what_a_plain_call_gives(parser: Parser, raw: bytes) -> None:
    assert await parser.run(mime.digest, raw) == mime.digest(raw)
    assert await parser.run(mime.parse, raw) == mime.parse(raw)
    assert await parser.run(partial(mime.content, path="0"), raw) == mime.content(raw, "0")


async def test_the_process_is_used_again(parser: Parser) -> None:
    await parser.run(mime.digest, LARGE)
    process = parser._child._process
    await parser.run(mime.digest, LARGE)
    assert process is not None and parser._child._process is process


async def test_a_killed_process_is_replaced(parser: Parser) -> None:
    await parser.run(mime.digest, LARGE)
    process = parser._child._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert await parser.run(mime.digest, LARGE) == mime.digest(LARGE)


def fatal(raw: bytes) -> None:
    """Ends the process that runs it."""
    os._exit(1)


async def test_work_that_ends_every_process_is_told_and_no_end_of_the_parser(parser: Parser) -> None:
    with pytest.raises(Busy, match="ended from outside"):
        await parser.run(fatal, LARGE)
    assert await parser.run(mime.digest, LARGE) == mime.digest(LARGE)


def failing(raw: bytes) -> None:
    """Raises."""
    raise ValueError("as it is")


async def test_an_exception_comes_over_as_it_is(parser: Parser) -> None:
    with pytest.raises(ValueError, match="as it is"):
        await parser.run(failing, LARGE)


async def test_closing_leaves_no_process(parser: Parser) -> None:
    await parser.run(mime.digest, LARGE)
    process = parser._child._process
    assert process is not None and process.poll() is None
    parser.close()
    assert process.poll() is not None
    with pytest.raises((Busy, RuntimeError)):
        await parser.run(mime.digest, LARGE)


async def test_it_rests_when_there_is_nothing_to_do(parser: Parser) -> None:
    await parser.run(mime.digest, LARGE)
    process = parser._child._process
    assert process is not None
    parser._child._rest()
    assert process.poll() is not None
    assert await parser.run(mime.digest, LARGE) == mime.digest(LARGE)


def endless(raw: bytes) -> None:
    """Never comes back."""
    while True:
        pass


async def test_what_takes_too_long_is_killed_and_the_next_is_done(parser: Parser) -> None:
    assert await parser.bounded(mime.digest, SMALL, seconds=0.2) == mime.digest(SMALL)  # the start does not count
    process = parser._bounded_child._process
    with pytest.raises(BadRequest, match=r"more than 0.2 seconds"):
        await parser.bounded(endless, SMALL, seconds=0.2)
    assert process is not None and process.poll() is not None
    assert await parser.bounded(mime.digest, LARGE, seconds=20) == mime.digest(LARGE)
    assert await parser.run(mime.digest, LARGE) == mime.digest(LARGE)


async def test_too_many_at_once_are_sent_away(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SELECT_WAITING", 0)
    with pytest.raises(Busy, match="too many"):
        await parser.bounded(mime.digest, SMALL, seconds=1)
