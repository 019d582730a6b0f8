"""Taking in a mail, from DATA or BDAT to the reply that says what became of it.

A mail comes as octets up to CRLF.CRLF, or in chunks. It is held against the limits while it comes, and where a fault
says so it is slowed down or broken off. Whole, it is looked at for sloppy habits and handed to the mailbox.
"""

from collections.abc import Coroutine
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mailtrap_local import limits
from mailtrap_local.errors import Busy, RequestError, Stopping, StoreError, TooLarge
from mailtrap_local.model import Arrival, Origin, SessionState
from mailtrap_local.smtp import gate, habits, replies
from mailtrap_local.smtp.connection import Ending, Work
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.intake import Intake
from mailtrap_local.smtp.transaction import Chunk, Transaction
from mailtrap_local.smtp.watched import WatchedConnection
from mailtrap_local.stages import Situation, Verdict

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront

# By EHLO, TLS and AUTH (RFC 3848); the names of old SMTP say neither
_PROTOCOLS = {
    (True, False, False): "ESMTP",
    (True, False, True): "ESMTPA",
    (True, True, False): "ESMTPS",
    (True, True, True): "ESMTPSA",
    **{(False, tls, auth): "SMTP" for tls in (False, True) for auth in (False, True)},
}


class Reception(WatchedConnection):
    """A connection on which mail comes in."""

    def __init__(self, front: "SmtpFront", door: Door = PLAIN) -> None:
        super().__init__(front, door)
        self.wasted = 0  # commands since the last mail that did not bring one nearer
        self._chunk: Chunk | None = None  # that follows
        self._intake = Intake(front.budget, largest=front.max_message_size)
        self._asked_at = -1  # octets of the mail under way at which the gate was asked last
        self._rate = 0  # octets a second at which it is taken in; 0: as fast as it comes
        self._slowed = 0.0  # seconds for which that has held it up

    def hang_up(self, state: SessionState, reply: str = "", *, ending: Ending = "close") -> None:
        """End the conversation, with a last reply."""
        if self._mail_follows and not self.ended:
            self.conversation.remark(f"{self._wire.seen} bytes of a DATA without its end; nothing was kept")
        super().hang_up(state, reply, ending=ending)
        self._intake.release()

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
        return await gate.carry_out(self, verdict, lambda: None if mail is None else self._arrived(mail), stage="body")

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
