"""The whole parse of a mail: a tolerant tree of body parts, and what Mailpit's clients expect to be made of it.

Who parses: `structure.tree`, a splitter of our own over the bytes with the standard library's codecs; nothing outside
of it knows. Measured (CPython 3.11; milliseconds of CPU for header, tree and the decoded content of every part):

                                       2 kB text   50 kB text and HTML   10 MB with an attachment
    email, policy.compat32               0.079            1.1                   285
    email, policy.default                0.92             3.5                   289
    fast-mail-parser 0.10 (Rust)         0.007            0.06                    5
    this                                 0.046            0.24                   45

fast-mail-parser raises on broken base64, and tells neither part paths nor the header as sent; the standard library
loses or refuses the content of the kinds of mail that the tests of `structure` name. `head` alone takes 0.02 ms
whatever the size, `digest` 0.03 ms for a plain 2 kB mail.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailtrap_local.mime import dates, headers, text
from mailtrap_local.mime.codes import codes_of
from mailtrap_local.mime.links import links
from mailtrap_local.mime.structure import Node, tree
from mailtrap_local.model import Parsed, Part

__all__ = ["Bodies", "Node", "bodies", "content", "inside", "nested_bodies", "parse", "tree"]


@dataclass(frozen=True, slots=True)
class Bodies:
    """What a mail shows: its text parts and its HTML part, each with its path, and its other parts."""

    texts: tuple[tuple[str, str], ...]
    html_part: tuple[str, str] | None
    inline: tuple[Node, ...]
    attachments: tuple[Node, ...]
    borrowed: bool = False  # text and HTML are those of the first message inside

    @property
    def text(self) -> str:
        """The text parts as one."""
        return "\n--\n".join(content for _, content in self.texts)

    @property
    def has_text(self) -> bool:
        """Whether there is a text part."""
        return bool(self.texts)

    @property
    def html(self) -> str:
        """The source of the HTML part."""
        return self.html_part[1] if self.html_part else ""


def bodies(nodes: Sequence[Node]) -> Bodies:
    """Mailpit's rules (reference, section 2.7) on all nodes of a mail.

    A mail that shows nothing of its own shows what the first message inside it does.
    """
    if len(nodes) == 1:
        return _single(nodes[0])
    found = _bodies([node for node in nodes if node.message is None])
    nested = None if found.has_text or found.html else next(nested_bodies(nodes), None)
    return replace(found, texts=nested.texts, html_part=nested.html_part, borrowed=True) if nested else found


def nested_bodies(nodes: Sequence[Node]) -> Iterator[Bodies]:
    """The bodies of each message inside the mail, in order."""
    messages: dict[int, list[Node]] = {}
    for node in nodes:
        if node.message is not None:
            messages.setdefault(node.message, []).append(node)
    return (_bodies(each) for each in messages.values())


def _bodies(nodes: Sequence[Node]) -> Bodies:
    """The same on the nodes of one message, depth first."""
    root = nodes[0]
    if not root.is_multipart:
        return _single(root)
    broad = sorted(nodes, key=lambda node: node.depth)  # a stable sort: breadth first
    texts = [node for node in nodes if node.is_text("text/plain")]
    if root.content_type == "multipart/alternative":
        texts = [node for node in broad if node.is_text("text/plain")][:1]
    html = next((node for node in broad if node.is_text("text/html")), None)
    inline = [node for node in broad if node.disposition == "inline" and not node.is_multipart]
    inline += [node for node in broad if node.is_other]
    return Bodies(
        tuple((node.path, node.text()) for node in texts),
        (html.path, html.text()) if html else None,
        tuple(filter(_named, inline)),
        tuple(node for node in broad if node.is_attachment and _named(node)),
    )


def _single(root: Node) -> Bodies:
    """A message of one part: it is the text, the HTML, or a file."""
    if root.is_text("text/html"):
        return Bodies((), (root.path, root.text()), (), ())
    if root.is_text("text/plain"):
        return Bodies(((root.path, root.text()),), None, (), ())
    named = (root,) if _named(root) else ()
    inline = root.disposition == "inline"
    return Bodies((), None, named if inline else (), () if inline else named)


def _named(node: Node) -> bool:
    return bool(node.filename or node.content_id)


def parse(raw: bytes) -> Parsed:
    """Everything. Never raises: what is wrong is in `defects`, of the whole and of each part."""
    from mailtrap_local.mime.images import images  # here, since a server starts without
    from mailtrap_local.mime.unsubscribe import unsubscribe

    nodes = tree(raw)
    found = bodies(nodes)
    root = nodes[0]
    parts = _parts(nodes)
    values = {name: root.value(name) for name in ("date", "return-path")}
    plain = found.text
    seen = (found.html_part[0], text.seen(found.html_part[1])) if found.html_part and found.html else None
    read = text.readable(seen[1]) if seen else ""
    defects = list(root.defects)
    head = headers.head_of(root.fields, defects=defects)
    when = dates.parse_date(values["date"]) if values["date"] else None
    if values["date"] and when is None:
        defects.append("Date cannot be read")
    return Parsed(
        head=head,
        headers=parts[id(root)].headers,
        date=when[0] if when else None,
        date_offset=when[1] if when else None,
        return_path=headers.message_id(values["return-path"].encode()) or (head.from_.address if head.from_ else ""),
        unsubscribe=unsubscribe(parts[id(root)].headers),
        root=parts[id(root)],
        text=plain if found.has_text else read,
        html=found.html,
        has_text=found.has_text,
        inline=tuple(parts[id(node)] for node in found.inline),
        attachments=tuple(parts[id(node)] for node in found.attachments),
        links=links(found.texts, seen),
        codes=codes_of(*text.shown(read, plain[: text.HTML_READ])),
        images=images(*seen, related=_related(nodes)) if seen else (),
        defects=_told(nodes, defects),
    )


def _related(nodes: Sequence[Node]) -> dict[str, str]:
    """The path of each part that has a Content-ID, by it."""
    named: dict[str, str] = {}
    for node in nodes:
        if node.content_id:
            named.setdefault(node.content_id, node.path)
            named.setdefault(node.content_id.casefold(), node.path)
    return named


def _parts(nodes: Sequence[Node]) -> dict[int, Part]:
    """The Part of each node; children before their parents, so nothing recurses."""
    parts: dict[int, Part] = {}
    for node in reversed(nodes):
        parts[id(node)] = node.part(tuple(parts[id(child)] for child in node.children))
    return parts


def _told(nodes: Sequence[Node], own: list[str]) -> tuple[str, ...]:
    """The mail's own defects, then each part's with its path."""
    told = own + [f"part {node.path}: {defect}" for node in nodes[1:] for defect in node.defects]
    return tuple(dict.fromkeys(told))[:1000]


def content(raw: bytes, path: str) -> tuple[Part, bytes] | None:
    """One part by its path, and its decoded bytes; None if there is no such part."""
    for node in tree(raw):
        if node.path == path:
            return _parts(_below(node))[id(node)], node.content()
    return None


def inside(raw: bytes, path: str) -> bytes | None:
    """The message that a part is, byte for byte as its transfer encoding tells; None if it is none."""
    for node in tree(raw):
        if node.path == path and node.children and not node.is_multipart:
            return node.content()
    return None


def _below(node: Node) -> list[Node]:
    """A node and all below it, each before its children."""
    nodes = [node]
    for each in nodes:
        nodes.extend(each.children)
    return nodes
