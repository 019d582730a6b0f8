"""A message with all about it."""

from msgspec import Struct

from mailtrap_local.api.schema.extract import Image, Link, ListUnsubscribe
from mailtrap_local.api.schema.messages import Address, Moment


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
