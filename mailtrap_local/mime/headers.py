"""The header of a mail or of a body part: found, split into fields, unfolded and decoded.

Rules
1. A header ends at its first empty line. CRLF, LF and CR all end lines, as they do for those who display mail.
2. A line that is no field and continues none ends the header, as if the empty line before the body were forgotten;
   but if fields that only a header has come after it, it continues the field before it (a fold without indentation).
3. Before the first field a byte order mark and an mbox "From " line are skipped.
4. 8-bit bytes are UTF-8, else of the charset that Content-Type names, else windows-1252.
`head` is called for each mail that comes: it reads the header only, and takes the long way only where it must.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailtrap_local import limits
from mailtrap_local.mime import charset
from mailtrap_local.mime.addresses import addresses
from mailtrap_local.mime.params import media_type
from mailtrap_local.mime.words import decode_words
from mailtrap_local.model import Address, Head, Header

Field = tuple[bytes, bytes]  # name and value as sent

BOM = b"\xef\xbb\xbf"
_LEADS = (BOM[:1], b"F", b">")
_WINDOW = 4096
_MAX_LENGTH = 2 * limits.MB  # of a header; what goes on is body
_MAX_LINES = 8 * limits.HEADER_FIELDS
# Anchored to line starts, or a long line without a colon would be tried again from each of its characters.
_FIELDS = re.compile(rb"^([!-9;-~]++):([^\n]*+(?>(?:\n[ \t][^\n]*+)*))\n", re.MULTILINE)
_FIELD_LINE = re.compile(rb"([!-9;-~]++)[ \t]*:(.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r+\n|\r|\n")
_SURELY_HEADER = re.compile(
    rb"(?:\A|(?<=[\r\n]))(?:from|to|cc|subject|date|message-id|mime-version|reply-to|received"
    rb"|content-type|content-transfer-encoding)[ \t]*:",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
_ADDRESS_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply-to"})
_ROW_FIELDS = _ADDRESS_FIELDS | {"subject", "message-id", "x-inbox", "x-tags", "references", "in-reply-to"}
_WANTED = {
    spelling.encode(): name
    for name in _ROW_FIELDS
    for spelling in (name, name.title(), name.upper(), name.title().replace("Id", "ID"))
}
_UNWANTED = (
    "Received Date MIME-Version Mime-Version Content-Type Content-Transfer-Encoding DKIM-Signature X-Mailer User-Agent"
)
_WANTED.update((name.encode(), "") for name in _UNWANTED.split())  # spares them the second look


@dataclass(slots=True)
class Block:
    """A header taken apart: its fields in order, where the body begins, and what was wrong."""

    fields: list[Field]
    body: int  # offset into what was read
    defects: list[str]

    def first(self, name: bytes) -> bytes | None:
        """The value of the first field of this lower-case name."""
        for field_name, value in self.fields:
            if len(field_name) == len(name) and field_name.lower() == name:
                return value
        return None

    def all(self, name: bytes) -> list[bytes]:
        """The values of every field of this lower-case name."""
        return [value for field_name, value in self.fields if field_name.lower() == name]


def split(data: bytes, *, start: int = 0, end: int | None = None, part: bool = False) -> Block:
    """Take apart the header that begins at `start`. `part`: of a body part, where no BOM or mbox line is looked for."""
    stop = len(data) if end is None else end
    defects: list[str] = []
    at = _skip_lead(data, start, defects) if not part and data[start : start + 1] in _LEADS else start
    if data[at : at + 1] in b"\r\n" and data.startswith((b"\n", b"\r\n"), at, stop):
        return Block([], at + (1 if data.startswith(b"\n", at) else 2), defects)
    header_end, body = _find_end(data, at, stop)
    block = data[at:header_end]
    if not block.endswith(b"\n"):
        block += b"\n"
    fields = _FIELDS.findall(block)
    size = 2 * len(fields)  # the colons and line ends
    for name, value in fields:
        size += len(name) + len(value)
    if size != len(block) or block.count(b"\r") != block.count(b"\r\n"):
        return _split_slowly(data, at, header_end, body, defects)
    if len(fields) > limits.HEADER_FIELDS:
        fields = _cut(fields, defects)
    return Block(fields, body, defects)


def _cut(fields: list[Field], defects: list[str]) -> list[Field]:
    defects.append(f"more than {limits.HEADER_FIELDS} header fields: the rest is not read")
    return fields[: limits.HEADER_FIELDS]


def _skip_lead(data: bytes, at: int, defects: list[str]) -> int:
    if data.startswith(BOM, at):
        defects.append("begins with a byte order mark")
        at += len(BOM)
    if data.startswith((b"From ", b">From "), at):
        end = data.find(b"\n", at, at + 1000)
        if end >= 0:
            defects.append("begins with an mbox line, which is no header field")
            at = end + 1
    return at


def _find_end(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """Where the header ends (its last line end included) and where the body begins; looks no further than it must."""
    first_cr = data.find(b"\r", at, at + _WINDOW)
    if first_cr >= 0 and first_cr + 1 < stop and data[first_cr + 1] != 10:
        return _find_end_by_cr(data, at, stop)
    size = _WINDOW
    while True:
        window = min(at + size, stop)
        crlf = data.find(b"\n\r\n", at, window)
        lf = data.find(b"\n\n", at, window if crlf < 0 else crlf + 1)
        if lf >= 0:
            return lf + 1, lf + 2
        if crlf >= 0:
            return crlf + 1, crlf + 3
        if window == stop:
            return stop, stop
        if size >= _MAX_LENGTH:
            return window, window
        size = min(8 * size, _MAX_LENGTH)


def _find_end_by_cr(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """The same where a bare CR ends lines: look at each line end."""
    last = at
    for count, match in enumerate(_LINE_END.finditer(data, at, stop)):
        if match.start() == last and count:
            return last, match.end()
        last = match.end()
        if count > _MAX_LINES:
            return last, last
    return stop, stop


def _split_slowly(data: bytes, at: int, header_end: int, body: int, defects: list[str]) -> Block:
    """Line by line, for a header with a line that is no field, or with a bare CR."""
    fields: list[list[bytes]] = []
    skipped = 0
    last_known = _last_known(data, at, header_end)
    for start, end, next_line in _lines(data, at, header_end):
        line = data[start:end]
        match = _FIELD_LINE.match(line)
        if match:
            fields.append([match[1], match[2]])
        elif not line:
            return _block(fields, next_line, defects)
        elif line[:1] in (b" ", b"\t") and fields:
            fields[-1].append(line)
        elif start > last_known:
            defects.append("no empty line between header and body")
            return _block(fields, start, defects)
        else:
            skipped += 1
            (fields or [[]])[-1].append(b" " + line)
    if skipped:
        defects.append(f"{skipped} header line{'s' * (skipped > 1)} without a field name, read as continued lines")
    return _block(fields, body, defects)


def _lines(data: bytes, at: int, end: int) -> list[tuple[int, int, int]]:
    """The lines of a header: where each begins and ends, and where the next begins."""
    lines: list[tuple[int, int, int]] = []
    while at < end and len(lines) < _MAX_LINES:
        match = _LINE_END.search(data, at, end)
        line_end, following = match.span() if match else (end, end)
        lines.append((at, line_end, following))
        at = following
    return lines


def _last_known(data: bytes, at: int, end: int) -> int:
    """Where the last line begins that surely is a header field; -1 if there is none."""
    window = data[at : min(end, at + 64 * limits.KB)]
    return max((at + match.start() for match in _SURELY_HEADER.finditer(window)), default=-1)


def _block(fields: list[list[bytes]], body: int, defects: list[str]) -> Block:
    joined = [(name, b"\r\n".join(lines)) for name, *lines in fields]
    if len(joined) > limits.HEADER_FIELDS:
        joined = _cut(joined, defects)
    return Block(joined, body, defects)


def unfold(value: bytes, *, hint: str = "", defects: list[str] | None = None) -> str:
    """A field's value as text on one line, its encoded words still encoded. `hint`: charset for 8-bit bytes."""
    if value.isascii():
        text = value.decode("ascii").strip()
    else:
        text, name = charset.guess(value, hint)
        text = text.strip()
        if defects is not None:
            defects.append(f"8-bit bytes in a header field, read as {name}")
    return text if text.isprintable() else _cleaned(text)


