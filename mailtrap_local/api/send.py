"""POST /send: a mail given as its fields (reference 2.11), composed and received like any other."""

import asyncio
import base64
import binascii
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from starlette.responses import Response

from mailtrap_local import model
from mailtrap_local.api import schema
from mailtrap_local.api.messages import envelope_of, stored
from mailtrap_local.errors import BadRequest, MailtrapLocalError
from mailtrap_local.http import answer, bodies
from mailtrap_local.http.route import Call
from mailtrap_local.model import Address

if TYPE_CHECKING:
    from mailtrap_local.mime.compose import Attachment

_DATA_URL = re.compile(r"data:(?P<type>[^;,]*)(?:;[^;,=]+=[^;,]*)*(?P<base64>;base64)?,", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


async def send(call: Call) -> Response:
    """POST /send; its errors are JSON."""
    try:
        wanted = await bodies.read(call, schema.SendMessage)
        envelope = _envelope(wanted)
        raw = await asyncio.to_thread(_compose, wanted)
        return await stored(call, raw, envelope)
    except MailtrapLocalError as error:
        return await answer.json(schema.SendError(str(error)), to=call.connection, status=answer.status_of(error))


def _compose(wanted: schema.SendMessage) -> bytes:
    from mailtrap_local.mime.compose import compose  # here, since most servers never write a mail

    return compose(
        sender=_address(wanted.From),
        to=_addresses(wanted.To),
        cc=_addresses(wanted.Cc),
        bcc=[Address("", address) for address in wanted.Bcc],
        reply_to=_addresses(wanted.ReplyTo),
        subject=wanted.Subject,
        text=wanted.Text,
        html=wanted.HTML,
        attachments=[_attachment(attachment) for attachment in wanted.Attachments],
        headers=wanted.Headers,
        tags=wanted.Tags,
    )


def _envelope(wanted: schema.SendMessage) -> model.Envelope:
    named = [*(address.Email for address in (*wanted.To, *wanted.Cc)), *wanted.Bcc]
    return envelope_of(wanted.From.Email, named)


def _addresses(values: Sequence[schema.EmailName]) -> list[Address]:
    return [_address(value) for value in values]


def _address(value: schema.EmailName) -> Address:
    return Address(value.Name, value.Email)


def _attachment(value: schema.SendAttachment) -> "Attachment":
    from mailtrap_local.mime.compose import Attachment

    content, declared = _content(value)
    return Attachment(content, value.Filename, value.ContentType or declared, value.ContentID)


def _content(value: schema.SendAttachment) -> tuple[bytes, str]:
    """The bytes of a file, and the type that its data: URL (RFC 2397) names."""
    match = _DATA_URL.match(value.Content)
    encoded = value.Content[match.end() :] if match else value.Content
    if match and not match["base64"]:
        return unquote_to_bytes(encoded), match["type"]
    try:
        return base64.b64decode(_BLANKS.sub("", encoded), validate=True), match["type"] if match else ""
    except (binascii.Error, ValueError):
        raise BadRequest(f"the content of the attachment {value.Filename[:100]!r} is not base64") from None
