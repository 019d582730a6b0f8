"""The catcher of a test session: in this process, or one that runs already.

In this process it has a thread and an event loop of its own: a test that is no coroutine blocks its thread, and one
that is has a loop which ends with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import threading
from dataclasses import dataclass
from secrets import token_hex

from mailtrap_local.client import Client
from mailtrap_local.pytest_plugin import as_they_are

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailtrap_local.server import Server

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
_STOP_SECONDS = 20.0  # it takes a tenth of one, but a busy machine may do anything


@dataclass(frozen=True, slots=True)
class MailtrapServer:
    """Where the catcher is. `url` is its web page and API, `client` sees every inbox; `shared`: it runs elsewhere."""

    url: str
    smtp_host: str
    smtp_port: int
    client: Client
    shared: bool = False
    run: str = ""  # in a shared one, what the names of this test run's inboxes begin with


@contextlib.contextmanager
def serving(url: str | None, *, run: str | None = None) -> Iterator[MailtrapServer]:
    """The catcher at a URL, or without one a new one. `run` is a name for the test run."""
    with contextlib.ExitStack() as stack:
        if url:
            client = stack.enter_context(Client(url))
            yield MailtrapServer(
                url, *client.smtp_address(), client, shared=True, run=_UNFIT.sub("-", run or _fresh_run())
            )
        else:
            own, port = stack.enter_context(_own())
            yield MailtrapServer(own, "127.0.0.1", port, stack.enter_context(Client(own)))


def _fresh_run() -> str:
    """A name that the workers of pytest-xdist agree on."""
    return f"run-{(os.environ.get('PYTEST_XDIST_TESTRUNUID') or token_hex(3))[:6]}"


@contextlib.contextmanager
def _own() -> Iterator[tuple[str, int]]:
    """A catcher on free ports, for as long as the block lasts: its URL, and its SMTP port."""
    catcher = _Catcher()
    try:
        yield catcher.start()
    finally:
        catcher.stop()


class _Catcher:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._started = threading.Event()
        self._place = ("", 0)
        self._failure: BaseException | None = None
        self._server: Server
        self._thread = threading.Thread(target=self._run, name="mailtrap-local", daemon=True)

    def start(self) -> tuple[str, int]:
        with as_they_are():
            from mailtrap_local.server import Server
            from mailtrap_local.settings import Settings

        self._server = Server(Settings(smtp_port=0, http_port=0))
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure
        return self._place

    def stop(self) -> None:
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._serve())
            except BaseException as error:
                self._failure = error  # raised where the test session waits for the start
            finally:
                self._started.set()

    async def _serve(self) -> None:
        async with self._server as server:
            self._place = (server.url, server.smtp_port)
            self._started.set()
            await self._ending.wait()
