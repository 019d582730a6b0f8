"""Footprint: start-up, memory, and the time that a program waits which sends by `sendmail`."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from benchmarks.figures import MEGABYTES, MILLISECONDS, Figures, Unit
from benchmarks.letters import letters
from benchmarks.peers import Catcher, Running, start
from benchmarks.plan import Plan
from benchmarks.process import Failed, environment
from benchmarks.senders import deliver
from benchmarks.web import Api

SECTION = "Footprint"
START = "start until it answers"
IDLE = "memory resident, idle"
SENDMAIL = "sendmail, one mail"
_SESSIONS = 10


def resident_case(messages: int) -> str:
    """The name of the case of memory after so many messages."""
    return f"memory resident, after {messages:,} messages"


def units(plan: Plan) -> dict[str, Unit]:
    """The cases and their units."""
    memory = {IDLE: MEGABYTES, resident_case(plan.resident_after): MEGABYTES}
    return {START: MILLISECONDS, SENDMAIL: MILLISECONDS, **memory}


def measure(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
    """Each catcher in turn, for as many rounds as planned."""
    for round_ in range(plan.rounds):
        for catcher in catchers:
            values: dict[str, float] = {}
            try:
                with start(catcher, root=plan.root) as running:
                    values.update(_run(plan, running))
            except (Failed, OSError) as error:
                figures.note(f"{catcher.name}, footprint: {error}")
            for case, unit in units(plan).items():
                if case != SENDMAIL or catcher.sendmail:
                    figures.add(SECTION, case, catcher.name, unit, values.get(case))
            say(f"footprint {round_ + 1}/{plan.rounds}  {catcher.name}")


def _run(plan: Plan, running: Running) -> Iterator[tuple[str, float]]:
    if running.catcher.ready_path:
        with Api(running.places.http) as api:
            api.get(running.catcher.ready_path)
    yield START, (time.perf_counter() - running.process.started) * 1000
    yield IDLE, running.process.resident() / 1e6
    if running.catcher.sendmail:
        yield SENDMAIL, median(_sendmails(plan, running)) * 1000
    row = letters("text").row(0, plan.resident_after)
    delivery = deliver(running.places.smtp, row, sessions=_SESSIONS, kept=True, seconds=plan.fill_seconds / 5)
    if delivery.count < plan.resident_after:
        raise Failed(f"took {delivery.count} of {plan.resident_after} messages in {delivery.seconds:.0f} s")
    yield resident_case(plan.resident_after), running.process.resident() / 1e6


def _sendmails(plan: Plan, running: Running) -> Iterator[float]:
    """Seconds that each call took. Raises Failed if one does."""
    program = running.catcher.path()
    assert program is not None and running.catcher.sendmail is not None
    command = [program, *running.catcher.sendmail(running.places)]
    mail = b"From: ann@example.com\r\nTo: bob@example.org\r\nSubject: [0] hello\r\n\r\nOne line.\r\n"
    for _ in range(plan.sendmails):
        begin = time.perf_counter()
        done = subprocess.run(command, input=mail, capture_output=True, env=environment(), timeout=60, check=False)
        if done.returncode:
            raise Failed(f"sendmail: {done.stderr.decode(errors='replace').strip()[:200]}")
        yield time.perf_counter() - begin
