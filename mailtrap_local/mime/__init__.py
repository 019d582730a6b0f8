"""Mail as values: bytes in, values out. Pure, without I/O, and no bytes whatever make it raise.

What few need has its own door: `mime.preview` (the isolated HTML preview), `mime.compose` (a mail from fields; it
raises on fields that make no mail), `mime.select` (elements by CSS; it raises on what is no selector).
"""

from mailtrap_local.mime.headers import head
from mailtrap_local.mime.parse import content, inside, parse
from mailtrap_local.mime.summary import digest, read, texts
from mailtrap_local.mime.sums import checksums
from mailtrap_local.mime.text import fold

__all__ = ["checksums", "content", "digest", "fold", "head", "inside", "parse", "read", "texts"]
