"""The server's side of one TLS connection: octets in, octets out. No I/O, so a front can say in words what went wrong.

What came first tells whether it is TLS at all (`is_handshake`); a front that was spoken to in plain text can answer so.
"""

import ssl

from mailtrap_local.tls import words

_HANDSHAKE = 0x16  # the record type that TLS begins with (RFC 8446 section 5.1)
_AT_ONCE = 64 * 1024


class TlsFailed(Exception):
    """The handshake or the connection cannot go on. The text says why, for the person who set up the client."""


class Object(ssl.SSLObject):
    """A TLS connection of the library below us, and the server name that its client asked for (RFC 6066 section 3)."""

    asked = ""
    covered = False  # whether our certificate is surely for that name


class Channel:
    """One TLS connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.established = False
        self.ended = False  # the client has said that it will send no more
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def asked(self) -> str:
        """The server name that the client asked for; "" if it asked for none."""
        return self._object.asked if isinstance(self._object, Object) else ""

    @property
    def summary(self) -> str:
        """Version and cipher."""
        cipher = self._object.cipher()
        return f"{self._object.version()} {cipher[0] if cipher else ''}"

    @property
    def description(self) -> str:
        """Version and cipher, the server name that was asked for, the application protocol that was agreed on."""
        name = f", server name {self.asked}" if self.asked else ", no server name"
        protocol = self._object.selected_alpn_protocol()
        return self.summary + name + (f", ALPN {protocol}" if protocol else "")

    def receive(self, octets: bytes) -> bytes:
        """What the client said in these. Raises TlsFailed; there may be something to send all the same."""
        self._incoming.write(octets)
        try:
            if not self.established:
                self._object.do_handshake()
                self.established = True
            return self._read()
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLError as error:
            doubtful = "" if getattr(self._object, "covered", False) else self.asked
            raise TlsFailed(words.of(error.reason or str(error), asked=doubtful)) from None

    def _read(self) -> bytes:
        said = bytearray()
        try:
            while octets := self._object.read(_AT_ONCE):
                said += octets
        except ssl.SSLWantReadError:
            return bytes(said)
        except ssl.SSLZeroReturnError:
            pass
        self.ended = True
        return bytes(said)

    def send(self, octets: bytes) -> None:
        """Say this, once there is an agreement on how to; what is said before is lost, since nobody could read it."""
        if self.established:
            self._object.write(octets)

    def outgoing(self) -> bytes:
        """What is to be sent now."""
        return self._outgoing.read()

    def close(self) -> None:
        """Say that nothing more will come (RFC 8446 section 6.1)."""
        if self.established:
            try:
                self._object.unwrap()
            except ssl.SSLError:
                return  # the client has not said so yet, or fails: what we have to say is said


def is_handshake(octets: bytes) -> bool:
    """Whether what a client sends first is the beginning of TLS."""
    return octets[0] == _HANDSHAKE
