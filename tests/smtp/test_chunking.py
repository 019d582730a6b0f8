"""BDAT and BINARYMIME (RFC 3030)."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.settings import Settings
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.wire import Wire
from tests.smtp.talking import Client, Running, running, texts

ENVELOPE = ("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>")


async def bdat(client: Client, octets: bytes, *, last: bool = False) -> str:
    client.send(b"BDAT %d%s\r\n" % (len(octets), b" LAST" if last else b"") + octets)
    return await client.reply()


async def test_a_mail_in_chunks(front: Running, client: Client) -> None:
    """Section 2: each chunk has its 250; the last one makes the mail, which is kept to the octet."""
    await client.begin(*ENVELOPE)
    assert await bdat(client, b"Subject: x\r\n\r\n.\r\n") == replies.CHUNK_OK.format(17)
    assert await bdat(client, b"..\n\0\xff\r\n.\r\nQUIT\r\n") == replies.CHUNK_OK.format(16)
    assert (await bdat(client, b"no line end", last=True)).startswith("250 2.0.0 Ok: queued as ")
    assert front.mailbox.arrivals[0].raw == b"Subject: x\r\n\r\n.\r\n..\n\0\xff\r\n.\r\nQUIT\r\nno line end"
    assert front.front.budget.used == 0
    remarks = texts(await front.session(), "-")
    assert remarks[:3] == ["17 bytes of BDAT", "16 bytes of BDAT", "11 bytes of BDAT"]


async def test_a_mail_in_one_chunk(front: Running, client: Client) -> None:
    await client.begin(*ENVELOPE)
    assert (await bdat(client, b"x", last=True)).startswith("250")
    assert await client.ask("RCPT TO:<b@example.com>") == replies.NEED_MAIL  # that one is over
    assert front.mailbox.arrivals[0].raw == b"x"


async def test_a_last_chunk_that_is_empty(front: Running, client: Client) -> None:
    """Section 2: `BDAT 0 LAST` ends a mail."""
    await client.begin(*ENVELOPE)
    await bdat(client, b"all of it")
    assert (await bdat(client, b"", last=True)).startswith("250")
    assert front.mailbox.arrivals[0].raw == b"all of it"


async def test_binarymime_comes_by_bdat_only(front: Running, client: Client) -> None:
    """Section 3."""
    await client.begin("MAIL FROM:<a@example.com> BODY=BINARYMIME", ENVELOPE[1])
    assert await client.ask("DATA") == replies.BINARY_BY_BDAT
    assert (await bdat(client, bytes(range(256)), last=True)).startswith("250")
    arrival = front.mailbox.arrivals[0]
    assert (arrival.raw, arrival.envelope.mail_params) == (bytes(range(256)), ("BODY=BINARYMIME",))


async def test_data_after_bdat(client: Client) -> None:
    """Section 2: not in one mail."""
    await client.begin(*ENVELOPE)
    await bdat(client, b"x")
    assert await client.ask("DATA") == replies.DATA_AFTER_BDAT
    assert (await bdat(client, b"y", last=True)).startswith("250")


EVIL = b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n"


@pytest.mark.parametrize(
    ("before", "refusal"),
    [
        ((), replies.NEED_MAIL),
        (ENVELOPE[:1], replies.NEED_RCPT),
        ((*ENVELOPE[:1], "RCPT TO:<>"), replies.NO_VALID_RCPT),
    ],
)
async def test_a_chunk_that_is_refused_is_read_all_the_same(
    front: Running, client: Client, before: tuple[str, ...], refusal: str
) -> None:
    """Section 2: its octets are discarded, and never become commands."""
    await client.begin()
    for line in before:
        await client.ask(line)
    client.send(b"BDAT %d LAST\r\n" % len(EVIL) + EVIL + b"NOOP\r\n")
    assert await client.replies(2) == [refusal, replies.OK]
    assert front.mailbox.arrivals == []


async def test_before_hello(client: Client) -> None:
    await client.reply()
    client.send(b"BDAT 6\r\nNOOP\r\nNOOP\r\n")
    assert await client.replies(2) == [replies.NEED_HELLO, replies.OK]


async def test_where_tls_is_required_a_chunk_is_read_all_the_same() -> None:
    async with running(Settings(tls_required=True)) as front:
        client = await front.connect()
        await client.begin()
        client.send(b"BDAT 6\r\nNOOP\r\nNOOP\r\n")
        assert await client.replies(2) == [replies.NEED_MAIL, replies.OK]


async def test_after_a_refused_chunk_only_rset_helps(client: Client) -> None:
    """Section 2: the state is indeterminate until RSET."""
    await client.begin(ENVELOPE[0])
    assert await bdat(client, b"x") == replies.NEED_RCPT
    await client.ask(ENVELOPE[1])
    assert await bdat(client, b"x", last=True) == replies.CHUNK_LOST
    assert await client.ask("RSET") == replies.OK
    for line in ENVELOPE:
        assert (await client.ask(line))[0] == "2"
    assert (await bdat(client, b"x", last=True)).startswith("250")


@pytest.mark.parametrize(
    "line", ["BDAT", "BDAT x", "BDAT -1", "BDAT 5 FIRST", "BDAT 5 LAST now", "BDAT 1e3", f"BDAT {10**21}"]
)
async def test_a_chunk_of_unknown_size_ends_the_connection(client: Client, line: str) -> None:
    """What follows might be commands, or might not."""
    await client.begin(*ENVELOPE)
    client.send(line.encode() + b"\r\n" + EVIL)
    assert await client.reply() == replies.BDAT_SYNTAX
    assert await client.closed()


SMALL = Settings(max_message_size=2_000, max_data_in_flight=5_000)


@pytest.mark.parametrize("sizes", [(2_001,), (1_000, 1_001), (5_000,), (2_000, 400_000), (3_000_000,)])
async def test_chunks_too_large(sizes: tuple[int, ...]) -> None:
    """RFC 1870 section 6.3: counted together; read to the end, and refused."""
    async with running(SMALL) as front:
        client = await front.connect()
        await client.begin(*ENVELOPE)
        *before, last = sizes
        for size in before:
            assert await bdat(client, b"x" * size) == replies.CHUNK_OK.format(size)
        octets = (EVIL * (last // len(EVIL) + 1))[:last]
        assert await bdat(client, octets, last=True) == replies.TOO_LARGE
        assert await client.ask("NOOP") == replies.OK
        assert front.mailbox.arrivals == []
        assert front.front.budget.used == 0
        await client.ask("RSET")
        for line in ENVELOPE:
            await client.ask(line)
        assert (await bdat(client, b"x" * 2_000, last=True)).startswith("250")


async def test_what_chunks_hold_counts_as_in_flight() -> None:
    async with running(SMALL) as front:
        holders = [await front.connect() for _ in range(3)]
        for holder in holders:
            await holder.begin(*ENVELOPE)
        answers = [await bdat(holder, b"x" * 1_900) for holder in holders]
        assert [answer[:3] for answer in answers] == ["250", "250", "452"]
        assert await holders[0].ask("RSET") == replies.OK
        assert front.front.budget.used == 1_900
        assert await holders[1].ask("QUIT") == replies.BYE
        assert front.front.budget.used == 0


async def test_many_small_chunks(front: Running, client: Client) -> None:
    await client.begin(*ENVELOPE)
    client.send(b"BDAT 1\r\nx" * 2_000 + b"BDAT 0 LAST\r\n")
    answers = await client.replies(2_001)
    assert answers[-1].startswith("250 2.0.0 Ok: queued")
    assert front.mailbox.arrivals[0].raw == b"x" * 2_000


async def test_commands_behind_chunks_wait_for_the_mail(front: Running, client: Client) -> None:
    """Section 4.2 with RFC 2920: BDAT may be pipelined, and replies come in order."""
    await client.begin(*ENVELOPE)
    front.mailbox.gate = asyncio.Event()
    client.send(b"BDAT 3\r\nabcBDAT 3 LAST\r\ndefNOOP\r\nQUIT\r\n")
    assert await client.reply() == replies.CHUNK_OK.format(3)
    front.mailbox.gate.set()
    told = await client.replies(3)
    assert [reply[:3] for reply in told] == ["250", "250", "221"]
    assert front.mailbox.arrivals[0].raw == b"abcdef"


async def test_a_client_that_leaves_within_a_chunk(front: Running, client: Client) -> None:
    await client.begin(*ENVELOPE)
    client.send(b"BDAT 100\r\nhalf")
    await client.close()
    session = await front.ended_session()
    assert (session.state, session.caught) == ("dropped", 0)
    assert front.front.budget.used == 0


@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=60), st.booleans())
@settings(deadline=None)
def test_however_the_octets_are_cut(octets: bytes, cuts: list[int], keep: bool) -> None:
    wire = Wire(line_limit=100)
    told = None
    rest = octets + b"NOOP\r\n"
    while told is None:
        cut = cuts.pop() if cuts else len(rest)
        wire.feed(rest[:cut])
        rest = rest[cut:]
        told = wire.chunk(len(octets), keep=keep)
    wire.feed(rest)
    assert told == (octets if keep else b"")
    assert wire.line() == b"NOOP\r"


async def test_a_fault_at_data_refuses_the_first_chunk(front: Running, client: Client) -> None:
    front.fault("data", reply="451 4.3.0 try later", times=1)
    await client.begin(*ENVELOPE)
    assert await bdat(client, b"x" * 10) == "451 4.3.0 try later"
    assert await bdat(client, b"x", last=True) == replies.CHUNK_LOST
    await client.ask("RSET")
    for line in ENVELOPE:
        await client.ask(line)
    assert (await bdat(client, b"x", last=True)).startswith("250")


@pytest.mark.parametrize("where", ["body", "end-of-data"])
async def test_a_fault_within_a_mail_by_chunks(front: Running, client: Client, where: str) -> None:
    front.fault(where, reply="451 4.3.0 try later", times=1)
    await client.begin(*ENVELOPE)
    assert (await bdat(client, b"x" * 10)).startswith("250")
    assert await bdat(client, b"x", last=True) == "451 4.3.0 try later"
    assert front.mailbox.arrivals == []
    assert front.front.budget.used == 0
