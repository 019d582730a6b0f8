"""Checksums of what comes with a mail. Of tens of megabytes they are made where parsing is (mailbox/parser.py)."""

import hashlib
from collections.abc import Collection

from mailtrap_local.mime.structure import tree
from mailtrap_local.model import Checksums


def checksums(raw: bytes, paths: Collection[str]) -> dict[str, Checksums]:
    """Those of the decoded content of each of these parts, by its path; without those that are not there."""
    return {node.path: _of(node.content()) for node in tree(raw) if node.path in paths}


def _of(content: bytes) -> Checksums:
    return Checksums(
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        sha1=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
    )