def _cleaned(text: str) -> str:
    if "\x1b$" in text:  # ISO-2022-JP without encoded words, as old Japanese mailers send it
        text = charset.decode(text.encode("utf-8", "replace"), "iso-2022-jp")[0]
    if "\n" in text:
        text = text.replace("\r\n", "").replace("\n", "")
    return charset.scrub(_CONTROLS.sub(" ", text)).strip()


def decode(value: bytes, *, hint: str = "", defects: list[str] | None = None) -> str:
    """A field's value as text on one line, encoded words decoded."""
    text = unfold(value, hint=hint, defects=defects)
    if "=?" in text:
        text = decode_words(text)
        if not text.isprintable():
            text = charset.scrub(_CONTROLS.sub(" ", text)).strip()
    return text


def address_list(value: bytes, *, hint: str = "") -> tuple[Address, ...]:
    """The mailboxes of an address field's value."""
    return addresses(unfold(value, hint=hint))


def message_id(value: bytes) -> str:
    """A Message-ID or Content-ID without its angle brackets."""
    text = decode(value)
    opening, closing = text.find("<"), text.rfind(">")
    return text[opening + 1 : closing].strip() if 0 <= opening < closing else text.strip("<> ")


def header(field: Field, *, hint: str = "") -> Header:
    """A field for display: its name, its value as sent, and its value decoded."""
    name, value = field
    raw = value.strip(b" \t\r\n")
    as_sent = raw.decode("ascii") if raw.isascii() else charset.guess(raw, hint)[0]
    return Header(name.decode("ascii"), as_sent, decode(value, hint=hint))


