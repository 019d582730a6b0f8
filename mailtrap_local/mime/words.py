"""RFC 2047 encoded words and RFC 2231 extended values, read tolerantly.

Adjacent words of one charset are joined as bytes before they are decoded, since many mailers cut a character in two.
Spaces inside a word, missing base64 padding and unknown charsets are put up with.
"""

import binascii
import re
from collections.abc import Iterator

from mailtrap_local.mime import charset

_OPENING = re.compile(r"=\?([^?\s]{1,100})\?([bBqQ])\?")
_BLANK = re.compile(r"[ \t\r\n]*\Z")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode_words(text: str) -> str:
    """`text` with every encoded word decoded. What only looks like one stays as it is. Linear in the text."""
    return "".join(_runs(text)) if "=?" in text else text


def _runs(text: str) -> Iterator[str]:
    """Literal text and decoded runs of adjacent words, in order."""
    done = 0
    label, held = "", b""
    for start, end, word_label, data in _encoded(text):
        between = text[done:start]
        if held and (not _BLANK.match(between) or word_label != label):
            yield charset.decode(held, label)[0]
            held = b""
            if not _BLANK.match(between):
                yield between
        elif not held and not (done and _BLANK.match(between)):
            yield between
        label, held, done = word_label, held + data if len(held) < 65536 else held, end
    if held:
        yield charset.decode(held, label)[0]
    yield text[done:]


def _encoded(text: str) -> Iterator[tuple[int, int, str, bytes]]:
    """Each encoded word: where it starts and ends, its charset label and its bytes."""
    at = text.find("=?")
    while at >= 0:
        opening = _OPENING.match(text, at)
        if opening is None:
            at = text.find("=?", at + 2)
            continue
        end = text.find("?=", opening.end())
        if end < 0:
            return
        label = opening[1].partition("*")[0].lower()  # RFC 2231 section 5: charset*language
        yield at, end + 2, label, _word_bytes(opening[2], text[opening.end() : end])
        at = text.find("=?", end + 2)


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return _QUOTED.sub(lambda match: bytes((int(match[1], 16),)), data.replace(b"_", b" "))
    return base64_bytes(data)[0]


def base64_bytes(data: bytes) -> tuple[bytes, bool]:
    """Decoded base64, and whether it was clean: whole quartets of the alphabet, line ends aside.

    What is not of the alphabet is skipped (RFC 2045 section 6.8), lacking padding is filled in.
    """
    try:
        return binascii.a2b_base64(data, strict_mode=True), True
    except binascii.Error:
        pass
    packed = data.translate(None, b" \t\r\n")
    try:
        return binascii.a2b_base64(packed, strict_mode=True), True
    except binascii.Error:
        pass
    # Several encoded texts behind one another, each with its padding, are decoded one by one.
    pieces = [_NOT_BASE64.sub(b"", piece) for piece in re.split(rb"=+", packed)]
    return b"".join(binascii.a2b_base64(_padded(piece)) for piece in pieces), False


def _padded(letters: bytes) -> bytes:
    over = len(letters) % 4
    if over == 1:  # six bits are no byte
        letters, over = letters[:-1], 0
    return letters + b"=" * (-over % 4)


def percent_bytes(text: str) -> bytes:
    """An RFC 2231 extended value's percent-encoding undone."""
    return _PERCENT.sub(lambda match: bytes((int(match[1], 16),)), text.encode("utf-8", "replace"))
