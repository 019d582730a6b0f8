"""TLS on a connection: from its first octet on (RFC 8314), or behind STARTTLS (RFC 3207), and what goes wrong there.

The octets go through a channel (tls/channel.py) that stands between the buffer and the transport. The TLS of the event
loop closes the connection when a handshake fails, and differs from loop to loop; here the transcript says why it
failed, and a client that speaks plain text where TLS begins is answered in plain text. STARTTLS clears the buffer: what
came with it is forgotten.
"""

import asyncio
from typing import TYPE_CHECKING

from mailtrap_local import limits
from mailtrap_local.model import SessionState
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.connection import Connection, Ending
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.secure import SecureTransport
from mailtrap_local.tls import words
from mailtrap_local.tls.channel import Channel, TlsFailed, is_handshake

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront


class SecurableConnection(Connection):
    """A connection that may be under TLS."""

    def __init__(self, front: "SmtpFront", door: Door = PLAIN) -> None:
        super().__init__(front, door)
        self.tls: Channel | None = None  # that this connection is under, once it is established
        self._handshake: asyncio.TimerHandle | None = None  # until TLS is established

    def start_tls(self, reply: str) -> None:
        """Say this, and go on under TLS: nothing that came before counts any more (RFC 3207 section 4.2)."""
        self.reply(reply)
        self._flush()
        if self._wire:
            self.conversation.remark(f"{len(self._wire)} bytes sent behind STARTTLS were thrown away")
        self._wire.clear()
        self._begin_tls(limits.TLS_HANDSHAKE_SECONDS)

    def hang_up(self, state: SessionState, reply: str = "", *, ending: Ending = "close") -> None:
        """End the conversation, and any handshake."""
        if self._handshake is not None:
            self._handshake.cancel()
        super().hang_up(state, reply, ending=ending)

    def secured(self) -> None:
        """TLS is established: begin again."""
        raise NotImplementedError

    def _begin(self) -> None:
        if self.door.implicit_tls:
            self._begin_tls(limits.TLS_SILENCE_SECONDS)
        else:
            super()._begin()

    def _begin_tls(self, seconds: float) -> None:
        assert self.front.identity is not None
        self._secure = SecureTransport(self.transport, Channel(self.front.identity.context))
        self.transport = self._secure
        self._handshake = self.loop.call_later(seconds, self._overdue)

    def _deciphered(self, data: bytes) -> bytes:
        """What the client said in these octets; b"" while the handshake goes on, or if it failed."""
        assert self._secure is not None
        channel = self._secure.channel
        fresh = not channel.established
        if fresh and not self._secure.begun:
            self._secure.begun = True
            if not is_handshake(data):
                self._in_plain_text(data)
                return b""
            assert self._handshake is not None
            self._handshake.cancel()
            self._handshake = self.loop.call_later(limits.TLS_HANDSHAKE_SECONDS, self._overdue)
        try:
            said = channel.receive(data)
        except TlsFailed as failure:
            self.conversation.remark(str(failure))
            self._secure.flush()
            self.hang_up("refused")
            return b""
        self._secure.flush()
        if fresh and channel.established:
            assert self._handshake is not None
            self._handshake.cancel()
            self._handshake = None
            self.tls = channel
            self.secured()
        if channel.ended:
            self._eof = True
        return said

    def _in_plain_text(self, data: bytes) -> None:
        """The client does not begin TLS where it should: say so as it will understand."""
        first = data.split(b" ", 1)[0][:20]
        where = "on the port where TLS begins at once" if self.door.implicit_tls else "after STARTTLS"
        self.conversation.remark(f"the client speaks plain text {where}")
        if first.isalpha():
            self.conversation.remark(f"what it sent begins with {first.decode()}")
        self._answer_plainly()

    def _overdue(self) -> None:
        """The handshake takes too long."""
        assert self._secure is not None
        self._handshake = None
        if self._secure.begun:
            self.conversation.remark(f"the TLS handshake did not end within {limits.TLS_HANDSHAKE_SECONDS:g} seconds")
            self.hang_up("timeout")
        elif self.door.implicit_tls:
            self.conversation.remark("the client waits for a greeting: it does not know that TLS begins at once here")
            self._answer_plainly()
        else:
            self.conversation.remark("the client did not begin TLS after STARTTLS")
            self.hang_up("timeout")

    def _answer_plainly(self) -> None:
        assert self._secure is not None
        self.transport, self._secure = self._secure.below, None
        self.hang_up("refused", replies.TLS_EXPECTED)

    def _how_it_left(self) -> str:
        if self._handshake is not None:
            return words.LEFT_IN_HANDSHAKE
        if self.tls is not None and self.session.host_name is None:
            return words.LEFT_AT_ONCE
        return super()._how_it_left()
