"""PIPELINING (RFC 2920): however the octets of a session are cut and sent ahead, the answers are the same."""

import asyncio
import functools
import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.settings import Settings
from tests.smtp.talking import PATIENCE, Client, running

MAIL = b"MAIL FROM:<a@example.com> SIZE=5 BODY=8BITMIME\r\n"
RCPT = b"RCPT TO:<b@example.com> NOTIFY=NEVER\r\n"
# Each group may be sent ahead of the replies to it (section 3.1): DATA and AUTH end one, and so does the end of a mail
GROUPS = [
    b"EHLO client.example\r\n",
    b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n",
    b"NOOP\r\nRSET\r\n" + MAIL + RCPT + b"RCPT TO:<>\r\n" + RCPT + b"DATA\r\n",
    b"Subject: one\r\n\r\n..\r\nQUIT\r\n.\r\n" + MAIL + b"FROB\r\n" + RCPT + b"DATA\r\n",
    b".\r\n"
    + MAIL
    + RCPT
    + b"BDAT 8\r\nNOOP\r\n\r\nBDAT 4 LAST\r\n\r\n.\r"
    + b"VRFY x\r\nHELP NOOP\r\nMAIL\r\nDATA\r\nRSET\r\n",
    MAIL + b"RCPT TO:<nobody>\r\nRCPT TO:<a@b@c>\r\nDATA\r\n",
    b"x\r\n.\r\nQUIT\r\n",
]
SESSION = b"".join(GROUPS)
_ID = re.compile(rb"queued as \w+")


async def answers(pieces: list[bytes], *, pause: bool) -> tuple[bytes, list[bytes]]:
    """All that is answered to these, and the mails that came."""
    async with running(Settings()) as front:
        client: Client = await front.connect()
        for piece in pieces:
            client.send(piece)
            if pause:
                await client.writer.drain()
                await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            said = await client.reader.read()
        return _ID.sub(b"", said), [arrival.raw for arrival in front.mailbox.arrivals]


@functools.cache
def expected() -> tuple[bytes, list[bytes]]:
    async def one_after_another() -> tuple[bytes, list[bytes]]:
        async with running(Settings()) as front:
            client = await front.connect()
            said = [await client.reply()]
            for line in SESSION.splitlines(keepends=True):
                client.send(line)
                await asyncio.sleep(0.005)
            async with asyncio.timeout(PATIENCE):
                rest = await client.reader.read()
            whole = said[0].encode() + b"\r\n" + rest
            return _ID.sub(b"", whole), [arrival.raw for arrival in front.mailbox.arrivals]

    return asyncio.run(one_after_another())


def test_what_is_expected() -> None:
    said, mails = expected()
    assert mails == [b"Subject: one\r\n\r\n.\r\nQUIT\r\n", b"", b"NOOP\r\n\r\n\r\n.\r", b"x\r\n"]
    codes = [line[:3] for line in said.decode().splitlines() if line[3:4] == " "]
    assert (
        codes
        == (
            "220 250 235 250 250 250 250 553 250 354 250 250 500 250 354 250 250 250 250 250 252 214 501 503 250"
            " 250 250 553 354 250 221"
        ).split()
    )


def test_all_of_it_at_once() -> None:
    """Section 3.2: a server must not lose what is sent ahead, nor answer out of order."""
    assert asyncio.run(answers([SESSION], pause=False)) == expected()


def test_octet_by_octet() -> None:
    assert asyncio.run(answers([SESSION[at : at + 1] for at in range(len(SESSION))], pause=True)) == expected()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, len(SESSION) - 1), max_size=12), st.booleans())
def test_cut_anywhere(cuts: list[int], pause: bool) -> None:
    edges = [0, *sorted(cuts), len(SESSION)]
    pieces = [SESSION[start:end] for start, end in itertools.pairwise(edges)]
    assert asyncio.run(answers(pieces, pause=pause)) == expected()
