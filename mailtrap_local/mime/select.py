"""Elements of a mail's HTML by CSS selector, as the parser of a browser sees it (Lexbor).

Measured on 28 kB of HTML, processor milliseconds to import, parse and select; and what a hostile selector
(`p ~ p ~ p` on 10,000 paragraphs) takes, in seconds:

    selectolax 1.0 (Lexbor)              16    1.2    0.07     0.01
    lxml 6.1 with cssselect 1.6          27    1.0    0.4      over 60
    parsel 1.12                         120    1.7    1.1      over 60
    beautifulsoup4 4.15, soupsieve 4.1  194   42      8        0.3

But `x div div div div div` on 500 nested elements takes Lexbor minutes as well, and nothing interrupts it. So this runs
where it can be killed: `Parser.bounded`.
"""

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest, NotFound, TooLarge
from mailtrap_local.mime.parse import bodies, tree
from mailtrap_local.mime.text import html_to_text
from mailtrap_local.model import Element, Selected


def select(raw: bytes, *, css: str) -> Selected:
    """The elements that a selector list matches, in their order. Raises BadRequest, NotFound, TooLarge."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # here, since few ever select

    html = bodies(tree(raw)).html
    if not html:
        raise NotFound("the message has no HTML part to select from")
    if len(html) > limits.SELECT_HTML:
        raise TooLarge(f"the HTML has {len(html)} characters; a selector looks at {limits.SELECT_HTML} at most")
    try:
        LexborHTMLParser("").css(css)  # alone first, so that it cannot close the parenthesis that comes around it
        nodes = LexborHTMLParser(html).css(f":is({css})")  # so an element that `p, p` means twice is found once
    except SelectolaxError:
        raise BadRequest(f"css={css[:64]!r} is no CSS selector that is known here, such as a.button[href]") from None
    found: list[Element] = []
    room = limits.SELECTED_CHARACTERS
    for node in nodes[: limits.SELECTED]:
        inner = node.inner_html or ""
        attributes = {name: value or "" for name, value in node.attributes.items()}
        room -= 2 * len(inner) + sum(map(len, attributes.values()))
        if room < 0:
            break
        found.append(Element(node.tag or "", html_to_text(inner), attributes, inner))
    return Selected(tuple(found), len(nodes))
