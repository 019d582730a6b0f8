"""Search and list among many stored messages, and what storing them does to ingest and memory."""

import contextlib
import time
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.figures import MEGABYTES, MILLISECONDS, RATE, Figures
from benchmarks.ingest import expect
from benchmarks.letters import ABSENT, COMMON, RARE, letters
from benchmarks.peers import MEMORY, Catcher, Running, start
from benchmarks.plan import Plan
from benchmarks.process import Failed
from benchmarks.senders import deliver
from benchmarks.web import Api

FILL = "Filling the store"
SECTION = "Search and list"
_SESSIONS = 8
_SHARE = 10  # the first and the last tenth of the filling are shown
_PAGE = 50

Request = tuple[str, dict[str, object]]


def requests(stored: int) -> dict[str, Request]:
    """What is asked of each catcher, by the name of the case."""
    queries = {
        "a rare word": RARE,
        "a common word": COMMON,
        "from:": "from:sender7@",
        "two letters": "ck",
        "two words": f"{COMMON} invoice",
        "no hit": ABSENT,
    }
    deep = stored * 9 // 10
    return {
        "list, first page": ("/api/v1/messages", {"limit": _PAGE}),
        f"list, page at {deep:,}": ("/api/v1/messages", {"limit": _PAGE, "start": deep}),
        **{name: ("/api/v1/search", {"query": query, "limit": _PAGE}) for name, query in queries.items()},
    }


def measure(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
    """Fill every catcher that speaks v1, then ask each in turn."""
    with contextlib.ExitStack() as stack:
        filled = []
        for catcher in (each for each in catchers if each.speaks_v1 and each.name != MEMORY):
            try:
                running = stack.enter_context(start(catcher, root=plan.root))
                _fill(plan, running, figures, say)
                filled.append(running)
            except (Failed, OSError) as error:
                figures.note(f"{catcher.name}, filling: {error}")
        _ask(plan, filled, figures, say)


def _fill(plan: Plan, running: Running, figures: Figures, say: Callable[[str], None]) -> None:
    """Store the planned number in ten parts. Raises Failed when the time for it is over."""
    name = running.catcher.name
    deadline = time.perf_counter() + plan.fill_seconds
    part = plan.stored // _SHARE
    for index in range(_SHARE):
        left = max(deadline - time.perf_counter(), 0.001)
        delivery = deliver(
            running.places.smtp, letters("text").row(index * part, part), sessions=_SESSIONS, kept=True, seconds=left
        )
        if delivery.count < part:
            raise Failed(f"took {index * part + delivery.count} of {plan.stored} messages in {plan.fill_seconds:.0f} s")
        say(f"fill {index + 1}/{_SHARE}  {name}  {delivery.rate:,.0f}/s")
        if index in (0, _SHARE - 1):
            figures.add(FILL, "the first tenth" if index == 0 else "the last tenth", name, RATE, delivery.rate)
    with Api(running.places.http) as api:
        expect(api.held(), part * _SHARE)
    figures.add(FILL, f"memory resident with {part * _SHARE:,}", name, MEGABYTES, running.process.resident() / 1e6)


def _ask(plan: Plan, filled: Sequence[Running], figures: Figures, say: Callable[[str], None]) -> None:
    for round_ in range(plan.rounds):
        for case, request in requests(plan.stored).items():
            for running in filled:
                value = None
                try:
                    value = _ask_one(plan, running, request) * 1000
                except (Failed, OSError) as error:
                    figures.note(f"{running.catcher.name}, {case}: {error}")
                figures.add(SECTION, case, running.catcher.name, MILLISECONDS, value)
                say(f"search {round_ + 1}/{plan.rounds}  {case}  {running.catcher.name}  {value or 0:.2f} ms")
    for case, (path, query) in requests(plan.stored).items():
        _compare(case, path, query, filled, figures)


def _ask_one(plan: Plan, running: Running, request: Request) -> float:
    """The median of several requests, in seconds; fewer of them where each takes long."""
    path, query = request
    deadline = time.perf_counter() + plan.search_seconds
    taken: list[float] = []
    with Api(running.places.http) as api:
        while len(taken) < plan.searches and (not taken or time.perf_counter() < deadline):
            taken.append(api.timed(path, **query))
    return median(taken)


def _compare(case: str, path: str, query: dict[str, object], filled: Sequence[Running], figures: Figures) -> None:
    """Note where two catchers found different numbers of messages: then their times do not compare."""
    found = {}
    for running in filled:
        with contextlib.suppress(Failed, OSError), Api(running.places.http) as api:
            found[running.catcher.name] = api.json(path, **query)["messages_count"]
    if len(set(found.values())) > 1:
        figures.note(f"{case}: found " + ", ".join(f"{count} by {name}" for name, count in found.items()))
