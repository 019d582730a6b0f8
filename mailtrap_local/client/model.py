"""What a test gets to see: messages and what is in them, as typed values.

`Message` and `AsyncMessage` are one but for what is fetched on demand (`raw()`, an attachment's `content()`,
`select()`, `find_codes()`), which is awaited in the other.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from mailtrap_local.client import extracted
from mailtrap_local.client.extracted import Element, Image, Link, Unsubscribe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailtrap_local.client.extracted import Text

    Wire = Mapping[str, Any]

Bytes = TypeVar("Bytes")


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name and address; either may be empty. `str()` is the two as a header field has them."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """A row of a list: no bodies. `created` is when it came, `attachments` how many there are, `size` is in bytes.

    `wire` is the row as the API describes it.
    """

    id: str
    subject: str
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    created: datetime
    read: bool
    tags: tuple[str, ...]
    size: int
    attachments: int
    snippet: str
    inbox: str
    wire: Wire = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"<{_shown('Summary', self)}>"


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list, newest first. `matched` counts what matches in all, `total` what the scope holds.

    `warnings` name filters that a term of the search may have been meant for; behind `cursor` lies what came later.
    `page(until=page.next)` goes on where this one ends, whatever comes or is deleted meanwhile; "" at the end.
    """

    messages: tuple[Summary, ...]
    matched: int
    total: int
    cursor: str
    warnings: tuple[str, ...]
    wire: Wire = field(repr=False, compare=False)
    next: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as `live` tells it.

    `kind` is the API's (`new`, with the `message`; `update`, `delete` and `restore`, with `ids`; `truncate`; `tags`;
    `sessions`), or it speaks of the stream itself: `open` once it stands; `lost`, with the reason as `text`; `back`;
    and `reset`, when what came in between is not to be had. `since=event.cursor` goes on behind it.
    """

    kind: str
    cursor: str
    inbox: str | None = None
    ids: tuple[str, ...] = ()
    message: Summary | None = None
    text: str = ""
    wire: Wire = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A message that was not meant, and the terms of the search that it failed."""

    message: Summary
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attachment(Generic[Bytes]):
    """A file. `part` is its place in the MIME tree, `size` that of the decoded content in bytes."""

    part: str
    filename: str
    content_type: str
    content_id: str
    size: int
    sha256: str
    _fetch: Callable[[str], Bytes] = field(repr=False, compare=False)

    def content(self) -> Bytes:
        """The decoded bytes, fetched now."""
        return self._fetch(self.part)


