"""The blocking client. It may be used by several threads at once: each call under way has a connection of its own."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from mailtrap_local.client import model
from mailtrap_local.client.core import Calls, Expected
from mailtrap_local.client.fields import mail_fields
from mailtrap_local.client.http11 import DEFAULT_URL, Place
from mailtrap_local.client.sockets import Connections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from email.message import EmailMessage
    from typing import Self, Unpack

    from mailtrap_local.client.core import Steps
    from mailtrap_local.client.extracted import Element, Text
    from mailtrap_local.client.faults import Faults
    from mailtrap_local.client.lines import Verify
    from mailtrap_local.client.match import Match
    from mailtrap_local.client.rates import RateLimits

Result = TypeVar("Result")


class Client:
    """A mailtrap-local server, or one inbox of it (`client.inbox("name")`).

    `timeout` is how long an answer may take beyond what the server waits on purpose, in seconds. Where the URL says
    https, `verify` is the file of the authority to trust, or an SSLContext; False trusts anybody. Every call raises
    MailtrapError where it cannot be done. Nothing that reads marks a message read.
    """

    def __init__(self, url: str = DEFAULT_URL, *, timeout: float = 30.0, verify: Verify = True) -> None:
        self._connections = Connections(timeout, verify=verify)
        self._bind(Place.parse(url))

    def _bind(self, place: Place) -> None:
        self._calls: Calls[model.Message] = Calls(place, self._message)

    def inbox(self, name: str) -> Client:
        """The client of one inbox of the same server. Mail gets there by its name as SMTP user, or by `X-Inbox`."""
        scoped = object.__new__(Client)
        scoped._connections = self._connections
        scoped._bind(self._calls.place.scoped(name))
        return scoped

    @property
    def url(self) -> str:
        """The base URL; for an inbox that of the inbox, which shows it in a browser too."""
        return self._calls.place.url

    @property
    def smtp_user(self) -> str:
        """The SMTP user name that brings mail into this inbox; "" if this is no inbox."""
        return self._calls.place.inbox

    @property
    def faults(self) -> Faults:
        """Have the server misbehave on purpose; in an inbox towards its mail alone."""
        from mailtrap_local.client.faults import Faults

        return Faults(self)

    @property
    def rate_limits(self) -> RateLimits:
        """Have the server hold back what is too much; in an inbox its mail alone."""
        from mailtrap_local.client.rates import RateLimits

        return RateLimits(self)

    def wait(
        self,
        query: str = "",
        *,
        exact: bool = False,
        since: str | None = None,
        timeout: float = 10.0,
        **match: Unpack[Match],
    ) -> model.Message:
        """The oldest message that matches, the moment it is there; what came before counts, unless before `since`.

        `exact` waits to the end of the time and wants no other to match. Raises NoMatch, TooManyMatches.
        """
        __tracebackhide__ = True
        return self._run(self._calls.wait(query, match, count=1, exact=exact, since=since, timeout=timeout))[0]

    def wait_all(
        self,
        query: str = "",
        *,
        count: int,
        exact: bool = False,
        since: str | None = None,
        timeout: float = 10.0,
        **match: Unpack[Match],
    ) -> tuple[model.Message, ...]:
        """All that match, oldest first, once there are `count`. Otherwise as `wait`."""
        __tracebackhide__ = True
        return self._run(self._calls.wait(query, match, count=count, exact=exact, since=since, timeout=timeout))

    def expect_none(
        self, query: str = "", *, since: str | None = None, timeout: float = 1.0, **match: Unpack[Match]
    ) -> str:
        """Nothing that matches is there or comes for so many seconds. Raises TooManyMatches at once if it does.

        The cursor where arrival stood at the end: `since=` it goes on.
        """
        __tracebackhide__ = True
        return self._run(self._calls.expect_none(query, match, since=since, timeout=timeout))

    def expecting(
        self, query: str = "", *, count: int = 1, exact: bool = False, timeout: float = 10.0, **match: Unpack[Match]
    ) -> Expecting:
        """Wait for what the block brings about, and for nothing older.

        `with inbox.expecting(subject="Reset") as mail: act()`, and then `mail.message` is there.
        """
        return Expecting(self, query, match, count=count, exact=exact, timeout=timeout)

    def live(
        self, query: str = "", *, since: str | None = None, **match: Unpack[Match]
    ) -> Generator[model.Event, None, None]:
        """What happens, as it happens, without end; with a query, of new messages those that match.

        A connection that was lost is made again, and nothing is missed: `lost`, `back` and `reset` tell of it. `since`
        is the cursor to begin at. Raises Unreachable if nothing answers at first, ServerRefused.
        """
        steps = self._calls.live(query, match, since=since)
        yield from self._connections.follow(self._calls.place, steps)

    def latest(self, query: str = "", **match: Unpack[Match]) -> model.Message:
        """The newest message that matches now. Raises NoMatch."""
        __tracebackhide__ = True
        return self._run(self._calls.latest(query, match))

    def messages(self, query: str = "", *, limit: int = 50, **match: Unpack[Match]) -> tuple[model.Summary, ...]:
        """What matches now, newest first, without bodies."""
        return self._run(self._calls.messages(query, match, limit=limit))

    def page(
        self, query: str = "", *, start: int = 0, limit: int | None = 50, until: str = "", **match: Unpack[Match]
    ) -> model.Page:
        """A slice of what matches now, newest first, with its counts and warnings; `limit=None` is all of it.

        `until` is a cursor, and what came behind it is left out; with the last page's `next` the list goes on.
        """
        return self._run(self._calls.page(query, match, start=start, limit=limit, until=until))

    def get(self, message_id: str) -> model.Message:
        """One message. Raises Missing."""
        return self._run(self._calls.get(message_id))

    def raw(self, message_id: str) -> bytes:
        """The source of one message, byte for byte. Raises Missing."""
        return self._run(self._calls.raw(message_id))

    def select(self, message_id: str, css: str) -> tuple[Element, ...]:
        """The elements of a message's HTML that a CSS selector matches. Raises Missing, ServerRefused."""
        return self._run(self._calls.select(message_id, css))

    def find_codes(self, message_id: str, pattern: Text) -> tuple[str, ...]:
        """What a pattern (RE2) finds in the text of a message: its first group, else all. Raises ServerRefused."""
        return self._run(self._calls.find_codes(message_id, pattern))

    def send(
        self,
        *,
        from_: str,
        to: str | Sequence[str] = (),
        cc: str | Sequence[str] = (),
        bcc: str | Sequence[str] = (),
        reply_to: str | Sequence[str] = (),
        subject: str = "",
        text: str = "",
        html: str = "",
        headers: Mapping[str, str] | None = None,
        attachments: Mapping[str, bytes] | None = None,
        tags: Sequence[str] = (),
    ) -> str:
        """Put a message in, as if an app had sent it; its id. Addresses may be `Ann Lee <ann@x.org>`."""
        fields = mail_fields(
            from_=from_,
            to=to,
            cc=cc,
            bcc=bcc,
            reply_to=reply_to,
            subject=subject,
            text=text,
            html=html,
            headers=headers,
            attachments=attachments,
            tags=tags,
        )
        return self._run(self._calls.send(fields))

    def put(self, message: bytes | EmailMessage, *, from_: str = "", to: Sequence[str] = ()) -> str:
        """Put a message in as it is, with an envelope; its id."""
        return self._run(self._calls.put(message, from_=from_, to=to))

    def delete(self, *message_ids: str) -> None:
        """Delete these messages."""
        self._run(self._calls.delete(message_ids))

    def bounce(
        self,
        message_id: str,
        *,
        kind: str = "failed",
        recipients: Sequence[str] = (),
        status: str = "",
        diagnostic: str = "",
        deliver: str = "catcher",
        server: str = "",
        url: str = "",
    ) -> model.Bounced:
        """Report of a message as a mail system would: failed, delayed, delivered, relayed, expanded, or a complaint.

        No recipients are all of its envelope. It goes into the catcher, to the `server` of `deliver="smtp"`, or to the
        `url` of `deliver="webhook"`. Raises Missing, ServerRefused.
        """
        order = {
            "Kind": kind,
            "Recipients": list(recipients),
            "Status": status,
            "Diagnostic": diagnostic,
            "Deliver": deliver,
            "Server": server,
            "URL": url,
        }
        return self._run(self._calls.bounce(message_id, order))

    def mark(self, *message_ids: str, read: bool = True) -> None:
        """Set the read state of these messages."""
        self._run(self._calls.mark(message_ids, read=read))

    def tag(self, *message_ids: str, tags: Sequence[str]) -> None:
        """Set the tags of these messages, in place of those that they had."""
        self._run(self._calls.tag(message_ids, tags=tags))

    def clear(self) -> None:
        """Delete every message: of this inbox, or, if this is no inbox, of the whole server."""
        self._run(self._calls.clear())

    def cursor(self) -> str:
        """Where the order of arrival stands now; as `since=` it leaves out all that came before."""
        return self._run(self._calls.cursor())

    def authority(self) -> str:
        """The certificate (PEM) that SMTP clients have to trust, where the server speaks TLS. Raises Missing."""
        return self._run(self._calls.authority())

    def conversations(self, *, limit: int = 20) -> tuple[model.Conversation, ...]:
        """SMTP connections with their transcripts, newest first, refused ones too."""
        return self._run(self._calls.conversations(limit=limit))

    def conversation_of(self, message_id: str) -> model.Conversation:
        """The SMTP connection that brought a message. Raises Missing, also if it came by HTTP."""
        return self._run(self._calls.conversation_of(message_id))

    def make_inbox(self, name: str | None = None) -> model.MadeInbox:
        """Have the server make an inbox: with a password, and with an address that brings mail in without a login."""
        return self._run(self._calls.make_inbox(name))

    def smtp_address(self) -> tuple[str, int]:
        """Host and port of SMTP."""
        host, _, port = self._run(self._calls.smtp()).rpartition(":")
        return host, int(port)

    def close(self) -> None:
        """Close the connections that are kept; those of every inbox of this client."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def _message(self, wire: model.Wire, cursor: str) -> model.Message:
        name = wire["ID"]
        return model.Message(
            **model.fields_of(wire),
            cursor=cursor,
            attachments=model.attachments(wire["Attachments"], partial(self._content, name)),
            inline=model.attachments(wire["Inline"], partial(self._content, name)),
            _raw=partial(self.raw, name),
            _select=partial(self.select, name),
            _find_codes=partial(self.find_codes, name),
        )

    def _content(self, message_id: str, part: str) -> bytes:
        return self._run(self._calls.content(message_id, part))

    def _run(self, steps: Steps[Result]) -> Result:
        __tracebackhide__ = True
        try:
            request = next(steps)
            while True:
                request = steps.send(self._connections.ask(self._calls.place, request))
        except StopIteration as end:
            result: Result = end.value
            return result


class Expecting(Expected[model.Message]):
    """What `Client.expecting` gives: takes the cursor before its block, and waits after it if that went well."""

    def __init__(self, client: Client, query: str, match: Match, *, count: int, exact: bool, timeout: float) -> None:
        super().__init__(query, match, count=count, exact=exact, timeout=timeout)
        self._client = client

    def __enter__(self) -> Self:
        self._since = self._client.cursor()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        __tracebackhide__ = True
        if kind is None:
            self._found = self._client._run(self._wait(self._client._calls))
