"""The HTML preview of a mail: a document for a response of its own, isolated by its Content-Security-Policy.

SECURITY.md 6 and 7. The policy isolates; the document is rewritten for comfort, and so that the little that no policy
stops (preconnect) is gone. What is rewritten is rewritten in place, token by token, so that everything else, the
doctype first, reaches the browser as it was sent.
"""

import base64
import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from mailtrap_local import limits
from mailtrap_local.mime.charset import scrub
from mailtrap_local.mime.links import text_link_spans
from mailtrap_local.mime.parse import bodies, tree
from mailtrap_local.mime.structure import Node
from mailtrap_local.mime.text import ATTRIBUTES, COMMENT, SPACE, Attribute, attributes, by_name

DATA_URIS = 25 * limits.MB
REMOTE_LISTED = 1_000

_TOKEN = re.compile(
    rf"(?P<comment>{COMMENT})"
    r"|<(?:[!?]|/[^a-zA-Z>])[^>]*+(?:>|\Z)"  # what a browser makes a comment of, up to the first ">"
    rf"|</[a-zA-Z][^{SPACE}/>]*+{ATTRIBUTES}(?:>|\Z)"
    rf"|<(?P<raw>style|script|title|textarea|xmp|noembed|noframes|iframe)(?=[{SPACE}/>])(?P<rawattrs>{ATTRIBUTES})(?:>|\Z)"
    rf"(?P<inside>(?>(?:[^<]++|<(?!/(?P=raw)[{SPACE}/>]))*))"
    rf"|<(?P<name>[a-zA-Z][^{SPACE}/>]*+)(?P<attrs>{ATTRIBUTES})(?:>|\Z)",
    re.IGNORECASE,
)
_PROLOG = re.compile(
    rf"(?>(?:\s|{COMMENT}|<\?[^>]*+>)*)(?:<!doctype[^>]*+>)?(?>(?:\s|{COMMENT})*)(?:<html(?=[\s/>]){ATTRIBUTES}>)?"
    rf"(?>(?:\s|{COMMENT})*)(?:<head(?=[\s/>]){ATTRIBUTES}>)?",
    re.IGNORECASE,
)
# Start tags of what asks the network or leaves the sandbox in spite of the policy, wherever one could begin
_ESCAPING = r"<(?=(?:a|area|link|meta|i?frame|portal|fencedframe)[{}/>])"
_GUARDED = re.compile(rf"{_ESCAPING.format(SPACE)}(?P<name>[a-z]+)(?P<attrs>{ATTRIBUTES})(?:>|\Z)", re.IGNORECASE)
_INSIDE = re.compile(_ESCAPING.format(SPACE), re.IGNORECASE)
_CSS_URL = re.compile(
    r"""(?P<import>@import\s+)(?P<quote>["'])(?P<imported>[^"']*+)(?P=quote)"""
    r"""|url\(\s*(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^()"'\s]*+))\s*\)""",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(r"[\s,]*+(\S*[^\s,])(?:,|(\s[^,]*+))?")
_SCHEME_BLANKS = re.compile(r"[\x00-\x20]+")
_REMOTE = re.compile(r"(?:https?:|ftp:|wss?:)?[\\/]{2}|https?:", re.IGNORECASE)
_EMBEDDED = ("image/", "font/", "audio/", "video/")
_FETCHED = frozenset({"src", "background", "poster", "lowsrc", "dynsrc", "data"})
_LINKED_IMAGES = frozenset({"image", "use", "feimage", "link"})
_WARMING = frozenset({"dns-prefetch", "preconnect", "prefetch", "preload", "prerender", "modulepreload"})
_SCRIPTED = ("javascript:", "vbscript:", "data:", "blob:")
_DROPPED_OF_LINKS = frozenset({"rel", "target", "ping"})
_FRAMES = frozenset({"iframe", "frame", "portal", "fencedframe"})
_LINK_RELATIONS = "noopener noreferrer"
_WIDENED = frozenset(
    {"img", "input", "image", "feimage", "body", "table", "td", "th", "tr", "source", "link", "style", "div"}
)

BASE = '<base target="_blank">'
_TEXT_PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    f"{BASE}<style>:root{{color-scheme:light dark}}body{{margin:16px;font:14px/1.5 ui-monospace,monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body>%s</body></html>"
)


@dataclass(frozen=True, slots=True)
class Preview:
    """A document to be sent under `preview_policy`, as UTF-8.

    `remote` are the different things that it would fetch from elsewhere, at most REMOTE_LISTED of them, in order;
    `blocked` is how many of all of them the policy stops.
    """

    html: str
    blocked: int
    remote: tuple[str, ...]


