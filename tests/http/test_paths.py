"""The outer part of a path: base path and inbox are taken off once, and what is left is what routes see."""

import pytest
from starlette.types import Receive, Scope, Send

from mailtrap_local.http.paths import INBOX, Paths


async def seen(path: str, *, base_path: str = "") -> tuple[str, str | None]:
    """The path and the inbox that routes see."""
    found: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def unused() -> None:
        raise AssertionError

    scope = {"type": "http", "path": path, "raw_path": path.encode(), "root_path": ""}
    await Paths(app, base_path=base_path)(scope, unused, unused)  # type: ignore[arg-type]
    return found[0]["path"], found[0].get(INBOX)


@pytest.mark.parametrize(
    ("path", "left", "inbox"),
    [
        ("/", "/", None),
        ("/api/v1/tags/a%2Fb", "/api/v1/tags/a/b", None),
        ("/inbox/team", "/", "team"),
        ("/inbox/team/", "/", "team"),
        ("/inbox/team/api/v1/messages", "/api/v1/messages", "team"),
        ("/inbox/a%2Fb%20c/view/x.html", "/view/x.html", "a/b c"),
        ("/inbox/%C3%BC/api", "/api", "ü"),
        ("/inbox/%FF/api", "/api", "\ufffd"),
        ("/inbox/a/inbox/b/api", "/inbox/b/api", "a"),
        ("/inbox/..%2F../api", "/api", "../.."),
        ("/inbox", "/inbox", None),
        ("/inbox/", "/inbox/", None),
        ("/inbox//api", "/inbox//api", None),
        ("//view/x.txt", "/view/x.txt", None),
        ("///", "/", None),
        ("//inbox/a//api//x", "/api//x", "a"),
        ("/inbox/%20/api", "/inbox/ /api", None),
        ("/inbox/%00%0a/api", "/inbox/\x00\n/api", None),
        ("/INBOX/a/api", "/INBOX/a/api", None),
        ("/inbox/../api", "/inbox/../api", None),
        ("/inbox/%2e%2E/api", "/inbox/../api", None),
    ],
)
async def test_inboxes(path: str, left: str, inbox: str | None) -> None:
    assert await seen(path) == (left, inbox)
    assert await seen("/mail" + path, base_path="/mail") == (left, inbox)


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("/mail", "/"),
        ("/mail/", "/"),
        ("/mail/x", "/x"),
        ("/mailbox", ""),
        ("/", ""),
        ("/x/mail/x", ""),
        ("/MAIL/x", ""),
    ],
)
async def test_base_path(path: str, left: str) -> None:
    assert await seen(path, base_path="/mail") == (left, None)
