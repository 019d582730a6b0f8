"""The values that pass between rooms. No behaviour beyond what a value knows about itself.

Times are microseconds since the Unix epoch, UTC. Texts are Unicode without lone surrogates. Sizes are bytes.

They are msgspec structs: a frozen dataclass sets each of its fields by a call, which was 12 of some 200 microseconds a
mail, and takes the better part of a millisecond to be made, at each start. Those of each mail can form no cycle, so the
collector skips them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from msgspec import Struct

ADDRESS_MARK = "\t"
LINE_MARK = "\n"


class Address(Struct, frozen=True, gc=False):
    """A mailbox of a header field: display name and addr-spec, either may be empty."""

    name: str
    address: str


class Recipient(Struct, frozen=True, gc=False):
    """One RCPT TO: the forward-path without angle brackets, and its ESMTP parameters as sent."""

    address: str
    params: tuple[str, ...] = ()


class Envelope(Struct, frozen=True, gc=False):
    """What the transaction said (RFC 5321), never what the header fields say.

    `mail_from` is the reverse-path without angle brackets; "" is the null reverse-path.
    """

    mail_from: str = ""
    mail_params: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()


class Origin(Struct, frozen=True, gc=False):
    """How a message came to us: what the connection knew beside the envelope."""

    protocol: str = "SMTP"  # SMTP, ESMTP, ESMTPA, ESMTPS, ESMTPSA, UTF8SMTP…, HTTP, IMPORT, REPORT
    peer: str = ""  # address:port, [address]:port for IPv6, or "" where there is none
    helo: str = ""
    tls: str = ""  # version and cipher, "" for none
    username: str = ""  # the AUTH user name
    session: str = ""  # id of the session, "" for none


class Login(Struct, frozen=True, gc=False):
    """Who a client says it is, and what shall prove that: a password, or the token of OAuth 2."""

    user: str
    password: str
    mechanism: str = "PLAIN"  # PLAIN, LOGIN, XOAUTH2, OAUTHBEARER

    def __repr__(self) -> str:
        return f"Login(user={self.user!r}, mechanism={self.mechanism!r})"


class Arrival(Struct, frozen=True, gc=False):
    """One mail as a front hands it to `Mailbox.receive`."""

    raw: bytes
    envelope: Envelope
    origin: Origin
    inbox: str | None = None  # named by the front (a path prefix); None: the mailbox decides


class Head(Struct, frozen=True, gc=False):
    """What the header of a mail says, decoded; all that a list row needs and a 250 waits for."""

    subject: str = ""
    from_: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    message_id: str = ""  # without angle brackets
    inbox: str = ""  # X-Inbox
    tags: tuple[str, ...] = ()  # X-Tags, split at commas, stripped
    refers: tuple[str, ...] = ()  # ids in References and In-Reply-To, without angle brackets


class Digest(Struct, frozen=True, gc=False):
    """What the bodies of a mail add to its row: needs the parse that the 250 does not wait for."""

    snippet: str = ""
    text: str = ""  # for the search: visible text of the HTML part, else the text parts; at most limits.SEARCH_TEXT
    attachments: int = 0
    inlines: int = 0
    filenames: tuple[str, ...] = ()
    links: int = 0  # the different links in text and HTML, as mime.links counts them
    codes: int = 0  # the different one-time codes, as mime.codes finds them


class Entry(Struct, frozen=True, gc=False):
    """A message ready to be stored: the mailbox has decided its inbox, its Bcc and its tags."""

    raw: bytes
    envelope: Envelope
    origin: Origin
    head: Head
    inbox: str
    tags: tuple[str, ...]
    created: int
    digest: Digest | None = None  # None: the parse follows later


class Summary(Struct, frozen=True, gc=False):
    """The row of a list: no bodies."""

    seq: int
    id: str
    inbox: str
    created: int
    size: int
    read: bool
    head: Head
    username: str
    tags: tuple[str, ...]
    attachments: int
    snippet: str


class Record(Struct, frozen=True):
    """A stored message without its raw: the row, the envelope and how it came."""

    summary: Summary
    envelope: Envelope
    origin: Origin


class Page(Struct, frozen=True):
    """A slice of a selection, and the numbers around it."""

    summaries: tuple[Summary, ...]
    start: int
    matched: int  # messages in the selection
    matched_unread: int
    total: int  # messages in the scope (the inbox, or all)
    unread: int
    tags: tuple[str, ...]  # every tag in the scope, sorted
    cursor: str
    warnings: tuple[str, ...] = ()


class InboxCount(Struct, frozen=True):
    """An inbox with what it holds."""

    name: str
    total: int
    unread: int
    size: int


@dataclass(frozen=True, slots=True)
class MadeInbox:
    """An inbox that somebody asked for before any mail came: SMTP user name and password, and an address of its own.

    Mail whose RCPT TO is the address lands in it without any login. The SMTP user name is the inbox's name.
    """

    name: str
    address: str
    password: str = field(repr=False)
    created: int = 0


EventKind = Literal["new", "update", "delete", "restore", "truncate", "tags", "sessions"]


class Event(Struct, frozen=True, gc=False):
    """Something that happened, numbered by `seq` in the order of commits.

    new       `summary` is the message that came
    update    `ids` have new values: `read`, `tags`, or `described` (snippet and attachment count, in `summary`)
    delete    `ids` are gone; `reason` tells apart deleted, evicted (retention) and hidden (can be undone)
    restore   `ids` are back
    truncate  every message of `inbox` is gone (None: of all inboxes)
    tags      a tag was renamed or removed: lists with tags are stale
    sessions  SMTP sessions have ended and were kept: lists of them are stale
    """

    seq: int
    kind: EventKind
    inbox: str | None = None  # None: more than one
    ids: tuple[str, ...] = ()
    summary: Summary | None = None
    read: bool | None = None
    tags: tuple[str, ...] | None = None
    reason: Literal["", "deleted", "evicted", "hidden"] = ""


class Line(Struct, frozen=True):
    """One line of a session's transcript.

    `at` is microseconds since the session began. `who` is "C" for the client, "S" for us, "-" for a remark of ours
    (TLS began, the client vanished, 1234 bytes of DATA). `text` has secrets replaced and control characters escaped.
    """

    at: int
    who: Literal["C", "S", "-"]
    text: str


SessionState = Literal["open", "quit", "dropped", "refused", "timeout", "stopped"]


class Session(Struct, frozen=True):
    """One SMTP connection with its transcript, kept also when it was refused or caught nothing."""

    id: str
    started: int
    ended: int  # 0 while it is open
    peer: str
    local: str
    helo: str
    username: str
    tls: str
    state: SessionState
    messages: tuple[str, ...]  # ids of what it caught, the newest 100
    caught: int  # how many it caught in all
    errors: int  # replies of 400 and above
    lines: tuple[Line, ...]
    omitted: int  # lines that the bound left out


class Header(Struct, frozen=True):
    """One header field: the name as sent, the value as sent (folding kept), and the value unfolded and decoded."""

    name: str
    raw: str
    value: str


class Checksums(Struct, frozen=True):
    """Of a part's decoded content, lower-case hexadecimal."""

    md5: str
    sha1: str
    sha256: str


