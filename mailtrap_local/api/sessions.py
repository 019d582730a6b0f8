"""SMTP conversations with their transcripts, those that were refused or caught nothing too.

In an inbox's scope a session is shown if it logged in under the inbox's name, or if it brought a message that is there.
"""

from collections.abc import Sequence

from starlette.responses import Response

from mailtrap_local import limits
from mailtrap_local.api import schema
from mailtrap_local.api.wire import session_of, session_row_of
from mailtrap_local.errors import NotFound
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call
from mailtrap_local.model import Session
from mailtrap_local.store.base import Selection

_LIMIT = 50
_SLICE = 200


async def list_sessions(call: Call) -> Response:
    """GET /sessions, newest first."""
    start = call.number("start", 0)
    limit = min(call.number("limit", _LIMIT), limits.SESSIONS_KEPT)
    if call.inbox is None:
        found: Sequence[Session] = await call.front.sessions.page(start=start, limit=limit)
    else:
        found = (await _scoped(call, until=start + limit))[start : start + limit]
    rows = [session_row_of(session) for session in found]
    return await answer.json(schema.SessionList(rows, start), to=call.connection)


async def show(call: Call) -> Response:
    """GET /sessions/{id}."""
    session = await call.front.sessions.get(call.path("id"))
    if call.inbox is not None and not await _of_inbox(call, [session]):
        raise NotFound(f"there is no session {session.id} in the inbox {call.inbox!r}")
    return await answer.json(session_of(session), to=call.connection)


async def _scoped(call: Call, *, until: int) -> list[Session]:
    """The first `until` sessions of the scope."""
    found: list[Session] = []
    for start in range(0, limits.SESSIONS_KEPT, _SLICE):
        some = await call.front.sessions.page(start=start, limit=_SLICE)
        found += await _of_inbox(call, some)
        if len(found) >= until or len(some) < _SLICE:
            break
    return found


async def _of_inbox(call: Call, sessions: Sequence[Session]) -> list[Session]:
    ids = tuple(message_id for session in sessions for message_id in session.messages)
    page = await call.mailbox.page(Selection(inbox=call.inbox, ids=ids), limit=None)
    there = {summary.id for summary in page.summaries}
    return [session for session in sessions if session.username == call.inbox or not there.isdisjoint(session.messages)]
