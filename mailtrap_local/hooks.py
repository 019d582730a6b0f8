"""Hooks: functions of a program that embeds the server, called at the stages of a session (stages.py).

Any object will do. Of its methods those count that are called before_ and after_ a stage, `end_of_data` for
end-of-data; all but body:

    before_rcpt(situation)         may answer: returns None to let it pass, a reply as text, or a Verdict
    after_rcpt(situation, reply)   may not: is told which reply is given, "" for none

Each may be a coroutine function. The session waits for a `before_`, HOOK_SECONDS at most, and nobody for an `after_`.
One that fails is logged; a `before_` that fails, answers late, or with what is no reply refuses with 451.
A reply of 2yz is allowed at end-of-data, where it takes a mail without keeping it; elsewhere they are 4yz and 5yz.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from inspect import isawaitable
from typing import Any

from mailtrap_local.errors import BadRequest, SettingError
from mailtrap_local.faults.reply import checked
from mailtrap_local.stages import STAGES, Situation, Stage, Verdict

HOOK_SECONDS = 30.0
STOPPING = "421 4.3.2 the server is shutting down"
FAILED = "451 4.3.0 local error, nothing was kept; the server's log says more"

Said = Verdict | str | None
Before = Callable[[Situation], Said | Awaitable[Said]]
After = Callable[[Situation, str], Awaitable[None] | None]

_STAGES: dict[str, Stage] = {stage.replace("-", "_"): stage for stage in STAGES if stage != "body"}

log = logging.getLogger(__name__)


class Hooks:
    """The hooks of an object. Raises SettingError for a method that looks like one and is none."""

    def __init__(self, of: object) -> None:
        self._before: dict[Stage, Before] = {}
        self._after: dict[Stage, After] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._asking: set[asyncio.Timeout] = set()
        self._interrupted = False
        for name in dir(of):
            when, _, stage = name.partition("_")
            if when not in ("before", "after") or not callable(getattr(of, name)):
                continue
            if stage not in _STAGES:
                raise SettingError(f"{name} is no hook: before_ and after_ go with {', '.join(_STAGES)}.")
            hooks: dict[Stage, Any] = self._before if when == "before" else self._after
            hooks[_STAGES[stage]] = getattr(of, name)
        self.followed = frozenset(self._after)  # the stages whose replies somebody is told

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages at which there is a hook."""
        return frozenset(self._before) | self.followed

    def ask(self, situation: Situation) -> Verdict | Coroutine[Any, Any, Verdict | None] | None:
        """What the program says to this, or what to wait for to learn it."""
        hook = self._before.get(situation.stage)
        if hook is None:
            return None
        try:
            said = hook(situation)
            return self._awaited(situation, said) if isawaitable(said) else _verdict(situation, said)
        except Exception as error:
            return _failed(f"before_{situation.stage}", error)

    def listen(self, changed: Callable[[], None]) -> None:
        """Nothing to tell: hooks stay as they are."""

    def tell(self, situation: Situation, reply: str) -> None:
        """This reply is given; nobody waits for what the program does about it."""
        hook = self._after.get(situation.stage)
        if hook is None:
            return
        try:
            done = hook(situation, reply)
        except Exception:
            log.exception("the hook after_%s failed", situation.stage)
            return
        if isawaitable(done):
            task = asyncio.get_running_loop().create_task(_done(done, situation.stage))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    def interrupt(self) -> None:
        """The server stops: nobody waits for an answer any more."""
        self._interrupted = True
        for waiting in self._asking:
            if not waiting.expired():  # else the hook has been told already, and cleans up
                waiting.reschedule(0.0)

    async def stop(self) -> None:
        """End what is still under way."""
        for task in tuple(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _awaited(self, situation: Situation, said: Awaitable[Said]) -> Verdict | None:
        try:
            async with asyncio.timeout(0.0 if self._interrupted else HOOK_SECONDS) as waiting:
                self._asking.add(waiting)
                try:
                    return _verdict(situation, await said)
                finally:
                    self._asking.discard(waiting)
        except Exception as error:
            if self._interrupted and isinstance(error, TimeoutError):
                return Verdict(reply=STOPPING)
            return _failed(f"before_{situation.stage}", error)


async def _done(work: Awaitable[None], stage: Stage) -> None:
    try:
        await work
    except Exception:
        log.exception("the hook after_%s failed", stage)


def _verdict(situation: Situation, said: Said) -> Verdict | None:
    """What a hook said as a verdict. Raises BadRequest for what is no reply, TypeError for what is no answer."""
    if said is None or (isinstance(said, Verdict) and not said.reply):
        return said
    verdict = Verdict(reply=said) if isinstance(said, str) else said
    if not isinstance(verdict, Verdict):
        raise TypeError(f"a hook answers with None, a reply or a Verdict, not with {said!r}")
    if situation.stage == "end-of-data" and verdict.reply.startswith("2"):
        if not verdict.reply.isascii() or not verdict.reply.isprintable():
            raise BadRequest("a reply is printable ASCII")
        return verdict
    return Verdict(
        seconds=verdict.seconds,
        rate=verdict.rate,
        reply=checked(verdict.reply),
        end=verdict.end,
        remarks=verdict.remarks,
    )


def _failed(name: str, error: Exception) -> Verdict:
    log.error("the hook %s failed", name, exc_info=error)
    return Verdict(reply=FAILED, remarks=(f"the hook {name} failed",))
