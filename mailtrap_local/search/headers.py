"""`header:` over the bytes of a message: what a field says, decoded and folded."""

from mailtrap_local.mime.headers import charset_hint, decode, split
from mailtrap_local.mime.text import fold
from mailtrap_local.search.patterns import found


def header_matches(data: bytes, name: str, test: str, value: str) -> bool:
    """Whether a header field named `name` (lower-case) is there and passes the test of tree.HeaderField."""
    values = header_values(data, name)
    if test == "has" or not values:
        return bool(values)
    return any(found(value, text) if test == "re" else text == value for text in values)


def header_values(data: bytes, name: str) -> list[str]:
    """What each header field named `name` (lower-case) says, decoded and folded."""
    wanted = name.encode()
    if wanted not in _before_empty_line(data).lower():
        return []  # most messages have no such field; taking their headers apart is 20 times the work
    fields = split(data).fields
    hint = charset_hint(fields)
    return [fold(decode(value, hint=hint)) for field_name, value in fields if field_name.lower() == wanted]


def _before_empty_line(data: bytes) -> bytes:
    """What the header cannot reach beyond, wherever it ends by closer reading."""
    crlf = data.find(b"\n\r\n")
    lf = data.find(b"\n\n", 0, len(data) if crlf < 0 else crlf + 1)
    end = crlf if lf < 0 else lf
    return data if end < 0 else data[:end]
