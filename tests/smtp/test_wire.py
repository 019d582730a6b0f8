"""Octets into lines and mails: every cut, every dot, every false end."""

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtrap_local.smtp import wire as wire_module
from mailtrap_local.smtp.wire import END, Overlong, Wire, unstuffed
from tests.smtp.talking import Running

LIMIT = 64
# Octets that could be taken for an end of mail, and some that could not
_TRICKY = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"\r\n..", b"\0", b"x", b"\xff"])).map(
    b"".join
)
_BODIES = st.one_of(st.binary(max_size=300), _TRICKY)


def stuffed(mail: bytes) -> bytes:
    """As a client sends it (RFC 5321 section 4.5.2), written with other means than the code under test."""
    return re.sub(rb"(\A|\r\n)\.", rb"\1..", mail, flags=re.DOTALL)


def on_the_wire(body: bytes) -> bytes:
    """A body with its terminator; a body that ends without CRLF gets one, as every client does."""
    whole = body if body.endswith(b"\r\n") or not body else body + b"\r\n"
    return stuffed(whole) + b".\r\n"


def as_received(body: bytes) -> bytes:
    return body if body.endswith(b"\r\n") or not body else body + b"\r\n"


def wire_with(octets: bytes) -> Wire:
    wire = Wire(line_limit=LIMIT)
    wire.feed(octets)
    return wire


@given(_BODIES, st.lists(st.integers(0, 320), max_size=4), st.booleans())
def test_any_body_cut_anywhere(body: bytes, cuts: list[int], swallow: bool) -> None:
    octets = on_the_wire(body)
    wire, mail, begin = Wire(line_limit=LIMIT), None, 0
    for end in sorted({min(cut, len(octets)) for cut in cuts} | {len(octets)}):
        assert mail is None
        wire.feed(octets[begin:end])
        begin = end
        mail = wire.mail()
        if mail is None and swallow:
            wire.swallow()
            swallow = False
            assert wire.mail() is None
            mail_expected = b""
            break
    else:
        mail_expected = as_received(body)
    if begin < len(octets):
        wire.feed(octets[begin:])
        mail = wire.mail()
    assert mail == mail_expected
    assert wire.size == len(octets) - len(b".\r\n")
    assert len(wire) == 0


@pytest.mark.parametrize(
    "body", [b"", b"x", b".", b"..", b".\r\n.", b"\r\n", b"\r\n.", b"a\r\n.b", b"a\n.\nb", b"\r\r\n\n."]
)
def test_both_boundaries_at_every_offset(body: bytes) -> None:
    """The mail begins behind other octets and is followed by others; a packet ends at each octet in turn."""
    octets = on_the_wire(body) + b"NOOP\r\n"
    for first in range(len(octets) + 1):
        for second in range(first, len(octets) + 1):
            wire = Wire(line_limit=LIMIT)
            mails: list[bytes] = []
            for piece in (octets[:first], octets[first:second], octets[second:]):
                wire.feed(piece)
                if not mails and (mail := wire.mail()) is not None:
                    mails.append(mail)
            assert mails == [as_received(body)]
            assert wire.line() == b"NOOP\r"


def test_swallowing_may_begin_at_every_offset() -> None:
    octets = on_the_wire(b"a\r\n.b\r\n..\r\nc") + b"NOOP\r\n"
    for cut in range(len(octets) - len(b"NOOP\r\n")):
        wire = wire_with(octets[:cut])
        assert wire.mail() is None
        wire.swallow()
        assert wire.seen == cut
        wire.feed(octets[cut:])
        assert wire.mail() == b""
        assert wire.line() == b"NOOP\r"


