"""By which port a client came in, and what that means for the conversation."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from mailtrap_local.listening import Listening


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


@dataclass(frozen=True, slots=True)
class Doors:
    """All that a server listens on, by what is spoken there."""

    plain: Sequence[Listening] = ()
    tls: Sequence[Listening] = ()
    lmtp: Sequence[Listening] = ()

    def of(self, process: int = 0) -> dict[str, tuple[socket.socket, ...]]:
        """The sockets for one of several processes, by the names of the fields."""
        kinds = {"plain": self.plain, "tls": self.tls, "lmtp": self.lmtp}
        return {name: tuple(each for place in places for each in place.of(process)) for name, places in kinds.items()}
