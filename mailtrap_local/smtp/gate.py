"""The gate: what may answer in the front's place at each stage of a session (stages.py), and how that is carried out.

Theory of operation
1. A stage that nobody watches costs one look into `watched`. At one that is watched each source is asked in turn:
   pauses add up, and the first that answers ends the round.
2. A reply alone is given where the stage's own would have been, at once. All that takes time is deferred work
   (connection.py), so pipelined commands wait their turn and the order of replies stays.
3. What answers has the last word: the stage's own act is not done, so no recipient is added and no mail kept.
"""

from collections.abc import Callable, Container, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from mailtrap_local.smtp import replies
from mailtrap_local.stages import STAGES, Situation, Stage, Verdict

if TYPE_CHECKING:
    from mailtrap_local.hooks import Hooks
    from mailtrap_local.smtp.connection import Connection

LAST: tuple[Stage, ...] = ("connect", "body")  # where any reply of somebody else ends the connection
Answer = str | None | Coroutine[Any, Any, str | None]  # a reply; None: it follows or was said; or work that ends in one
Said = Verdict | Coroutine[Any, Any, Verdict | None] | None
Act = Callable[[], Answer]  # what a stage does if nobody else answers


class Source(Protocol):
    """Somebody who may answer."""

    @property
    def stages(self) -> frozenset[Stage]:
        """Where there may be something to say."""

    def ask(self, situation: Situation) -> Said:
        """What happens here, or what to wait for to learn it; None for nothing unusual. At body nobody can wait."""

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this when `stages` may have changed."""


class Gatekeeper(Protocol):
    """What the front asks at each stage."""

    followed: frozenset[Stage]  # the stages whose replies somebody wants to be told

    @property
    def watched(self) -> Container[Stage]:
        """The stages at which somebody may answer. Always the same object: connections look into it by themselves."""

    def ask(self, situation: Situation) -> Said:
        """What happens here, or what to wait for to learn it; None for nothing unusual."""

    def tell(self, situation: Situation, reply: str | None) -> None:
        """This reply is given."""


class Gate:
    """The sources, by the stages that they watch; `hooks` is the last one, and told of the replies."""

    def __init__(self, sources: Iterable[Source] = (), *, hooks: "Hooks | None" = None) -> None:
        self.watched: dict[Stage, tuple[Source, ...]] = {}
        self.followed = frozenset[Stage]() if hooks is None else hooks.followed
        self._hooks = hooks
        self._sources: tuple[Source, ...] = (*sources, hooks) if hooks is not None else tuple(sources)
        for source in self._sources:
            source.listen(self._look)
        self._look()

    def ask(self, situation: Situation) -> Said:
        """What happens here, or what to wait for to learn it; None for nothing unusual."""
        verdict: Verdict | None = None
        sources = self.watched.get(situation.stage, ())
        for index, source in enumerate(sources):
            said = source.ask(situation)
            if isinstance(said, Coroutine):
                return self._ask_on(situation, verdict, said, sources[index + 1 :])
            verdict = _both(verdict, said)
            if verdict is not None and verdict.answers:
                break
        return verdict

    def tell(self, situation: Situation, reply: str | None) -> None:
        """This reply is given."""
        if self._hooks is not None:
            self._hooks.tell(situation, reply or "")

    async def _ask_on(
        self, situation: Situation, verdict: Verdict | None, said: Said, rest: tuple[Source, ...]
    ) -> Verdict | None:
        for source in (None, *rest):
            if source is not None:
                said = source.ask(situation)
            verdict = _both(verdict, await said if isinstance(said, Coroutine) else said)
            if verdict is not None and verdict.answers:
                break
        return verdict

    def _look(self) -> None:
        watched = {stage: tuple(each for each in self._sources if stage in each.stages) for stage in STAGES}
        self.watched.clear()  # and never another one: connections look into it by themselves
        self.watched.update((stage, sources) for stage, sources in watched.items() if sources)


def _both(first: Verdict | None, second: Verdict | None) -> Verdict | None:
    if first is None or second is None:
        return second if first is None else first
    return first.then(second)


def takes_time(verdict: Verdict) -> bool:
    """Whether a verdict cannot be carried out at once."""
    return bool(verdict.seconds or verdict.rate or verdict.end == "silence")


def note(connection: "Connection", verdict: Verdict) -> None:
    """Have the transcript tell what happens."""
    for remark in verdict.remarks:
        connection.conversation.remark(remark)


def answer(connection: "Connection", verdict: Verdict, *, last: bool = False) -> str | None:
    """Carry out a verdict that answers and takes no time: the reply, or None if the connection was ended.

    `last`: after any reply the connection ends, as it does after a 421 (RFC 5321 section 3.8).
    """
    if verdict.end:
        connection.hang_up("refused", ending="rst" if verdict.end == "rst" else "fin")
        return None
    if last or verdict.reply.startswith("421"):
        connection.hang_up("refused", verdict.reply, ending="fin")
        return None
    return verdict.reply


async def carry_out(
    connection: "Connection", verdict: Verdict, act: Act, *, stage: Stage, copies: int = 1
) -> str | None:
    """Carry out a verdict that takes time; what is left to reply. `copies` are said of a reply that trickles."""
    last = stage in LAST
    if verdict.end == "silence":
        connection.turn_deaf()
    if verdict.seconds and not await connection.hold(verdict.seconds):
        return interrupted(connection)
    if verdict.end:
        return answer(connection, verdict)
    if verdict.rate:
        goodbye = stage == "quit" and not verdict.reply
        reply = replies.BYE if goodbye else verdict.reply or await settled(act())
        if reply is None:
            return None
        if not await connection.trickle("\n".join([reply] * copies), rate=verdict.rate):
            return interrupted(connection)
        if goodbye:
            connection.hang_up("quit")
        elif verdict.reply and (last or verdict.reply.startswith("421")):
            connection.hang_up("refused", ending="fin")
        return None
    return answer(connection, verdict, last=last) if verdict.reply else await settled(act())


def interrupted(connection: "Connection") -> str | None:
    """What is left to say when a pause ended early."""
    if connection.front.stopping and not connection.silent:
        return replies.SHUTTING_DOWN
    if connection.silent:
        connection.hang_up("stopped" if connection.front.stopping else "dropped")
    return None


async def settled(given: Answer) -> str | None:
    """The reply that an answer comes to."""
    return given if given is None or isinstance(given, str) else await given
