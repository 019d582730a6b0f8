"""A search in the source of a mail as it was sent, still encoded: what MailHog's clients search."""

import re

from mailtrap_local.mime.headers import split

_BLANK = re.compile("[ \t]")
_LINE_END = re.compile(rb"\r?\n")


def source_has(data: bytes, field: str, needle: str) -> bool:
    """Whether the needle, in lower case, is in a header field of that lower-case name, whatever the case there.

    An empty `field` means the value of any, or what follows the header.
    """
    if not _BLANK.search(needle) and not _has(data, needle):
        return False  # most messages, and taking headers apart is dearer; a needle with blanks may span folded lines
    block = split(data)
    name = field.encode()
    values = (value for key, value in block.fields if not name or key.lower() == name)
    if any(_has(_LINE_END.sub(b"", value), needle) for value in values):
        return True
    return not name and _has(data[block.body :], needle)


def _has(data: bytes, needle: str) -> bool:
    if needle.isascii():
        return needle.encode() in data.lower()
    return needle in data.decode(errors="replace").lower()
