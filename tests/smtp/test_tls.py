"""STARTTLS (RFC 3207), TLS from the first octet on (RFC 8314), and handshakes that fail."""

import asyncio
import contextlib
import os
import smtplib
import socket
import ssl

import pytest

from mailtrap_local import limits
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.securable import SecurableConnection
from mailtrap_local.tls import words
from tests.smtp.talking import PATIENCE, Client, Running, running, texts, until

HELLO = "EHLO client.example"
AUTH = "AUTH PLAIN AGFubgBzZWNyZXQ="  # NUL ann NUL secret


@pytest.fixture
def settings() -> Settings:
    return Settings(smtp_port=0, http_port=0, tls=True)


@pytest.fixture
async def secured(front: Running, client: Client) -> Client:
    """A client that has said STARTTLS and nothing since."""
    await client.begin()
    await client.start_tls(front.trust)
    return client


def announced(ehlo: str) -> set[str]:
    return {line[4:].split(" ")[0] for line in ehlo.splitlines()[1:]}


# ---- what is offered ------------------------------------------------------------------------------------------------


async def test_without_tls_nothing_of_it_is_offered() -> None:
    async with running(Settings()) as front:
        client = await front.connect()
        await client.reply()
        assert "STARTTLS" not in announced(await client.ask(HELLO))
        assert await client.ask("STARTTLS") == replies.NOT_IMPLEMENTED


async def test_starttls_is_offered_until_tls_is_on(front: Running, client: Client) -> None:
    """RFC 3207 section 4.2: not after it."""
    await client.reply()
    assert "STARTTLS" in announced(await client.ask(HELLO))
    await client.start_tls(front.trust)
    assert "STARTTLS" not in announced(await client.ask(HELLO))
    assert await client.ask("STARTTLS") == replies.TLS_TWICE


async def test_when_starttls_is_refused(client: Client) -> None:
    """RFC 3207 section 4: it takes no parameter; RFC 5321 section 4.1.4: EHLO comes first."""
    await client.reply()
    assert await client.ask("STARTTLS") == replies.NEED_EHLO
    await client.ask(HELLO)
    assert await client.ask("STARTTLS now") == replies.NO_ARGUMENT
    assert await client.ask("NOOP") == replies.OK


# ---- what STARTTLS forgets ------------------------------------------------------------------------------------------


async def test_starttls_forgets_the_hello(secured: Client, front: Running) -> None:
    """RFC 3207 section 4.2."""
    assert await secured.ask("MAIL FROM:<a@example.com>") == replies.NEED_HELLO
    assert (await front.session()).helo == ""
    await secured.ask(HELLO)
    assert (await secured.mail(b"x")).startswith("250")


async def test_starttls_forgets_the_login(front: Running, client: Client) -> None:
    """RFC 3207 section 4.2."""
    await client.begin(AUTH)
    await client.start_tls(front.trust)
    await client.ask(HELLO)
    assert (await front.session()).username == ""
    assert await client.ask(AUTH) == replies.AUTHENTICATED  # not: already authenticated
    assert (await client.mail(b"x")).startswith("250")
    assert front.mailbox.arrivals[0].origin.protocol == "ESMTPSA"


async def test_starttls_forgets_the_mail_under_way(front: Running, client: Client) -> None:
    """RFC 3207 section 4.2."""
    await client.begin("MAIL FROM:<old@example.com>", "RCPT TO:<old@example.com>")
    await client.start_tls(front.trust)
    await client.ask(HELLO)
    assert await client.ask("DATA") == replies.NEED_MAIL
    assert (await client.mail(b"x")).startswith("250")
    envelope = front.mailbox.arrivals[0].envelope
    assert (envelope.mail_from, len(envelope.recipients)) == ("a@example.com", 1)


INJECTIONS = [
    b"NOOP\r\n",
    b"EHLO evil\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n",
    b"AUTH PLAIN AGV2aWwAeA==\r\n",
    b"MAIL FROM:<evil@exa",  # half a line, to be completed by what comes after the handshake
]


@pytest.mark.parametrize("injected", INJECTIONS)
async def test_what_is_sent_behind_starttls_is_thrown_away(front: Running, client: Client, injected: bytes) -> None:
    """RFC 3207 section 4.2; CVE-2011-0411."""
    await client.begin()
    client.send(b"STARTTLS\r\n" + injected)
    assert await client.reply() == replies.BEGIN_TLS
    await client.writer.start_tls(front.trust, server_hostname="localhost")
    assert (await client.ask(HELLO)).startswith("250-localhost")  # the answer to this, and to nothing before
    assert (await client.mail(b"x")).startswith("250")
    session = await front.session()
    assert f"{len(injected)} bytes sent behind STARTTLS were thrown away" in texts(session, "-")
    assert not any("evil" in text for text in texts(session))
    assert (session.username, session.caught) == ("", 1)


