"""The composition root: the only place that wires things.

`async with Server(Settings(...)) as server:` is the whole embedding interface. Port 0 picks free ports. Leaving the
block answers what is held, closes every socket and takes at most a second.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import uvicorn

from mailtrap_local.api import table as api
from mailtrap_local.errors import RequestError, SettingError
from mailtrap_local.events import Hub
from mailtrap_local.faults import Faults, read
from mailtrap_local.http.app import create_app
from mailtrap_local.http.connection import HttpConnection, open_socket
from mailtrap_local.http.route import Route
from mailtrap_local.listening import Listening, listen, listen_unix
from mailtrap_local.mailbox import Mailbox
from mailtrap_local.rates import Limit, RateLimits
from mailtrap_local.rates import read as read_limit
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp.admission import Authenticate
from mailtrap_local.smtp.door import Doors
from mailtrap_local.smtp.gate import Gate
from mailtrap_local.smtp.server import SmtpFront
from mailtrap_local.store.base import Retention
from mailtrap_local.store.database import Database
from mailtrap_local.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from mailtrap_local.hooks import Hooks
    from mailtrap_local.tls.identity import Identity

log = logging.getLogger(__name__)

_STOP_SECONDS = 0.8
_DATE_SECONDS = 1.0


class Server:
    """A whole catcher: store, mailbox, SMTP front, HTTP front. Start and stop it on one event loop.

    Raises SettingError.
    """

    mailbox: Mailbox
    sessions: Sessions
    faults: Faults
    rates: RateLimits

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        authenticate: Authenticate | None = None,
        hooks: object | None = None,
    ) -> None:
        """`authenticate` (plain or async) decides who may log in over SMTP, instead of a password file. `hooks` has
        methods that are called at the stages of each session (hooks.py)."""
        self.settings = settings or Settings()
        if self.settings.smtp_processes and (authenticate or hooks):
            raise SettingError(
                "smtp_processes is set, and functions are given that can be called in this process only: hooks or"
                " authenticate; leave out the one or the other."
            )
        self.authority = ""  # the certificate that TLS clients have to trust (PEM), if it is one of ours
        self._authenticate = authenticate
        self._hooks = _hooks(hooks)
        self.faults = _faults(self.settings)
        self.rates = _rates(self.settings)
        self._stack = contextlib.AsyncExitStack()

    @property
    def smtp_port(self) -> int:
        """The port that SMTP listens on."""
        return self.settings.smtp_port

    @property
    def smtp_tls_port(self) -> int:
        """The port on which SMTP begins with TLS, if TLS is on."""
        return self.settings.smtp_tls_port

    @property
    def lmtp_port(self) -> int | None:
        """The port that LMTP listens on; None where there is none."""
        return self.settings.lmtp_port

    @property
    def http_port(self) -> int:
        """The port that the web page and the API listen on."""
        return self.settings.http_port

    @property
    def url(self) -> str:
        """Where the web page is, with a slash at the end."""
        host = self.settings.host[0]
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        return f"http://{shown}:{self.http_port}{self.settings.base_path}/"

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        """Start from the store up; the stack stops in the reverse order."""
        doors = self._doors(stack)
        http = self._listen(stack, self.settings.http_port, purpose="the web page", setting="http_port")
        self.settings = replace(self.settings, http_port=http.port)
        store = self._store(stack)
        hub = self._hub
        self.sessions = Sessions(store)
        stack.push_async_callback(self.sessions.close)
        mailbox = Mailbox(
            store, hub, max_message_size=self.settings.max_message_size, plus_tags=self.settings.plus_tags
        )
        self.mailbox = await stack.enter_async_context(mailbox)
        if self._hooks is not None:
            stack.push_async_callback(self._hooks.stop)
        await self._serve_smtp(stack, doors)
        app = create_app(
            self.mailbox,
            self.sessions,
            self.faults,
            self.rates,
            self.settings,
            routes=api.ROUTES,
            others=_others,
            authority=self.authority,
        )
        web = _Web(app)
        await web.start(http)
        stack.push_async_callback(web.stop)
        stack.callback(self.mailbox.stop)  # first of all: wake whoever waits, so that no front has to cut anybody off

    async def _serve_smtp(self, stack: contextlib.AsyncExitStack, doors: Doors) -> None:
        """Speak SMTP: here, or in other processes."""
        identity = self._identity()
        if not self.settings.smtp_processes:
            front = SmtpFront(
                self.mailbox,
                self.sessions,
                self.settings,
                authenticate=self._authenticate,
                identity=identity,
                gate=Gate((self.faults, self.rates), hooks=self._hooks),
            )
            await front.start(**doors.of())
            stack.push_async_callback(front.stop)
            if self._hooks is not None:
                stack.callback(self._hooks.interrupt)
            return
        from mailtrap_local.smtp.workers import Workers  # here, since few servers have any

        authority = identity.authority.whole if identity is not None and identity.authority is not None else b""
        sources = (self.faults, self.rates)
        workers = Workers(self.mailbox, self.sessions, self.settings, sources=sources, authority=authority)
        stack.push_async_callback(workers.stop)
        await workers.start(doors)

    def _doors(self, stack: contextlib.AsyncExitStack) -> Doors:
        """Listen wherever SMTP is to be spoken; the settings have the ports afterwards."""
        settings, processes = self.settings, max(1, self.settings.smtp_processes)
        listen = partial(self._listen, stack, processes=processes)
        plain = [listen(settings.smtp_port, purpose="SMTP", setting="smtp_port")]
        tls, lmtp = [], []
        if settings.speaks_tls:
            tls.append(listen(settings.smtp_tls_port, purpose="SMTP with TLS", setting="smtp_tls_port"))
            self.settings = replace(self.settings, smtp_tls_port=tls[0].port)
        if settings.lmtp_port is not None:
            lmtp.append(listen(settings.lmtp_port, purpose="LMTP", setting="lmtp_port"))
            self.settings = replace(self.settings, lmtp_port=lmtp[0].port)
        if settings.smtp_socket is not None:
            plain.append(self._listen_unix(stack, settings.smtp_socket, purpose="SMTP", setting="smtp_socket"))
        if settings.lmtp_socket is not None:
            lmtp.append(self._listen_unix(stack, settings.lmtp_socket, purpose="LMTP", setting="lmtp_socket"))
        self.settings = replace(self.settings, smtp_port=plain[0].port)
        return Doors(plain, tls, lmtp)

    def _listen_unix(self, stack: contextlib.AsyncExitStack, path: Path, *, purpose: str, setting: str) -> Listening:
        listening = listen_unix(path, purpose=purpose, setting=setting)
        stack.callback(listening.close)
        return listening

    def _identity(self) -> "Identity | None":
        if not self.settings.speaks_tls:
            return None
        from mailtrap_local.tls.identity import Identity

        identity = Identity.of(self.settings)
        self.authority = identity.authority.pem if identity.authority is not None else ""
        return identity

    def _listen(
        self, stack: contextlib.AsyncExitStack, port: int, *, purpose: str, setting: str, processes: int = 1
    ) -> Listening:
        listening = listen(self.settings.host, port, purpose=purpose, setting=setting, processes=processes)
        stack.callback(listening.close)
        for host in listening.skipped:
            log.warning("this machine has no %s: %s listens without it", host, purpose)
        return listening

    def _store(self, stack: contextlib.AsyncExitStack) -> SqliteStore:
        settings = self.settings
        retention = Retention(
            max_messages=settings.max_messages, max_age=settings.max_age, max_bytes=settings.byte_limit
        )
        database = Database.open(settings.database, room=settings.byte_limit, synchronous=settings.synchronous)
        self._hub = Hub(epoch=database.epoch, seq=database.seq)
        store = SqliteStore(database, retention=retention, committed=self._hub.publish)
        stack.push_async_callback(store.close)
        return store


def routes() -> tuple[Route, ...]:
    """Every route there is. Where two have one path, the API's own comes first."""
    return (*api.ROUTES, *_others())


