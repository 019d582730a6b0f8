"""The wire types: what the API says and takes, key for key. `openapi.py` is generated from them.

The format is Mailpit's v1 (PascalCase keys, snake_case in the envelope of a list), and what we add to it. A list is
never null. Times are RFC 3339. Sizes are bytes.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Address(Struct, frozen=True):
    """A mailbox of a header field; either may be empty."""

    Name: str
    Address: str


class MessageSummary(Struct, frozen=True):
    """The row of a list."""

    ID: str
    MessageID: str
    Read: bool
    From: Address
    To: list[Address]
    Cc: list[Address]
    Bcc: list[Address]  # the header's, and each RCPT TO that is in none of To, Cc, Bcc
    ReplyTo: list[Address]
    Subject: str
    Created: Moment
    Username: str
    Tags: list[str]
    Size: int
    Attachments: int
    Snippet: str
    Inbox: str


class ListHead(Struct, frozen=True):
    """The numbers around a slice of messages: `messages_*` count the matches, `total` and `unread` the whole scope."""

    total: int
    unread: int
    count: int
    messages_count: int
    messages_unread: int
    start: int
    tags: list[str]
    cursor: str
    warnings: list[str]


class MessageList(ListHead, frozen=True):
    """A slice of messages, newest first."""

    messages: list[MessageSummary]


class Checksums(Struct, frozen=True):
    """Of the decoded content, lower-case hexadecimal."""

    MD5: str
    SHA1: str
    SHA256: str


class Attachment(Struct, frozen=True):
    """A part that is no body."""

    PartID: str
    FileName: str
    ContentType: str
    ContentID: str
    Size: int
    Checksums: Checksums


class OneClick(Struct, frozen=True):
    """The request that would unsubscribe by one click (RFC 8058); nobody here makes it."""

    Method: Literal["POST"]
    URL: str
    ContentType: str
    Body: str


class Link(Struct, frozen=True):
    """A link: where it leads, what it is called ("" for a URL in running text), and the part that has it."""

    URL: str
    Text: str
    PartID: str


class LinkList(Struct, frozen=True):
    """The links of a message, those of its text first, in order."""

    Links: list[Link]


class CodeList(Struct, frozen=True):
    """One-time codes, or what a pattern found, in order."""

    Codes: list[str]


class Image(Struct, frozen=True):
    """An image of the HTML. `Alt` is null where there is none; `Tracking`: remote, and not to be seen."""

    URL: str
    Alt: str | None
    PartID: str
    ImagePartID: str  # the part that it is; "" if it does not come with the message
    Width: int | None
    Height: int | None
    Tracking: bool


class ImageList(Struct, frozen=True):
    """The images of a message's HTML, in order."""

    Images: list[Image]


class Element(Struct, frozen=True):
    """An element of the HTML."""

    Tag: str
    Text: str
    Attributes: dict[str, str]
    InnerHTML: str


class ElementList(Struct, frozen=True):
    """What a selector matched, in order; `Total` may be more than there are elements here."""

    Elements: list[Element]
    Total: int


class ListUnsubscribe(Struct, frozen=True):
    """The List-Unsubscribe field (RFC 2369) and List-Unsubscribe-Post (RFC 8058)."""

    Header: str
    Links: list[str]
    Errors: str
    HeaderPost: str
    OneClick: "OneClick | None"  # null where one click is not offered
    Problems: list[str]


class Recipient(Struct, frozen=True):
    """One RCPT TO with its ESMTP parameters."""

    Address: str
    Params: list[str]


class Envelope(Struct, frozen=True):
    """What the SMTP transaction said, and how the message came."""

    From: str
    FromParams: list[str]
    To: list[Recipient]
    Peer: str
    Helo: str
    Protocol: str
    TLS: str
    Username: str


class Header(Struct, frozen=True):
    """One header field: the value decoded, and as it was sent."""

    Name: str
    Value: str
    Raw: str


class Part(Struct, frozen=True):
    """A node of the MIME tree."""

    PartID: str
    ContentType: str
    Charset: str
    Disposition: str
    FileName: str
    ContentID: str
    TransferEncoding: str
    Size: int
    Params: dict[str, str]
    Headers: list[Header]
    Defects: list[str]
    Children: list["Part"]


class Message(Struct, frozen=True):
    """A whole message. `Created` is when it came, `Date` what its header says; `HasText` is false where `Text` was made
    from the HTML."""

    ID: str
    MessageID: str
    From: Address
    To: list[Address]
    Cc: list[Address]
    Bcc: list[Address]
    ReplyTo: list[Address]
    ReturnPath: str
    Subject: str
    ListUnsubscribe: ListUnsubscribe
    Date: Moment
    Tags: list[str]
    Username: str
    Text: str
    HTML: str
    Size: int
    Inline: list[Attachment]
    Attachments: list[Attachment]
    Created: Moment
    Read: bool
    Inbox: str
    Envelope: Envelope
    Session: str
    Parts: Part
    Defects: list[str]
    HasText: bool
    Links: list[Link]
    Codes: list[str]
    Images: list[Image]


