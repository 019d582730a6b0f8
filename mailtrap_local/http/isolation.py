"""What a browser may get of a mail: a page that can do nothing, and files that it never runs (SECURITY.md 6 and 8)."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import Response

from mailtrap_local.http import answer
from mailtrap_local.http.route import Call
from mailtrap_local.model import Part

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WELL_FORMED = re.compile(f"{_TOKEN}/{_TOKEN}")
_CHARSET = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_ACTIVE = re.compile(
    r".*/(?:.*\+)?(?:html|xhtml|xml|xsl|xslt|svg|rdf|javascript|ecmascript|jscript|livescript|css|wasm)(?:\+.*)?"
    r"|.*/(?:x-)?(?:java|ecma)script.*|.*/xml-.*|.*/x-shockwave-flash|.*/cache-manifest|multipart/.*"
)
_OPAQUE = "application/octet-stream"
_NAME_CHARACTERS = 200  # clients refuse an answer whose head is too long, and file systems a name over 255 bytes
_ENDING = re.compile(r"\.[^.]{1,16}\Z")


async def previewed(
    call: Call, message_id: str, *, remote: bool = False, images: bool = True, within: str = ""
) -> Response:
    """The preview page of a message, isolated by its own policy."""
    from mailtrap_local.mime.preview import preview_policy  # here, since its patterns take long to compile

    shown = await call.mailbox.preview(message_id, remote=remote, inbox=call.inbox, within=within)
    policy = preview_policy(remote=remote, images=images)
    named = {"content-security-policy": policy, "x-blocked-remote": str(shown.blocked)}
    return answer.in_chunks(shown.html.encode(), media="text/html", headers=named)


def text_of(data: bytes, *, media: str = "text/plain", headers: Mapping[str, str] | None = None) -> Response:
    """Text of a mail, its source for one, which a browser shows as text."""
    return answer.in_chunks(
        data, media=media, headers={"content-security-policy": answer.SOURCE_CSP, **(headers or {})}
    )


def file(part: Part, content: bytes, *, filename: str = "") -> Response:
    """A part as a file, under the type that it declares unless a browser runs or renders that.

    `filename` is what it is called where it does not call itself anything.
    """
    media = part.content_type if _WELL_FORMED.fullmatch(part.content_type) else _OPAQUE
    named = {
        "content-security-policy": answer.SOURCE_CSP,
        "content-disposition": disposition(part.filename or part.content_id or filename),
    }
    if _ACTIVE.fullmatch(media):
        named["x-part-type"] = media
        media = _OPAQUE
    named["content-type"] = _with_charset(media, part)
    return answer.in_chunks(content, media=media, headers=named)


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
