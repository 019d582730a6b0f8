"""The HTTP fronts as one ASGI application: their route tables behind the guards."""

import base64
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from mailtrap_local import limits
from mailtrap_local.errors import MailtrapLocalError, NotFound
from mailtrap_local.faults import Faults
from mailtrap_local.http import answer, guard, validators
from mailtrap_local.http.paths import Paths
from mailtrap_local.http.route import Call, Front, Route, WordedNotFound
from mailtrap_local.mailbox import Mailbox
from mailtrap_local.rates import RateLimits
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings

HEALTH = frozenset({"/livez", "/readyz"})
_GONE = 499  # nobody reads it: the client has left


def create_app(
    mailbox: Mailbox,
    sessions: Sessions,
    faults: Faults,
    rates: RateLimits,
    settings: Settings,
    *,
    routes: tuple[Route, ...],
    others: Callable[[], tuple[Route, ...]] = tuple,
    authority: str = "",
) -> ASGIApp:
    """The application that serves `routes`; where two fit a path, the first does.

    `others` are asked for when the first request comes that none of `routes` fits: most servers never see one.
    `authority` is the certificate that clients of our TLS have to trust, PEM.

    Raises SettingError for a password file that cannot be used.
    """
    front = Front(mailbox, sessions, faults, rates, settings, routes, authority)
    app: ASGIApp = _routed(front, routes, otherwise=_Later(lambda: _routed(front, (*routes, *others()))))
    if (check := _password_check(settings)) is not None:
        app = guard.BasicAuth(app, check=check, free=HEALTH)
    app = guard.Cors(app, allowed=settings.allow_origin)
    wide = {(route.method, route.path): route.cap(settings) for route in routes if route.cap is not None}
    app = guard.BodyCap(app, limit=limits.HTTP_BODY, wide=wide)
    app = Paths(app, base_path=settings.base_path)
    app = guard.HostGuard(app, allowed=settings.allow_host)
    return guard.SafeHeaders(app, embeddable=bool(settings.allow_origin))


class _Later:
    """An application that is made with its first request."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            self._made = self._make()
        await self._made(scope, receive, send)


def _routed(front: Front, table: tuple[Route, ...], *, otherwise: ASGIApp | None = None) -> Starlette:
    routes: list[BaseRoute] = []
    by_path: dict[str, dict[str, Route]] = {}  # in the order of the first of each path, since that decides
    for route in table:
        by_path.setdefault(route.path, {})[route.method] = route
    for path, by_method in by_path.items():
        if socket := by_method.pop("WS", None):
            routes.append(WebSocketRoute(path, _socket(front, socket)))
        if by_method:
            routes.append(StarletteRoute(path, _endpoint(front, by_method), methods=[*by_method, "OPTIONS"]))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_failure})
    app.router.redirect_slashes = False
    if otherwise is not None:
        app.router.default = otherwise
        app.exception_handlers[405] = _to(otherwise)  # a path of ours, with a method that is another table's
    return app


def _to(app: ASGIApp) -> Callable[[Request, Exception], Awaitable[ASGIApp]]:
    async def handed_on(_: Request, __: Exception) -> ASGIApp:
        return app

    return handed_on


def _endpoint(front: Front, by_method: dict[str, Route]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        route = by_method.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            return answer.text("")  # OPTIONS
        try:
            if route.changes or route.fetches:
                guard.check_writer(request, allowed=front.settings.allow_origin)
            call = Call(front, request)
            if route.validator is None:
                response: Response = await route.handler(call)
                return response
            return await _validated(call, route)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        except MailtrapLocalError as error:
            return _failure(error, route)

    return endpoint


async def _validated(call: Call, route: Route) -> Response:
    """The answer with its ETag; 304 if the client has it already."""
    assert route.validator is not None
    tag = await route.validator(call)
    if has := validators.held(call, tag):
        return Response(status_code=304, headers={"etag": has, "vary": "Accept-Encoding"})
    response: Response = await route.handler(call)
    if tag and response.status_code == 200:
        response.headers["etag"] = validators.packed(tag) if "content-encoding" in response.headers else tag
    return response


def _failure(error: MailtrapLocalError, route: Route) -> Response:
    if isinstance(error, NotFound) and not (route.ours or route.peer or isinstance(error, WordedNotFound)):
        return answer.not_found()
    return answer.failure(error)


def _socket(front: Front, route: Route) -> Callable[[WebSocket], Awaitable[None]]:
    async def endpoint(socket: WebSocket) -> None:
        await route.handler(front, socket)

    return endpoint


async def _http_failure(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return answer.not_found()
    return answer.text(error.detail, status=error.status_code, headers=error.headers)


def _password_check(settings: Settings) -> guard.Check | None:
    """What tells whether an Authorization field may pass; None if everybody may."""
    if settings.http_auth_file is None and settings.http_auth is None:
        return None
    from mailtrap_local.credentials import Credentials  # here, since most servers ask for no password

    if settings.http_auth_file is not None:
        credentials = Credentials.from_file(settings.http_auth_file)
    else:
        user, _, password = (settings.http_auth or "").partition(":")
        credentials = Credentials.of(user, password)

    async def check(authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:  # no base64, no ASCII even, or no UTF-8 in it
            return False
        return scheme.lower() == "basic" and bool(colon) and await credentials.check(user, password)

    return check
