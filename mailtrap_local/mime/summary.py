"""What a list and the search need of a mail's bodies: snippet, counts, text."""

from itertools import islice

from mailtrap_local import limits
from mailtrap_local.mime import text
from mailtrap_local.mime.codes import count_codes
from mailtrap_local.mime.headers import head_of
from mailtrap_local.mime.links import count_links
from mailtrap_local.mime.parse import Node, bodies, nested_bodies, tree
from mailtrap_local.model import Digest, Head

_WINDOW = 2 * limits.SNIPPET_CHARACTERS


def snippet(visible_text: str) -> str:
    """The first limits.SNIPPET_CHARACTERS characters, whitespace collapsed, "..." behind them if there is more."""
    size = _WINDOW
    while True:
        words = " ".join(text.visible(visible_text[:size]).split())
        if len(words) > limits.SNIPPET_CHARACTERS:
            return words[: limits.SNIPPET_CHARACTERS].rstrip() + "..."
        if size >= len(visible_text):
            return words
        size *= 8


def digest(raw: bytes) -> Digest:
    """What the bodies add to the row. Never raises. `text` is the visible text of the HTML part, else the text parts;
    that of nested messages comes behind it."""
    return _digest(tree(raw))


def read(raw: bytes) -> tuple[Head, Digest]:
    """`head` and `digest` in one go, for the price of one look at the header."""
    nodes = tree(raw)
    return head_of(nodes[0].fields), _digest(nodes)


def texts(raw: bytes) -> tuple[str, ...]:
    """What a person may get to read of a mail: the text of its HTML part, and that of its text parts."""
    found = bodies(tree(raw))
    return text.shown(text.html_to_text(found.html), found.text[: text.HTML_READ])


def _digest(nodes: list[Node]) -> Digest:
    if len(nodes) == 1 and nodes[0].is_text("text/plain"):  # most mail that tests send; several thousand a second
        return _plain(nodes[0].text())
    found = bodies(nodes)
    plain = found.text[: text.HTML_READ]
    seen = text.seen(found.html)
    shown = text.shown(text.readable(seen), plain)
    own = shown[0]
    searched = own if len(nodes) == 1 else own + _nested_text(nodes, skip=int(found.borrowed))
    return Digest(
        snippet(own),
        searched[: limits.SEARCH_TEXT],
        len(found.attachments),
        len(found.inline),
        _filenames(nodes),
        count_links(plain, seen),
        count_codes(*shown),
    )


def _plain(body: str) -> Digest:
    plain = body[: text.HTML_READ]
    seen = text.visible(plain)
    return Digest(
        snippet=snippet(seen),
        text=seen[: limits.SEARCH_TEXT],
        links=count_links(plain, ""),
        codes=count_codes(seen),
    )


def _nested_text(nodes: list[Node], *, skip: int) -> str:
    """What the messages inside the mail say, for the search; `skip` of them have been read."""
    pieces = []
    size = 0
    for each in islice(nested_bodies(nodes), skip, None):
        if size >= limits.SEARCH_TEXT:
            break
        pieces.append("\n" + text.visible(text.html_to_text(each.html) or each.text[: limits.SEARCH_TEXT]))
        size += len(pieces[-1])
    return "".join(pieces)


def _filenames(nodes: list[Node]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.filename for node in nodes if node.filename))