def preview_policy(*, remote: bool, images: bool = True) -> str:
    """The Content-Security-Policy of a preview. `remote` widens what images, styles and fonts may come from; without
    `images` there are none, not even those that came along."""
    more = " https: http:" if remote else ""
    shown = f"data:{more}" if images else "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'{more}; img-src {shown}; font-src data:{more}; "
        "media-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def preview(raw: bytes, *, remote: bool = False) -> Preview:
    """The mail's HTML part as a document, else its text as one. Never raises, whatever the HTML.

    `remote` says under which policy it will be sent: it changes `blocked` only, never the document.
    """
    nodes = tree(raw)
    found = bodies(nodes)
    if not found.html:
        return Preview(_TEXT_PAGE % _linked(found.text), 0, ())
    rewriter = _Rewriter(_related(nodes))
    document = rewriter.document(found.html)
    blocked = sum(not (remote and widened) for widened in rewriter.remote.values())
    return Preview(document, blocked, tuple(rewriter.remote)[:REMOTE_LISTED])


def _linked(text: str) -> str:
    """Escaped text whose http(s) URLs are links."""
    pieces = []
    done = 0
    for start, end in text_link_spans(text):
        url = entities.escape(text[start:end])
        pieces.append(entities.escape(text[done:start]))
        pieces.append(f'<a href="{url}" rel="noopener noreferrer">{url}</a>')
        done = end
    pieces.append(entities.escape(text[done:]))
    return "".join(pieces)


def _related(nodes: list[Node]) -> dict[str, Node]:
    """The parts that a document can name: by cid: and Content-ID, and by Content-Location."""
    named: dict[str, Node] = {}
    for node in nodes:
        if node.content_id:
            named.setdefault(f"cid:{node.content_id}", node)
            named.setdefault(f"cid:{node.content_id}".casefold(), node)
        if "content-location" in node.own and not node.is_text("text/html"):
            named.setdefault(node.value("content-location"), node)
    named.pop("", None)
    return named


@dataclass(slots=True)
class _Rewriter:
    """One document on its way: what it names, what it fetched from elsewhere, what room is left for data: URIs."""

    related: dict[str, Node]
    remote: dict[str, bool] = field(default_factory=dict)  # URL: whether remote content switched on would let it in
    room: int = DATA_URIS
    uris: dict[int, str] = field(default_factory=dict)

    def document(self, html: str) -> str:
        """The document, rewritten, with our base element in its head."""
        prolog = _PROLOG.match(html)
        at = prolog.end() if prolog else 0
        rewritten = _TOKEN.sub(self._token, html[:at]) + BASE + _TOKEN.sub(self._token, html[at:])
        return _GUARDED.sub(_guarded, rewritten)

    def _token(self, match: re.Match[str]) -> str:
        name = match["name"]
        if not match[0].endswith(">") and not match["inside"]:
            return match[0]  # cut off inside a tag: no browser makes anything of it
        if name is not None:
            return self._tag(match[0], name, match["attrs"])
        if match["raw"] is None:
            return match[0]
        raw, inside = match["raw"].lower(), match["inside"]
        tag = self._tag(f"<{match['raw']}{match['rawattrs']}>", raw, match["rawattrs"])
        return tag + (self._css(inside) if raw == "style" else inside)

    def _tag(self, source: str, name: str, attrs: str) -> str:
        """A start tag as it shall be; "" where it is left out."""
        if not attrs or attrs.isspace():
            return "" if name.lower() == "base" else source
        kind = name.lower()
        found = list(attributes(attrs))
        values = by_name(found)
        if kind == "base" or (kind == "meta" and ("http-equiv" in values or "charset" in values)):
            return ""
        relations = set(values.get("rel", "").lower().split()) if kind == "link" else set()
        if relations & _WARMING:
            self._note(values.get("href", ""), widened=False)
            return ""
        changed = self._changed(kind, found, fetches=bool(relations - {"alternate", "canonical"}))
        if kind in ("a", "area"):
            changed |= {(start, end): "" for key, value, start, end in found if _dropped_of_link(key, value or "")}
            if found and found[-1][:2] == ("=", None):  # `x=` at the end would take what we put behind it for its value
                changed[found[-1][2:]] = '=""'
        if kind in _FRAMES:  # no policy keeps a browser from connecting to where a frame would lead
            changed |= {(start, end): "" for key, _, start, end in found if key in ("src", "srcdoc")}
        if not changed and kind not in ("a", "area"):
            return source
        return f"<{name}{_spliced(attrs, changed)}{_link_attributes(values) if kind in ('a', 'area') else ''}>"

    def _changed(self, kind: str, found: list[Attribute], *, fetches: bool) -> dict[tuple[int, int], str]:
        """The attributes that read otherwise, by where they stand. Notes what is remote on the way."""
        changed = {}
        for key, value, start, end in found:
            if not value:
                continue
            if key == "style":
                new = self._css(value)
            elif key in ("srcset", "imagesrcset"):
                new = self._srcset(value)
            elif key in _FETCHED and (key != "data" or kind == "object"):
                new = self._url(value, widened=kind in _WIDENED)
            elif key in ("href", "xlink:href") and kind in _LINKED_IMAGES and (fetches or kind != "link"):
                new = self._url(value, widened=True)
            else:
                continue
            if new != value:
                changed[start, end] = f'{key}="{entities.escape(new)}"'
        return changed

    def _url(self, url: str, *, widened: bool) -> str:
        """A URL that would be fetched: the data: URI of the part it names, else itself, noted if it is remote."""
        url = url.strip()
        node = self._named(url)
        if node is not None:
            return self._data_uri(node) or url
        self._note(url, widened=widened)
        return url

    def _named(self, url: str) -> Node | None:
        if not self.related:
            return None
        if url[:4].lower() == "cid:":
            key = "cid:" + unquote(url[4:]).strip().removeprefix("<").removesuffix(">").strip()
            return self.related.get(key) or self.related.get(key.casefold())
        return self.related.get(url)

    def _note(self, url: str, *, widened: bool) -> None:
        if _REMOTE.match(_SCHEME_BLANKS.sub("", url[:40])):
            url = scrub(url.strip())[:2_000]
            self.remote[url] = self.remote.get(url, True) and widened

    def _data_uri(self, node: Node) -> str:
        """ "" where no room is left."""
        uri = self.uris.get(id(node))
        if uri is None:
            if len(node.content()) > self.room:
                return ""
            kind = node.content_type if node.content_type.startswith(_EMBEDDED) else "application/octet-stream"
            uri = f"data:{kind};base64,{base64.b64encode(node.content()).decode('ascii')}"
            self.uris[id(node)] = uri
        if len(uri) > self.room:
            return ""
        self.room -= len(uri)
        return uri

    def _srcset(self, value: str) -> str:
        candidates = list(_candidates(value))
        urls = [self._url(url, widened=True) for url, _ in candidates]
        if all(new == old for new, (old, _) in zip(urls, candidates, strict=True)):
            return value
        return ", ".join(f"{url} {descriptor}".strip() for url, (_, descriptor) in zip(urls, candidates, strict=True))

    def _css(self, css: str) -> str:
        if "url(" not in css and "@import" not in css and "(" not in css and "@" not in css:
            return css
        return _CSS_URL.sub(self._css_url, css)

    def _css_url(self, match: re.Match[str]) -> str:
        if match["import"]:
            self._note(match["imported"], widened=True)
            return match[0]
        url = match["double"] or match["single"] or match["bare"] or ""
        new = self._url(url, widened=True)
        return match[0] if new == url.strip() else f"url('{new}')"


