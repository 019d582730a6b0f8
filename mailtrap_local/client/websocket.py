"""RFC 6455 as far as a client that only listens needs it. No I/O.

`opening` is the handshake to send; a `Listening` is fed what was read, gives whole text messages, and gathers in
`outgoing` what has to be sent back: pongs, and the close that answers a close.
"""

from __future__ import annotations

import os
from base64 import b64encode

from mailtrap_local.client.errors import Unreachable
from mailtrap_local.client.http11 import Answer, Incoming, Place, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PING = b"\x89\x80\x00\x00\x00\x00"  # no payload, and so a mask that masks nothing
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_MESSAGE = 64 * 1024 * 1024  # no frame of ours is near it
_HEAD = 64 * 1024


class Closed(Exception):
    """The server closed the stream: its code (RFC 6455 section 7.4) and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason or f"closed with {code}")
        self.code = code


class Listening:
    """One connection, from the handshake to the close."""

    def __init__(self) -> None:
        self.open = False
        self.refusal: Answer | None = None  # what the server answered instead of switching protocols
        self.outgoing = bytearray()
        self._key = b64encode(os.urandom(16))
        self._pending = bytearray()
        self._message = bytearray()
        self._refused: Incoming | None = None

    def opening(self, place: Place, path: str, query: Sequence[tuple[str, str]]) -> bytes:
        """The handshake (RFC 6455 section 4.1)."""
        plain = place.encode(Request("GET", path, query))
        fields = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        return plain[:-2] + fields + self._key + b"\r\n\r\n"

    def feed(self, data: bytes) -> list[bytes]:
        """What was read, b"" at its end: the text messages that are whole with it. Raises Unreachable, Closed."""
        if self._refused is not None:
            self._refuse(data)
            return []
        if not data:
            raise Unreachable("the server closed the connection")
        self._pending += data
        if not self.open and not self._opened():
            return []
        messages = []
        while (frame := self._frame()) is not None:
            messages += self._taken(*frame)
        return messages

    def _opened(self) -> bool:
        end = self._pending.find(b"\r\n\r\n")
        if end < 0:
            if len(self._pending) > _HEAD:
                raise Unreachable("what answers there is no HTTP server")
            return False
        head = bytes(self._pending[:end]).decode("latin-1").split("\r\n")
        if head[0].split(" ")[1:2] != ["101"]:
            self._refused, pending = Incoming(), bytes(self._pending)
            self._refuse(pending)
            return False
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if fields.get("sec-websocket-accept") != _accept(self._key):
            raise Unreachable("what answers there speaks no WebSocket")
        del self._pending[: end + 4]
        self.open = True
        return True

    def _refuse(self, data: bytes) -> None:
        assert self._refused is not None
        if self._refused.feed(data):
            self.refusal = self._refused.answer()

    def _frame(self) -> tuple[int, bool, bytes] | None:
        """The next frame (RFC 6455 section 5.2): opcode, whether it is the last of its message, payload."""
        pending = self._pending
        if len(pending) < 2:
            return None
        length, start = pending[1] & 0x7F, 2
        if length > 125:
            start = 4 if length == 126 else 10
            if len(pending) < start:
                return None
            length = int.from_bytes(pending[2:start], "big")
        if pending[0] & 0x70 or pending[1] & 0x80 or length > _MESSAGE:
            raise Unreachable("what answers there speaks WebSocket in a way that nobody asked for")
        if len(pending) < start + length:
            return None
        opcode, final, payload = pending[0] & 0x0F, bool(pending[0] & 0x80), bytes(pending[start : start + length])
        del pending[: start + length]
        return opcode, final, payload

    def _taken(self, opcode: int, final: bool, payload: bytes) -> list[bytes]:
        if opcode == _PING:
            self.outgoing += _masked(_PONG, payload)
        elif opcode == _CLOSE:
            self.outgoing += _masked(_CLOSE, payload[:2])
            raise Closed(int.from_bytes(payload[:2] or b"\x03\xed", "big"), payload[2:].decode(errors="replace"))
        elif opcode in (_CONTINUATION, _TEXT, _BINARY):
            self._message += payload
            if len(self._message) > _MESSAGE:
                raise Unreachable("a message of the server's is too large")
            if final:
                whole, self._message = bytes(self._message), bytearray()
                return [whole]
        return []


def _accept(key: bytes) -> str:
    from hashlib import sha1

    return b64encode(sha1(key + _GUID, usedforsecurity=False).digest()).decode()


def _masked(opcode: int, payload: bytes) -> bytes:
    """A frame of at most 125 octets as a client has to send it: masked (RFC 6455 section 5.3)."""
    payload = payload[:125]
    mask = os.urandom(4)
    masked = bytes(octet ^ mask[index % 4] for index, octet in enumerate(payload))
    return bytes((0x80 | opcode, 0x80 | len(payload))) + mask + masked
