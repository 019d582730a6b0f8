"""One SMTP connection: its octets in, its replies out, and what it has come to.

Theory of operation
1. The base is aiosmtpd's protocol with its session and envelope. Its command loop is not used: that waits in a task for
   each line, with a timer for each command. Here commands are answered where their octets arrive (`data_received`), all
   that have come are answered in one write, and a task exists only while something must be waited for: the store, or a
   password check. Until it is done, what else comes stays in the buffer (`_work` is set).
2. What is read next depends on where the conversation stands: the mail after DATA, the answer to a challenge, or a
   command.
3. A client that has shut down its side still gets its answers. One that vanishes while its mail is being stored does
   not undo that: the mail stays, and the transcript says that nobody heard the 250.
4. `hang_up` ends the conversation at once; the connection ends when the last reply has been sent, or when the front's
   sweep loses patience.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Session

from mailtrap_local import limits
from mailtrap_local.errors import Busy, RequestError, Stopping, StoreError, TooLarge
from mailtrap_local.model import Arrival, Origin, SessionState
from mailtrap_local.smtp import auth, replies
from mailtrap_local.smtp.commands import COMMANDS, respond
from mailtrap_local.smtp.intake import Intake
from mailtrap_local.smtp.replies import Rejection
from mailtrap_local.smtp.transaction import Transaction
from mailtrap_local.smtp.transcript import HIDDEN, redacted_auth, redacted_unknown
from mailtrap_local.smtp.wire import Overlong, Wire

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront

READ_AHEAD = 64 * limits.KB  # what may wait in the buffer while something is being waited for
_TLS_HANDSHAKE = b"\x16\x03"

log = logging.getLogger(__name__)


class SmtpProtocol(SMTP):
    """The server's side of one connection."""

    session: Session
    envelope: Transaction
    transport: asyncio.Transport

    def __init__(self, front: "SmtpFront") -> None:
        # The constructor of the base looks through all attributes by reflection, for each connection anew, and sets
        # up a stream reader, which has no part here. What the base's methods need of it is made in connection_made.
        self.front = front
        self.loop = front.loop
        self.exchange: auth.Exchange | None = None
        self.auth_tried = False
        self.wasted = 0  # commands since the last mail that did not bring one nearer
        self.active = 0.0  # when something last came forward, in the loop's time
        self.ended = 0.0  # when the conversation was over, 0.0 while it goes on
        self._wire = Wire(line_limit=limits.AUTH_LINE)
        self._replies: list[str] = []
        self._work: asyncio.Task[None] | None = None
        self._mail_follows = False
        self._intake = Intake(front.budget, largest=front.max_message_size)
        self._writable = True
        self._reading = True
        self._eof = False
        self._lost = False
        self._told_bare_line_feed = False

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there. It is greeted, or turned away."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's
        self.session = Session(self.loop)
        self.envelope = Transaction()
        self.active = self.loop.time()
        peer, local = (_address(transport.get_extra_info(name)) for name in ("peername", "sockname"))
        self.session.peer = peer
        self.conversation = self.front.sessions.open(peer=peer, local=local)
        refusal = self.front.admit(self)
        if refusal:
            self.hang_up("refused", refusal)
        else:
            self.reply(self.front.greeting)
            self._flush()

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        if self.ended:
            return
        self._wire.feed(data)
        if self._mail_follows:
            self.active = self.loop.time()
        if self._work is None and self._writable:
            self._go_on()
        elif self._reading and len(self._wire) > READ_AHEAD:
            self._reading = False
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The client will send no more, and may still listen."""
        self._eof = True
        if self._work is None:
            self._go_on()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone. Work under way is brought to its end."""
        self._lost = True
        self.front.forget(self)
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

    # What the commands use

    def reply(self, text: str) -> None:
        """Say this, together with what else there is to say at this moment."""
        self.conversation.server(text)
        self._replies.append(text)

    def reset(self) -> None:
        """Forget the mail that is under way."""
        self.envelope = Transaction()

    def expect_mail(self) -> None:
        """The next octets are a mail."""
        self._mail_follows = True

    def defer(self, work: Coroutine[Any, Any, str]) -> None:
        """The reply is what `work` returns; the next command waits for it."""
        self._work = self.loop.create_task(self._finish(work))

    def hang_up(self, state: SessionState, reply: str = "") -> None:
        """End the conversation, with a last reply."""
        if self.ended:
            return
        if self._mail_follows:
            self.conversation.remark(f"{self._wire.seen} bytes of a DATA without its end; nothing was kept")
        if reply:
            self.reply(reply)
        self._flush()
        self._intake.release()
        self.ended = self.loop.time()
        self.conversation.close(state)
        if not self._lost:
            self.transport.close()

    # What the front uses

    @property
    def busy(self) -> bool:
        """Whether something is being waited for."""
        return self._work is not None

    def stop(self) -> None:
        """The server stops: say so, now or as soon as the work under way is done."""
        if self._work is None:
            self.hang_up("stopped", replies.SHUTTING_DOWN)

    def abort(self) -> None:
        """Wait no longer: drop work, replies and connection."""
        if self._work is not None:
            self._work.cancel()
        if not self._lost:
            self.transport.abort()

    # Reading

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
        elif not self._reading and not self._lost:
            self._reading = True
            self.transport.resume_reading()

    def _step(self) -> bool:
        """Take the next command, answer or mail off the wire; False if it is not all here."""
        if self._mail_follows:
            return self._take_mail()
        try:
            line = self._wire.line()
        except Overlong:
            self.exchange = None
            self.conversation.remark(f"a line over {limits.AUTH_LINE} bytes")
            self._say(replies.LINE_TOO_LONG)
            return True
        if line is None:
            if self._wire.starts_with(_TLS_HANDSHAKE) and not self.session.host_name:
                self.conversation.remark("the client begins TLS, and this port does not: switch off TLS in the client")
                self.hang_up("refused", replies.NOT_SMTP)
            return False
        self.active = self.loop.time()
        if line.endswith(b"\r"):
            line = line[:-1]
        elif not self._told_bare_line_feed:
            self._told_bare_line_feed = True
            self.conversation.remark("a command ends with a bare line feed (RFC 5321 section 2.3.8 asks for CRLF)")
        self._answer(line)
        return True

    def _answer(self, line: bytes) -> None:
        try:
            reply = self._take_command(line) if self.exchange is None else self._take_response(line)
        except Rejection as rejection:
            reply = rejection.reply
        except Exception:
            log.exception("a command of session %s failed", self.conversation.id)
            reply = replies.LOCAL_ERROR
        self._say(reply)

    def _say(self, reply: str | None) -> None:
        """Answer a command, or end the session if too many of them have brought no mail. None: the reply follows."""
        self.wasted += 1
        if self.wasted > limits.COMMANDS_BEFORE_MAIL and self._work is None:
            self.hang_up("refused", replies.TOO_MANY_COMMANDS)
        elif reply is not None:
            self.reply(reply)

    def _take_command(self, line: bytes) -> str | None:
        verb, _, argument = line.partition(b" ")
        verb = verb.upper()
        command = COMMANDS.get(verb)
        if command is None:
            return self._unknown(line)
        self.conversation.client(redacted_auth(line) if verb == b"AUTH" else line)
        if len(line) > limits.COMMAND_LINE and verb != b"AUTH":
            raise Rejection(replies.LINE_TOO_LONG)
        return command.run(self, argument)

    def _unknown(self, line: bytes) -> str | None:
        self.conversation.client(redacted_unknown(line, auth_tried=self.auth_tried))
        if b" HTTP/1." in line and not self.session.host_name:
            # a web page can make a browser send such a request, with SMTP commands in its body
            self.conversation.remark("an HTTP request: the web page is on another port")
            self.hang_up("refused", replies.NOT_SMTP)
            return None
        return replies.UNKNOWN_COMMAND

    def _take_response(self, line: bytes) -> str | None:
        exchange, self.exchange = self.exchange, None
        assert exchange is not None
        self.conversation.client(line if line == auth.CANCEL else HIDDEN)
        return respond(self, exchange, auth.decoded(line))

    def _take_mail(self) -> bool:
        mail = self._wire.mail()
        if mail is None:
            if not self._intake.refusal and not self._intake.arriving(len(self._wire)):
                self._wire.swallow()
            return False
        self._mail_follows = False
        self.active = self.loop.time()
        self.conversation.remark(f"{self._wire.size} bytes of DATA")
        refusal = self._intake.arrived(len(mail))
        transaction, self.envelope = self.envelope, Transaction()
        if refusal:
            self.reply(refusal)
        else:
            self.defer(self._store(Arrival(mail, transaction.values(), self._origin())))
        return True

    def _origin(self) -> Origin:
        """How mail comes on this connection; the protocol's name as RFC 3848 has them."""
        session, conversation = self.session, self.conversation
        protocol = "SMTP" if not session.extended_smtp else "ESMTPA" if session.authenticated else "ESMTP"
        return Origin(
            protocol=protocol,
            peer=conversation.peer,
            helo=conversation.helo,
            username=conversation.username,
            session=conversation.id,
        )

    # Waiting

    async def _store(self, arrival: Arrival) -> str:
        """Hand a mail in; the reply that says what became of it."""
        try:
            summary = await self.front.mailbox.receive(arrival)
        except TooLarge:
            return replies.TOO_LARGE
        except Busy:
            return replies.BUSY
        except StoreError:
            return replies.STORE_FAILED
        except Stopping:
            return replies.SHUTTING_DOWN
        except RequestError:
            return replies.REFUSED
        finally:
            self._intake.release()
        self.wasted = 0
        self.conversation.caught(summary.id)
        return "250 2.0.0 Ok: queued as " + summary.id

    async def _finish(self, work: Coroutine[Any, Any, str]) -> None:
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
        if reply == replies.SHUTTING_DOWN:
            self.hang_up("stopped", reply)
            return
        self.reply(reply)
        if self._lost:
            self.conversation.remark("the client had left before this reply")
            self._left()
        elif self.front.stopping:
            self.stop()
        else:
            self._go_on()

    def _left(self) -> None:
        """The client has gone without a QUIT."""
        if not self.ended:
            self.conversation.remark("the client left without QUIT")
            self.hang_up("dropped")

    def _flush(self) -> None:
        if self._replies:
            if not self._lost:
                octets = "\n".join(self._replies).replace("\n", "\r\n") + "\r\n"
                self.transport.write(octets.encode("ascii", "replace"))
            self._replies.clear()


def _address(name: object) -> str:
    """A socket's name as model.Origin.peer has it; "" for one without address and port."""
    if not isinstance(name, tuple):
        return ""
    host = str(name[0]).removeprefix("::ffff:")
    return f"[{host}]:{name[1]}" if ":" in host else f"{host}:{name[1]}"
