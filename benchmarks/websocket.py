"""A WebSocket client that does nothing but note when bytes came; frames are read when the measuring is over.

So ten of them cost the measuring process little, and what they cost does not fall between a frame and its time.
"""

import base64
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.process import Failed
from benchmarks.senders import HOST

_CHUNK = 1 << 18
_TEXT, _CONTINUATION = 1, 0


@dataclass(frozen=True)
class Frame:
    """A text message of the server, and when its last byte had come (seconds of time.perf_counter)."""

    at: float
    text: bytes


class Listener:
    """One connection to a WebSocket path. Raises Failed if the server refuses it."""

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._chunks: list[tuple[float, bytes]] = [(0.0, self._handshake())]

    def read(self) -> None:
        """Take what has come. Raises Failed when the server has closed."""
        chunk = self.socket.recv(_CHUNK)
        self._chunks.append((time.perf_counter(), chunk))
        if not chunk:
            raise Failed("the server closed a WebSocket")

    def frames(self) -> Iterator[Frame]:
        """The text messages that have come so far."""
        return frames(self._chunks)

    def _handshake(self) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = self.socket.recv(_CHUNK)
            received += chunk
            if not chunk:
                break
        head, _, rest = received.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.socket.close()
            raise Failed(f"no WebSocket: {head[:100]!r}")
        return rest


def frames(chunks: list[tuple[float, bytes]]) -> Iterator[Frame]:
    """The text messages in what a server sent, unmasked and uncompressed (RFC 6455 section 5.2); control skipped."""
    buffer = bytearray()
    message = b""
    for at, chunk in chunks:
        buffer += chunk
        while (cut := _first_frame(buffer)) is not None:
            opcode, final, payload, length = cut
            del buffer[:length]
            if opcode not in (_TEXT, _CONTINUATION):
                continue
            message = payload if opcode == _TEXT else message + payload
            if final:
                yield Frame(at, message)


def _first_frame(buffer: bytearray) -> tuple[int, bool, bytes, int] | None:
    """Opcode, whether it is final, payload and whole length of the frame that begins here; None if not all is there."""
    if len(buffer) < 2:
        return None
    extra = {126: 2, 127: 8}.get(buffer[1] & 127, 0)
    start = 2 + extra
    size = int.from_bytes(buffer[2:start], "big") if extra else buffer[1] & 127
    if len(buffer) < start + size:
        return None
    return buffer[0] & 15, bool(buffer[0] & 128), bytes(buffer[start : start + size]), start + size
