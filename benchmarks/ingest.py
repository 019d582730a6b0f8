"""Ingest: messages a second from the first connection to the last 250, and the processor time that each took."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import CPU, RATE, Figures
from benchmarks.letters import Letters, letters
from benchmarks.peers import Catcher, Running, start
from benchmarks.plan import Plan
from benchmarks.process import Failed
from benchmarks.senders import Delivery, deliver, smtp_source
from benchmarks.web import Api

SECTION = "Ingest"
PROCESSOR = "Processor time of ingest"
MANY = 10
LARGE = 10_000_000
LARGE_CASE = "smtp-source, 10 MB, kept, 1 session"

Send = Callable[[int, int], Delivery]  # to an SMTP port, so many messages


@dataclass(frozen=True)
class Case:
    """What is sent, over how many connections at once, and whether a connection is kept for the next message."""

    name: str
    send: Send
    short: bool = True  # part of the short form
    most: int = 1_000_000
    warm_up: int = 1_000_000


class Cases:
    """The cases, with the letters that they send. Use as a context manager."""

    def __enter__(self) -> Sequence[Case]:
        self._folder = tempfile.TemporaryDirectory(prefix="benchmark-")
        text, html = letters("text"), letters("html")
        letter = Path(self._folder.name) / "letter"
        letter.write_bytes(text.wire(1).removesuffix(b".\r\n").replace(b"\r\n", b"\n"))
        return (
            Case("smtp-source, kept, 1 session", _source(1, kept=True), short=False),
            Case("smtp-source, kept, 10 sessions", _source(MANY, kept=True)),
            Case("smtp-source, a connection each, 1 session", _source(1, kept=False), short=False),
            Case("smtp-source, a connection each, 10 sessions", _source(MANY, kept=False)),
            Case(
                "smtp-source, one text letter, kept, 10 sessions", _source(MANY, kept=True, letter=letter), short=False
            ),
            Case("text letters, kept, 10 sessions", _post(text, MANY, kept=True)),
            Case("text letters, a connection each, 10 sessions", _post(text, MANY, kept=False), short=False),
            Case("HTML letters, kept, 10 sessions", _post(html, MANY, kept=True)),
            Case(LARGE_CASE, _source(1, kept=True, size=LARGE), short=False, most=60, warm_up=2),
        )

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _source(sessions: int, *, kept: bool, size: int = 2_000, letter: Path | None = None) -> Send:
    return lambda port, count: smtp_source(port, count, sessions=sessions, kept=kept, size=size, letter=letter)


def _post(post: Letters, sessions: int, *, kept: bool) -> Send:
    return lambda port, count: deliver(port, post.row(0, count), sessions=sessions, kept=kept)


def measure(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
    """Every case, each catcher in turn, for as many rounds as planned."""
    with Cases() as cases:
        for case in cases:
            if plan.cases in case.name and (case.short or not plan.short):
                _measure_case(case, plan, catchers, figures, say)


def _measure_case(
    case: Case, plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]
) -> None:
    for round_ in range(plan.rounds):
        for catcher in catchers:
            rate = processor = None
            try:
                with start(catcher, root=plan.root) as running:
                    rate, processor = _run(case, plan, running)
            except (Failed, OSError) as error:
                figures.note(f"{catcher.name}, {case.name}: {error}")
            figures.add(SECTION, case.name, catcher.name, RATE, rate)
            figures.add(PROCESSOR, case.name, catcher.name, CPU, processor)
            say(f"ingest {round_ + 1}/{plan.rounds}  {case.name}  {catcher.name}  {rate or 0:,.0f}/s")


def _run(case: Case, plan: Plan, running: Running) -> tuple[float, float]:
    """Messages a second, and microseconds of the catcher's processor time for each."""
    warm_up = min(plan.warm_up, case.warm_up)
    first = case.send(running.places.smtp, warm_up)
    count = max(warm_up, min(plan.ingest_most, case.most, int(first.rate * plan.ingest_seconds)))
    before = running.process.cpu_seconds()
    delivery = case.send(running.places.smtp, count)
    used = running.process.cpu_seconds() - before
    running.process.check()
    if running.catcher.speaks_v1:
        with Api(running.places.http) as api:
            expect(api.held(), first.count + delivery.count)
    return delivery.rate, used / delivery.count * 1e6


def expect(held: int, sent: int) -> None:
    """Raises Failed unless the catcher holds what it has accepted."""
    if held != sent:
        raise Failed(f"accepted {sent} messages and holds {held}")
