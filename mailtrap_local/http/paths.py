"""The outer part of a path: the base path of a proxy, and `/inbox/{name}` before what is asked of that inbox.

Both are taken off here, once, so every route exists in every scope and none can forget it.
"""

from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from mailtrap_local.mailbox.intake import inbox_name

INBOX = "mailtrap_local.inbox"  # the key of the inbox in an ASGI scope; absent for all inboxes
_PREFIX = "/inbox/"


class Paths:
    """Routes see paths without `base_path` and without inbox; what is not under `base_path` has no path at all: 404."""

    def __init__(self, app: ASGIApp, *, base_path: str) -> None:
        self.app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = _scoped(scope, self._base_path)
        await self.app(scope, receive, send)


def _scoped(scope: Scope, base_path: str) -> Scope:
    raw = _one_slash(_under(scope.get("raw_path", b"").decode("latin-1") or quote(scope["path"]), base_path))
    inner = dict(scope, root_path="")
    if raw.startswith(_PREFIX):
        segment, _, rest = raw[len(_PREFIX) :].partition("/")
        name = inbox_name(unquote(segment))
        if name:  # what is no name stays in the path, where no route is, and never means all inboxes
            inner[INBOX] = name
            raw = _one_slash("/" + rest)
    inner["path"] = unquote(raw)
    return inner


def _one_slash(path: str) -> str:
    """The path with one slash before it: clients put another between a base URL and what they ask for."""
    return "/" + path.lstrip("/") if path.startswith("//") else path


def _under(raw: str, base_path: str) -> str:
    if raw == base_path:
        return "/"
    return raw[len(base_path) :] if raw.startswith(base_path + "/") else ""