@pytest.mark.parametrize(
    "false_end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r.\r\n", b"\0\n.\r\n"]
)
def test_nothing_else_ends_a_mail(false_end: bytes) -> None:
    """RFC 5321 section 4.1.1.4; what servers that disagreed here have suffered is known as SMTP smuggling."""
    body = b"one" + false_end + b"MAIL FROM:<evil@example.com>\r\n"
    wire = wire_with(body + b".\r\n")
    assert wire.mail() == unstuffed(body)
    assert len(wire) == 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"..", b"."),
        (b".x", b"x"),
        (b"a\r\n..b", b"a\r\n.b"),
        (b"a\r\n.b", b"a\r\nb"),
        (b"a\n..b", b"a\n..b"),
        (b"a\r..b", b"a\r..b"),
        (b"...\r\n...", b"..\r\n.."),
        (b"a..\r\n", b"a..\r\n"),
    ],
)
def test_dots(sent: bytes, kept: bytes) -> None:
    assert unstuffed(sent) == kept


@given(_BODIES, st.integers(1, 5), st.integers(0, 4))
@example(b"a.\r\n.x", 1, 0)
def test_both_ways_to_find_dots_agree(mail: bytes, dots: int, large: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire_module, "DOTS", dots)
        patch.setattr(wire_module, "LARGE", large)
        assert unstuffed(stuffed(mail)) == mail
        assert unstuffed(mail) == re.sub(rb"(\A|\r\n)\.", rb"\1", mail)


def test_lines() -> None:
    wire = wire_with(b"a\r\nb\n\r\nc")
    assert [wire.line() for _ in range(4)] == [b"a\r", b"b", b"\r", None]
    wire.feed(b"\n")
    assert wire.line() == b"c"


@pytest.mark.parametrize("pieces", [[b"x" * 65 + b"\n"], [b"x" * 65, b"\n"], [b"x" * 40, b"y" * 40, b"z" * 40, b"\n"]])
def test_a_line_too_long_is_swallowed(pieces: list[bytes]) -> None:
    wire = Wire(line_limit=LIMIT)
    for piece in pieces[:-1]:
        wire.feed(piece)
        assert wire.line() is None
        assert len(wire) <= LIMIT
    wire.feed(pieces[-1] + b"next\r\n")
    with pytest.raises(Overlong):
        wire.line()
    assert wire.line() == b"next\r"


def test_clear_forgets_what_came() -> None:
    wire = wire_with(b"INJECTED\r\npart")
    wire.clear()
    assert wire.line() is None
    assert len(wire) == 0


def _random_body(random_: random.Random) -> bytes:
    """Octets among which line ends and dots are frequent."""
    weights = [1] * 256
    for octet, weight in ((10, 60), (13, 60), (46, 60), (0, 10)):
        weights[octet] = weight
    return bytes(random_.choices(range(256), weights, k=random_.randrange(400)))


async def test_a_thousand_random_bodies_come_back_byte_for_byte(front: Running) -> None:
    random_ = random.Random(5321)
    bodies = [_random_body(random_) for _ in range(1_000)]
    client = await front.connect()
    await client.begin()
    for body in bodies:
        client.send(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n")
        octets = on_the_wire(body)
        cut = random_.randrange(len(octets) + 1)
        client.send(octets[:cut])
        await client.writer.drain()
        client.send(octets[cut:])
        assert [reply[:3] for reply in await client.replies(4)] == ["250", "250", "354", "250"]
    assert [arrival.raw for arrival in front.mailbox.arrivals] == [as_received(body) for body in bodies]


@pytest.mark.parametrize("size", [1, 60_000, 1_048_576, 3_000_000])
async def test_a_line_of_any_length_is_kept(front: Running, size: int) -> None:
    client = await front.connect()
    await client.begin()
    assert (await client.mail(b"x" * size)).startswith("250")
    assert front.mailbox.arrivals[0].raw == b"x" * size + b"\r\n"


async def test_an_end_split_over_large_pieces(front: Running) -> None:
    client = await front.connect()
    await client.begin()
    for cut in range(len(END) + 1):
        body = b"y" * 300_000
        for line in ("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"):
            await client.ask(line)
        client.send(body + END[:cut])
        await client.writer.drain()
        client.send(END[cut:])
        assert (await client.reply()).startswith("250")
        assert front.mailbox.arrivals[-1].raw == body + b"\r\n"
