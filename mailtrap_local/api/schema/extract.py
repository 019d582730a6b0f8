"""What is read out of a message: links, codes, images, elements, how one gets off its list."""

from typing import Literal

from msgspec import Struct


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
