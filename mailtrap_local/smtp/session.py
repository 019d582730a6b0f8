"""The conversation on one connection: commands, answers to challenges, and mails, and what they have come to.

What is read next depends on where the conversation stands: the mail after DATA, the answer to a challenge, or a
command.
"""

import logging
from typing import TYPE_CHECKING

from mailtrap_local import limits
from mailtrap_local.errors import Busy, RequestError, Stopping, StoreError, TooLarge
from mailtrap_local.model import Arrival, Origin, SessionState
from mailtrap_local.smtp import auth, replies
from mailtrap_local.smtp.commands import COMMANDS, respond
from mailtrap_local.smtp.connection import Connection
from mailtrap_local.smtp.intake import Intake
from mailtrap_local.smtp.replies import Rejection
from mailtrap_local.smtp.transaction import Transaction
from mailtrap_local.smtp.transcript import HIDDEN, redacted_auth, redacted_command, redacted_unknown
from mailtrap_local.smtp.wire import Overlong

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront

_TLS_HANDSHAKE = b"\x16\x03"

log = logging.getLogger(__name__)


class SmtpProtocol(Connection):
    """The server's side of one conversation."""

    def __init__(self, front: "SmtpFront") -> None:
        super().__init__(front)
        self.exchange: auth.Exchange | None = None
        self.auth_tried = False
        self.wasted = 0  # commands since the last mail that did not bring one nearer
        self._intake = Intake(front.budget, largest=front.max_message_size)
        self._told_bare_line_feed = False

    def hang_up(self, state: SessionState, reply: str = "") -> None:
        """End the conversation, with a last reply."""
        if self._mail_follows and not self.ended:
            self.conversation.remark(f"{self._wire.seen} bytes of a DATA without its end; nothing was kept")
        super().hang_up(state, reply)
        self._intake.release()

    # What the commands use

    def reset(self) -> None:
        """Forget the mail that is under way."""
        self.envelope = Transaction()

    def expect_mail(self) -> None:
        """The next octets are a mail."""
        self._mail_follows = True

    # Reading

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
        self.conversation.client(redacted_auth(line) if verb == b"AUTH" else redacted_command(line))
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
            self.front.mailbox.refused()
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
