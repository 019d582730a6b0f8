"""A mail from fields: for POST /api/v1/send, and for mail of our own making."""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage, MIMEPart
from email.utils import make_msgid
from typing import Any

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest
from mailtrap_local.mime.charset import scrub
from mailtrap_local.model import Address

RESERVED = frozenset(
    {
        "to",
        "from",
        "cc",
        "bcc",
        "reply-to",
        "date",
        "subject",
        "content-type",
        "mime-version",
        "content-transfer-encoding",
    }
)
_FIELD_NAME = re.compile(r"[!-9;-~]{1,100}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(
    r"""(?:"[^"\\\x00-\x1f]+"|[^\s<>"(),:;\\\[\]@]+)@(?:[^\s<>"(),:;\\\[\]@]+|\[[^\s<>"()\\\[\]]+\])\Z"""
)
_TYPE = re.compile(r"([A-Za-z0-9!#$&^_.+-]+)/([A-Za-z0-9!#$&^_.+-]+)")
_CONTENT_ID = re.compile(r"[^\s<>\x00-\x1f\x7f]{1,500}\Z")
_POLICY = policy.SMTP.clone(max_line_length=78)
_LINE = 900  # octets; beyond, a text is sent as quoted-printable


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with a mail. With a `content_id` it is inline, for the HTML to show as cid:...

    An empty `content_type` is guessed from the name.
    """

    content: bytes
    filename: str = ""
    content_type: str = ""
    content_id: str = ""


def compose(
    *,
    sender: Address,
    to: Sequence[Address] = (),
    cc: Sequence[Address] = (),
    bcc: Sequence[Address] = (),
    reply_to: Sequence[Address] = (),
    subject: str = "",
    text: str = "",
    html: str = "",
    attachments: Sequence[Attachment] = (),
    headers: Mapping[str, str] | None = None,
    tags: Sequence[str] = (),
    date: datetime | None = None,
    message_id: str = "",
) -> bytes:
    """A mail (RFC 5322, MIME) with CRLF line ends. `bcc` is checked and never written: it belongs to the envelope.

    Without `date` it is dated now, without `message_id` (no angle brackets) it gets a fresh one; `tags` become X-Tags.
    Raises BadRequest for an address that is none, a header over the limits, a line break in a header value, and a
    header that is not to be set.
    """
    lists = {"From": [sender], "To": to, "Cc": cc, "Bcc": bcc, "Reply-To": reply_to}
    named = [text for each_list in lists.values() for address in each_list for text in (address.name, address.address)]
    _check_lengths([*named, subject, *(headers or {}).values(), *tags])
    checked = {field: [_address(field, each) for each in each_list] for field, each_list in lists.items()}
    message = EmailMessage(_POLICY.clone(utf8=not all(each.address.isascii() for each in _all(lists))))
    try:
        for field in ("From", "To", "Cc", "Reply-To"):
            if checked[field]:
                message[field] = checked[field]
        message["Subject"] = _line("Subject", subject)
        message["Date"] = date or datetime.now(UTC)
        _set_headers(message, headers or {}, tags, message_id)
        _set_bodies(message, text, html, attachments)
        return message.as_bytes()
    except (MessageError, ValueError, IndexError, KeyError) as error:
        raise BadRequest(f"no mail can be made of these fields: {error}") from error


def _all(lists: Mapping[str, Sequence[Address]]) -> list[Address]:
    return [address for field, addresses in lists.items() if field != "Bcc" for address in addresses]


def _check_lengths(values: Sequence[str]) -> None:
    """The standard library folds a long field in quadratic time, and a long name at 2 ms a word."""
    if max(map(len, values)) > limits.TEXT_FIELD:
        raise BadRequest(f"a header field, name or tag may have {limits.TEXT_FIELD} characters at most")
    if sum(map(len, values)) > limits.ADDRESS_FIELD:
        raise BadRequest(f"the header fields may have {limits.ADDRESS_FIELD} characters together at most")


def _line(field: str, value: str) -> str:
    """A value that may stand in a header."""
    if _CONTROL.search(value):
        raise BadRequest(f"{field} holds a line break or another control character")
    return scrub(value)


def _address(field: str, address: Address) -> HeaderAddress:
    name = _line(field, address.name)
    spec = _line(field, address.address)
    if not _ADDRESS.match(spec):
        raise BadRequest(f"invalid {field} address: {spec[:200]}")
    local, _, domain = spec.rpartition("@")
    if local.startswith('"'):
        local = local[1:-1]
    return HeaderAddress(name, local, domain)


def _set_headers(message: EmailMessage, headers: Mapping[str, str], tags: Sequence[str], message_id: str) -> None:
    for name, value in headers.items():
        if not _FIELD_NAME.match(name):
            raise BadRequest(f"invalid header name: {scrub(name)[:100]!r}")
        if name.lower() in RESERVED:
            raise BadRequest(f'cannot overwrite header: "{name}"')
        message[name] = _line(name, value)
    if tags:
        message["X-Tags"] = ", ".join(_line("X-Tags", tag) for tag in tags)
    if "Message-ID" not in message:
        message["Message-ID"] = f"<{_line('Message-ID', message_id)}>" if message_id else make_msgid(domain="localhost")


def _set_bodies(message: EmailMessage, text: str, html: str, attachments: Sequence[Attachment]) -> None:
    inline = [each for each in attachments if each.content_id] if html else []
    if text or not html:
        _set_text(message, text, "plain")
    html_part: MIMEPart = message
    if html:
        if text:
            message.make_alternative()
            html_part = MIMEPart(message.policy)
        _set_text(html_part, html, "html")
        for each in inline:
            html_part.add_related(each.content, **_described(each))
        if text:
            message.attach(html_part)  # type: ignore[arg-type]  # typeshed wants a whole message
    for each in attachments:
        if each not in inline:
            message.add_attachment(each.content, **_described(each))


def _set_text(part: MIMEPart, text: str, subtype: str) -> None:
    text = scrub(text)
    plain = text.isascii() and max(map(len, text.splitlines()), default=0) < _LINE
    part.set_content(text, subtype=subtype, charset="utf-8", cte="7bit" if plain else "quoted-printable")


def _described(attachment: Attachment) -> dict[str, Any]:
    """The arguments of add_related and add_attachment."""
    filename = _line("an attachment's name", attachment.filename)
    content_type = attachment.content_type or mimetypes.guess_type(filename)[0] or ""
    match = _TYPE.match(_line("an attachment's type", content_type))
    main, sub = (match[1].lower(), match[2].lower()) if match else ("application", "octet-stream")
    described: dict[str, Any] = {"maintype": main, "subtype": sub, "cte": "base64"}
    if (main, sub) == ("message", "rfc822"):  # may not be base64 (RFC 2046 section 5.2.1)
        described["cte"] = "8bit"
    elif main in ("multipart", "message"):
        described |= {"maintype": "application", "subtype": "octet-stream"}
    if filename:
        described["filename"] = filename
    if attachment.content_id:
        content_id = attachment.content_id.strip().removeprefix("<").removesuffix(">")
        if not _CONTENT_ID.match(content_id):
            raise BadRequest(f"invalid Content-ID: {scrub(content_id)[:100]!r}")
        described |= {"cid": f"<{content_id}>", "disposition": "inline"}
    return described