class Part(Struct, frozen=True):
    """A node of the MIME tree, addressed by its path as Mailpit's clients expect it.

    The root of a mail without multipart is "0"; the children of a multipart root are "1", "2", and theirs "1.1", "1.2";
    a multipart container itself bears its own path with ".0" behind it ("0" for the root).
    """

    path: str
    content_type: str  # lower-case, without parameters; as declared if well-formed, else what it is treated as
    charset: str
    disposition: str  # attachment, inline, or ""
    filename: str
    content_id: str  # without angle brackets
    transfer_encoding: str
    size: int  # of the decoded content
    params: Mapping[str, str] = msgspec.field(default_factory=dict)  # of Content-Type, decoded
    headers: tuple[Header, ...] = ()
    defects: tuple[str, ...] = ()
    children: tuple["Part", ...] = ()


class Link(Struct, frozen=True, gc=False):
    """A link of a mail: where it leads, what it is called ("" for a URL in running text), the part that has it."""

    url: str
    text: str
    part: str


class Image(Struct, frozen=True, gc=False):
    """An image of a mail's HTML."""

    url: str
    alt: str | None  # None: there is no alt, which is not the same as an empty one
    part: str  # the HTML part that shows it
    embedded: str  # the part that it is, "" if it does not come with the mail
    width: int | None  # pixels, where the mail says so
    height: int | None
    tracking: bool  # remote, and too small or too hidden for anybody to see


class Element(Struct, frozen=True):
    """An element of a mail's HTML that a selector matched."""

    tag: str  # lower-case
    text: str  # as a person reads it
    attributes: dict[str, str]  # "" for one without a value
    inner_html: str


class Selected(Struct, frozen=True):
    """What a selector matched: the first of the elements, and how many there are in all."""

    elements: tuple[Element, ...]
    total: int


class OneClick(Struct, frozen=True, gc=False):
    """The request that unsubscribes without any more ado (RFC 8058). Nobody here makes it."""

    url: str
    body: str
    content_type: str


class Unsubscribe(Struct, frozen=True, gc=False):
    """What List-Unsubscribe and List-Unsubscribe-Post offer, and what a mail provider would find wrong with it."""

    header: str
    post: str
    links: tuple[str, ...]
    error: str  # why there are no links though there is a header field; "" for nothing
    one_click: OneClick | None
    problems: tuple[str, ...]


class Parsed(Struct, frozen=True):
    """Everything that a whole parse of a mail yields. `content` of a part is asked for apart, by its path."""

    head: Head
    headers: tuple[Header, ...]
    date: int | None  # of the Date header; None if missing or unreadable
    date_offset: int | None  # its zone, seconds east of UTC
    return_path: str  # without angle brackets
    unsubscribe: Unsubscribe
    root: Part
    text: str
    html: str
    has_text: bool  # False: `text` was made from the HTML
    inline: tuple[Part, ...]
    attachments: tuple[Part, ...]
    links: tuple[Link, ...]
    codes: tuple[str, ...]  # one-time codes
    images: tuple[Image, ...]
    defects: tuple[str, ...]


class Message(Struct, frozen=True):
    """A stored message with its parse."""

    record: Record
    parsed: Parsed
