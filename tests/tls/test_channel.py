"""TLS over octets without a socket: whatever comes, it goes on or fails with words."""

import contextlib
import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.settings import Settings
from mailtrap_local.tls import words
from mailtrap_local.tls.channel import Channel, TlsFailed
from mailtrap_local.tls.identity import Identity

IDENTITY = Identity.of(Settings(tls=True))
assert IDENTITY.authority is not None
TRUST = ssl.create_default_context(cadata=IDENTITY.authority.pem)


class Client:
    """The other side, by the library alone."""

    def __init__(self) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = TRUST.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def connect(self, channel: Channel) -> None:
        """The handshake, to its end."""
        while not channel.established:
            with contextlib.suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            channel.receive(self.outgoing.read())
            self.incoming.write(channel.outgoing())


def test_both_ways() -> None:
    client, channel = Client(), Channel(IDENTITY.context)
    channel.send(b"too early: nobody could read it")
    assert channel.outgoing() == b""
    client.connect(channel)
    client.tls.write(b"EHLO x\r\n")
    assert channel.receive(client.outgoing.read()) == b"EHLO x\r\n"
    channel.send(b"250 ok\r\n")
    client.incoming.write(channel.outgoing())
    assert client.tls.read() == b"250 ok\r\n"
    assert (channel.asked, channel.ended) == ("localhost", False)


def test_each_side_says_that_it_ends() -> None:
    """RFC 8446 section 6.1."""
    client, channel = Client(), Channel(IDENTITY.context)
    client.connect(channel)
    client.tls.write(b"last words")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.tls.unwrap()
    assert channel.receive(client.outgoing.read()) == b"last words"
    assert channel.ended
    channel.close()
    client.incoming.write(channel.outgoing())
    client.tls.unwrap()  # raises if we had not said it


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(b"\x16\x03\x01".__add__)), max_size=5))
def test_any_octets_instead_of_a_handshake(chunks: list[bytes]) -> None:
    channel = Channel(IDENTITY.context)
    with contextlib.suppress(TlsFailed):
        for chunk in chunks:
            assert channel.receive(chunk) == b""
    assert not channel.established
    channel.close()


@settings(deadline=None, max_examples=50)
@given(
    st.binary(min_size=1, max_size=300), st.sampled_from([b"", b"\x17\x03\x03\x00\x20", b"\x15\x03\x03\x00\x02\x02"])
)
def test_any_octets_behind_it(octets: bytes, record: bytes) -> None:
    client, channel = Client(), Channel(IDENTITY.context)
    client.connect(channel)
    with contextlib.suppress(TlsFailed):
        assert channel.receive(record + octets) == b""
    channel.close()


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("TLSV1_ALERT_UNKNOWN_CA", "does not trust who signed it, or it is not for the name box;"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "does not trust"),
        ("SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "look at the clock"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "no version of TLS from 1.2 on"),
        ("UNSUPPORTED_PROTOCOL", "no version of TLS from 1.2 on"),
        ("NO_SHARED_CIPHER", "knows no cipher"),
        ("HTTP_REQUEST", "is no TLS"),
        ("BAD_CERTIFICATE", "TLS failed: bad certificate"),  # of ours, no alert
        ("SOMETHING_NEW", "TLS failed: something new"),
    ],
)
def test_words(reason: str, told: str) -> None:
    assert told in words.of(reason, asked="box")
