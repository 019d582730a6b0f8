"""The PROXY protocol (haproxy.org, proxy-protocol.txt) and XCLIENT (postfix.org, XCLIENT_README)."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local import limits
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.proxy import BadHeader, Header, read
from tests.smtp.talking import Client, Running, running, texts, until

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def second(
    source: str = "192.0.2.1", destination: str = "198.51.100.2", *, command: int = 0x21, kind: int | None = None
) -> bytes:
    """A header of version 2, with a TLV behind its addresses."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    ports = struct.pack("!HH", 4321, 25)
    body = socket.inet_pton(family, source) + socket.inet_pton(family, destination) + ports + b"\x04\0\x01x"
    kind = kind if kind is not None else (0x21 if ":" in source else 0x11)
    return SIGNATURE + bytes((command, kind)) + struct.pack("!H", len(body)) + body


HEADERS = [
    (b"PROXY TCP4 192.0.2.1 198.51.100.2 4321 25\r\n", "192.0.2.1:4321", "198.51.100.2:25"),
    (b"PROXY TCP6 2001:db8::1 2001:db8::2 4321 25\r\n", "[2001:db8::1]:4321", "[2001:db8::2]:25"),
    (b"PROXY UNKNOWN\r\n", "", ""),
    (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "", ""),
    (second(), "192.0.2.1:4321", "198.51.100.2:25"),
    (second("2001:db8::1", "2001:db8::2"), "[2001:db8::1]:4321", "[2001:db8::2]:25"),
    (second(command=0x20), "", ""),  # LOCAL
    (second(kind=0), "", ""),  # a family that is not said
]


@pytest.mark.parametrize(("octets", "peer", "local"), HEADERS)
def test_headers(octets: bytes, peer: str, local: str) -> None:
    assert read(octets + b"EHLO x\r\n") == Header(peer, local, len(octets))
    for end in range(len(octets)):
        assert read(octets[:end]) is None


BAD = [
    b"EHLO x\r\n",
    b"\x16\x03\x01",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 4321\r\n",
    b"PROXY TCP4 2001:db8::1 198.51.100.2 4321 25\r\n",
    b"PROXY TCP4 192.0.2.999 198.51.100.2 4321 25\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 99999 25\r\n",
    b"PROXY TCP5 192.0.2.1 198.51.100.2 4321 25\r\n",
    b"PROXY " + b"x" * 200,
    SIGNATURE + b"\x31\x11\0\x0c" + bytes(12),  # version 3
    SIGNATURE + b"\x22\x11\0\x0c" + bytes(12),  # an unknown command
    SIGNATURE + b"\x21\x11\0\x04" + bytes(4),  # too short for its addresses
    SIGNATURE + b"\x21\x11\xff\xff",
]


@pytest.mark.parametrize("octets", BAD)
def test_what_is_no_header(octets: bytes) -> None:
    with pytest.raises(BadHeader):
        read(octets)


@given(st.one_of(st.binary(max_size=300), st.builds(lambda rest: SIGNATURE + rest, st.binary(max_size=300))))
def test_any_octets(octets: bytes) -> None:
    try:
        header = read(octets)
    except BadHeader:
        return
    assert header is None or 0 < header.length <= len(octets)


@pytest.mark.parametrize(("octets", "peer", "local"), HEADERS[:1] + HEADERS[4:6])
@pytest.mark.parametrize("together", [True, False])
async def test_the_session_is_the_clients(octets: bytes, peer: str, local: str, together: bool) -> None:
    async with running(Settings(proxy_protocol=True)) as front:
        client = await front.connect()
        if together:
            client.send(octets + b"EHLO x\r\n")
            assert [reply[:3] for reply in await client.replies(2)] == ["220", "250"]
        else:
            for at in range(len(octets)):
                client.send(octets[at : at + 1])
            await client.begin()
        assert (await client.mail(b"x")).startswith("250")
        assert front.mailbox.arrivals[0].origin.peer == peer
        session = await front.session()
        assert (session.peer, session.local) == (peer, local)


async def test_the_proxy_itself() -> None:
    """LOCAL: its own address."""
    async with running(Settings(proxy_protocol=True)) as front:
        client = await front.connect()
        client.send(second(command=0x20))
        await client.begin()
        assert (await front.session()).peer.startswith("127.0.0.1:")


async def test_tls_behind_a_header() -> None:
    async with running(Settings(proxy_protocol=True, tls=True)) as front:
        plain = await front.connect(tls_port=True)
        plain.send(HEADERS[0][0])
        await plain.writer.start_tls(front.trust, server_hostname="localhost")
        await plain.begin()
        session = await front.session()
        assert session.peer == "192.0.2.1:4321"
        assert session.tls.startswith("TLSv1.3")


