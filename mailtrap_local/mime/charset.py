"""Bytes to text, whatever charset was declared: nothing raises, nothing holds a lone surrogate or a NUL.

Labels are read as browsers and mail clients read them (WHATWG Encoding): `iso-8859-1` is windows-1252, `gb2312` is
GB18030, `shift_jis` is windows-31j. A label that means nothing falls back to UTF-8, then windows-1252, and is told.
"""

import codecs
import re
from functools import lru_cache

SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_IN_LABEL = re.compile(r"[^a-z0-9]+")
_SAFE = frozenset(
    {"utf-8", "ascii", "cp1252", "iso8859-1", "cp932", "gb18030", "euc_jp", "iso2022_jp", "euc_kr", "cp949"}
)
# Codecs of Python that are no charsets of mail: they read escapes, or only host names.
_NO_CHARSET = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined", "mbcs", "oem"})
_READ_AS = {
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "cp819": "cp1252",
    "ibm819": "cp1252",
    "iso88599": "cp1254",
    "latin5": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "windows936": "gb18030",
    "xgbk": "gb18030",
    "euccn": "gb18030",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "windows31j": "cp932",
    "mskanji": "cp932",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "euckr": "cp949",
    "windows949": "cp949",
    "big5": "big5hkscs",
    "iso2022jp": "iso2022_jp_ext",
    "iso88598i": "iso8859-8",
    "iso88598e": "iso8859-8",
    "iso88596i": "iso8859-6",
    "iso88596e": "iso8859-6",
    "windows874": "cp874",
    "tis620": "cp874",
    "iso885911": "cp874",
    "utf8mb4": "utf-8",
    "unicode11utf8": "utf-8",
    "unicode11utf7": "utf-7",
    "xmacroman": "mac_roman",
    "macintosh": "mac_roman",
    "xmaccyrillic": "mac_cyrillic",
    "usascii": "ascii",
}
# What such a codec refuses is tried with these before characters are replaced.
_SECOND = {"cp1252": "latin-1", "big5hkscs": "cp950", "iso2022_jp_ext": "iso2022_jp_3"}


@lru_cache(maxsize=256)
def codec_of(label: str) -> str | None:
    """The name of the codec that reads a declared charset; None if there is none."""
    plain = _NOT_IN_LABEL.sub("", label.lower())
    name = _READ_AS.get(plain)
    if name is not None:
        return name
    try:
        found = codecs.lookup(label.strip())
        "".encode(found.name)  # refuses what is no text encoding, such as base64
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if found.name.replace("_", "-") in _NO_CHARSET else found.name


def scrub(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD."""
    return SURROGATE.sub("\ufffd", text)


def guess(data: bytes, hint: str = "") -> tuple[str, str]:
    """Read 8-bit data of no declared charset: UTF-8, else the hint, else windows-1252. (text, name of the charset)"""
    for name in ("utf-8", codec_of(hint) if hint else None, "cp1252"):
        if name is None or name == "ascii":
            continue
        try:
            return scrub(data.decode(name)), name
        except UnicodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def decode(data: bytes, label: str) -> tuple[str, str]:
    """Data of a declared charset ("" for none) as text, and what was wrong with it ("" for nothing)."""
    if data.isascii() and label.lower() in ("", "utf-8", "us-ascii", "iso-8859-1"):
        return data.decode("ascii"), ""
    if not label:
        text, name = guess(data)
        return text, f"8-bit text without a charset, read as {name}"
    name_or_none = codec_of(label)
    if name_or_none is None:
        text, name = guess(data)
        return text, f"unknown charset {scrub(label)[:40]!r}, read as {name}"
    return _decode_known(data, label, name_or_none)


def _decode_known(data: bytes, label: str, name: str) -> tuple[str, str]:
    if name == "ascii" and not data.isascii():
        text, name = guess(data)
        return text, f"8-bit text declared as {label[:40]}, read as {name}"
    for codec in (name, _SECOND.get(name)):
        if codec is None:
            continue
        try:
            text = data.decode(codec)
            return (text if codec in _SAFE else scrub(text)), ""
        except UnicodeError:
            continue
    return _replaced(data, name), f"bytes that are no {label[:40]}, shown as \ufffd"


def _replaced(data: bytes, name: str) -> str:
    try:
        return scrub(data.decode(name, "replace"))
    except UnicodeError:  # UTF-16 and UTF-7 can refuse even so
        return data.decode("latin-1")


def displayed(text: str) -> str:
    """Text as people expect to read it: no BOM before it, no NUL in it, a bare CR as a line end."""
    if text.startswith("\ufeff"):
        text = text[1:]
    if "\0" in text:
        text = text.replace("\0", "")
    if text.count("\r") != text.count("\r\n"):
        text = text.replace("\r\n", "\0").replace("\r", "\n").replace("\0", "\r\n")  # NUL is free now
    return text
