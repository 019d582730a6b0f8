import asyncio
import smtplib

import pytest

from benchmarks.latency import HALF, MOST, Times, summarise, told_at
from benchmarks.process import Failed
from benchmarks.websocket import Frame, Listener, frames
from mailtrap_local.server import Server


def frame(payload: bytes, *, opcode: int = 1, final: bool = True) -> bytes:
    size = len(payload)
    length = (
        bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 65_536 else b"\x7f" + size.to_bytes(8)
    )
    return bytes([opcode | (128 if final else 0)]) + length + payload


@pytest.mark.parametrize("size", [0, 5, 125, 126, 65_535, 65_536])
def test_frames_of_every_length_form(size: int) -> None:
    assert list(frames([(1.0, frame(b"x" * size))])) == [Frame(1.0, b"x" * size)]


def test_a_frame_has_the_time_of_its_last_byte() -> None:
    sent = frame(b"first") + frame(b"second")
    chunks = [(1.0, sent[:3]), (2.0, sent[3:9]), (3.0, sent[9:])]
    assert list(frames(chunks)) == [Frame(2.0, b"first"), Frame(3.0, b"second")]


def test_fragments_are_joined_and_pings_skipped() -> None:
    sent = frame(b"one ", final=False) + frame(b"", opcode=9) + frame(b"message", opcode=0)
    assert list(frames([(1.0, sent)])) == [Frame(1.0, b"one message")]


def test_subjects_are_found_in_batches_and_told_once() -> None:
    heard = [
        Frame(1.0, b'{"events":[{"message":{"Subject":"[1] a"}},{"message":{"Subject":"[2] b"}}]}'),
        Frame(2.0, b'{"Type":"new","Data":{"Subject": "[2] b"}}'),
        Frame(3.0, b'{"stats":{"Total":2}}'),
    ]
    assert told_at(heard) == {1: 1.0, 2: 1.0}


def test_latency_is_from_the_250_to_the_frame_of_each_client() -> None:
    times = Times(sent={1: 0.9, 2: 1.9}, accepted={1: 1.0, 2: 2.0})
    quick = [Frame(1.001, b'"Subject":"[1]'), Frame(2.001, b'"Subject":"[2]')]
    slow = [Frame(1.003, b'"Subject":"[1]'), Frame(2.003, b'"Subject":"[2]')]
    found = summarise(times, [quick, slow])
    assert found[HALF] == pytest.approx(2.0)
    assert found[MOST] == pytest.approx(3.0)


def test_a_message_that_a_client_was_not_told_of_is_a_failure() -> None:
    with pytest.raises(Failed, match="1 of 1"):
        summarise(Times(sent={1: 0.0}, accepted={1: 1.0}), [[]])


async def test_the_catchers_own_frames_are_read(server: Server) -> None:
    listener = await asyncio.to_thread(Listener, server.http_port, "/api/v1/live")
    try:
        await asyncio.to_thread(send, server.smtp_port)
        while 7 not in told_at(listener.frames()):
            await asyncio.to_thread(listener.read)
    finally:
        listener.socket.close()


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail("a@example.com", "b@example.org", b"Subject: [7] hello\r\n\r\nText\r\n")


async def test_a_refused_handshake_says_why(server: Server) -> None:
    with pytest.raises(Failed, match="403"):
        await asyncio.to_thread(Listener, server.http_port, "/nowhere")
