"""Whatever a client sends: nothing is raised, nothing stays open, every mail is what was between DATA and its end."""

import logging
import random

import pytest

from tests.smtp.talking import Running, texts

PIECES = [
    *b"EHLO x|HELO x|MAIL FROM:<a@b.c>|MAIL FROM:<>|RCPT TO:<d@e.f>|DATA|RSET|NOOP|VRFY x|HELP|EXPN|AUTH PLAIN".split(
        b"|"
    ),
    *b"AUTH LOGIN|AUTH PLAIN AGEAYg==|*|YQ==|MAIL FROM:<a@b.c> SIZE=1 BODY=8BITMIME|RCPT TO:<@x:y@z>|.|..|".split(b"|"),
    b'RCPT TO:<"\\',
    b"MAIL FROM:<\xff>",
    b"\x00\x1b[2J",
    b"x" * 5_000,
    b'<>=@:[]"\\',
]
ENDS = [b"\r\n"] * 8 + [b"\n", b"\r", b"", b"\r\n.\r\n"]


def _session(random_: random.Random) -> bytes:
    """Mostly commands in an order that gets somewhere, with some rubbish among them and within them."""
    octets = bytearray()
    for _ in range(random_.randrange(1, 25)):
        piece = bytearray(random_.choice(PIECES))
        if piece and random_.random() < 0.15:
            piece[random_.randrange(len(piece))] = random_.randrange(256)
        octets += piece + random_.choice(ENDS)
    return bytes(octets)


@pytest.mark.parametrize("seed", range(10))
async def test_random_sessions(front: Running, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    random_ = random.Random(seed)
    with caplog.at_level(logging.WARNING):
        for _ in range(60):
            client = await front.connect()
            octets = _session(random_)
            cut = random_.randrange(len(octets) + 1)
            client.send(octets[:cut])
            client.send(octets[cut:])
            client.writer.write_eof()
            answers = await client.reader.read()
            assert all(line[:3].isdigit() and line[3:4] in (b" ", b"-") for line in answers.splitlines())
            assert answers.endswith(b"\r\n")
            session = await front.ended_session()
            assert session.state in {"quit", "dropped", "refused"}
            assert all(text.isprintable() for text in texts(session))
            await client.close()
    assert caplog.records == []
    assert front.front.connections == 0
    assert front.front.budget.used == 0