class Headers(Mapping[str, str]):
    """The header fields, decoded and unfolded: the first of each name, whatever its case. `all` has every one."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self.fields = tuple(fields)  # in the order and spelling sent

    def __getitem__(self, name: str) -> str:
        found = self.all(name)
        if not found:
            raise KeyError(name)
        return found[0]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.lower() for name, _ in self.fields))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.fields})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.all(name))

    def all(self, name: str) -> tuple[str, ...]:
        """The values of every field of this name, in the order sent."""
        return tuple(value for each, value in self.fields if each.lower() == name.lower())

    def __repr__(self) -> str:
        return f"Headers({list(self.fields)!r})"


@dataclass(frozen=True, slots=True, repr=False)
class MessageOf(Generic[Bytes]):
    """A whole message.

    `text` is made from the HTML where no text part was sent; `has_text` tells. `bcc` has the blind recipients that only
    SMTP named, too. `mail_from` and `recipients` are the envelope. `cursor` is where a wait stood when it found this
    message: `since=message.cursor` waits for what came behind it. `links`, `codes` (one-time codes)
    and `images` are in the order they stand in. `wire` is the whole answer of the server, as the API describes it.
    """

    id: str
    subject: str
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    text: str
    html: str
    has_text: bool
    date: datetime
    message_id: str
    tags: tuple[str, ...]
    size: int
    inbox: str
    username: str
    mail_from: str
    recipients: tuple[str, ...]
    attachments: tuple[Attachment[Bytes], ...]
    inline: tuple[Attachment[Bytes], ...]
    links: tuple[Link, ...]
    codes: tuple[str, ...]
    images: tuple[Image, ...]
    unsubscribe: Unsubscribe
    cursor: str
    wire: Wire = field(repr=False, compare=False)
    _raw: Callable[[], Bytes] = field(repr=False, compare=False)
    _select: Callable[[str], Any] = field(repr=False, compare=False)
    _find_codes: Callable[[Text], Any] = field(repr=False, compare=False)

    @property
    def headers(self) -> Headers:
        """The header fields of the message."""
        return Headers([(each["Name"], each["Value"]) for each in self.wire.get("Parts", {}).get("Headers", ())])

    @property
    def code(self) -> str:
        """The one-time code, where there is one. Raises NotOne."""
        __tracebackhide__ = True
        return extracted.one_code(self.codes, where=self._where, text=self.text)

    def link(self, *, text: Text | None = None, url: Text | None = None) -> Link:
        """The link that is called so, or leads there: by a part of it, or by a pattern. Raises NotOne."""
        __tracebackhide__ = True
        return extracted.one_link(self.links, text=text, url=url, where=self._where)

    @property
    def _where(self) -> str:
        return f"{self.subject!r} to {', '.join(each.address for each in self.to) or 'nobody'}"

    def raw(self) -> Bytes:
        """The source, byte for byte as it was sent, fetched now."""
        return self._raw()

    def __repr__(self) -> str:
        files = len(self.attachments)
        more = f", {files} attachment{'s' if files > 1 else ''}" if files else ""
        return f"<{_shown('Message', self)}{more}>"


class Message(MessageOf[bytes]):
    """A whole message; `raw()` and an attachment's `content()` are bytes."""

    __slots__ = ()

    def select(self, css: str) -> tuple[Element, ...]:
        """The elements of the HTML that a CSS selector matches, fetched now. Raises Missing where there is no HTML."""
        found: tuple[Element, ...] = self._select(css)
        return found

    def find_codes(self, pattern: Text) -> tuple[str, ...]:
        """What a pattern (RE2) finds in the text, fetched now: its first group, else the whole of it."""
        found: tuple[str, ...] = self._find_codes(pattern)
        return found


class AsyncMessage(MessageOf[Coroutine[Any, Any, bytes]]):
    """A whole message; `raw()` and an attachment's `content()` are awaited."""

    __slots__ = ()

    async def select(self, css: str) -> tuple[Element, ...]:
        """The elements of the HTML that a CSS selector matches, fetched now. Raises Missing where there is no HTML."""
        found: tuple[Element, ...] = await self._select(css)
        return found

    async def find_codes(self, pattern: Text) -> tuple[str, ...]:
        """What a pattern (RE2) finds in the text, fetched now: its first group, else the whole of it."""
        found: tuple[str, ...] = await self._find_codes(pattern)
        return found


