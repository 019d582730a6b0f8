"""The MIME tree of a mail as nodes over its bytes: nothing is copied or decoded before somebody asks.

Theory of operation
1. A stack of spans still to be read, never recursion: depth costs nothing. A container is cut at its own boundary by
   `bytes.find` within its span, so each byte is looked at once for each level, and a boundary of an outer level
   always ends what is inside.
2. A multipart whose boundary is missing or never occurs takes the one that its body shows; if there is none, it
   is shown as text.
3. What goes beyond limits.MIME_DEPTH is a leaf, what goes beyond limits.MIME_PARTS is left out; both are told.
4. A message inside is a node with its content, and one child: the root of that message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailtrap_local import limits
from mailtrap_local.mime import headers
from mailtrap_local.mime.node import IDENTITY, Node
from mailtrap_local.mime.params import Media, media_type

__all__ = ["Node", "tree"]

_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_DELIMITER_REST = re.compile(rb"(--)?[ \t]*(?:\r*\n|\r|\Z)")
_LIKE_BOUNDARY = re.compile(rb"\n--(?=[^\r\n]*[A-Za-z0-9])([^\s][^\r\n]{0,69}?)[ \t]*\r*\n(?=[A-Za-z-]+:|\r*\n)")
_ANY_LINE_END = re.compile(rb"\r+\n|\r")
_C = b"cC"  # what the names of those fields begin with
_FIRST_LINE = 10_000
_PART_FIELDS = {
    spelling: name
    for name in ("content-type", "content-disposition", "content-transfer-encoding", "content-id", "content-location")
    for spelling in (name.encode(), name.title().encode(), name.title().replace("Id", "ID").encode())
}


def tree(raw: bytes) -> list[Node]:
    """Every node of a mail, depth first; the root is the first. Never raises."""
    source = _ANY_LINE_END.sub(b"\n", raw) if _ends_lines_with_cr(raw) else raw
    root = _node("0", source, 0, len(source))
    if not (root.is_multipart or root.content_type in _MESSAGES):
        return [root]
    return _Builder(root, 4 * len(raw) + limits.MB).nodes


def _ends_lines_with_cr(raw: bytes) -> bool:
    """Whether the first line ends with a CR alone, or with CR CR LF: then every line is taken so."""
    at = raw.find(b"\r", 0, _FIRST_LINE)
    return at >= 0 and not raw.startswith(b"\n", at + 1) and raw.find(b"\n", 0, at) < 0


def _node(path: str, source: bytes, start: int, end: int, *, part: bool = False, default: str = "text/plain") -> Node:
    block = headers.split(source, start=start, end=end, part=part)
    own: dict[str, bytes] = {}
    types = []
    for name, value in block.fields:
        if name[0] not in _C:
            continue
        key = _PART_FIELDS.get(name) or _PART_FIELDS.get(name.lower())
        if key:
            own.setdefault(key, value)
            if key == "content-type":
                types.append(media_type(value))
    if len(types) > 1:
        block.defects.append("more than one Content-Type")
        media = _best(types, source, block.body, end)
    else:
        media = types[0] if types and types[0].type else Media(default)
    kind = media.type
    if not media.well_formed:
        attached = kind == "attachment" or own.get("content-disposition", b"").strip().lower().startswith(b"attachment")
        kind = "application/octet-stream" if attached else "text/plain"
        block.defects.append(f"malformed Content-Type {media.type[:60]!r}, treated as {kind}")
    return Node(path, source, block.body, end, block.fields, media, kind, block.defects, own)


def _best(types: list[Media], source: bytes, body: int, end: int) -> Media:
    """Of several Content-Types the one that fits the body: a multipart whose boundary occurs, else the first good."""
    for media in types:
        boundary = media.params.get("boundary")
        if media.type.startswith("multipart/") and boundary and any(_delimiters(source, body, end, boundary.encode())):
            return media
    return next((media for media in types if media.well_formed), types[0])


def _delimiters(source: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: where the content before it ends, where that behind it begins, and whether it closes."""
    needle = b"\n--" + boundary
    rest = None
    if source.startswith(needle[1:], start, end):
        rest = _DELIMITER_REST.match(source, start + len(needle) - 1, end)
        if rest:
            yield start, rest.end(), rest[1] is not None
    behind = rest.end() - 1 if rest else start  # the line end before a delimiter may be that of the one before it
    while (at := source.find(needle, behind, end)) >= 0:
        rest = _DELIMITER_REST.match(source, at + len(needle), end)
        if rest is None:  # lines that only begin like it may be many: the engine skips them faster
            whole = re.compile(re.escape(needle) + _DELIMITER_REST.pattern).search(source, at + len(needle), end)
            if whole is None:
                return
            at = whole.start()
            rest = whole
        yield at - (at > start and source[at - 1] == 13), rest.end(), rest[1] is not None
        behind = max(at + len(needle), rest.end() - 1)


