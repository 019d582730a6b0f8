"""A mail that is put in as its fields."""

from msgspec import Struct


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


class SendError(Struct, frozen=True):
    """Why POST /send refused."""

    Error: str