async def test_octets_that_come_after_starttls_alone_are_no_commands(front: Running, client: Client) -> None:
    """The same in a segment of its own: it stands where the handshake should, and ends the connection."""
    await client.begin()
    await client.ask("STARTTLS")
    assert await client.ask("MAIL FROM:<evil@example.com>") == replies.TLS_EXPECTED
    assert await client.closed()
    session = await front.ended_session()
    assert "the client speaks plain text after STARTTLS" in texts(session, "-")
    assert not any("evil" in text for text in texts(session))


async def test_commands_sent_before_starttls_are_answered_before_it(front: Running, client: Client) -> None:
    """RFC 3207 section 4.3 with RFC 2920: STARTTLS ends a group of commands."""
    await client.begin()
    client.send(b"NOOP\r\nVRFY x\r\nSTARTTLS\r\n")
    assert await client.replies(3) == [replies.OK, replies.VRFY_NOT_SAID, replies.BEGIN_TLS]
    await client.writer.start_tls(front.trust, server_hostname="localhost")
    assert (await client.ask(HELLO)).startswith("250")


# ---- mail under TLS -------------------------------------------------------------------------------------------------


async def test_how_mail_came_by_starttls(secured: Client, front: Running) -> None:
    """RFC 3848."""
    await secured.ask(HELLO)
    await secured.mail(b"x")
    origin = front.mailbox.arrivals[0].origin
    assert origin.protocol == "ESMTPS"
    assert origin.tls.startswith("TLSv1.3 TLS_")
    session = await front.session()
    assert session.tls == f"{origin.tls}, server name localhost"
    assert f"TLS began: {session.tls}" in texts(session, "-")


async def test_tls_from_the_first_octet(front: Running) -> None:
    """RFC 8314 section 3.3."""
    trust = front.trust
    trust.set_alpn_protocols(["smtp"])
    client = await front.connect_tls(trust)
    await client.begin()
    assert (await client.mail(b"x")).startswith("250")
    assert (await front.session()).tls.endswith(", server name localhost, ALPN smtp")


async def test_a_client_without_a_server_name(front: Running) -> None:
    trust = front.trust
    trust.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", front.tls_port, ssl=trust, server_hostname="")
    client = Client(reader, writer)
    await client.begin()
    assert (await front.session()).tls.endswith(", no server name")
    await client.close()


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_large_mail_arrives_to_the_byte(front: Running, client: Client, implicit: bool) -> None:
    if implicit:
        client = await front.connect_tls()
        await client.begin()
    else:
        await client.begin()
        await client.start_tls(front.trust)
        await client.ask(HELLO)
    mail = b"".join(b"line %d of many, some of them long\r\n" % number for number in range(200_000))
    assert (await client.mail(mail[:-2])).startswith("250")
    assert front.mailbox.arrivals[0].raw == mail


