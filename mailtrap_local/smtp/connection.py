"""One connection: its octets in, its replies out, waiting, and hanging up. What is said is another matter (session.py).

Theory of operation
1. The base is aiosmtpd's protocol with its session and envelope. Its command loop is not used: that waits in a task for
   each line, with a timer for each command. Here commands are answered where their octets arrive (`data_received`), all
   that have come are answered in one write, and a task exists only while something must be waited for: the store, or a
   password check. Until it is done, what else comes stays in the buffer (`_work` is set).
2. A client that does not read its replies is not read from, nor is one that has sent enough while it must wait.
3. A client that has shut down its side still gets its answers. One that vanishes while its mail is being stored does
   not undo that: the mail stays, and the transcript says that nobody heard the 250.
4. `hang_up` ends the conversation at once; the connection ends when the last reply has been sent, or when the front's
   sweep loses patience.
5. A pause on purpose (`hold`) is such work too. It ends early when the client vanishes or the server stops.
6. TLS stands between transport and buffer (securable.py).
"""

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Literal

from aiosmtpd.smtp import SMTP, Session

from mailtrap_local import limits
from mailtrap_local.model import SessionState
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.addresses import named
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.secure import SecureTransport
from mailtrap_local.smtp.transaction import Transaction
from mailtrap_local.smtp.wire import Wire

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront

Ending = Literal["close", "fin", "rst"]
Work = Coroutine[Any, Any, str | None]

NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # struct linger: on, for no time
TICKS = 10  # how often a second a reply that trickles goes on
READ_AHEAD = 64 * limits.KB  # what may wait in the buffer while something is being waited for

log = logging.getLogger(__name__)


