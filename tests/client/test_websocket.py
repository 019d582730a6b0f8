"""The listening end of RFC 6455, octet by octet."""

import asyncio
from base64 import b64encode
from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from mailtrap_local.client import AsyncClient, Unreachable
from mailtrap_local.client.http11 import Place
from mailtrap_local.client.websocket import Closed, Listening

PLACE = Place.parse("http://ann:secret@localhost:8025/base")


def handshake(listening: Listening) -> bytes:
    sent = listening.opening(PLACE, "/api/v1/live", [("query", "a b")])
    head, _, fields = sent.decode().partition("\r\n")
    assert head == "GET /base/api/v1/live?query=a+b HTTP/1.1"
    named = dict(line.split(": ", 1) for line in fields.split("\r\n") if line)
    assert named["Host"] == "localhost:8025"
    assert named["Authorization"].startswith("Basic ")
    key = named["Sec-WebSocket-Key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = b64encode(sha1(key).digest())
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"


def frame(payload: bytes, *, opcode: int = 1, final: bool = True) -> bytes:
    length = len(payload)
    head = bytes([opcode | 0x80 * final])
    if length < 126:
        return head + bytes([length]) + payload
    return (
        head
        + (b"\x7e" + length.to_bytes(2, "big") if length < 65_536 else b"\x7f" + length.to_bytes(8, "big"))
        + payload
    )


@given(size=st.integers(1, 80_000), at=st.floats(0, 1))
def test_messages_come_whole_however_they_were_cut(size: int, at: float) -> None:
    listening = Listening()
    messages = [b"", b"x" * 125, b"y" * 126, b"z" * 70_000]
    octets = handshake(listening)
    for message in messages:
        cut = int(at * len(message))
        octets += frame(message[:cut], final=False) + frame(b"", opcode=9) + frame(message[cut:], opcode=0)
    got = []
    for start in range(0, len(octets), max(size, len(octets) // 500)):
        got += listening.feed(octets[start : start + max(size, len(octets) // 500)])
    assert got == messages


@pytest.mark.parametrize("size", [1, 2, 3])
def test_octet_by_octet(size: int) -> None:
    listening = Listening()
    octets = handshake(listening) + frame(b"a" * 130) + frame(b"", opcode=9) + frame(b"b")
    got = [message for at in range(0, len(octets), size) for message in listening.feed(octets[at : at + size])]
    assert got == [b"a" * 130, b"b"]


def test_a_ping_is_answered_by_its_own_payload_masked() -> None:
    listening = Listening()
    listening.feed(handshake(listening) + frame(b"there?", opcode=9))
    pong = bytes(listening.outgoing)
    assert pong[:2] == b"\x8a\x86"
    assert bytes(octet ^ pong[2 + index % 4] for index, octet in enumerate(pong[6:])) == b"there?"


def test_a_close_is_told_with_its_code() -> None:
    listening = Listening()
    with pytest.raises(Closed, match="too slow") as closed:
        listening.feed(handshake(listening) + frame((1013).to_bytes(2, "big") + b"too slow", opcode=8))
    assert closed.value.code == 1013


def test_a_refusal_is_a_whole_answer() -> None:
    listening = Listening()
    listening.opening(PLACE, "/", [])
    assert listening.feed(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nno") == []
    assert listening.refusal is None
    listening.feed(b"pe")
    assert listening.refusal is not None
    assert (listening.refusal.status, listening.refusal.body) == (400, b"nope")


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: another\r\n\r\n",
        b"220 smtp\r\n\r\n",
        b"x" * 70_000,
        b"",
    ],
)
def test_what_speaks_something_else_is_named(octets: bytes) -> None:
    listening = Listening()
    listening.opening(PLACE, "/", [])
    with pytest.raises(Unreachable):
        listening.feed(octets)


@pytest.mark.parametrize("octets", [b"\xc1\x00", b"\x81\x80", b"\x81\x7f\x7f" + bytes(7), b""])
def test_frames_that_cannot_be_end_it(octets: bytes) -> None:
    listening = Listening()
    listening.feed(handshake(listening))
    with pytest.raises(Unreachable):
        listening.feed(octets)


async def test_another_server_understands_us() -> None:
    """That of `websockets`, which is strict about masks and pongs."""

    async def speak(connection: ServerConnection) -> None:
        await asyncio.wait_for(await connection.ping(), 5)
        await connection.send('{"cursor": "e-1", "events": []}')
        await connection.send(["{", '"cursor": "e-2", "events": [{"type": "tags", "seq": 2}]', "}"])
        await connection.wait_closed()

    async with serve(speak, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        events = AsyncClient(f"http://127.0.0.1:{port}").live()
        assert [(await anext(events)).kind, (await anext(events)).kind] == ["open", "tags"]
        await events.aclose()
