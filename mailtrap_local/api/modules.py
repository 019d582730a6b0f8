"""The page's modules as the browser gets them: without comments and indentation, which are for who works on them.

Lines keep their numbers, so that what a debugger says fits the file. What is indented inside a template literal stays:
there it is text. This is no parser of JavaScript; a test holds for every module that it reads the same as before.
"""

import re
from functools import lru_cache

_COMMENT = re.compile(rb"/\*\*(?:[^*]|\*(?!/))*\*/|(?:^|(?<=[ \t]))// [^\n]*$", re.MULTILINE)
# What tells where a template literal begins: strings and patterns may hold a backtick or a brace that means nothing.
_CODE = re.compile(
    rb"\"(?:[^\"\\\n]|\\.)*\""
    rb"|'(?:[^'\\\n]|\\.)*'"
    rb"|(?:(?<=[(\[!])|(?<=[(,=:\[!&|?;{}>] ))/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"
    rb"|[`{}]"
    rb"|(?<=\n)[ \t]+"
)
_TEXT = re.compile(rb"\\.|`|\$\{", re.DOTALL)


@lru_cache(maxsize=256)
def as_sent(module: bytes) -> bytes:
    """What goes out of a module."""
    return _unindented(_COMMENT.sub(lambda match: b"\n" * match[0].count(b"\n"), module))


def _unindented(module: bytes) -> bytes:
    kept: list[bytes] = []
    open_braces: list[int | None] = [0]  # of the code around, of the text in it (None), of the code in that, and so on
    at = 0
    while found := (_TEXT if open_braces[-1] is None else _CODE).search(module, at):
        kept.append(module[at : found.start()])
        at = found.end()
        token, braces = found[0], open_braces[-1]
        if braces is not None and token[0] in b" \t":
            continue
        kept.append(token)
        if token == b"`":
            open_braces.append(None) if braces is not None else open_braces.pop()
        elif token == b"${":
            open_braces.append(0)
        elif token == b"{" and braces is not None:
            open_braces[-1] = braces + 1
        elif token == b"}" and braces is not None:
            if braces or len(open_braces) == 1:
                open_braces[-1] = braces - 1
            else:
                open_braces.pop()
    return b"".join(kept) + module[at:]