async def test_octets_one_by_one(front: Running, client: Client) -> None:
    """Records and handshake cut anywhere."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = front.trust.wrap_bio(incoming, outgoing, server_hostname="localhost")
    await client.begin()
    assert await client.ask("STARTTLS") == replies.BEGIN_TLS
    said = b""
    sent = False
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                if not sent:
                    tls.do_handshake()
                    tls.write(HELLO.encode() + b"\r\nNOOP\r\n")
                    sent = True
                said += tls.read()
            if b"250 2.0.0" in said:
                break
            for octet in outgoing.read():
                client.send(bytes([octet]))
                await asyncio.sleep(0)
            incoming.write(await client.reader.read(1))
    assert b"250-localhost" in said
    assert len(front.front._connections) == 1


async def test_a_client_of_tls_1_2(front: Running) -> None:
    trust = front.trust
    trust.maximum_version = ssl.TLSVersion.TLSv1_2
    client = await front.connect_tls(trust)
    await client.begin()
    assert (await front.session()).tls.startswith("TLSv1.2 ECDHE")


async def test_a_client_that_says_goodbye(front: Running) -> None:
    """RFC 8446 section 6.1: we say that nothing more will come."""
    client = await front.connect_tls()
    await client.begin()
    assert await client.ask("QUIT") == replies.BYE
    assert await client.closed()
    assert (await front.ended_session()).state == "quit"


# ---- TLS required ---------------------------------------------------------------------------------------------------


async def test_tls_required() -> None:
    """RFC 3207 section 4: 530 to everything but NOOP, EHLO, STARTTLS and QUIT."""
    async with running(Settings(tls_required=True)) as front:
        client = await front.connect()
        await client.begin()
        for line in ("MAIL FROM:<a@example.com>", AUTH, "VRFY x", "DATA", "RCPT TO:<b@example.com>"):
            assert await client.ask(line) == "530 5.7.0 Must issue a STARTTLS command first"
        assert await client.ask("NOOP") == replies.OK
        assert "secret" not in "".join(texts(await front.session()))
        await client.start_tls(front.trust)
        await client.ask(HELLO)
        assert (await client.mail(b"x")).startswith("250")


async def test_auth_under_tls_only() -> None:
    """RFC 4954 section 4: AUTH is not offered before, and refused."""
    async with running(Settings(smtp_auth_tls_only=True)) as front:
        client = await front.connect()
        await client.reply()
        assert "AUTH" not in announced(await client.ask(HELLO))
        assert await client.ask(AUTH) == replies.AUTH_NEEDS_TLS
        await client.start_tls(front.trust)
        assert "AUTH" in announced(await client.ask(HELLO))
        assert await client.ask(AUTH) == replies.AUTHENTICATED


async def test_requiretls_is_offered_under_tls_only(front: Running, client: Client) -> None:
    """RFC 8689 section 2."""
    await client.reply()
    assert "REQUIRETLS" not in announced(await client.ask(HELLO))
    assert await client.ask("MAIL FROM:<a@example.com> REQUIRETLS") == replies.UNKNOWN_PARAMETER
    await client.start_tls(front.trust)
    assert "REQUIRETLS" in announced(await client.ask(HELLO))
    await client.ask("MAIL FROM:<a@example.com> REQUIRETLS")
    await client.ask("RCPT TO:<b@example.com>")
    await client.ask("DATA")
    assert (await client.ask("x\r\n.")).startswith("250")
    assert front.mailbox.arrivals[0].envelope.mail_params == ("REQUIRETLS",)


# ---- handshakes that fail -------------------------------------------------------------------------------------------


async def failed(front: Running) -> tuple[str, str]:
    """State and remarks of the newest session, once it is over."""
    session = await front.ended_session()
    return session.state, "\n".join(texts(session, "-"))


def begin_tls(port: int, trust: ssl.SSLContext, *, name: str = "localhost") -> None:
    """A handshake by the library alone: asyncio's own client does not tell the other side why it leaves."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
        trust.wrap_socket(plain, server_hostname=name).close()


async def test_a_client_that_does_not_trust_us(front: Running) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(begin_tls, front.tls_port, ssl.create_default_context())
    state, told = await failed(front)
    assert state == "refused"
    assert "the client does not accept the certificate" in told and "mailtrap-local ca" in told
    assert "not for the name" not in told


async def test_a_client_that_does_not_trust_us_after_starttls(front: Running) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", front.port, timeout=PATIENCE) as client:
            client.starttls(context=ssl.create_default_context())

    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(send)
    state, told = await failed(front)
    assert state == "refused"
    assert "the client does not accept the certificate" in told


async def test_a_client_that_wants_another_name(front: Running) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        await asyncio.to_thread(begin_tls, front.tls_port, front.trust, name="smtp.example.com")
    _, told = await failed(front)
    assert "or it is not for the name smtp.example.com" in told


@pytest.mark.parametrize(
    "name", ["mailtrap", "my-compose_service", "smtp.test", "a.b.localhost", "host.docker.internal"]
)
async def test_names_that_containers_use(front: Running, name: str) -> None:
    trust = front.trust
    streams = await asyncio.open_connection("127.0.0.1", front.tls_port, ssl=trust, server_hostname=name)
    client = Client(*streams)
    await client.begin()
    await client.close()


async def test_a_client_that_is_too_old(front: Running) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await front.connect_tls(old)
    state, told = await failed(front)
    assert state == "refused"
    assert "speaks no version of TLS from 1.2 on" in told


async def test_a_client_without_a_cipher_of_ours(front: Running) -> None:
    poor = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    poor.check_hostname, poor.verify_mode = False, ssl.CERT_NONE
    poor.maximum_version = ssl.TLSVersion.TLSv1_2
    poor.set_ciphers("AES256-SHA256")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await front.connect_tls(poor)
    assert "knows no cipher" in (await failed(front))[1]


