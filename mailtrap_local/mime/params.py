"""Parameters of Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231), read tolerantly."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from mailtrap_local.mime import charset
from mailtrap_local.mime.words import decode_words, percent_bytes

_CACHED_LENGTH = 80
_READ_LENGTH = 100_000
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}\Z")
_PARAM = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?>(?:[^"\\]|\\.)*))"?[^;]*+|([^;]*+))', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_COMMENT = re.compile(r"\([^()]*\)")
_SEGMENT = re.compile(r"([^*]+)(?:\*([0-9]{1,4}))?(\*)?\Z")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_TOKENS = frozenset({"charset", "boundary", "format", "delsp", "type"})  # where blanks end a value without quotes


@dataclass(frozen=True, slots=True)
class Media:
    """A media type or disposition with its parameters. `type` is lower-case, as written, well-formed or not."""

    type: str
    params: dict[str, str] = field(default_factory=dict)

    @property
    def well_formed(self) -> bool:
        """Whether it is type "/" subtype."""
        return bool(_TYPE.match(self.type))


def media_type(value: bytes) -> Media:
    """A Content-Type or Content-Disposition value. Never raises; treat `params` as read-only."""
    return _cached(value) if len(value) < _CACHED_LENGTH else _read(value)


@lru_cache(maxsize=1024)
def _cached(value: bytes) -> Media:
    return _read(value)


def _read(value: bytes) -> Media:
    value = value[:_READ_LENGTH]
    text = value.decode("ascii") if value.isascii() else charset.guess(value)[0]
    text = text.replace("\r\n", "").replace("\n", "")
    name, semicolon, _ = text.partition(";")
    kind = _COMMENT.sub("", name).strip().lower() if "(" in name else name.strip().lower()
    kind = _CONTROLS.sub("", kind)
    if not semicolon:
        return Media(kind)
    return Media(kind, _params(text[len(name) :]))


def _params(text: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAM.finditer(text):
        key = match[1].lower()
        value = _ESCAPED.sub(r"\1", match[2]) if match[2] is not None else _unquoted(key, match[3])
        if "*" not in key:
            plain.setdefault(key, value)
            continue
        segment = _SEGMENT.match(key)
        if segment:
            parts = segments.setdefault(segment[1], {})
            parts.setdefault(int(segment[2] or 0), (value, bool(segment[3])))
    decoded = {
        key: _clean(decode_words(value) if "=?" in value and key != "boundary" else value)
        for key, value in plain.items()
    }
    for key, parts in segments.items():  # RFC 2231 goes before the plain one, which is for those who cannot read it
        decoded[key] = _clean(_extended(parts))
    return decoded


def _unquoted(key: str, value: str) -> str:
    value = value.strip()
    if key in _TOKENS or key.startswith("charset"):
        return re.split(r"[\s(]", value, maxsplit=1)[0].strip("'\"")
    return value


def _extended(parts: dict[int, tuple[str, bool]]) -> str:
    """The segments of an RFC 2231 value joined; those marked are percent-encoded in the charset of the first."""
    label = ""
    data = bytearray()
    for position, number in enumerate(sorted(parts)):
        value, encoded = parts[number]
        if encoded and position == 0 and value.count("'") >= 2:
            label, _, value = value.split("'", 2)
        data += percent_bytes(value) if encoded else value.encode("utf-8", "replace")
    return charset.decode(bytes(data), label or "utf-8")[0]


def _clean(text: str) -> str:
    return text if text.isprintable() else charset.scrub(_CONTROLS.sub(" ", text)).strip()
