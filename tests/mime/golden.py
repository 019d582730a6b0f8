"""What the standard library's parser makes of tests/mime/corpus, as golden.json: an independent witness.

Run `python -m tests.mime.golden` after adding a mail there, and read the difference.
"""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
GOLDEN = CORPUS / "golden.json"
ADDRESS_FIELDS = ("From", "To", "Cc")


def witness(raw: bytes) -> dict[str, Any]:
    """Subject, addresses, and each part that holds something, as policy.default has them."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return {
        "subject": " ".join(str(message["Subject"]).split()),
        **{field.lower(): _mailboxes(message, field) for field in ADDRESS_FIELDS},
        "parts": [_part(part) for part in message.walk() if not part.is_multipart()],
    }


def _mailboxes(message: EmailMessage, field: str) -> list[list[str]]:
    header = message[field]
    return [[each.display_name, each.addr_spec] for each in header.addresses] if header else []


def _part(part: EmailMessage) -> dict[str, Any]:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    found = {"type": part.get_content_type(), "filename": part.get_filename() or "", "sha256": sha256(data).hexdigest()}
    if part.get_content_maintype() == "text":
        found["text"] = part.get_content().replace("\r\n", "\n")
    return found


def main() -> None:
    """Write golden.json anew."""
    golden = {path.stem: witness(path.read_bytes()) for path in sorted(CORPUS.glob("*.eml"))}
    GOLDEN.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
