"""Waiting: from the 250 of a message to the answer of the wait that it satisfies, alone and beside a thousand others.

The others wait for mail that does not come, each for another one, in the same scope (of all inboxes): by address,
subject, text, header field and pattern, nine of ten by a held request and the tenth by a WebSocket. What they cost
ingest is measured as well. The answer may come before the 250 is read, since both follow the commit: then the time is
below zero.
"""

import contextlib
import resource
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from benchmarks.figures import CPU, MILLISECONDS, RATE, Figures, quantile
from benchmarks.letters import Letters, letters
from benchmarks.peers import Catcher, Running, start
from benchmarks.plan import Plan
from benchmarks.process import Failed
from benchmarks.senders import HOST, Session, deliver
from benchmarks.web import Api
from benchmarks.websocket import Listener

SECTION = "Wait"
_EACH_WEBSOCKET = 10
_SESSIONS = 10
_CHUNK = 1 << 18
_FIRST_MEASURED = 20_000_000
_ENTER_SECONDS = 30.0
_QUERIES = (
    'to:="waiter{0}@example.net"',
    'subject:"order {0}."',
    'to:waiter{0} "your order {0}."',
    "header:X-Order=order-{0}",
    "subject:/order.{0}[.][0-9]{{6}}/",
)


@dataclass(frozen=True)
class Company:
    """Whether others wait, and what the cases are called then."""

    others: bool

    @property
    def half(self) -> str:
        return f"250 to answer, p50, {self._name}"

    @property
    def most(self) -> str:
        return f"250 to answer, p99, {self._name}"

    @property
    def rate(self) -> str:
        return f"ingest, {self._name}"

    @property
    def processor(self) -> str:
        return f"processor time of ingest, {self._name}"

    @property
    def _name(self) -> str:
        return "beside 1,000 others" if self.others else "alone"


ALONE, BESIDE = Company(False), Company(True)


def measure(plan: Plan, catchers: Sequence[Catcher], figures: Figures, say: Callable[[str], None]) -> None:
    """Ours, both ways: no peer has such a request."""
    _allow_sockets(4 * plan.waiters)
    for round_ in range(plan.rounds):
        for catcher in (each for each in catchers if each.waits):
            for company in (ALONE, BESIDE):
                values: dict[str, float] = {}
                try:
                    with start(catcher, root=plan.root) as running:
                        values.update(_run(plan, running, company))
                except (Failed, OSError) as error:
                    figures.note(f"{catcher.name}, wait: {error}")
                for case, unit in (
                    (company.half, MILLISECONDS),
                    (company.most, MILLISECONDS),
                    (company.rate, RATE),
                    (company.processor, CPU),
                ):
                    figures.add(SECTION, case, catcher.name, unit, values.get(case))
                say(
                    f"wait {round_ + 1}/{plan.rounds}  {catcher.name}  {company.half} {values.get(company.half, 0):.2f}"
                )


def _run(plan: Plan, running: Running, company: Company) -> Iterator[tuple[str, float]]:
    post = letters("text")
    warm_up = deliver(running.places.smtp, post.row(10_000_000, plan.warm_up), sessions=_SESSIONS, kept=True)
    with crowd(running, plan.waiters if company.others else 0):
        times = sorted(_waits(plan, running, post))
        yield company.half, quantile(times, 0.5)
        yield company.most, quantile(times, 0.99)
        count = max(plan.warm_up, min(plan.ingest_most, int(warm_up.rate * plan.ingest_seconds)))
        before = running.process.cpu_seconds()
        delivery = deliver(running.places.smtp, post.row(0, count), sessions=_SESSIONS, kept=True)
        yield company.rate, delivery.rate
        yield company.processor, (running.process.cpu_seconds() - before) / delivery.count * 1e6


@contextlib.contextmanager
def crowd(running: Running, number: int) -> Iterator[None]:
    """So many wait within the block, for mail that does not come."""
    port = running.places.http
    with Api(port) as api:
        cursor = api.json("/api/v1/cursor")["cursor"]
    with contextlib.ExitStack() as stack:
        for each in range(number):
            query = _QUERIES[each % len(_QUERIES)].format(each)
            if each % _EACH_WEBSOCKET == 0:
                opened = Listener(port, f"/api/v1/live?{urlencode({'query': query})}").socket
            else:
                opened = socket.create_connection((HOST, port), timeout=30)
                opened.sendall(request(query, since=cursor, seconds=60))
            stack.callback(opened.close)
        _until_held(port, number)  # a WebSocket with a query is one who waits, too
        yield
        if (held := _held(port)) != number:
            raise Failed(f"{number - held} of {number} waits were over before the measuring was")


def _until_held(port: int, number: int) -> None:
    """Raises Failed if that takes too long."""
    deadline = time.perf_counter() + _ENTER_SECONDS
    while (held := _held(port)) < number:
        if time.perf_counter() > deadline:
            raise Failed(f"{held} of {number} waits were held after {_ENTER_SECONDS:.0f} s")
        time.sleep(0.05)  # the server tells its number when asked, and at no other time


def _held(port: int) -> int:
    with Api(port) as api:  # one that is kept may have been idle for longer than a server allows
        lines = api.get("/metrics").decode().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("mailtrap_local_waiting "))


def request(query: str, *, since: str = "", seconds: float) -> bytes:
    """A wait as it goes over the wire."""
    asked = urlencode({"query": query, "timeout": seconds, **({"since": since} if since else {})}, quote_via=quote)
    return f"GET /api/v1/wait?{asked} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def _waits(plan: Plan, running: Running, post: Letters) -> Iterator[float]:
    """Milliseconds from the 250 to the answer, of one wait after the other."""
    with contextlib.ExitStack() as stack:
        session = Session(running.places.smtp)
        stack.callback(session.socket.close)
        waiting = socket.create_connection((HOST, running.places.http), timeout=30)
        stack.callback(waiting.close)
        while not session.idle:
            session.read()
        for number in range(_FIRST_MEASURED, _FIRST_MEASURED + plan.waits):
            waiting.sendall(request(f'subject:"[{number}]"', seconds=30))
            session.begin(post.wire(number))
            yield _milliseconds(session, waiting)


def _milliseconds(session: Session, waiting: socket.socket) -> float:
    accepted = answered = 0.0
    answer = b""
    with selectors.DefaultSelector() as ready:
        ready.register(session.socket, selectors.EVENT_READ)
        ready.register(waiting, selectors.EVENT_READ)
        while not accepted or not answered:
            events = ready.select(30)
            if not events:
                raise Failed("nothing came for 30 seconds")
            for key, _ in events:
                if key.fileobj is session.socket:
                    accepted = time.perf_counter() if session.read() else accepted
                    continue
                answer += waiting.recv(_CHUNK)
                answered = time.perf_counter() if whole(answer) else 0.0
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise Failed(f"a wait was answered {answer[:100]!r}")
    return (answered - accepted) * 1000


def whole(answer: bytes) -> bool:
    """Whether an answer with Content-Length has come to its end. Raises Failed for one without."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    fields = (line.lower().partition(b": ") for line in head.split(b"\r\n")[1:])
    length = next((int(value) for name, _, value in fields if name == b"content-length"), None)
    if length is None:
        raise Failed(f"an answer without its length: {head[:200]!r}")
    return len(body) >= length


def _allow_sockets(number: int) -> None:
    """For this process and the catchers that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number and (hard == resource.RLIM_INFINITY or hard > soft):
        most = number if hard == resource.RLIM_INFINITY else min(number, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
