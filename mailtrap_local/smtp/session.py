"""The conversation on one connection: commands, answers to challenges, and mails, and what they have come to.

What is read next depends on where the conversation stands: the mail after DATA, the answer to a challenge, or a
command.
"""

import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mailtrap_local import limits
from mailtrap_local.errors import Busy, RequestError, Stopping, StoreError, TooLarge
from mailtrap_local.model import Arrival, Origin, SessionState
from mailtrap_local.smtp import auth, gate, habits, replies
from mailtrap_local.smtp.commands import COMMANDS, respond
from mailtrap_local.smtp.connection import Connection, Ending, Work
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.intake import Intake
from mailtrap_local.smtp.replies import Rejection
from mailtrap_local.smtp.transaction import Chunk, Transaction
from mailtrap_local.smtp.transcript import HIDDEN, redacted_auth, redacted_command, redacted_unknown
from mailtrap_local.smtp.wire import Overlong
from mailtrap_local.smtp.xclient import Client
from mailtrap_local.stages import Situation, Stage, Verdict

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront

_TLS_HANDSHAKE = b"\x16\x03"

# What RFC 3207 section 4 lets a client say before TLS where that is required, and what harms nobody
_BEFORE_TLS = frozenset({b"EHLO", b"HELO", b"STARTTLS", b"NOOP", b"RSET", b"HELP", b"QUIT", b"BDAT"})
# By EHLO, TLS and AUTH (RFC 3848); the names of old SMTP say neither
_PROTOCOLS = {
    (True, False, False): "ESMTP",
    (True, False, True): "ESMTPA",
    (True, True, False): "ESMTPS",
    (True, True, True): "ESMTPSA",
    **{(False, tls, auth): "SMTP" for tls in (False, True) for auth in (False, True)},
}

log = logging.getLogger(__name__)