@dataclass(frozen=True, slots=True)
class Bounced:
    """What became of a report: `report` is its id if it stayed in the catcher, `reply` what a server or webhook said.

    `recipients` are those it tells of; `silent` are the others, each with the reason.
    """

    kind: str
    recipients: tuple[str, ...]
    report: str
    reply: str
    silent: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MadeInbox:
    """An inbox that the server made: what to log in with, and an address that needs no login."""

    name: str
    address: str
    smtp_port: int
    smtp_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One SMTP connection. `lines` are the client's (C), the server's (S) and remarks (-), with their milliseconds.

    `findings` say what went wrong and what to change, each in a few sentences, the worst first. `wire` is the whole
    answer of the server, as the API describes it.
    """

    id: str
    started: datetime
    state: str
    peer: str
    username: str
    errors: int  # replies of 400 and above
    lines: tuple[tuple[float, str, str], ...]
    findings: tuple[str, ...] = ()
    wire: Wire = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        user = f", user {self.username}" if self.username else ""
        lines = (f"{at:8.1f} ms  {who}: {text}" for at, who, text in self.lines)
        return "\n".join((f"session {self.id} from {self.peer}{user}: {self.state}", *lines, *self.findings))


def addresses(values: Sequence[Wire] | None) -> tuple[Address, ...]:
    """A list of addresses off the wire."""
    return tuple(Address(value["Name"], value["Address"]) for value in values or ())


def address(value: Wire | None) -> Address:
    """An address off the wire; empty if there is none."""
    return Address(value["Name"], value["Address"]) if value else Address("", "")


def summary(wire: Wire) -> Summary:
    """A row off the wire."""
    return Summary(
        id=wire["ID"],
        subject=wire["Subject"],
        from_=address(wire["From"]),
        to=addresses(wire["To"]),
        cc=addresses(wire["Cc"]),
        bcc=addresses(wire["Bcc"]),
        created=datetime.fromisoformat(wire["Created"]),
        read=wire["Read"],
        tags=tuple(wire["Tags"]),
        size=wire["Size"],
        attachments=wire["Attachments"],
        snippet=wire["Snippet"],
        inbox=wire.get("Inbox", ""),
        wire=wire,
    )


def page(wire: Wire) -> Page:
    """A list off the wire."""
    return Page(
        messages=tuple(summary(each) for each in wire["messages"]),
        matched=wire["messages_count"],
        total=wire["total"],
        cursor=wire.get("cursor", ""),
        warnings=tuple(wire.get("warnings", ())),
        wire=wire,
        next=wire.get("next", ""),
    )


def event(wire: Wire, cursor: str) -> Event:
    """An event off the wire."""
    told = wire.get("message")
    return Event(
        kind=wire["type"],
        cursor=cursor,
        inbox=wire.get("inbox"),
        ids=tuple(wire.get("ids", ())),
        message=summary(told) if told else None,
        wire=wire,
    )


def fields_of(wire: Wire) -> dict[str, Any]:
    """The fields of a message that need nothing but the wire's."""
    envelope = wire.get("Envelope", {})
    return {
        "id": wire["ID"],
        "subject": wire["Subject"],
        "from_": address(wire["From"]),
        "to": addresses(wire["To"]),
        "cc": addresses(wire["Cc"]),
        "bcc": addresses(wire["Bcc"]),
        "reply_to": addresses(wire["ReplyTo"]),
        "text": wire["Text"],
        "html": wire["HTML"],
        "has_text": wire.get("HasText", bool(wire["Text"])),
        "date": datetime.fromisoformat(wire["Date"]),
        "message_id": wire["MessageID"],
        "tags": tuple(wire["Tags"]),
        "size": wire["Size"],
        "inbox": wire.get("Inbox", ""),
        "username": wire.get("Username", ""),
        "mail_from": envelope.get("From", ""),
        "recipients": tuple(each["Address"] for each in envelope.get("To", ())),
        "links": tuple(extracted.link(each) for each in wire.get("Links", ())),
        "codes": tuple(wire.get("Codes", ())),
        "images": tuple(extracted.image(each) for each in wire.get("Images", ())),
        "unsubscribe": extracted.unsubscribe(wire.get("ListUnsubscribe") or {}),
        "wire": wire,
    }


def attachments(values: Sequence[Wire] | None, fetch: Callable[[str], Bytes]) -> tuple[Attachment[Bytes], ...]:
    """Files off the wire, with the way to fetch them."""
    return tuple(
        Attachment(
            part=value["PartID"],
            filename=value["FileName"],
            content_type=value["ContentType"],
            content_id=value["ContentID"],
            size=value["Size"],
            sha256=value.get("Checksums", {}).get("SHA256", ""),
            _fetch=fetch,
        )
        for value in values or ()
    )


def conversation(wire: Wire) -> Conversation:
    """A session with its transcript off the wire."""
    return Conversation(
        id=wire["ID"],
        started=datetime.fromisoformat(wire["Started"]),
        state=wire["State"],
        peer=wire["Peer"],
        username=wire["Username"],
        errors=wire["Errors"],
        lines=tuple((line["At"], line["Who"], line["Text"]) for line in wire["Lines"]),
        findings=tuple(
            f"{each['Level']}: {each['Means']} {each['Change']}"
            for each in wire.get("Findings", ())
            if each["Level"] != "note"
        ),
        wire=wire,
    )


def _shown(kind: str, message: Summary | MessageOf[Any]) -> str:
    to = ", ".join(str(each) for each in message.to) or "nobody"
    return f"{kind} {message.subject!r} from {message.from_} to {to}, inbox {message.inbox!r}"