def _others() -> tuple[Route, ...]:
    from mailtrap_local.compat.table import ROUTES  # here, since most servers are never asked for them

    return ROUTES


def _hooks(methods: object | None) -> "Hooks | None":
    if methods is None:
        return None
    from mailtrap_local.hooks import Hooks  # here, since few servers have any

    return Hooks(methods)


def _faults(settings: Settings) -> Faults:
    """Those that the settings ask for. Raises SettingError."""
    faults = Faults(magic_addresses=settings.magic_addresses)
    for number, values in enumerate(settings.faults, 1):
        try:
            faults.add(read(values))
        except RequestError as error:
            raise SettingError(f"faults, number {number} of {len(settings.faults)}: {error}.") from None
    return faults


def _rates(settings: Settings) -> RateLimits:
    """Those that the settings ask for. Raises SettingError."""
    rates = RateLimits()
    limits: list[Limit] = []
    for number, values in enumerate(settings.rate_limits, 1):
        try:
            limits += read_limit(values)
        except RequestError as error:
            raise SettingError(f"rate_limits, number {number} of {len(settings.rate_limits)}: {error}.") from None
    rates.set(limits)
    return rates


class _Web(uvicorn.Server):
    """uvicorn in our loop: no signal handlers of its own, started when it says so, stopped within a bound."""

    def __init__(self, app: Callable[..., Any]) -> None:
        config = uvicorn.Config(
            app,
            http=HttpConnection,
            ws=cast("type[asyncio.Protocol]", open_socket),
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws_max_size=64 * 1024,  # what clients send on our WebSockets is small or ignored
            ws_per_message_deflate=False,  # loopback has bandwidth, and a core is dear
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._ready = asyncio.Event()
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the command line's business."""
        yield

    async def start(self, listening: Listening) -> None:
        """Serve on these sockets; back when the first request can come."""
        self._task = asyncio.create_task(self.serve(sockets=list(listening.sockets)), name="web")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            self._task.result()

    async def startup(self, sockets: Any = None) -> None:
        """uvicorn's own start, and word of it."""
        await super().startup(sockets=sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        """uvicorn's own looks ten times a second whether to end; this one is woken, and keeps the Date header right."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), _DATE_SECONDS)

    async def stop(self) -> None:
        """Close what is open; what does not end within the bound is cancelled."""
        self.should_exit = True
        self._ending.set()
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=_STOP_SECONDS)
        if not done:
            self._task.cancel()
            await asyncio.wait({self._task})