class SmtpProtocol(Connection):
    """The server's side of one conversation."""

    def __init__(self, front: "SmtpFront", door: Door = PLAIN) -> None:
        super().__init__(front, door)
        self.exchange: auth.Exchange | None = None
        self.watched = front.gate.watched  # the stages at which somebody else may answer
        self.auth_tried = False
        self.wasted = 0  # commands since the last mail that did not bring one nearer
        self._chunk: Chunk | None = None  # that follows
        self._intake = Intake(front.budget, largest=front.max_message_size)
        self._told_bare_line_feed = False
        self._asked_at = -1  # octets of the mail under way at which the gate was asked last
        self._rate = 0  # octets a second at which it is taken in; 0: as fast as it comes
        self._slowed = 0.0  # seconds for which that has held it up

    def hang_up(self, state: SessionState, reply: str = "", *, ending: Ending = "close") -> None:
        """End the conversation, with a last reply."""
        if self._mail_follows and not self.ended:
            self.conversation.remark(f"{self._wire.seen} bytes of a DATA without its end; nothing was kept")
        super().hang_up(state, reply, ending=ending)
        self._intake.release()

    # What the gate is asked

    def at(self, stage: Stage, act: gate.Act, **known: Any) -> str | None:
        """The answer at a stage that is watched: what the gate says, else what `act` comes to.

        `known` are fields of Situation. Where nobody watches, which is where nearly all mail comes by, the caller acts
        by itself: it is on the path of every command.
        """
        situation = self.situation(stage, **known)
        verdict = self.front.gate.ask(situation)
        if isinstance(verdict, Coroutine) or stage in self.front.gate.followed:
            self.defer(self._settled(situation, verdict, act))
            return None
        if verdict is None:
            return self._deferred(act())
        gate.note(self, verdict)
        last = stage == "connect"
        if gate.takes_time(verdict):
            self.defer(gate.carry_out(self, verdict, act, last=last))
            return None
        return gate.answer(self, verdict, last=last)

    async def later_at(self, stage: Stage, act: gate.Act, **known: Any) -> str | None:
        """As `at`, within deferred work."""
        situation = self.situation(stage, **known)
        return await self._settled(situation, self.front.gate.ask(situation), act)

    async def _settled(self, situation: Situation, said: gate.Said, act: gate.Act) -> str | None:
        """The answer at a stage, within deferred work: the gate's, else what `act` comes to; the hooks are told."""
        verdict = await said if isinstance(said, Coroutine) else said
        if verdict is None:
            reply = await gate.settled(act())
        else:
            gate.note(self, verdict)
            each = self.door.lmtp and situation.stage in ("end-of-data", "stored")  # RFC 2033 section 4.2
            copies = len(situation.recipients) if each else 1
            reply = await gate.carry_out(self, verdict, act, last=situation.stage == "connect", copies=copies)
        if situation.stage in self.front.gate.followed:
            self.front.gate.tell(situation, reply)
        return reply

    def situation(self, stage: Stage, *, transaction: Transaction | None = None, **known: Any) -> Situation:
        """What is known here; `known` goes over what the connection says."""
        conversation, transaction = self.conversation, transaction or self.envelope
        recipients = tuple(recipient.address for recipient in transaction.recipients)
        if recipient := known.get("recipient"):
            recipients = (*recipients, recipient)
        told = {
            "session": conversation.id,
            "peer": conversation.peer,
            "helo": conversation.helo,
            "user": conversation.username,
            "mail_from": transaction.mail_from,
            "recipients": recipients,
            **known,
        }
        told.setdefault("inbox", self.front.mailbox.inbox_of(told["user"], recipients))
        return Situation(stage=stage, **told)

    def _deferred(self, given: gate.Answer) -> str | None:
        """The reply, if there is one already."""
        if given is None or isinstance(given, str):
            return given
        self.defer(given)
        return None

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

    # What the commands use

    def reset(self) -> None:
        """Forget the mail that is under way."""
        if self.envelope.chunks is not None:
            self._intake.release()
        self.envelope = Transaction()

    def expect_mail(self) -> str:
        """The next octets are a mail."""
        self._mail_follows = True
        self._asked_at, self._rate, self._slowed = -1, 0, 0.0
        return replies.GO_AHEAD

    def expect_chunk(self, chunk: Chunk) -> None:
        """The next octets are a chunk of a mail."""
        self.expect_mail()
        self._chunk = chunk

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

    def _take_chunk(self, chunk: Chunk) -> bool:
        """A chunk of a mail, or the rest of one that is read for nothing."""
        transaction = self.envelope
        octets = self._wire.chunk(chunk.size, keep=not chunk.refusal and not self._intake.refusal)
        if octets is None:
            if not chunk.refusal and not self._intake.refusal:
                self._intake.arriving(transaction.size + len(self._wire))
            return False
        self.active = self.loop.time()
        self._mail_follows, self._chunk = False, None
        self.conversation.remark(f"{chunk.size} bytes of BDAT")
        reply = self._deferred(self._chunk_arrived(chunk, octets))
        if reply is not None:
            self.reply(reply)
        return True

    def _chunk_arrived(self, chunk: Chunk, octets: bytes) -> gate.Answer:
        transaction = self.envelope
        if chunk.refusal:
            transaction.failed = transaction.mail_from is not None
            return chunk.refusal
        refusal = self._intake.arrived(transaction.size + len(octets))
        if refusal:
            self.front.mailbox.refused()
            self.envelope.failed, self.envelope.chunks = True, []
            return refusal
        if transaction.chunks is not None:
            return self._add(chunk, octets)
        transaction.failed, transaction.chunks = True, []  # unless the gate lets it in
        if "data" in self.watched:
            return self.at("data", lambda: self._add(chunk, octets))
        return self._add(chunk, octets)

    def _add(self, chunk: Chunk, octets: bytes) -> gate.Answer:
        """One more chunk of the mail under way; what came with the last one is a mail."""
        transaction = self.envelope
        assert transaction.chunks is not None
        transaction.failed = False
        transaction.chunks.append(octets)
        transaction.size += len(octets)
        if chunk.last:
            mail = b"".join(transaction.chunks)
            self._wire.size = len(mail)
            watched = self._work is None and "body" in self.watched
            return None if watched and self._held_up(mail) else self._arrived(mail)
        self.wasted -= 1
        return replies.CHUNK_OK.format(chunk.size)

    def _take_mail(self) -> bool:
        if self._chunk is not None:
            return self._take_chunk(self._chunk)
        mail = self._wire.mail()
        if mail is None and not self._intake.refusal and not self._intake.arriving(len(self._wire)):
            self._wire.swallow()
        if (self._rate or "body" in self.watched) and self._held_up(mail):
            return True
        if mail is None:
            return False
        answer = self._arrived(mail)
        if isinstance(answer, str):
            self.reply(answer)
        else:
            self.defer(answer)
        return True

    def _arrived(self, mail: bytes) -> str | Work:
        """A mail is all here."""
        if not self.door.lmtp:
            return self._judged(mail)
        recipients = len(self.envelope.recipients)
        return _for_each(recipients, self._judged(mail))

    def _judged(self, mail: bytes) -> str | Work:
        self._mail_follows = False
        self.active = self.loop.time()
        size = self._wire.size
        refusal = self._intake.arrived(len(mail))
        transaction, self.envelope = self.envelope, Transaction()
        if transaction.chunks is None:
            self.conversation.remark(f"{size} bytes of DATA")
        if refusal:
            self.front.mailbox.refused()
            return refusal
        for remark in habits.of(mail, transaction):
            self.conversation.remark(remark)
        if "end-of-data" in self.watched:
            situation = self.situation("end-of-data", transaction=transaction, raw=mail, seen=size)
            said = self.front.gate.ask(situation)
            if said is not None or "end-of-data" in self.front.gate.followed:
                return self._store_after(situation, said, mail, transaction)
        return self._store(mail, transaction)

    async def _store_after(
        self, situation: Situation, said: gate.Said, mail: bytes, transaction: Transaction
    ) -> str | None:
        """What becomes of a mail about which the gate has something to say."""
        try:
            verdict = await said if isinstance(said, Coroutine) else said
            if verdict is not None and verdict.answers:
                if not verdict.reply.startswith("2"):
                    self.front.mailbox.refused()
                self._intake.release()
            return await self._settled(situation, verdict, lambda: self._store(mail, transaction))
        finally:
            self._intake.release()

    def _held_up(self, mail: bytes | None) -> bool:
        """Ask the gate about the octets that have come since it was asked last; whether anything comes of that now."""
        seen = self._wire.seen if mail is None else self._wire.size
        before, self._asked_at = self._asked_at, seen
        if before == seen:
            return False
        verdict = self.front.gate.ask(self.situation("body", before=before, seen=seen)) or Verdict()
        assert isinstance(verdict, Verdict)  # nobody who has to be waited for watches this stage
        gate.note(self, verdict)
        self._rate = verdict.rate or self._rate
        seconds = self._slowing(max(0, seen - max(before, 0))) + verdict.seconds
        if not seconds and not verdict.answers:
            return False
        if verdict.answers:
            self._intake.release()
            self.front.mailbox.refused()
            if mail is not None:
                self._mail_follows = False
                self.conversation.remark(f"{seen} bytes of DATA; nothing was kept")
        self._pause_reading()
        self.defer(self._go_on_after(replace(verdict, seconds=seconds, rate=0), mail))
        return True

    def _slowing(self, octets: int) -> float:
        """For how long these octets of a mail are held up."""
        if not self._rate:
            return 0.0
        seconds = min(octets / self._rate, limits.FAULT_SECONDS - self._slowed)
        self._slowed += seconds
        if self._slowed >= limits.FAULT_SECONDS:
            self.conversation.remark(
                f"slowed down for {self._slowed:g} s, which is enough: the rest comes at full speed"
            )
            self._rate = 0
        return seconds

    async def _go_on_after(self, verdict: Verdict, mail: bytes | None) -> str | None:
        """Hold up the mail under way, then break it off or take the rest."""
        return await gate.carry_out(self, verdict, lambda: None if mail is None else self._arrived(mail), last=True)

    def _origin(self, transaction: Transaction) -> Origin:
        """How a mail comes; the protocol's name as RFC 3848 has them, and RFC 6531 section 4.3."""
        session, conversation = self.session, self.conversation
        secure = self.tls
        protocol = _PROTOCOLS[session.extended_smtp, secure is not None, bool(session.authenticated)]
        if self.door.lmtp:
            protocol = "LMTP" + protocol.removeprefix("ESMTP")
        return Origin(
            protocol="UTF8" + protocol.removeprefix("E") if transaction.smtp_utf8 else protocol,
            peer=conversation.peer,
            helo=conversation.helo,
            tls=secure.summary if secure is not None else "",
            username=conversation.username,
            session=conversation.id,
        )

    # Waiting

    async def _store(self, mail: bytes, transaction: Transaction) -> str | None:
        """Hand a mail in; the reply that says what became of it."""
        arrival = Arrival(mail, transaction.values(), self._origin(transaction))
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
        reply = "250 2.0.0 Ok: queued as " + summary.id
        if "stored" not in self.watched:
            return reply
        known = {"transaction": transaction, "raw": mail, "seen": len(mail), "message": summary.id}
        return await self.later_at("stored", lambda: reply, inbox=summary.inbox, **known)


def _for_each(recipients: int, answer: str | Work) -> str | Work:
    """The answer to a mail once for each of its recipients (RFC 2033 section 4.2)."""
    if isinstance(answer, str):
        return "\n".join([answer] * recipients)
    return _for_each_later(recipients, answer)


async def _for_each_later(recipients: int, answer: Work) -> str | None:
    reply = await answer
    return reply if reply is None or reply.startswith("421") else "\n".join([reply] * recipients)