def _guarded(match: re.Match[str]) -> str:
    """A start tag as it stands, or as that of an unknown element if the rewriter cannot have made or seen it.

    Where a tag begins depends on elements, and on namespaces: `<title>` and `<!--` in SVG are not those of HTML. So the
    rewriter can be led astray, and this, which looks at every place where such a tag could begin, cannot.
    """
    attrs = _INSIDE.sub("<x-", match["attrs"])
    whole = match[0].endswith(">")
    return f"<{'' if whole and _harmless(match) else 'x-'}{match['name']}{attrs}{'>' if whole else ''}"


def _harmless(tag: re.Match[str]) -> bool:
    kind = tag["name"].lower()
    values = by_name(attributes(tag["attrs"]))
    if kind == "link":
        return not _WARMING.intersection(values.get("rel", "").lower().split())
    if kind == "meta":
        return "http-equiv" not in values
    if kind in _FRAMES:
        return "src" not in values and "srcdoc" not in values
    own = values.get("target", "_self") == "_self" and values.get("rel") == _LINK_RELATIONS
    return own and not any(
        _dropped_of_link(key, value) for key, value in values.items() if key not in ("rel", "target")
    )


def _dropped_of_link(key: str, value: str) -> bool:
    """Whether this attribute leaves a link: ours take its place, or its target would be a document of the mail's own
    in a tab that is no longer in the sandbox."""
    if key in ("href", "xlink:href"):
        return _SCHEME_BLANKS.sub("", value[:200]).lower().startswith(_SCRIPTED)
    return key in _DROPPED_OF_LINKS


def _candidates(srcset: str) -> Iterator[tuple[str, str]]:
    """The URLs of a srcset with their descriptors."""
    at = 0
    while match := _CANDIDATE.match(srcset, at):
        yield match[1], (match[2] or "").strip()
        at = match.end()


def _spliced(source: str, changed: dict[tuple[int, int], str]) -> str:
    """The source of a tag's attributes with some of them replaced."""
    pieces = []
    done = 0
    for (start, end), new in sorted(changed.items()):
        pieces += [source[done:start], new]
        done = end
    return "".join(pieces) + source[done:]


def _link_attributes(values: dict[str, str]) -> str:
    """What each link gets: no opener, no referrer; one to a place of its own document stays in the frame."""
    own = ' target="_self"' if values.get("href", "").startswith("#") else ""
    return f' rel="{_LINK_RELATIONS}"{own}'
