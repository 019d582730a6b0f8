"""A body part over the bytes of its mail: what its header says of it, its content decoded, its text."""

import binascii
import re
from dataclasses import dataclass, field

from mailtrap_local.mime import charset, headers
from mailtrap_local.mime.headers import Field
from mailtrap_local.mime.params import Media, media_type
from mailtrap_local.mime.words import base64_bytes
from mailtrap_local.model import Part

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_UU = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_ENCODINGS = {name.encode(): name for name in (*IDENTITY, "quoted-printable", "base64")}
_NOWHERE = Media("")


@dataclass(eq=False, slots=True)
class Node:
    """A body part: its header, and where its content stands in `source`. `message`: which message inside the mail
    it belongs to, None for the mail itself; `depth` counts from that message's root."""

    path: str
    source: bytes
    start: int
    end: int
    fields: list[Field]
    media: Media
    content_type: str
    defects: list[str]
    own: dict[str, bytes]  # the first value of each field of _PART_FIELDS
    depth: int = 0
    message: int | None = None
    children: list["Node"] = field(default_factory=list)
    decoded: bytes | None = None

    @property
    def is_multipart(self) -> bool:
        """Whether it is a container of parts."""
        return self.content_type.startswith("multipart/")

    @property
    def disposition(self) -> str:
        """ "attachment", "inline" or ""."""
        if self.media.type == "attachment":  # "Content-Type: attachment; filename=..." as some scripts write it
            return "attachment"
        kind = self._placed.type
        # RFC 2183 section 2.8: an unknown one is an attachment
        return kind if kind in ("", "inline") else "attachment"

    @property
    def _placed(self) -> Media:
        value = self.own.get("content-disposition")
        return media_type(value) if value else _NOWHERE

    @property
    def filename(self) -> str:
        """From Content-Disposition, else the name of Content-Type; "" for none."""
        params = self.media.params
        return self._placed.params.get("filename") or params.get("name") or params.get("filename", "")

    @property
    def content_id(self) -> str:
        """Without angle brackets."""
        value = self.own.get("content-id")
        return headers.message_id(value) if value else ""

    @property
    def transfer_encoding(self) -> str:
        """Lower-case, without comments."""
        value = self.own.get("content-transfer-encoding", b"").strip().lower()
        known = _ENCODINGS.get(value)
        return headers.decode(value).partition("(")[0].partition(";")[0].strip(" \"'") if known is None else known

    @property
    def is_attachment(self) -> bool:
        """By the reference's rule for parts of a multipart."""
        kind = self.content_type
        return self.disposition == "attachment" or (kind == "application/octet-stream" and not self.is_multipart)

    @property
    def is_other(self) -> bool:
        """Neither text nor container nor attachment, and no disposition: a related image, say."""
        kind = self.content_type
        return not (self.disposition or self.is_multipart) and kind not in (
            "text/plain",
            "text/html",
            "application/octet-stream",
        )

    def is_text(self, kind: str) -> bool:
        """Whether it is a body of this type, no attachment."""
        return self.content_type == kind and self.disposition != "attachment"

    def value(self, name: str) -> str:
        """A header field's value, decoded; "" if there is none."""
        value = next((value for key, value in self.fields if key.lower() == name.encode()), None)
        return headers.decode(value) if value is not None else ""

    def content(self) -> bytes:
        """The decoded bytes; a broken transfer encoding is decoded as far as it goes, and told."""
        if self.decoded is None:
            self.decoded = self._decode()
        return self.decoded

    def _decode(self) -> bytes:
        encoding = self.transfer_encoding
        encoded = self.source[self.start : self.end]
        if encoding in IDENTITY or self.is_multipart:
            return encoded
        if encoding == "quoted-printable":
            return binascii.a2b_qp(encoded)
        if encoding == "base64":
            decoded, clean = base64_bytes(encoded)
            if not clean:
                self.defects.append("broken base64, decoded as far as it goes")
            return decoded
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return self._uudecoded(encoded)
        self.defects.append(f"unknown transfer encoding {encoding[:40]!r}, shown as it came")
        return encoded

    def _uudecoded(self, encoded: bytes) -> bytes:
        begin = _UU.search(encoded)
        decoded = bytearray()
        for line in encoded[begin.end() if begin else 0 :].splitlines():
            if line.strip() in (b"", b"end", b"`"):
                continue
            try:
                decoded += binascii.a2b_uu(line)
            except binascii.Error:
                self.defects.append("broken uuencoding, decoded as far as it goes")
                break
        return bytes(decoded)

    @property
    def label(self) -> str:
        """The charset that was declared: by Content-Type, else by an HTML part itself."""
        declared = self.media.params.get("charset", "")
        if not declared and self.content_type == "text/html":
            match = _META_CHARSET.search(self.content(), 0, 2048)
            declared = match[1].decode("ascii") if match else ""
        return declared

    def text(self) -> str:
        """The content as text; an unknown or wrong charset is told in the defects."""
        text, defect = charset.decode(self.content(), self.label)
        if defect and defect not in self.defects:
            self.defects.append(defect)
        return charset.displayed(text)

    def part(self, children: tuple[Part, ...]) -> Part:
        """The value of the model, with the children's values."""
        hint = self.media.params.get("charset", "")
        size = self.end - self.start if self.is_multipart else len(self.content())
        if self.content_type.startswith("text/"):
            self.text()  # for its defects
        return Part(
            path=self.path,
            content_type=self.content_type,
            charset=self.media.params.get("charset", "").lower(),
            disposition=self.disposition,
            filename=self.filename,
            content_id=self.content_id,
            transfer_encoding=self.transfer_encoding,
            size=size,
            params=self.media.params,
            headers=tuple(headers.header(each, hint=hint) for each in self.fields),
            defects=tuple(dict.fromkeys(self.defects)),
            children=children,
        )
