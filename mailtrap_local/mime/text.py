"""Text for people and for the search: folding, HTML as text, what is invisible taken out."""

import html as entities
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from mailtrap_local import limits
from mailtrap_local.mime.charset import displayed, scrub

HTML_READ = 8 * limits.MB  # characters of an HTML part that are made into text

# The attributes of a tag, as a browser's tokenizer takes them (HTML section 13.2.5.32 on): blanks are these five and no
# others, quotes count behind "=" only, and that is one only behind a name. An unclosed tag reaches to the end.
SPACE = r"\t\n\f\r "
ATTRIBUTES = (
    rf"(?>(?:[{SPACE}/]++|[^{SPACE}/>][^{SPACE}/>=]*+"
    rf"""(?:[{SPACE}]*+=[{SPACE}]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{SPACE}>"'][^{SPACE}>]*+)?)?)*)"""
)
_ATTRIBUTE = re.compile(
    rf"""([^{SPACE}/>][^{SPACE}/>=]*+)(?:[{SPACE}]*+=[{SPACE}]*+("[^"]*+"?|'[^']*+'?|[^{SPACE}>"'][^{SPACE}>]*+))?"""
)
Attribute = tuple[str, str | None, int, int]  # lower-case name, value, and where its source stands
COMMENT = r"<!--(?:-?>|(?>(?:[^-]++|-(?!-!?>))*)(?:--!?>|\Z))"
_UNSEEN = (
    rf"{COMMENT}"
    r"|<(style|script|title|template|noembed|noframes|iframe|object|xmp)(?=[\s/>])" + ATTRIBUTES + r"(?:>|\Z)"
    r"(?>(?:[^<]++|<(?!/\1[\s/>]))*)(?:</\1" + ATTRIBUTES + r"(?:>|\Z)|\Z)"
    r"|<[!?][^>]*+(?:>|\Z)|</(?:[^a-zA-Z>][^>]*+)?(?:>|\Z)"
)
_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*+)" + ATTRIBUTES + r"(?:>|\Z)")
_BLOCKS = """p div br tr table h1 h2 h3 h4 h5 h6 li ul ol dl dt dd hr blockquote pre section article header footer nav
    main aside figure figcaption form fieldset legend address option details summary center body html head caption
    thead tbody tfoot""".split()
# What stands instead of a tag, by the name of its element in the usual spellings.
_INSTEAD = {
    spelling: blank
    for name, blank in (dict.fromkeys(_BLOCKS, "\n") | {"td": " ", "th": " "}).items()
    for spelling in (name, name.upper(), name.title())
}

# What preheaders are padded with: combining grapheme joiner, soft hyphen, zero-width space, word joiner, BOM, ...
_INVISIBLE = "\u034f\u00ad\u200b\u2060\ufeff\u115f\u1160\u17b4\u17b5\u180e\u3164"
_INVISIBLES = re.compile(f"[{_INVISIBLE}]+")
_JOINERS = "\u200c\u200d\u200e\u200f"
# Joiners are part of words (Persian) and of emoji; on their own between blanks they are padding.
_IDLE_JOINER = re.compile(
    "(?:(?<=\\s)|(?<![^\\u200c\\u200d\\u200e\\u200f]))[\u200c\u200d\u200e\u200f]+|[\u200c\u200d\u200e\u200f]+(?=\\s|\\Z)"
)


def fold(text: str) -> str:
    """How search text and needles are folded: NFC, case folded, each run of whitespace one space, none at the ends."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.split())


def visible(text: str) -> str:
    """The text without what takes no room on the screen: soft hyphens, and the padding of preheaders."""
    if text.isascii():
        return text
    if _has(text, _INVISIBLE):
        text = _INVISIBLES.sub("", text)
    return _IDLE_JOINER.sub("", text) if _has(text, _JOINERS) else text


def _has(text: str, characters: str) -> bool:
    """Whether one of them is in it. To look for each is several times faster than for any, as a pattern does."""
    return any(map(text.__contains__, characters))


def html_to_text(html: str) -> str:
    """What a person would read of an HTML document: blocks on lines of their own, no style, script or title.

    Linear in the input; at most HTML_READ characters of it are read.
    """
    return readable(seen(html))


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile(_UNSEEN, re.IGNORECASE)  # here, since it takes longer to compile than the module to load


def seen(html: str) -> str:
    """An HTML document without what a reader never sees of it: comments, styles, scripts, title and the like."""
    html = html[:HTML_READ]
    return _unseen().sub("", html) if "<" in html else html


def readable(seen: str) -> str:
    """The text of the seen part of an HTML document."""
    source = " ".join(seen.split())
    if "<" in source:
        pieces = _TAG.split(source)
        pieces[1::2] = [_INSTEAD.get(name, "") for name in pieces[1::2]]
        source = "".join(pieces)
    if "&" in source:
        source = unescape(source)
    return _tidy(source)


def shown(readable: str, plain: str) -> tuple[str, ...]:
    """What a person may get to read: the text of the HTML part, and that of the text parts."""
    return (visible(readable), plain) if readable else (visible(plain),)


def attributes(source: str) -> Iterator[Attribute]:
    """The attributes of a tag, character references resolved; of several with one name browsers take the first."""
    for match in _ATTRIBUTE.finditer(source):
        value = match[2]
        if value is not None:
            if value[0] in "\"'":
                value = value[1:].removesuffix(value[0])
            value = unescape(value) if "&" in value else value
        yield match[1].lower(), value, match.start(), match.end()


def by_name(found: Iterable[Attribute]) -> dict[str, str]:
    """The values of attributes by name, "" for what has none."""
    return {key: value or "" for key, value, _, _ in reversed(list(found))}


def unescape(text: str) -> str:
    """Character references resolved; nothing of them becomes a lone surrogate or a NUL."""
    return displayed(scrub(entities.unescape(text)))


def _tidy(text: str) -> str:
    """Single blanks, none at the ends of lines; two line ends are one, more are an empty line."""
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    text = text.replace("\n\n\n", "\0")
    for more in ("\0\n", "\0\0"):  # what is left of longer runs; a pattern takes several times as long
        while more in text:
            text = text.replace(more, "\0")
    return text.replace("\n\n", "\n").replace("\0", "\n\n").strip()
