"""What the clients do, without doing any I/O: each call is a generator of requests that is sent the answers.

`sync.py` and `aio.py` drive the same generators, one over blocking sockets, one on an event loop.

Waiting
1. The server holds a wait for 60 s at most. A longer one is asked again with the same `since`, so that what matched in
   an earlier slice still counts.
2. Where silence is part of what is asked for (`exact`, or no mail at all), an earlier slice proves nothing: only the
   last one's answer counts. Too much mail is told at once.
3. When nothing at all came to an inbox, the others are looked at: a wrong SMTP user name is the usual cause.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Generator
from typing import Any, Generic, TypeVar

from mailtrap_local.client import explain, extracted, model
from mailtrap_local.client.errors import (
    CursorGone,
    MailtrapError,
    Missing,
    NoMatch,
    ServerRefused,
    TooManyMatches,
)
from mailtrap_local.client.http11 import Answer, Place, Request
from mailtrap_local.client.match import search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from email.message import EmailMessage

    from mailtrap_local.client.extracted import Text
    from mailtrap_local.client.live import Following
    from mailtrap_local.client.match import Match

V1 = "/api/v1"
SLICE = 60.0  # seconds that the server holds a wait
_ALL = 10**9  # messages
_KINDS: Mapping[int, type[ServerRefused]] = {404: Missing, 410: CursorGone}

M = TypeVar("M")
Result = TypeVar("Result")
Steps = Generator[Request, Answer, Result]


class Calls(Generic[M]):
    """The calls of one scope. `make` makes a message from what the server says of it, and the cursor."""

    def __init__(
        self, place: Place, make: Callable[[model.Wire, str], M], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.place = place
        self._make = make
        self._clock = clock

    # ---- waiting ---------------------------------------------------------------------------------------------------

    def wait(
        self, query: str, match: Match, *, count: int, exact: bool, since: str | None, timeout: float
    ) -> Steps[tuple[M, ...]]:
        """As many messages as asked for, oldest first. Raises NoMatch, TooManyMatches."""
        __tracebackhide__ = True
        return (yield from self._wait(query, match, count=count, exact=exact, since=since, timeout=timeout))[0]

    def _wait(
        self, query: str, match: Match, *, count: int, exact: bool, since: str | None, timeout: float
    ) -> Steps[tuple[tuple[M, ...], str]]:
        """The messages, and the cursor to go on from."""
        __tracebackhide__ = True
        if not 0 <= timeout < math.inf:
            raise ValueError(f"timeout={timeout!r} is no number of seconds to wait; give 0 or more")
        asked = search(query, **match)
        fixed = [("query", asked)] if asked else []
        fixed += [("count", str(count)), ("exact", str(int(exact)))]
        fixed += [("since", since)] if since else []
        end = self._clock() + timeout
        while True:
            left = max(end - self._clock(), 0.0)
            held = min(left, SLICE)
            answer = yield Request("GET", f"{V1}/wait", [*fixed, ("timeout", f"{held:.3f}")], seconds=held)
            told = _told(answer)
            if answer.status == 409:
                matched = _summaries(told)
                raise TooManyMatches(
                    explain.too_many(self._asked(asked), count, matched), matched, cursor=told["cursor"]
                )
            if held < left and (answer.status == 404 or exact or count == 0):
                continue  # the time is not over
            if answer.status == 200:
                found = tuple(self._make(each, told["cursor"]) for each in told["messages"])
                if len(found) >= count:
                    return found, told["cursor"]
                continue  # one was deleted at this moment
            yield from self._fail(asked, count, timeout, told)

    def expect_none(self, query: str, match: Match, *, since: str | None, timeout: float) -> Steps[str]:
        """Nothing comes for so long; the cursor then. Raises TooManyMatches as soon as something does."""
        __tracebackhide__ = True
        return (yield from self._wait(query, match, count=0, exact=True, since=since, timeout=timeout))[1]

    def latest(self, query: str, match: Match) -> Steps[M]:
        """The newest message that matches. Raises NoMatch."""
        __tracebackhide__ = True
        asked = search(query, **match)
        narrowed = [("query", asked)] if asked else []
        answer = yield Request("GET", f"{V1}/message/latest", [*narrowed, ("peek", "1")])
        if answer.status != 404:
            return self._make(answered(answer), "")
        near = yield Request("GET", f"{V1}/wait", [*narrowed, ("timeout", "0")])
        if near.status == 200:  # it came between the two
            told = answered(near)
            return self._make(told["messages"][-1], told["cursor"])
        misses = _near_misses(_told(near))
        hint = "" if misses else (yield from self._elsewhere())
        raise NoMatch(explain.nothing_yet(self._asked(asked), misses, hint), (), misses, hint=hint)

    def cursor(self) -> Steps[str]:
        """Where the order of arrival stands now."""
        answer = yield Request("GET", f"{V1}/cursor")
        return str(answered(answer)["cursor"])

    def authority(self) -> Steps[str]:
        """The certificate that clients of the server's TLS have to trust. Raises Missing."""
        return good((yield Request("GET", f"{V1}/ca.pem", everywhere=True))).body.decode()

    def _fail(self, asked: str, count: int, timeout: float, told: Any) -> Steps[None]:
        __tracebackhide__ = True
        matched, near = _summaries(told), _near_misses(told)
        hint = "" if matched or near else (yield from self._elsewhere())
        text = explain.not_there(self._asked(asked), timeout, wanted=count, matched=matched, near=near, hint=hint)
        raise NoMatch(text, matched, near, hint=hint, cursor=told["cursor"])

    def _elsewhere(self) -> Steps[str]:
        """What to try when there is nothing: if this scope does hold mail, then it was `since` that left it out."""
        answer = yield Request("GET", f"{V1}/inboxes", everywhere=True)
        inboxes = answered(answer)["inboxes"]
        counts = [(each["Name"], each["Total"]) for each in inboxes]
        here = sum(total for name, total in counts if self.place.inbox in ("", name))
        address = "".join(each.get("Address", "") for each in inboxes if each["Name"] == self.place.inbox)
        smtp = "" if here else (yield from self.smtp())
        return explain.elsewhere(self.place.inbox, counts, smtp=smtp, address=address) if smtp else ""

    def _asked(self, asked: str) -> str:
        where = f" in the inbox {self.place.inbox!r}" if self.place.inbox else ""
        return (f" with {asked}" if asked else "") + where

    # ---- reading ---------------------------------------------------------------------------------------------------

    def messages(self, query: str, match: Match, *, limit: int) -> Steps[tuple[model.Summary, ...]]:
        """Rows, newest first."""
        asked = search(query, **match)
        if asked:
            answer = yield Request("GET", f"{V1}/search", [("query", asked), ("limit", str(limit))])
        else:
            answer = yield Request("GET", f"{V1}/messages", [("limit", str(limit))])
        return _summaries(answered(answer))

    def page(self, query: str, match: Match, *, start: int, limit: int | None, until: str) -> Steps[model.Page]:
        """A slice of the list with its counts; without a limit all of it."""
        asked = search(query, **match)
        first = [("start", str(start)), *([("until", until)] if until else ())]
        if asked:
            most = str(_ALL if limit is None else limit)
            answer = yield Request("GET", f"{V1}/search", [("query", asked), *first, ("limit", most)])
        else:
            answer = yield Request("GET", f"{V1}/messages", [*first, ("limit", str(limit or 0))])
        return model.page(answered(answer))

    def get(self, message_id: str) -> Steps[M]:
        """One message. Raises Missing."""
        answer = yield Request("GET", f"{V1}/message/{_one(message_id)}", [("peek", "1")])
        return self._make(answered(self._there(answer, message_id)), "")

    def raw(self, message_id: str) -> Steps[bytes]:
        """The source of one message. Raises Missing."""
        answer = yield Request("GET", f"{V1}/message/{_one(message_id)}/raw")
        return good(self._there(answer, message_id)).body

    def _there(self, answer: Answer, message_id: str) -> Answer:
        """The answer, unless it is that there is no such message. Raises Missing."""
        if answer.status == 404:
            other = ", or is in another inbox" if self.place.inbox else ""
            raise Missing(f"There is no message {message_id!r}{self._asked('')}: it was deleted{other}.", 404)
        return answer

    def content(self, message_id: str, part: str) -> Steps[bytes]:
        """The decoded bytes of one part. Raises Missing."""
        return good((yield Request("GET", f"{V1}/message/{_one(message_id)}/part/{part}"))).body

    def select(self, message_id: str, css: str) -> Steps[tuple[extracted.Element, ...]]:
        """Elements of the HTML of one message. Raises Missing, ServerRefused."""
        answer = yield Request("GET", f"{V1}/message/{_one(message_id)}/select", [("css", css)])
        return tuple(extracted.element(each) for each in answered(answer)["Elements"])

    def find_codes(self, message_id: str, pattern: Text) -> Steps[tuple[str, ...]]:
        """What a pattern finds in the text of one message. Raises Missing, ServerRefused."""
        asked = [("pattern", extracted.pattern(pattern))]
        answer = yield Request("GET", f"{V1}/message/{_one(message_id)}/codes", asked)
        return tuple(answered(answer)["Codes"])

    def conversations(self, *, limit: int) -> Steps[tuple[model.Conversation, ...]]:
        """SMTP connections with their transcripts, newest first."""
        listed = answered((yield Request("GET", f"{V1}/sessions", [("limit", str(limit))])))
        found = []
        for row in listed["sessions"]:
            answer = yield Request("GET", f"{V1}/sessions/{row['ID']}")
            if answer.status != 404:  # gone since, to make room
                found.append(model.conversation(answered(answer)))
        return tuple(found)

    def conversation_of(self, message_id: str) -> Steps[model.Conversation]:
        """The SMTP connection that brought a message. Raises Missing."""
        answer = yield Request("GET", f"{V1}/message/{_one(message_id)}/session")
        return model.conversation(answered(answer))

    def live(self, query: str, match: Match, *, since: str | None) -> Following:
        """What happens, as it happens."""
        from mailtrap_local.client.live import follow

        return follow(self.place, search(query, **match), since or "")

    def smtp(self) -> Steps[str]:
        """Host and port of SMTP, as the server names them."""
        answer = yield Request("GET", f"{V1}/info", everywhere=True)
        told = answered(answer)
        if "Ports" not in told:
            raise MailtrapError(
                f"{self.place.url} is a catcher, but no mailtrap-local: it does not tell its SMTP port."
            )
        return f"{self.place.host}:{told['Ports']['SMTP'][0]}"

    # ---- changing --------------------------------------------------------------------------------------------------

    def send(self, fields: Mapping[str, Any]) -> Steps[str]:
        """Put a message in as its fields; its id."""
        answer = yield _post("/send", fields)
        return str(answered(answer)["ID"])

    def put(self, message: bytes | EmailMessage, *, from_: str, to: Sequence[str]) -> Steps[str]:
        """Put a message in as it is; its id."""
        raw = message if isinstance(message, bytes) else _source(message)
        envelope = [("from", from_), *(("to", each) for each in to)]
        answer = yield Request("POST", f"{V1}/messages", envelope, raw, "message/rfc822")
        return str(answered(answer)["ID"])

    def delete(self, ids: Sequence[str]) -> Steps[None]:
        """Delete these. None given is nothing deleted: to the server it would mean all."""
        if ids:
            good((yield Request("DELETE", f"{V1}/messages", body=_body({"IDs": [_one(each) for each in ids]}))))

    def bounce(self, message_id: str, order: Mapping[str, Any]) -> Steps[model.Bounced]:
        """Have the server report of a message. Raises Missing."""
        told = answered((yield _post(f"/message/{_one(message_id)}/bounce", order)))
        silent = {each["Address"]: each["Reason"] for each in told["Silent"]}
        return model.Bounced(told["Kind"], tuple(told["Recipients"]), told["Report"], told["Reply"], silent)

    def mark(self, ids: Sequence[str], *, read: bool) -> Steps[None]:
        """Set the read state of these. None given is none marked: to the server it would mean all."""
        if ids:
            change = {"IDs": [_one(each) for each in ids], "Read": read}
            good((yield Request("PUT", f"{V1}/messages", body=_body(change))))

    def tag(self, ids: Sequence[str], *, tags: Sequence[str]) -> Steps[None]:
        """Set the tags of these, in place of those that they had."""
        if ids:
            change = {"IDs": [_one(each) for each in ids], "Tags": list(tags)}
            good((yield Request("PUT", f"{V1}/tags", body=_body(change))))

    def clear(self) -> Steps[None]:
        """Delete every message of the scope."""
        good((yield Request("DELETE", f"{V1}/messages", body=b"{}")))

    def make_inbox(self, name: str | None) -> Steps[model.MadeInbox]:
        """Make an inbox; without a name it gets a fresh one."""
        made = answered((yield _post("/inboxes", {"Name": name} if name else {}, everywhere=True)))
        login = made["SMTP"]
        return model.MadeInbox(made["Name"], made["Address"], login["Port"], login["Password"])