async def test_a_client_without_a_header() -> None:
    async with running(Settings(proxy_protocol=True)) as front:
        client = await front.connect()
        client.send(b"EHLO x\r\n")
        assert await client.closed()
        session = await front.ended_session()
        assert session.state == "refused"
        assert texts(session) == ["the connection does not begin with a PROXY header, as --proxy-protocol asks for"]
        assert not front.front.waiting


async def test_a_client_that_leaves_before_its_header() -> None:
    async with running(Settings(proxy_protocol=True)) as front:
        client = await front.connect()
        client.send(b"PROXY TCP4 ")
        await until(lambda: len(front.front.waiting) == 1)
        await client.close()
        await until(lambda: not front.front.waiting)
        assert (await front.ended_session()).state == "dropped"


async def test_a_header_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROXY_SECONDS", 0.05)
    async with running(Settings(proxy_protocol=True)) as front:
        client = await front.connect()
        assert await client.closed()
        assert (await front.ended_session()).state == "timeout"


async def test_a_stop_while_a_header_is_waited_for() -> None:
    async with running(Settings(proxy_protocol=True)) as front:
        client = await front.connect()
        await until(lambda: len(front.front.waiting) == 1)
    assert await client.closed()


async def test_without_the_switch_it_is_an_unknown_command(client: Client, front: Running) -> None:
    await client.begin()
    assert await client.ask(HEADERS[0][0].rstrip()) == replies.UNKNOWN_COMMAND
    assert (await front.session()).peer.startswith("127.0.0.1:")


# ---- XCLIENT --------------------------------------------------------------------------------------------------------

SPEAKS = Settings(xclient=True)


async def test_xclient_is_off(client: Client) -> None:
    await client.reply()
    assert "XCLIENT" not in await client.ask("EHLO x")
    assert await client.ask("XCLIENT ADDR=192.0.2.1") == replies.NOT_IMPLEMENTED


@pytest.mark.parametrize(
    ("said", "peer", "username"),
    [
        ("NAME=app.example.com ADDR=192.0.2.1 PORT=4321", "192.0.2.1:4321", ""),
        ("addr=IPV6:2001:db8::1 port=4321 HELO=x PROTO=ESMTP", "[2001:db8::1]:4321", ""),
        ("ADDR=192.0.2.1 LOGIN=ann+40example.com", "192.0.2.1:0", "ann@example.com"),
        ("ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL]", "", ""),
    ],
)
async def test_a_client_speaks_for_another(said: str, peer: str, username: str) -> None:
    async with running(SPEAKS) as front:
        client = await front.connect()
        await client.reply()
        assert "XCLIENT NAME ADDR" in await client.ask("EHLO x")
        assert (await client.ask("XCLIENT " + said)).startswith("220 ")  # and all begins anew
        assert await client.ask("MAIL FROM:<a@example.com>") == replies.NEED_HELLO
        await client.ask("EHLO y")
        assert (await client.mail(b"x")).startswith("250")
        origin = front.mailbox.arrivals[0].origin
        assert (origin.peer, origin.username, origin.helo) == (peer, username, "y")
        assert origin.protocol == ("ESMTPA" if username else "ESMTP")


async def test_where_it_came_to() -> None:
    async with running(SPEAKS) as front:
        client = await front.connect()
        await client.begin()
        await client.ask("XCLIENT ADDR=192.0.2.1 PORT=1 DESTADDR=198.51.100.2 DESTPORT=25")
        assert (await front.session()).local == "198.51.100.2:25"


async def test_xclient_forgets_a_login_and_not_within_a_mail() -> None:
    async with running(SPEAKS) as front:
        client = await front.connect()
        await client.begin("AUTH PLAIN AGFubgBzZWNyZXQ=", "MAIL FROM:<a@example.com>")
        assert await client.ask("XCLIENT ADDR=192.0.2.1") == replies.NESTED_MAIL
        await client.ask("RSET")
        assert (await client.ask("XCLIENT ADDR=192.0.2.1")).startswith("220 ")
        assert (await front.session()).username == ""


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "ADDR",
        "ADDR=",
        "ADDR=x",
        "ADDR=192.0.2.1 PORT=x",
        "PORT=99999",
        "FROB=x",
        "LOGIN=a+0Ab",
        "NAME=a+b",
        "ADDR=ü",
    ],
)
async def test_malformed(said: str) -> None:
    async with running(SPEAKS) as front:
        client = await front.connect()
        await client.begin()
        assert await client.ask("XCLIENT " + said) == replies.XCLIENT_SYNTAX
        assert (await front.session()).peer.startswith("127.0.0.1:")