class Blocked(Struct, frozen=True):
    """What the preview keeps from loading."""

    Blocked: int
    Remote: list[str]


class ReadChange(Struct, frozen=True, forbid_unknown_fields=True):
    """PUT /messages: neither IDs nor Search means every message."""

    Read: bool = False
    IDs: list[str] = []
    Search: str = ""


class Deletion(Struct, frozen=True, forbid_unknown_fields=True):
    """DELETE /messages: no IDs means every message."""

    IDs: list[str] = []


class Tagging(Struct, frozen=True):
    """PUT /tags: the tags that these messages shall have."""

    Tags: list[str] = []
    IDs: list[str] = []


class TagName(Struct, frozen=True):
    """PUT /tags/{tag}: the new name."""

    Name: str


class Undo(Struct, frozen=True):
    """A delete that can be undone by POST /undo/{token} for so many seconds."""

    undo: str
    seconds: float


class Restored(Struct, frozen=True):
    """How many messages are back."""

    restored: int


class CursorNow(Struct, frozen=True):
    """Where in the order of arrival everything up to now has been."""

    cursor: str


class Found(Struct, frozen=True):
    """What a wait was for, oldest first, and the cursor to go on from."""

    messages: list[Message]
    cursor: str


class NearMiss(Struct, frozen=True):
    """A message that was not meant, and the terms of the query that it failed, as they were written."""

    message: MessageSummary
    failed: list[str]


class NotFoundInTime(Struct, frozen=True):
    """A wait whose time is over (404, "timeout"), or that found more than it allows (409, "too many").

    `messages` are those that did match, oldest first; `near_misses` are the newest that nearly did.
    """

    error: str
    message: str
    messages: list[MessageSummary]
    near_misses: list[NearMiss]
    cursor: str


class Inbox(Struct, frozen=True):
    """An inbox and what it holds. `Address` is that of a made inbox, "" for any other."""

    Name: str
    Total: int
    Unread: int
    Size: int
    Address: str


class InboxName(Struct, frozen=True):
    """How a new inbox is to be called; without a name it gets a fresh one."""

    Name: str | None = None


class InboxLogin(Struct, frozen=True):
    """What to set in an app so that its mail goes into an inbox."""

    Host: str
    Port: int
    Username: str
    Password: str


class MadeInbox(Struct, frozen=True):
    """An inbox made by request. `BaseURL` scopes every route to it."""

    Name: str
    Address: str
    BaseURL: str
    SMTP: InboxLogin


class InboxList(Struct, frozen=True):
    """Every inbox that holds a message or was made, by name."""

    inboxes: list[Inbox]


class SessionRow(Struct, frozen=True):
    """One SMTP connection without its transcript. `Ended` is null while it is open."""

    ID: str
    Started: Moment
    Ended: Moment | None
    Peer: str
    Local: str
    Helo: str
    Username: str
    TLS: str
    State: Literal["open", "quit", "dropped", "refused", "timeout", "stopped"]
    Messages: list[str]
    Caught: int
    Errors: int
    Omitted: int


class Line(Struct, frozen=True):
    """A line of the transcript; `At` is milliseconds since the session began. `Words` says what it means, and where
    that is written (`RFC`); both are "" for what speaks for itself."""

    At: float
    Who: Literal["C", "S", "-"]
    Text: str
    Words: str
    RFC: str


class Finding(Struct, frozen=True):
    """What went wrong in a session, what it means and what to change.

    `Again` says of a refusal whether the same may work later. `Line` is its place among the lines, -1 for none.
    """

    Name: str
    Level: Literal["fault", "warning", "note"]
    Stage: str
    Means: str
    Change: str
    RFC: str
    Evidence: str
    Again: Literal["", "later", "never"]
    Line: int


class Session(SessionRow, frozen=True):
    """One SMTP connection with its transcript, and what went wrong in it, the worst first."""

    Lines: list[Line]
    Findings: list[Finding]


class SessionList(Struct, frozen=True):
    """A slice of the sessions, newest first."""

    sessions: list[SessionRow]
    start: int