class Expected(Generic[M]):
    """What is expected of a block, and, after it, the messages that the block brought about, oldest first."""

    def __init__(self, query: str, match: Match, *, count: int, exact: bool, timeout: float) -> None:
        self._asked = (query, match)
        self._how: dict[str, Any] = {"count": count, "exact": exact, "timeout": timeout}
        self._since = ""
        self._found: tuple[M, ...] | None = None

    @property
    def messages(self) -> tuple[M, ...]:
        """All that were waited for. Raises MailtrapError inside the block."""
        if self._found is None:
            raise MailtrapError("The mail is waited for at the end of the `with` block; ask for it behind that.")
        return self._found

    @property
    def message(self) -> M:
        """The oldest of them. Raises MailtrapError inside the block."""
        return self.messages[0]

    def _wait(self, calls: Calls[M]) -> Steps[tuple[M, ...]]:
        __tracebackhide__ = True
        return calls.wait(*self._asked, since=self._since, **self._how)


def _source(message: EmailMessage) -> bytes:
    from email.policy import SMTP

    return message.as_bytes(policy=SMTP)


def _one(message_id: str) -> str:
    """An id that is safe in a path. `latest` is none: it is another message each time."""
    if not message_id.isalnum() or message_id == "latest":
        raise ValueError(f"{message_id!r} is not the id of a message; take the `id` of one that was found")
    return message_id