class Connection(SMTP):
    """The server's side of one connection, without a word of SMTP but the greeting and the last reply."""

    session: Session
    envelope: Transaction
    transport: asyncio.Transport

    def __init__(self, front: "SmtpFront", door: Door = PLAIN) -> None:
        # The constructor of the base looks through all attributes by reflection, for each connection anew, and sets
        # up a stream reader, which has no part here. What the base's methods need of it is made in connection_made.
        self.front = front
        self.door = door
        self.loop = front.loop
        self.active = 0.0  # when something last came forward, in the loop's time
        self.ended = 0.0  # when the conversation was over, 0.0 while it goes on
        self._wire = Wire(line_limit=limits.AUTH_LINE)
        self._mail_follows = False  # the next octets are a mail
        self._replies: list[str] = []
        self._work: asyncio.Task[None] | None = None
        self._writable = True
        self._reading = True
        self._eof = False
        self._lost = False
        self._held: asyncio.Future[bool] | None = None  # a pause that is under way
        self._deaf = False  # what comes is thrown away
        self._mid_reply = False  # a part of a reply is said: another cannot begin
        self._secure: SecureTransport | None = None  # what stands before the transport under TLS

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there. It is greeted, or turned away."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's
        self.session = Session(self.loop)
        self.envelope = Transaction()
        self.active = self.loop.time()
        peer = self.door.peer or named(transport.get_extra_info("peername"))
        local = self.door.local or named(transport.get_extra_info("sockname"))
        self.session.peer = peer
        self.conversation = self.front.sessions.open(peer=peer, local=local)
        refusal = self.front.admit(self)
        if refusal:
            self.hang_up("refused", refusal)
        else:
            self._begin()

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        if self.ended or self._deaf:
            return
        if self._secure is not None:
            data = self._deciphered(data)
            if self.ended:
                return
        self._wire.feed(data)
        if self._mail_follows:
            self.active = self.loop.time()
        if self._work is None and self._writable:
            self._go_on()
        elif self._reading and len(self._wire) > READ_AHEAD:
            self._pause_reading()

    def eof_received(self) -> bool:
        """The client will send no more, and may still listen. Whether the connection shall stay open."""
        self._eof = True
        if self._work is None:
            self._go_on()
        elif self._deaf:
            self._wake()
        elif self._held is not None:
            self.conversation.remark("the client has closed its side while it was kept waiting")
        return not self.ended

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone. Work under way is brought to its end."""
        self._lost = True
        self.front.forget(self)
        self._wake()
        if self._work is None:
            self._left()

    def pause_writing(self) -> None:
        """The client does not read our replies: we do not read its commands."""
        self._writable = False

    def resume_writing(self) -> None:
        """It reads them again."""
        self._writable = True
        if self._work is None:
            self._go_on()

    # What a conversation uses

    def greet(self) -> None:
        """Say the first word."""
        self.reply(self.front.greeting)

    def reply(self, text: str) -> None:
        """Say this, together with what else there is to say at this moment."""
        self.conversation.server(text)
        self._replies.append(text)

    def defer(self, work: Work) -> None:
        """The reply is what `work` returns, None for none; the next command waits for it."""
        self._work = self.loop.create_task(self._finish(work))

    @property
    def silent(self) -> bool:
        """Whether nothing is said any more."""
        return self._deaf or self._mid_reply

    async def hold(self, seconds: float) -> bool:
        """Wait so long within deferred work. False at once if the client has vanished or the server stops."""
        if self._lost or self.front.stopping or (self._deaf and self._eof):
            return False
        self._held = self.loop.create_future()
        timer = self.loop.call_later(seconds, self._wake, True)
        try:
            return await self._held
        finally:
            timer.cancel()
            self._held = None

    async def trickle(self, reply: str, *, rate: int) -> bool:
        """Say this at so many octets a second, within deferred work. Whether all of it could be said."""
        self._flush()
        self.conversation.server(reply)
        octets = _octets(reply)
        step = max(1, rate // TICKS)
        self._mid_reply = True
        for start in range(0, len(octets), step):
            if start and not await self.hold(step / rate):
                return False
            if not self._lost:
                self.transport.write(octets[start : start + step])
        self._mid_reply = False
        return True

    def turn_deaf(self) -> None:
        """Hear no more, and throw away what has come."""
        self._deaf = True
        self._wire.clear()
        self._resume_reading()

    def hang_up(self, state: SessionState, reply: str = "", *, ending: Ending = "close") -> None:
        """End the conversation, with a last reply.

        "fin" reads on until the client closes its side: what lies unread in a socket that is closed makes the kernel
        send a RST, and that may take the last reply away from the client. "rst" takes it away on purpose.
        """
        if self.ended:
            return
        if reply:
            self.reply(reply)
        self._flush()
        self.ended = self.loop.time()
        self.conversation.close(state)
        if self._lost:
            return
        if ending == "rst":
            self._break_off()
        elif ending == "fin" and not self._eof and not self.front.stopping and self.transport.can_write_eof():
            self.transport.write_eof()
            self._resume_reading()
        else:
            self.transport.close()

    # What the front uses

    @property
    def busy(self) -> bool:
        """Whether something is being waited for."""
        return self._work is not None

    def stop(self) -> None:
        """The server stops: say so, now or as soon as the work under way is done; a pause is over."""
        if self.ended:
            self.transport.close()
        elif self._work is None:
            self.hang_up("stopped", replies.SHUTTING_DOWN)
        else:
            self._wake()

    def abort(self) -> None:
        """Wait no longer: drop work, replies and connection."""
        if self._work is not None:
            self._work.cancel()
        if not self._lost:
            self.transport.abort()

    # Going on

    def _go_on(self) -> None:
        """Answer everything that can be answered, in one write."""
        while self._work is None and self._writable and not self.ended and self._step():
            pass
        if self.ended:
            return
        self._flush()
        if self._work is not None or not self._writable:
            return
        if self._eof:
            self._left()
        elif not self._reading:
            self._resume_reading()

    def _begin(self) -> None:
        """The client is let in."""
        self.greet()
        self._flush()

    def _deciphered(self, data: bytes) -> bytes:
        """What the client said in these octets under TLS; b"" if that is nothing as yet."""
        raise NotImplementedError

    def _step(self) -> bool:
        """Take the next command, answer or mail off the wire; False if it is not all here."""
        raise NotImplementedError

    async def _finish(self, work: Work) -> None:
        """Wait for deferred work, say its reply, and go on."""
        try:
            reply = await work
        except asyncio.CancelledError:
            self.hang_up("stopped")
            raise
        except Exception:
            log.exception("session %s could not finish its work", self.conversation.id)
            reply = replies.LOCAL_ERROR
        self._work = None
        self.active = self.loop.time()
        if self.ended:
            return
        if reply == replies.SHUTTING_DOWN:
            self.hang_up("stopped", reply)
            return
        if reply is not None:
            self.reply(reply)
        if self._lost:
            if reply is not None:
                self.conversation.remark("the client had left before this reply")
            self._left()
        elif self.front.stopping:
            self.stop()
        else:
            self._go_on()

    def _left(self) -> None:
        """The client has gone without a QUIT."""
        if not self.ended:
            self.conversation.remark(self._how_it_left())
            self.hang_up("dropped")

    def _how_it_left(self) -> str:
        return "the client left without QUIT"

    def _flush(self) -> None:
        if self._replies:
            if not self._lost:
                self.transport.write(_octets("\n".join(self._replies)))
            self._replies.clear()

    def _wake(self, whole: bool = False) -> None:
        """End the pause that is under way; `whole`: its time is over."""
        if self._held is not None and not self._held.done():
            self._held.set_result(whole)

    def _pause_reading(self) -> None:
        if self._reading and not self._lost:
            self._reading = False
            self.transport.pause_reading()

    def _resume_reading(self) -> None:
        if not self._reading and not self._lost:
            self._reading = True
            self.transport.resume_reading()

    def _break_off(self) -> None:
        """Close with a RST: what the kernel does when nobody may linger."""
        bound = self.transport.get_extra_info("socket")
        if bound is not None:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.transport.abort()


def _octets(said: str) -> bytes:
    """A reply, or several with a line feed between them, as they go over the wire."""
    return (said.replace("\n", "\r\n") + "\r\n").encode("ascii", "replace")