@pytest.mark.parametrize("first", [b"EHLO x\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x00\x01"])
async def test_plain_text_where_tls_begins_is_answered_in_plain_text(front: Running, first: bytes) -> None:
    client = await front.connect(tls_port=True)
    client.send(first)
    assert await client.reply() == replies.TLS_EXPECTED
    assert await client.closed()
    state, told = await failed(front)
    assert state == "refused"
    assert "the client speaks plain text on the port where TLS begins at once" in told


async def test_a_client_that_waits_for_a_greeting_where_tls_begins(
    front: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TLS_SILENCE_SECONDS", 0.05)
    client = await front.connect(tls_port=True)
    assert await client.reply() == replies.TLS_EXPECTED
    assert await client.closed()
    state, told = await failed(front)
    assert state == "refused"
    assert "it does not know that TLS begins at once here" in told


async def test_tls_on_the_port_for_plain_text(front: Running) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", front.port, ssl=front.trust, server_hostname="localhost")
    state, told = await failed(front)
    assert state == "refused"
    assert "the client begins TLS at once, and this port does not: use port 1465" in told


async def test_tls_where_there_is_none() -> None:
    async with running(Settings()) as front:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context = ssl.create_default_context()
            await asyncio.open_connection("127.0.0.1", front.port, ssl=context, server_hostname="localhost")
        assert "or start this server with --tls" in (await failed(front))[1]


async def test_a_client_that_leaves_in_the_handshake(front: Running) -> None:
    client = await front.connect(tls_port=True)
    client.send(b"\x16\x03\x01")
    await client.close()
    assert await failed(front) == ("dropped", words.LEFT_IN_HANDSHAKE)


async def test_a_client_that_leaves_right_after_it(front: Running) -> None:
    """Node looks at the certificate when the handshake is over, and leaves without a word."""
    client = await front.connect_tls()
    await client.close()
    state, told = await failed(front)
    assert state == "dropped"
    assert words.LEFT_AT_ONCE in told


async def test_a_handshake_that_does_not_end(front: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TLS_HANDSHAKE_SECONDS", 0.05)
    client = await front.connect(tls_port=True)
    client.send(b"\x16\x03\x01")
    assert await client.closed()
    assert await failed(front) == ("timeout", "the TLS handshake did not end within 0.05 seconds")


async def test_a_client_that_says_nothing_after_starttls(
    front: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TLS_HANDSHAKE_SECONDS", 0.05)
    await client.begin()
    assert await client.ask("STARTTLS") == replies.BEGIN_TLS
    assert await client.closed()
    assert (await failed(front))[0] == "timeout"


async def test_octets_that_are_no_record(front: Running, client: Client) -> None:
    await client.begin()
    await client.ask("STARTTLS")
    client.send(b"\x16" + b"?" * 1_000)
    await client.reader.read()
    state, told = await failed(front)
    assert state == "refused"
    assert told == "what the client sent is no TLS"


async def test_a_record_forged_later(front: Running) -> None:
    client = await front.connect_tls()
    await client.begin()
    raw = client.writer.get_extra_info("socket")
    os.write(raw.fileno(), b"\x17\x03\x03\x00\x20" + bytes(32))
    session = await front.ended_session()
    assert (session.state, session.caught) == ("refused", 0)


# ---- nothing is left ------------------------------------------------------------------------------------------------


async def test_200_sessions_leave_nothing_open(front: Running) -> None:
    connections: list[SecurableConnection] = []

    async def one(number: int) -> None:
        client = await (front.connect_tls() if number % 2 else front.connect())
        await client.begin()
        if not number % 2:
            await client.start_tls(front.trust)
            await client.ask(HELLO)
        connections.extend(each for each in front.front._connections if isinstance(each, SecurableConnection))
        assert (await client.mail(b"x")).startswith("250")
        if number % 3:
            await client.ask("QUIT")
        await client.close()

    before = len(os.listdir("/proc/self/fd"))
    for start in range(0, 200, 20):
        await asyncio.gather(*(one(number) for number in range(start, start + 20)))
    await until(lambda: front.front.connections == 0)
    assert len(front.mailbox.arrivals) == 200
    assert connections and all(connection._handshake is None and connection._work is None for connection in connections)
    await until(lambda: len(os.listdir("/proc/self/fd")) <= before)


async def test_a_stop_during_a_handshake(settings: Settings) -> None:
    async with running(settings) as front:
        client = await front.connect(tls_port=True)
        client.send(b"\x16\x03\x01")
        await until(lambda: front.front.connections == 1)
    assert await client.closed()
