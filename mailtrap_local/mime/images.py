"""The images of a mail's HTML, each with the words that stand for it where it is not shown."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from mailtrap_local import limits
from mailtrap_local.mime.text import ATTRIBUTES, SPACE, attributes, by_name, visible
from mailtrap_local.model import Image

_IMAGE = re.compile(rf"<img(?=[{SPACE}/])({ATTRIBUTES})(?:>|\Z)", re.IGNORECASE)
_NUMBER = re.compile(r"\s*([0-9]{1,6})(?:\.[0-9]+)?\s*(?:px)?\s*")
_IN_STYLE = re.compile(
    r"(?<![\w-])(width|height)\s*:\s*([0-9]{1,6})(?:\.[0-9]+)?(?:px)?\s*(?:!important)?\s*(?:;|\Z)", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])opacity\s*:\s*0(?![.0-9])", re.IGNORECASE)
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_TINY = 2  # pixels a side, of what nobody is to see


def images(path: str, seen: str, related: Mapping[str, str]) -> tuple[Image, ...]:
    """The `img` elements that are seen of the HTML part at `path`, in order; at most limits.IMAGES.

    `related` says by Content-ID in which part an image is that comes with the mail.
    """
    found = []
    for image in _images(path, seen, related):
        found.append(image)
        if len(found) >= limits.IMAGES:
            break
    return tuple(found)


def cid_of(url: str) -> str:
    """The Content-ID that a cid: URL names (RFC 2392); "" if it is none."""
    if url[:4].lower() != "cid:":
        return ""
    return unquote(url[4:]).strip().removeprefix("<").removesuffix(">").strip()


def _images(path: str, seen: str, related: Mapping[str, str]) -> Iterator[Image]:
    for tag in _IMAGE.finditer(seen):
        own = by_name(attributes(tag[1]))
        url = own.get("src", "").strip()
        if not url:
            continue
        style = own.get("style", "")
        sides = {side.lower(): int(value) for side, value in _IN_STYLE.findall(style)}
        width, height = (sides.get(side, _number(own.get(side, ""))) for side in ("width", "height"))
        alt = own.get("alt")
        cid = cid_of(url)
        yield Image(
            url=url[: limits.IMAGE_URL],
            alt=None if alt is None else " ".join(visible(alt).split())[: limits.LINK_TEXT],
            part=path,
            embedded=(related.get(cid) or related.get(cid.casefold(), "")) if cid else "",
            width=width,
            height=height,
            tracking=bool(_REMOTE.match(url))
            and (_is_tiny(width, height) or bool(_HIDDEN.search(style)) or "hidden" in own),
        )


def _number(value: str) -> int | None:
    match = _NUMBER.fullmatch(value)
    return int(match[1]) if match else None


def _is_tiny(width: int | None, height: int | None) -> bool:
    sides = [side for side in (width, height) if side is not None]
    return bool(sides) and max(sides) <= _TINY