@dataclass(slots=True)
class _Builder:
    """Takes the tree apart, a node at a time."""

    root: Node
    budget: int  # bytes that messages inside may still be decoded to
    nodes: list[Node] = field(default_factory=list)
    left: int = limits.MIME_PARTS
    messages: int = 0

    def __post_init__(self) -> None:
        stack = [self.root]
        while stack:
            node = stack.pop()
            self.nodes.append(node)
            if node.is_multipart:
                self._open_multipart(node)
            elif node.content_type in _MESSAGES:
                self._open_message(node)
            stack.extend(reversed(node.children))

    def _too_deep(self, node: Node) -> bool:
        if node.depth < limits.MIME_DEPTH:
            return False
        node.defects.append(f"deeper than {limits.MIME_DEPTH} levels: not taken apart")
        return True

    def _open_multipart(self, node: Node) -> None:
        if self._too_deep(node):
            return
        sections = _sections(node)
        if sections is None:
            node.content_type = "text/plain"
            return
        prefix = "" if node is self.root else f"{node.path}."
        default = "message/rfc822" if node.content_type == "multipart/digest" else "text/plain"
        for number, (start, end) in enumerate(sections, 1):
            if self.left <= 0:
                self.root.defects.append(f"more than {limits.MIME_PARTS} parts: the rest is not shown")
                break
            self._add(node, _node(f"{prefix}{number}", node.source, start, end, part=True, default=default))
        if node is not self.root:
            node.path += ".0"

    def _open_message(self, node: Node) -> None:
        if node.start >= node.end or self.left <= 0 or self._too_deep(node):
            return
        source, start, end = node.source, node.start, node.end
        if node.transfer_encoding not in IDENTITY:
            source, start = node.content(), 0
            end = len(source)
            self.budget -= end
            if self.budget < 0:
                node.defects.append("messages inside messages are too large together: not taken apart")
                return
        child = _node("1" if node is self.root else f"{node.path}.1", source, start, end)
        self._add(node, child)
        self.messages += 1
        child.message = self.messages

    def _add(self, parent: Node, child: Node) -> None:
        child.depth = parent.depth + 1
        child.message = parent.message
        parent.children.append(child)
        self.left -= 1


def _sections(node: Node) -> list[tuple[int, int]] | None:
    """The spans of a container's parts; None if it has no boundary at all."""
    boundary = node.media.params.get("boundary", "").encode()
    sections, closed = _cut(node, boundary) if boundary else ([], False)
    if not sections and not closed:
        guessed = _LIKE_BOUNDARY.search(node.source, max(0, node.start - 1), node.end)
        if guessed is None:
            node.defects.append(f"{node.content_type} without any boundary, shown as text")
            return None
        node.defects.append("the boundary that Content-Type names does not occur; took the one of the body")
        sections, closed = _cut(node, guessed[1])
    if not closed:
        node.defects.append("no closing boundary")
    return sections


def _cut(node: Node, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
    sections: list[tuple[int, int]] = []
    begin = None
    for before, behind, closing in _delimiters(node.source, node.start, node.end, boundary):
        if begin is not None:
            sections.append((begin, max(begin, before)))
        if closing:
            return sections, True
        begin = behind
        if len(sections) > limits.MIME_PARTS:
            return sections, True
    if begin is not None:
        sections.append((begin, node.end))
    return sections, False
