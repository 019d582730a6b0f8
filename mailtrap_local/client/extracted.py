"""What is taken out of a message: links, codes, images, elements, how to unsubscribe; and the one of them that a test
wants, or in words why it is not there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailtrap_local.client import explain
from mailtrap_local.client.errors import NotOne

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Wire = Mapping[str, Any]
    Text = str | re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the text or the HTML: where it leads, what it is called, and the part that has it."""

    url: str
    text: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the HTML. `alt` is None where there is none; `image_part` is the part that it is, "" if it does not
    come with the message; `tracking`: it is remote, and too small or too hidden to be seen."""

    url: str
    alt: str | None
    part: str
    image_part: str
    width: int | None
    height: int | None
    tracking: bool


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the HTML: `tag` in lower case, `text` as a person reads it, `html` what is inside it.

    `element["href"]` is an attribute; "" for one without a value.
    """

    tag: str
    text: str
    attributes: Mapping[str, str]
    html: str

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


@dataclass(frozen=True, slots=True)
class OneClick:
    """The request that would unsubscribe by one click (RFC 8058). Nobody makes it for you."""

    url: str
    body: str
    content_type: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What List-Unsubscribe offers. `error` says why it has no links; `one_click` is None where that is not offered;
    `problems` are what a mail provider would find wrong."""

    links: tuple[str, ...]
    error: str
    one_click: OneClick | None
    problems: tuple[str, ...]


def one_code(codes: Sequence[str], *, where: str, text: str) -> str:
    """The one code. Raises NotOne."""
    __tracebackhide__ = True
    if len(codes) == 1:
        return codes[0]
    raise NotOne(explain.codes(codes, where=where, text=text))


def one_link(links: Sequence[Link], *, text: Text | None, url: Text | None, where: str) -> Link:
    """The one link of that name and target; the same target in text and HTML is one. Raises NotOne."""
    __tracebackhide__ = True
    found = [link for link in links if _is_in(text, link.text, fold=True) and _is_in(url, link.url, fold=False)]
    if len({link.url for link in found}) == 1:
        return next((link for link in found if link.text), found[0])
    asked = " and ".join(
        f"{name} {wanted.pattern if isinstance(wanted, re.Pattern) else wanted!r}"
        for name, wanted in (("the text", text), ("the URL", url))
        if wanted is not None
    )
    rows = [(link.text, link.url, link.part) for link in found or links]
    raise NotOne(explain.links(rows, matched=bool(found), asked=asked, where=where))


def _is_in(wanted: Text | None, value: str, *, fold: bool) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, re.Pattern):
        return bool(wanted.search(value))
    return wanted.casefold() in value.casefold() if fold else wanted in value


def pattern(value: Text) -> str:
    """A pattern as the server's RE2 reads it, flags of `re.compile` included."""
    if isinstance(value, str):
        return value
    flags = "".join(letter for letter, flag in (("i", re.I), ("s", re.S)) if value.flags & flag)
    return f"(?{flags}){value.pattern}" if flags else value.pattern


def link(wire: Wire | str) -> Link:
    """A link off the wire."""
    if isinstance(wire, str):
        return Link(wire)
    return Link(wire.get("URL", ""), wire.get("Text", ""), wire.get("PartID", ""))


def image(wire: Wire) -> Image:
    """An image off the wire."""
    return Image(
        url=wire["URL"],
        alt=wire["Alt"],
        part=wire["PartID"],
        image_part=wire["ImagePartID"],
        width=wire["Width"],
        height=wire["Height"],
        tracking=wire["Tracking"],
    )


def element(wire: Wire) -> Element:
    """An element off the wire."""
    return Element(wire["Tag"], wire["Text"], wire["Attributes"], wire["InnerHTML"])


def unsubscribe(wire: Wire) -> Unsubscribe:
    """ListUnsubscribe off the wire."""
    click = wire.get("OneClick")
    return Unsubscribe(
        links=tuple(wire.get("Links") or ()),
        error=wire.get("Errors", ""),
        one_click=OneClick(click["URL"], click["Body"], click["ContentType"], click["Method"]) if click else None,
        problems=tuple(wire.get("Problems") or ()),
    )