def _post(path: str, value: Mapping[str, Any], *, everywhere: bool = False) -> Request:
    return Request("POST", V1 + path, body=_body(value), everywhere=everywhere)


def _body(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def good(answer: Answer) -> Answer:
    """The answer, if the server did what was asked. Raises ServerRefused."""
    if answer.status < 300:
        return answer
    text = answer.body[:1000].decode(errors="replace").strip()
    if answer.headers.get("content-type", "").startswith("application/json"):
        told = json.loads(answer.body)
        text = str(told.get("Error") or told.get("message") or text) if isinstance(told, dict) else text
    if answer.status == 401:
        text += " Give both in the URL, as in http://USER:PASSWORD@localhost:8025."
    raise _KINDS.get(answer.status, ServerRefused)(f"The server says {answer.status}: {text}", answer.status)


def answered(answer: Answer) -> Any:
    """The JSON of an answer that is good. Raises ServerRefused, MailtrapError."""
    try:
        return json.loads(good(answer).body)
    except ValueError:
        raise MailtrapError("What answers there is no mailtrap-local: its answer is not JSON.") from None


def _told(answer: Answer) -> Any:
    """What a wait answers, also when it is not what was hoped for."""
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    if answer.status in (404, 409) and is_json:
        return json.loads(answer.body)
    return answered(answer)


def _summaries(told: Any) -> tuple[model.Summary, ...]:
    return tuple(model.summary(each) for each in told["messages"])


def _near_misses(told: Any) -> tuple[model.NearMiss, ...]:
    return tuple(model.NearMiss(model.summary(each["message"]), tuple(each["failed"])) for each in told["near_misses"])
