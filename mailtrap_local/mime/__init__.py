"""Mail as values: bytes in, values out. Pure, without I/O; no bytes whatever make it raise (but `compose`)."""

from mailtrap_local.mime.headers import head
from mailtrap_local.mime.parse import content, parse
from mailtrap_local.mime.summary import digest
from mailtrap_local.mime.text import fold

__all__ = ["content", "digest", "fold", "head", "parse"]
