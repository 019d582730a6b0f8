"""The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): who the client of a proxy is.

`read` knows the header and no I/O. `Doorstep` is the protocol of a connection until its header is here; then it hands
the connection over to SMTP, which knows the client's own address from the start.
"""

import asyncio
import ipaddress
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailtrap_local import limits
from mailtrap_local.model import SessionState
from mailtrap_local.smtp.addresses import named, written
from mailtrap_local.smtp.door import Door

if TYPE_CHECKING:
    from mailtrap_local.smtp.connection import Connection
    from mailtrap_local.smtp.server import SmtpFront

_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_LONGEST = 107  # octets of a header of version 1, its line end included
_LINE = re.compile(rb"PROXY (TCP[46]) ([0-9A-Fa-f.:]+) ([0-9A-Fa-f.:]+) ([0-9]{1,5}) ([0-9]{1,5})\r\n")
_UNKNOWN = re.compile(rb"PROXY UNKNOWN[^\r\n]*\r\n")
_FIXED = 16  # octets of the fixed part of version 2
_STREAMS = {0x11: (4, "!4s4sHH"), 0x21: (6, "!16s16sHH")}  # family and transport


class BadHeader(Exception):
    """What came is no PROXY header. The text says so to whoever set up the proxy."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header: client and server as the proxy saw them, "" where it does not say; and how many octets it took."""

    peer: str
    local: str
    length: int


def read(octets: bytes) -> Header | None:
    """The header that these begin with; None if it is not all here. Raises BadHeader."""
    if octets.startswith(_SIGNATURE):
        return _second(octets)
    if octets.startswith(b"PROXY "):
        return _first(octets)
    if _SIGNATURE.startswith(octets) or b"PROXY ".startswith(octets):
        return None
    raise BadHeader("the connection does not begin with a PROXY header, as --proxy-protocol asks for")


def _first(octets: bytes) -> Header | None:
    end = octets.find(b"\r\n", 0, _LONGEST) + 2
    if end < 2:
        if len(octets) >= _LONGEST:
            raise BadHeader("a PROXY header of version 1 without its end")
        return None
    line = octets[:end]
    if _UNKNOWN.fullmatch(line):
        return Header("", "", end)
    said = _LINE.fullmatch(line)
    if said is None:
        raise BadHeader("a malformed PROXY header of version 1")
    family = int(said[1][-1:])
    peer, local = (_address(said[host].decode(), int(said[port]), family=family) for host, port in ((2, 4), (3, 5)))
    return Header(peer, local, end)


def _address(host: str, port: int, *, family: int) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise BadHeader("a PROXY header with a malformed address") from None
    if address.version != family or port > 65_535:
        raise BadHeader("a PROXY header with an address of another family, or a port that is none")
    return written(str(address), port)


def _second(octets: bytes) -> Header | None:
    if len(octets) < _FIXED:
        return None
    command, kind, length = octets[12], octets[13], int.from_bytes(octets[14:16], "big")
    if command not in (0x20, 0x21):
        raise BadHeader("a PROXY header of an unknown version or command")
    if length > limits.PROXY_HEADER:
        raise BadHeader(f"a PROXY header over {limits.PROXY_HEADER} octets")
    end = _FIXED + length
    if len(octets) < end:
        return None
    if command == 0x20 or kind not in _STREAMS:  # LOCAL: the proxy itself, say to see whether we live
        return Header("", "", end)
    _, layout = _STREAMS[kind]
    if length < struct.calcsize(layout):
        raise BadHeader("a PROXY header of version 2 that is too short for its addresses")
    source, destination, source_port, destination_port = struct.unpack_from(layout, octets, _FIXED)
    peer, local = (
        written(str(ipaddress.ip_address(packed)), port)
        for packed, port in ((source, source_port), (destination, destination_port))
    )
    return Header(peer, local, end)


class Doorstep(asyncio.Protocol):
    """A connection whose PROXY header is on its way. `enter` makes the protocol that comes after it."""

    transport: asyncio.Transport

    def __init__(self, front: "SmtpFront", door: Door, enter: "Callable[[Door], Connection]") -> None:
        self._front = front
        self._door = door
        self._enter = enter
        self._octets = b""
        self._over = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's
        if len(self._front.waiting) >= limits.SMTP_CONNECTIONS:
            self._refuse("refused", "too many connections wait for a PROXY header")
            return
        self._front.waiting.add(self)
        self._timer = self._front.loop.call_later(limits.PROXY_SECONDS, self._overdue)

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._octets += data
        try:
            header = read(self._octets)
        except BadHeader as bad:
            self._refuse("refused", str(bad))
            return
        if header is not None:
            self._hand_over(header)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._over:
            self._refuse("dropped", "the client left before its PROXY header was here")

    def stop(self) -> None:
        """The server stops."""
        self._refuse("stopped", "no PROXY header had come")

    def _overdue(self) -> None:
        self._refuse("timeout", f"no PROXY header came within {limits.PROXY_SECONDS:g} seconds")

    def _hand_over(self, header: Header) -> None:
        self._leave()
        connection = self._enter(replace(self._door, peer=header.peer, local=header.local))
        self.transport.set_protocol(connection)
        connection.connection_made(self.transport)
        rest = self._octets[header.length :]
        if rest and not connection.ended:
            connection.data_received(rest)

    def _refuse(self, state: SessionState, remark: str) -> None:
        self._leave()
        peer, local = (named(self.transport.get_extra_info(name)) for name in ("peername", "sockname"))
        conversation = self._front.sessions.open(peer=peer, local=local)
        conversation.remark(remark)
        conversation.close(state)
        self.transport.abort()

    def _leave(self) -> None:
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        self._front.waiting.discard(self)
