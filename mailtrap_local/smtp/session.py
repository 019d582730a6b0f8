"""The conversation on one connection: commands, and answers to challenges.

What is read next depends on where the conversation stands: the mail after DATA (reception.py), the answer to a
challenge, or a command. Below it lie, each in a file of its own: what the gate says (watched.py), TLS (securable.py),
and the octets (connection.py).
"""

import logging
from typing import TYPE_CHECKING

from mailtrap_local import limits
from mailtrap_local.smtp import auth, replies
from mailtrap_local.smtp.commands import COMMANDS, respond
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.reception import Reception
from mailtrap_local.smtp.replies import Rejection
from mailtrap_local.smtp.transcript import HIDDEN, redacted_auth, redacted_command, redacted_unknown
from mailtrap_local.smtp.wire import Overlong
from mailtrap_local.smtp.xclient import Client

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront

_TLS_HANDSHAKE = b"\x16\x03"

# What RFC 3207 section 4 lets a client say before TLS where that is required, and what harms nobody
_BEFORE_TLS = frozenset({b"EHLO", b"HELO", b"STARTTLS", b"NOOP", b"RSET", b"HELP", b"QUIT", b"BDAT"})

log = logging.getLogger(__name__)


class SmtpProtocol(Reception):
    """The server's side of one conversation."""

    def __init__(self, front: "SmtpFront", door: Door = PLAIN) -> None:
        super().__init__(front, door)
        self.exchange: auth.Exchange | None = None
        self.auth_tried = False
        self._told_bare_line_feed = False

    def greet(self) -> None:
        """Say the first word, unless the gate says another."""
        words = self.front.greeting_lmtp if self.door.lmtp else self.front.greeting
        greeting: str | None = words
        if "connect" in self.watched:
            greeting = self.at("connect", lambda: words)
        if greeting is not None:
            self.reply(greeting)

    def secured(self) -> None:
        """TLS is established: what was said before counts no more, EHLO and AUTH included (RFC 3207 section 4.2)."""
        assert self.tls is not None
        self.conversation.tls = self.tls.description
        self.conversation.remark("TLS began: " + self.tls.description)
        self._begin_anew()
        if self.door.implicit_tls:
            self.greet()
            self._flush()

    def stand_for(self, client: Client) -> None:
        """The client speaks for another one from now on; the conversation begins anew, with a greeting."""
        conversation, session = self.conversation, self.session
        conversation.peer = client.peer(conversation.peer)
        conversation.local = client.local(conversation.local)
        conversation.remark(f"the client speaks for {conversation.peer or 'one without an address'}")
        self._begin_anew()
        if client.login is not None:
            conversation.username, session.authenticated = client.login, bool(client.login)
        self.greet()

    def _begin_anew(self) -> None:
        self.conversation.helo = self.conversation.username = ""
        self.session.host_name, self.session.extended_smtp, self.session.authenticated = None, False, False
        self.exchange = None
        self.reset()

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
                self._refuse_tls()
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
        if self.front.tls_required and self.tls is None and verb not in _BEFORE_TLS:
            raise Rejection(replies.TLS_NEEDED)
        return command.run(self, argument)

    def _refuse_tls(self) -> None:
        """What the client says is the beginning of TLS, and was never asked for."""
        self.conversation.remark("the client begins TLS at once, and this port does not: " + self.front.tls_advice)
        self.hang_up("refused", replies.NOT_SMTP)

    def _unknown(self, line: bytes) -> str | None:
        if line.startswith(_TLS_HANDSHAKE) and not self.session.host_name:
            self._refuse_tls()  # a line feed may be anywhere in it
            return None
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
