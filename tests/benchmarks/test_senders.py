"""Our client against a real server: the catcher itself."""

import asyncio
import socket
import threading

import pytest

from benchmarks.letters import Letters
from benchmarks.process import Failed
from benchmarks.senders import complete, deliver
from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection


@pytest.mark.parametrize(
    ("reply", "whole"),
    [
        (b"250 OK\r\n", True),
        (b"250\r\n", True),
        (b"250-SIZE\r\n250 HELP\r\n", True),
        (b"250-SIZE\r\n250-HELP\r\n", False),
        (b"250-SIZE\r\n", False),
        (b"250 OK\r", False),
        (b"", False),
    ],
)
def test_a_reply_is_whole_when_its_last_line_is(reply: bytes, whole: bool) -> None:
    assert complete(reply) is whole


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("sessions", [1, 3])
async def test_every_letter_arrives_once_and_to_the_byte(server: Server, kept: bool, sessions: int) -> None:
    letters = Letters("text", pool=5)
    delivery = await asyncio.to_thread(
        deliver, server.smtp_port, letters.row(0, 20), sessions=sessions, kept=kept, seconds=60
    )
    assert delivery.count == 20
    found = await server.mailbox.oldest(Selection())
    raws = [await server.mailbox.raw(summary.id) for summary in found]
    assert sorted(raws) == sorted(stored(letters.wire(number)) for number in range(20))


def stored(wire: bytes) -> bytes:
    return wire.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")


async def test_time_over_ends_a_delivery_with_what_was_accepted(server: Server) -> None:
    letters = Letters("text", pool=1)
    delivery = await asyncio.to_thread(
        deliver, server.smtp_port, letters.row(0, 1_000_000), sessions=2, kept=True, seconds=0.05
    )
    info = await server.mailbox.info()
    assert 0 < delivery.count == info.messages < 1_000_000


def test_a_refusal_is_a_failed_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        refuser = threading.Thread(target=refuse, args=(listening,))
        refuser.start()
        with pytest.raises(Failed, match="554 no"):
            deliver(listening.getsockname()[1], iter([b"x\r\n.\r\n"]), sessions=1, kept=True)
        refuser.join()


def refuse(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(b"554 no\r\n")
        connection.recv(1)
