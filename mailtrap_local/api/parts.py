"""Parts of a message as files: never rendered, never run (SECURITY.md rule 8), and their thumbnails."""

import asyncio
import re
from urllib.parse import quote

from starlette.responses import Response

from mailtrap_local.api import thumbnail
from mailtrap_local.errors import BadRequest, NotFound
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call, Front
from mailtrap_local.model import Part

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WELL_FORMED = re.compile(f"{_TOKEN}/{_TOKEN}")
_CHARSET = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_ACTIVE = re.compile(
    r".*/(?:.*\+)?(?:html|xhtml|xml|xsl|xslt|svg|rdf|javascript|ecmascript|jscript|livescript|css|wasm)(?:\+.*)?"
    r"|.*/(?:x-)?(?:java|ecma)script.*|.*/xml-.*|.*/x-shockwave-flash|.*/cache-manifest|multipart/.*"
)
_OPAQUE = "application/octet-stream"
_THUMBNAILS_AT_ONCE = 2
_NAME_CHARACTERS = 200  # clients refuse an answer whose head is too long, and file systems a name over 255 bytes
_ENDING = re.compile(r"\.[^.]{1,16}\Z")


async def content(call: Call) -> Response:
    """GET /message/{id}/part/{part}: the decoded bytes."""
    part, data = await call.mailbox.part(await call.message_id(), call.path("part"), inbox=call.inbox)
    media = part.content_type if _WELL_FORMED.fullmatch(part.content_type) else _OPAQUE
    named = {
        "content-security-policy": answer.SOURCE_CSP,
        "content-disposition": disposition(part.filename or part.content_id),
    }
    if _ACTIVE.fullmatch(media):
        named["x-part-type"] = media
        media = _OPAQUE
    named["content-type"] = _with_charset(media, part)
    return answer.in_chunks(data, media=media, headers=named)


def _with_charset(declared: str, part: Part) -> str:
    known = declared.startswith("text/") and _CHARSET.fullmatch(part.charset)
    return f"{declared}; charset={part.charset}" if known else declared


def disposition(filename: str) -> str:
    """Content-Disposition for a file of that name (RFC 6266): an ASCII form, and the name itself percent-encoded."""
    if not filename:
        return "attachment"
    if len(filename) > _NAME_CHARACTERS:
        ending = _ENDING.search(filename)
        filename = filename[:_NAME_CHARACTERS] + (ending[0] if ending else "")
    escaped = quote(filename, safe="")
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{escaped}"


def _few_at_once(_: Front) -> asyncio.Semaphore:
    return asyncio.Semaphore(_THUMBNAILS_AT_ONCE)


async def thumb(call: Call) -> Response:
    """GET /message/{id}/part/{part}/thumb: a small JPEG, blank if the part is no image that can be shown."""
    try:
        part, data = await call.mailbox.part(await call.message_id(), call.path("part"), inbox=call.inbox)
    except NotFound as error:
        raise BadRequest(str(error)) from None
    async with call.front.one(_few_at_once):
        small = await asyncio.to_thread(thumbnail.jpeg, data if part.content_type.startswith("image/") else b"")
    return Response(small, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})
