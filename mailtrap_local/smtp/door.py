"""By which port a client came in, and what that means for the conversation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """A kind of listening socket."""

    implicit_tls: bool = False  # TLS from the first octet on (RFC 8314 section 3)
    lmtp: bool = False  # RFC 2033
    peer: str = ""  # client and server as a proxy tells them, "" where none does
    local: str = ""


PLAIN = Door()
TLS = Door(implicit_tls=True)
LMTP = Door(lmtp=True)