def charset_hint(fields: list[Field]) -> str:
    """The charset that Content-Type names, as a guess for 8-bit header bytes."""
    for name, value in fields:
        if name.lower() == b"content-type":
            return media_type(value).params.get("charset", "")
    return ""


def head(raw: bytes) -> Head:
    """The row's fields of a mail. Never raises; reads the header only.

    Address fields that occur more than once are joined (RFC 5322 section 3.6 allows one); of others the first counts.
    What is over limits.TEXT_FIELD, ADDRESS_FIELD and ADDRESSES is not in it: a list has many rows.
    """
    return head_of(split(raw).fields)


def head_of(fields: list[Field], *, defects: list[str] | None = None) -> Head:
    """The same of a header that was split already; `defects` learns what was over a limit."""
    found, cut = _row_values(fields)
    hint = "" if b"".join(found.values()).isascii() else charset_hint(fields)
    lists: dict[str, tuple[Address, ...]] = {}
    for key in _ADDRESS_FIELDS & found.keys():
        every = address_list(found[key], hint=hint)
        lists[key] = every[: limits.ADDRESSES]
        if len(every) > limits.ADDRESSES:
            cut.add(key)
    if cut and defects is not None:
        defects.extend(f"{name.title()} is too long: the rest of it is in the source alone" for name in sorted(cut))
    return Head(
        decode(found["subject"], hint=hint) if "subject" in found else "",
        next(iter(lists.get("from", ())), None),
        lists.get("to", ()),
        lists.get("cc", ()),
        lists.get("bcc", ()),
        lists.get("reply-to", ()),
        message_id(found["message-id"]) if "message-id" in found else "",
        decode(found["x-inbox"], hint=hint) if "x-inbox" in found else "",
        _tags(decode(found["x-tags"], hint=hint)) if "x-tags" in found else (),
        _referred(found),
    )


def _referred(found: Mapping[str, bytes]) -> tuple[str, ...]:
    """The ids that a mail refers to: the first, which began the thread, and the last ones (RFC 5322 section 3.6.4)."""
    if "references" not in found and "in-reply-to" not in found:
        return ()
    named = decode(found.get("references", b"") + b" " + found.get("in-reply-to", b""))
    ids = tuple(dict.fromkeys(_MESSAGE_ID.findall(named)))
    return ids if len(ids) <= limits.REFERENCES else (ids[0], *ids[1 - limits.REFERENCES :])


def _row_values(fields: list[Field]) -> tuple[dict[str, bytes], set[str]]:
    """The values that a row needs, by lower-case name, and the names of those that were cut."""
    found: dict[str, bytes] = {}
    cut: set[str] = set()
    for name, value in fields:
        key = _WANTED.get(name)
        if key is None:
            key = _WANTED.get(name.lower(), "")
        if not key or (key in found and key not in _ADDRESS_FIELDS):
            continue
        longest = limits.ADDRESS_FIELD if key in _ADDRESS_FIELDS else limits.TEXT_FIELD
        if len(value) > longest or (key in found and len(found[key]) >= longest):
            cut.add(key)
        if key not in found:
            found[key] = value[:longest]
        elif len(found[key]) < longest:
            found[key] += b"," + value[:longest]
    return found, cut


def _tags(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in (piece.strip() for piece in value.split(",")) if tag))
