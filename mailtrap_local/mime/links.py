"""The links of a mail: where they lead, what they are called, and in which part they stand.

Of HTML those of `a` and `area` elements that are seen (not in comments, as Outlook's own markup is), whatever their
scheme, so those into an app too; what is relative counts where `<base>` makes it whole. Of text http(s) and mailto.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from mailtrap_local import limits
from mailtrap_local.mime.text import ATTRIBUTES, HTML_READ, SPACE, attributes, by_name, readable, unescape, visible
from mailtrap_local.model import Link

_VALUE = rf"""(?:"([^"]*+)|'([^']*+)|([^{SPACE}>"'][^{SPACE}>]*+))"""
_OTHERS = (
    rf"(?>(?:[{SPACE}/]++|(?!href[{SPACE}=])[^{SPACE}/>][^{SPACE}/>=]*+(?:[{SPACE}]*+=[{SPACE}]*+"
    rf"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{SPACE}>"'][^{SPACE}>]*+)?)?)*)"""
)
# Takes a tag to its end, and one without any href too: else what an unclosed one holds would be read again and again.
_HREF = rf"{_OTHERS}(?:href[{SPACE}]*+=[{SPACE}]*+{_VALUE})?{ATTRIBUTES}(?:>|\Z)"
_LINK = re.compile(rf"<a(?:rea)?(?=[{SPACE}/]){_HREF}", re.IGNORECASE)
_ANCHOR_END = re.compile(rf"</?a[{SPACE}/>]", re.IGNORECASE)
_ALT = re.compile(rf"<img(?=[{SPACE}/])({ATTRIBUTES})(?:>|\Z)", re.IGNORECASE)
_BLANK_IN_URL = re.compile(r"[\t\r\n]+")
_USUAL = ("http://", "https://", "mailto:")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*+:", re.IGNORECASE)
_LEADS_NOWHERE = frozenset({"javascript:", "vbscript:", "data:", "blob:", "cid:", "mid:", "about:", "file:"})
_NAMED_WITHIN = 8_192  # characters behind the tag of a link in which its text stands
_URL_REST = re.compile(r"""[^\s<>"'`\\^{}|\x00-\x1f]*""")
_MAILTO = re.compile(r"mailto:([^\s<>\"]++)")
_TRAILING = ".,;:!?*_~'\"”’»。，、"
_SCHEMES = ("https", "http")


def count_links(plain: str, seen: str) -> int:
    """How many different links a text and the seen part of an HTML document hold (`text.seen`)."""
    found: set[str] = set()
    if "://" in plain or "mailto:" in plain:
        found.update(url for _, url in _text_links(plain))
    if seen:
        base = _base(seen)
        found.update(url for link in _LINK.finditer(seen) if (url := _target(link, base)))
    return len(found)


def links(texts: Sequence[tuple[str, str]], html: tuple[str, str] | None) -> tuple[Link, ...]:
    """The links of text parts, then of the HTML part, each given as its path and what is seen of it. One each for the
    same target, name and part; at most limits.LINKS."""
    found: dict[Link, None] = {}
    left = HTML_READ
    for path, plain in texts:
        for _, url in sorted(_text_links(plain[:left])):
            found.setdefault(Link(url, "", path))
        left -= len(plain)
        if left <= 0 or len(found) >= limits.LINKS:
            break
    if html:
        for link in _html_links(*html):
            if len(found) >= limits.LINKS:
                break
            found.setdefault(link)
    return tuple(found)[: limits.LINKS]


def _html_links(path: str, seen: str) -> Iterator[Link]:
    base = _base(seen)
    for link in _LINK.finditer(seen):
        url = _target(link, base)
        if url:
            yield Link(url, _name(seen, link), path)


def _base(seen: str) -> str:
    if "<base" not in seen and "<BASE" not in seen and "<Base" not in seen:
        return ""
    base = re.search(rf"<base(?=[{SPACE}/]){_HREF}", seen, re.IGNORECASE)
    target = _target(base, "") if base else ""
    return target if target[:8].lower().startswith(_USUAL[:2]) else ""


def _target(match: re.Match[str], base: str) -> str:
    """Where the href of a tag leads; "" for nowhere that can be told."""
    target = (match[1] or match[2] or match[3] or "").strip()
    if "&" in target:
        target = unescape(target).strip()
    if not target.isprintable():
        target = _BLANK_IN_URL.sub("", target)
    if target[:8].lower().startswith(_USUAL):
        return target
    scheme = _SCHEME.match(target)
    if scheme:
        return "" if scheme[0].lower() in _LEADS_NOWHERE else target
    return _joined(base, target) if base and not target.startswith("#") else ""


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:  # such as a bracket in the place of a host
        return ""


def _name(seen: str, tag: re.Match[str]) -> str:
    """The text of a link; without any what its images, or it, are called."""
    area = tag[0][2] in "rR"
    own = by_name(attributes(tag[0][5 if area else 2 :].removesuffix(">")))
    if area:
        return _line(own.get("alt", "") or own.get("title", ""))
    until = tag.end() + _NAMED_WITHIN
    end = _ANCHOR_END.search(seen, tag.end(), until)
    inside = seen[tag.end() : end.start() if end else until]
    text = _line(readable(inside))
    if not text and "<" in inside:
        alts = (by_name(attributes(image[1])).get("alt") for image in _ALT.finditer(inside))
        text = _line(" ".join(filter(None, alts)))
    return text or _line(own.get("aria-label", "") or own.get("title", ""))


def _line(text: str) -> str:
    return " ".join(visible(text).split())[: limits.LINK_TEXT]


def _text_links(text: str) -> list[tuple[int, str]]:
    found = [(start, text[start:end]) for start, end in text_link_spans(text)]
    if "mailto:" in text:
        found.extend((match.start(), f"mailto:{_without_trailing(match[1])}") for match in _MAILTO.finditer(text))
    return found


def text_link_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the http(s) URLs of a plain text begin and end, without the punctuation of the sentence around them."""
    at = text.find("://")
    while at >= 0:
        rest = _URL_REST.match(text, at + 3)
        end = rest.end() if rest else at + 3
        scheme = next((scheme for scheme in _SCHEMES if text[max(0, at - len(scheme)) : at].lower() == scheme), None)
        if scheme and end > at + 3:
            start = at - len(scheme)
            yield start, start + len(_without_trailing(text[start:end]))
        at = text.find("://", end)


def _without_trailing(url: str) -> str:
    """A URL in running text without the sentence's own punctuation and closing bracket."""
    url = url.rstrip(_TRAILING)
    for closing, opening in (")(", "]["):
        surplus = url.count(closing) - url.count(opening)
        while surplus > 0 and url.endswith(closing):
            url, surplus = url[:-1].rstrip(_TRAILING), surplus - 1
    return url
