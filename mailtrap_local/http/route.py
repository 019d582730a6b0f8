"""What a route is, and what its handler is given."""

import re
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import Struct, field
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http.paths import INBOX
from mailtrap_local.mailbox import intake
from mailtrap_local.search.syntax import Query
from mailtrap_local.settings import Settings
from mailtrap_local.store.base import Selection

if TYPE_CHECKING:
    from mailtrap_local.faults import Faults
    from mailtrap_local.mailbox import Mailbox
    from mailtrap_local.rates import RateLimits
    from mailtrap_local.sessions import Sessions

T = TypeVar("T")
Peer = Literal["", "MailHog", "MailDev", "MailCatcher"]

MAX_NUMBER = 2**31 - 1
_NUMBER = re.compile(r"[0-9]{1,18}")
_SCOPED = ("/api/", "/view/", "/mailhog/", "/email", "/messages")
_TRUE = frozenset({"1", "true", "yes", "on", "t"})


class Front(Struct, frozen=True):
    """What all handlers share."""

    mailbox: "Mailbox"
    sessions: "Sessions"
    faults: "Faults"
    rates: "RateLimits"
    settings: Settings
    routes: "tuple[Route, ...]"
    authority: str = ""
    started: float = field(default_factory=monotonic)
    _ones: dict[Callable[["Front"], Any], Any] = field(default_factory=dict)

    def one(self, kind: "Callable[[Front], T]") -> T:
        """The one `kind(front)` that this front has: what handlers keep between requests."""
        if kind not in self._ones:
            self._ones[kind] = kind(self)
        one: T = self._ones[kind]
        return one


class WordedNotFound(NotFound):
    """A 404 whose words are part of the v1 format; any other of its routes says `404 page not found`."""


class Call(Struct, frozen=True):
    """One request as a handler sees it."""

    front: Front
    connection: HTTPConnection

    @property
    def mailbox(self) -> "Mailbox":
        return self.front.mailbox

    @property
    def inbox(self) -> str | None:
        """The inbox that this is about, by path or by `?inbox=`; None for all.

        Raises BadRequest if the two disagree, and for an empty name: it must not come to mean everything.
        """
        path: str | None = self.connection.scope.get(INBOX)
        if "inbox" not in self.connection.query_params:
            return path
        asked = intake.inbox_name(self.text("inbox"))
        if not asked:
            raise BadRequest("inbox= names no inbox; leave it out to mean all of them")
        if path not in (None, asked):
            raise BadRequest(f"the path is of inbox {path!r}, the parameter says {asked!r}; leave one of them out")
        return asked

    @property
    def method(self) -> str:
        return str(self.connection.scope["method"])

    def path(self, name: str) -> str:
        """A parameter of the path."""
        return str(self.connection.path_params[name])

    def text(self, name: str) -> str:
        """A parameter of the query string; "" if it is not there."""
        return self.connection.query_params.get(name, "")

    def texts(self, name: str) -> list[str]:
        """Each value of a repeated parameter."""
        return self.connection.query_params.getlist(name)

    def flag(self, name: str) -> bool:
        """Whether a parameter is there and says yes."""
        return self.text(name).lower() in _TRUE

    def number(self, name: str, default: int) -> int:
        """A parameter that counts something; the default also for what is negative or no number, as Mailpit has it."""
        text = self.text(name)
        return min(int(text), MAX_NUMBER) if _NUMBER.fullmatch(text) else default

    def query(self) -> Query | None:
        """The search that `?query=` holds, with `?tz=`; None if there is none. Raises BadRequest."""
        text = self.text("query")
        return self.search(text) if text.strip() else None

    def search(self, text: str) -> Query:
        """A search that came by another way than `?query=`."""
        return self.mailbox.query(text, tz=self.text("tz") or None)

    async def message_id(self) -> str:
        """The id in the path; `latest` is looked up, narrowed by `?query=`. Raises WordedNotFound."""
        message_id = str(self.connection.path_params.get("id", "latest"))
        if message_id != "latest":
            return message_id
        try:
            return await self.mailbox.latest(Selection(inbox=self.inbox, query=self.query()))
        except NotFound:
            raise WordedNotFound("Message not found") from None

    async def body(self) -> bytes:
        """The body as it came. Raises TooLarge."""
        assert isinstance(self.connection, Request)
        return await self.connection.body()


Handler = Callable[[Call], Awaitable[Response]]
SocketHandler = Callable[[Front, WebSocket], Awaitable[None]]


class Param(Struct, frozen=True):
    """A parameter of the query string."""

    name: str
    type: Literal["string", "integer", "number", "boolean"]
    summary: str
    required: bool = False


class Route(Struct, frozen=True):
    """A row of the route table.

    `answer` is the type of its JSON, or None where `media` names what it sends; `otherwise` are other statuses that
    come with JSON. `changes` says that it changes state, `fetches` that it makes us fetch something: both ask
    `guard.check_writer` first. `cap` gives the limit of its body where that is not the common one, `validator` the ETag
    of its answer (validators.py). `ours` marks what
    Mailpit has not; `peer` names the other catcher whose API it is of. Those of `_SCOPED` exist in each inbox.
    """

    method: str  # GET, POST, PUT, PATCH, DELETE, or WS for a WebSocket; HEAD and OPTIONS come by themselves
    path: str
    handler: Any  # Handler, or SocketHandler where the method is WS
    summary: str
    answer: Any = None
    otherwise: tuple[tuple[int, Any], ...] = ()
    media: str = "application/json"
    takes: Any = None
    takes_media: tuple[str, ...] = ("application/json",)
    query: tuple[Param, ...] = ()
    changes: bool = False
    fetches: bool = False
    ours: bool = False
    peer: Peer = ""
    cap: Callable[[Settings], int] | None = None
    validator: Callable[[Call], Awaitable[str]] | None = None

    @property
    def scoped(self) -> bool:
        """Whether it exists under /inbox/{name} too."""
        return self.path.startswith(_SCOPED) or self.path == "/"
