"""A connection on which others may answer (gate.py): what they are told of it, and what becomes of what they say."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from mailtrap_local.smtp import gate
from mailtrap_local.smtp.door import PLAIN, Door
from mailtrap_local.smtp.securable import SecurableConnection
from mailtrap_local.smtp.transaction import Transaction
from mailtrap_local.stages import Situation, Stage

if TYPE_CHECKING:
    from mailtrap_local.smtp.server import SmtpFront


class WatchedConnection(SecurableConnection):
    """A connection whose front asks the gate at each stage that is watched."""

    def __init__(self, front: "SmtpFront", door: Door = PLAIN) -> None:
        super().__init__(front, door)
        self.watched = front.gate.watched  # the stages at which somebody else may answer

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
        if gate.takes_time(verdict):
            self.defer(gate.carry_out(self, verdict, act, stage=stage))
            return None
        return gate.answer(self, verdict, last=stage in gate.LAST)

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
            reply = await gate.carry_out(self, verdict, act, stage=situation.stage, copies=copies)
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
