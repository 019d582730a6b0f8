"""The web page: index.html for every address of the UI, and the files that it loads."""

import asyncio
import hashlib
import html
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from mailtrap_local.api.modules import as_sent
from mailtrap_local.http import answer
from mailtrap_local.http.route import Call

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_PACKAGE = Path(__file__).resolve().parents[1]
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_PACKED = ("text/", "image/svg+xml", "application/json")


@lru_cache(maxsize=1)
def static_folder() -> Path:
    """Where the page's files are: in the package, or in the checkout that an editable install runs from."""
    packaged = _PACKAGE / "web" / "static"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "web" / "static"


async def index(call: Call) -> Response:
    """GET / and every other address that the page itself reads."""
    page = await asyncio.to_thread(_read, "index.html")
    if page is None:
        return answer.not_found()
    base = html.escape(call.front.settings.base_path)
    page = page.replace(b"{{base}}", base.encode())
    return await _file(call, page, media="text/html", headers={"content-security-policy": CSP})


async def static(call: Call) -> Response:
    """GET /static/…: a file of the page."""
    name = call.path("file")
    data = await asyncio.to_thread(_read, name)
    if data is None:
        return answer.not_found()
    if name.endswith(".js"):
        data = as_sent(data)
    media = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return await _file(call, data, media=media, headers={})


def _read(name: str) -> bytes | None:
    """What a file of the folder holds; None if there is none of that name in it."""
    try:
        folder = static_folder().resolve()
        file = (folder / name).resolve()
        return file.read_bytes() if file.is_relative_to(folder) and file.is_file() else None
    except (OSError, ValueError):
        return None  # no file can have such a name, or it was taken away at this moment


async def _file(call: Call, data: bytes, *, media: str, headers: dict[str, str]) -> Response:
    """A file that browsers keep and ask about each time, so that a new version shows at once."""
    tag = f'W/"{hashlib.sha256(data).hexdigest()[:24]}"'
    named = {**headers, "etag": tag, "cache-control": "no-cache"}
    if tag in call.connection.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=named)
    if media.startswith(_PACKED):
        return await answer.packed(data, media=media, to=call.connection, headers=named)
    return Response(data, media_type=media, headers=named)