class FaultFields(Struct, frozen=True, kw_only=True):
    """What a fault does; docs/faults.md says what each field means."""

    Name: str
    Where: str
    Match: str
    Inbox: str | None
    Action: str
    Reply: str
    Seconds: float
    Rate: int
    Bytes: int
    Reset: bool
    Times: int | None
    After: int
    Each: str
    Expires: float | None
    Probability: float
    Seed: int | None


class Fault(FaultFields, frozen=True, kw_only=True):
    """A fault with what it has done."""

    ID: str
    Matched: int
    Fired: int
    Remaining: int | None  # null: without end, or counted apart for each
    State: Literal["active", "spent", "expired"]
    Created: Moment


class FaultRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fault as it is made. A preset gives what is left out; without one a stage and an action are needed."""

    Preset: str | None = None
    Name: str | None = None
    Where: str | None = None
    Match: str | None = None
    Inbox: str | None = None
    Action: str | None = None
    Reply: str | None = None
    Seconds: float | None = None
    Rate: int | None = None
    Bytes: int | None = None
    Reset: bool | None = None
    Times: int | None = None
    After: int | None = None
    Each: str | None = None
    Expires: float | None = None
    Probability: float | None = None
    Seed: int | None = None


class FaultRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of PUT /faults."""

    Faults: list[FaultRule]


class FaultList(Struct, frozen=True):
    """Faults in the order in which they are asked. `revision` grows with every change, counts too."""

    faults: list[Fault]
    revision: int


class FaultPreset(Struct, frozen=True):
    """A fault that has a name, and whose words it has."""

    Name: str
    Summary: str
    Like: str
    Fault: FaultRule


class FaultPresets(Struct, frozen=True):
    """Every preset."""

    presets: list[FaultPreset]


class RateRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A rate limit as it is made: a preset, or so many in so many seconds for each of what."""

    Preset: str | None = None
    Name: str | None = None
    Per: str | None = None
    Count: int | None = None
    Seconds: float | None = None
    Burst: int | None = None
    Where: str | None = None
    Reply: str | None = None
    Inbox: str | None = None


class RateRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of PUT /rate-limits."""

    Limits: list[RateRule]


class RateLimit(Struct, frozen=True):
    """A rate limit with what it has done. `Keys` is how many peers, users and so on it counts apart now."""

    Name: str
    Per: str
    Count: int
    Seconds: float
    Burst: int
    Where: str
    Reply: str
    Inbox: str | None
    Passed: int
    Refused: int
    Keys: int


class RateLimits(Struct, frozen=True):
    """Rate limits in the order in which they are asked, and the names of the presets."""

    limits: list[RateLimit]
    presets: list[str]


class ChaosTrigger(Struct, frozen=True):
    """How often something is refused, in percent, and with which code."""

    ErrorCode: int
    Probability: int


class Chaos(Struct, frozen=True):
    """Mailpit's three triggers; one that is left out of a PUT is off."""

    Sender: ChaosTrigger | None = None
    Recipient: ChaosTrigger | None = None
    Authentication: ChaosTrigger | None = None


class EmailName(Struct, frozen=True):
    """An address as POST /send takes it."""

    Email: str
    Name: str = ""


class SendAttachment(Struct, frozen=True):
    """A file of POST /send: base64 or a data: URL. With a ContentID it is inline."""

    Content: str
    Filename: str
    ContentType: str = ""
    ContentID: str = ""


class SendMessage(Struct, frozen=True):
    """POST /send: a mail as its fields."""

    From: EmailName
    To: list[EmailName] = []
    Cc: list[EmailName] = []
    Bcc: list[str] = []
    ReplyTo: list[EmailName] = []
    Subject: str = ""
    Text: str = ""
    HTML: str = ""
    Attachments: list[SendAttachment] = []
    Tags: list[str] = []
    Headers: dict[str, str] = {}


class BounceOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A report of a message, as a mail system would send it. Without Recipients it is of all of them.

    Status and Diagnostic are as usual for the kind if left out. `Deliver` smtp needs `Server` (smtp://host:port),
    webhook needs `URL`.
    """

    Kind: Literal["failed", "delayed", "delivered", "relayed", "expanded", "complaint"] = "failed"
    Recipients: list[str] = []
    Status: str = ""
    Diagnostic: str = ""
    RemoteMTA: str = ""
    FeedbackType: Literal["", "abuse", "fraud", "virus", "other", "not-spam"] = ""
    Deliver: Literal["catcher", "smtp", "webhook"] = "catcher"
    Server: str = ""
    URL: str = ""


class Silence(Struct, frozen=True):
    """A recipient of whom nothing was reported, and why."""

    Address: str
    Reason: str


class Bounced(Struct, frozen=True):
    """What became of a report: `Report` is its id if it stayed here, `Reply` what the server or webhook answered.

    `Recipients` are those it tells of; it was not made if there are none.
    """

    Kind: str
    Recipients: list[str]
    Report: str
    Reply: str
    Silent: list[Silence]


class Stored(Struct, frozen=True):
    """The id of a message that was put in."""

    ID: str


class SendError(Struct, frozen=True):
    """Why POST /send refused."""

    Error: str


class RuntimeStats(Struct, frozen=True):
    """Figures since the start: seconds, bytes, counts."""

    Uptime: int
    Memory: int
    MessagesDeleted: int
    SMTPAccepted: int
    SMTPAcceptedSize: int
    SMTPRejected: int
    SMTPIgnored: int


class Ports(Struct, frozen=True):
    """Where the fronts listen. What is not spoken is left out."""

    SMTP: list[int]
    HTTP: int
    SMTPS: list[int] | UnsetType = UNSET  # TLS from the first octet on
    LMTP: list[int] | UnsetType = UNSET
    SMTPSocket: str | UnsetType = UNSET  # the path of a Unix socket
    LMTPSocket: str | UnsetType = UNSET


class Limits(Struct, frozen=True):
    """What is kept and taken: counts, seconds, bytes; 0 is no limit."""

    MaxMessages: int
    MaxAge: float
    MaxBytes: int
    MaxMessageSize: int


class Information(Struct, frozen=True):
    """The application and its store."""

    Version: str
    LatestVersion: str
    Database: str
    DatabaseSize: int
    Messages: int
    Unread: int
    Tags: dict[str, int]
    RuntimeStats: RuntimeStats
    Ports: Ports
    Limits: Limits
    Cursor: str


class MessageRelay(Struct, frozen=True):
    """How messages can be released; not at all while Enabled is false."""

    Enabled: bool = False
    SMTPServer: str = ""
    ReturnPath: str = ""
    AllowedRecipients: str = ""
    BlockedRecipients: str = ""
    OverrideFrom: str = ""
    PreserveMessageIDs: bool = False
    RecipientAllowlist: str = ""


class WebUI(Struct, frozen=True):
    """What a user interface needs to know of the server: names, and which features there are."""

    Label: str
    MessageRelay: MessageRelay
    SpamAssassin: bool
    ChaosEnabled: bool
    DuplicatesIgnored: bool
    HideDeleteAllButton: bool
    Version: str
    SMTP: str
    SMTPTLS: str
    SMTPTerms: str
    Inboxes: bool


class New(Struct, frozen=True, tag_field="type", tag="new"):
    """A message came."""

    seq: int
    inbox: str | None
    message: MessageSummary


class Update(Struct, frozen=True, tag_field="type", tag="update"):
    """Messages have a new read state, new tags, or (later than they came) a snippet and an attachment count."""

    seq: int
    inbox: str | None
    ids: list[str]
    Read: bool | UnsetType = UNSET
    Tags: list[str] | UnsetType = UNSET
    message: MessageSummary | UnsetType = UNSET


class Delete(Struct, frozen=True, tag_field="type", tag="delete"):
    """Messages are gone: deleted, evicted by a limit, or hidden for as long as it can be undone."""

    seq: int
    ids: list[str]
    reason: Literal["", "deleted", "evicted", "hidden"]


class Restore(Struct, frozen=True, tag_field="type", tag="restore"):
    """Hidden messages are back."""

    seq: int
    ids: list[str]


class Truncate(Struct, frozen=True, tag_field="type", tag="truncate"):
    """Every message of the inbox is gone; null means of all inboxes."""

    seq: int
    inbox: str | None


class TagsChanged(Struct, frozen=True, tag_field="type", tag="tags"):
    """A tag was renamed or removed: lists with tags are stale."""

    seq: int


class SessionsEnded(Struct, frozen=True, tag_field="type", tag="sessions"):
    """SMTP sessions have ended, refused ones among them: lists of sessions are stale."""

    seq: int


LiveEvent = New | Update | Delete | Restore | Truncate | TagsChanged | SessionsEnded


class LiveStats(Struct, frozen=True):
    """The counts of a live client's scope."""

    Total: int
    Unread: int


class Frame(Struct, frozen=True):
    """What /api/v1/live sends. `reset`: what lies between `since` and now is not to be had, load anew."""

    cursor: str
    events: list[LiveEvent]
    reset: bool | UnsetType = UNSET
    stats: LiveStats | UnsetType = UNSET
    faults: int | UnsetType = UNSET  # the revision of the faults: they have changed, ask for them again


MailpitKind = Literal["new", "update", "delete", "prune", "truncate", "stats", "error"]


class MailpitFrame(Struct, frozen=True):
    """What /api/events sends."""

    Type: MailpitKind
    Data: Any
