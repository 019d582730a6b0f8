"""A mail as fields, as `send` takes it and as the server wants it (POST /send)."""

from __future__ import annotations

from base64 import b64encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def mail_fields(
    *,
    from_: str,
    to: str | Sequence[str] = (),
    cc: str | Sequence[str] = (),
    bcc: str | Sequence[str] = (),
    reply_to: str | Sequence[str] = (),
    subject: str = "",
    text: str = "",
    html: str = "",
    headers: Mapping[str, str] | None = None,
    attachments: Mapping[str, bytes] | None = None,
    tags: Sequence[str] = (),
) -> dict[str, Any]:
    """The fields of a message as the server takes them. Addresses may be `Ann Lee <ann@x.org>`."""
    files = [
        {"Filename": name, "Content": b64encode(content).decode()} for name, content in (attachments or {}).items()
    ]
    return {
        "From": _mailbox(from_),
        "To": [_mailbox(each) for each in _several(to)],
        "Cc": [_mailbox(each) for each in _several(cc)],
        "Bcc": [_mailbox(each)["Email"] for each in _several(bcc)],
        "ReplyTo": [_mailbox(each) for each in _several(reply_to)],
        "Subject": subject,
        "Text": text,
        "HTML": html,
        "Headers": dict(headers or {}),
        "Attachments": files,
        "Tags": list(tags),
    }


def _mailbox(text: str) -> dict[str, str]:
    name, bracket, rest = text.rpartition("<")
    if bracket and rest.rstrip().endswith(">"):
        return {"Name": name.strip().strip('"'), "Email": rest.rstrip()[:-1].strip()}
    return {"Name": "", "Email": text.strip()}


def _several(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value
