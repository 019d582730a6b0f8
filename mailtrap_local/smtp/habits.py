"""Sloppy habits of a client, as its mail shows them: what other servers may refuse or break. It is kept as it came.

Every mail is looked at on the event loop, so not beyond its first `LOOKED_AT` bytes; 2 kB cost some five microseconds.
"""

from mailtrap_local import limits
from mailtrap_local.smtp.transaction import Transaction

LOOKED_AT = 64 * limits.KB
LINE = 998  # octets without CRLF (RFC 5321 section 4.5.3.1.6, RFC 5322 section 2.1.1)

_ANNOUNCED = {"BODY=8BITMIME", "SMTPUTF8"}  # RFC 6152, RFC 6531


def of(mail: bytes, transaction: Transaction) -> list[str]:
    """A remark for each habit that this mail shows."""
    if transaction.binary:
        return []  # RFC 3030: any octets, and no lines
    mail = mail[:LOOKED_AT]
    remarks = []
    line_feeds, pairs = mail.count(b"\n"), mail.count(b"\r\n")
    if line_feeds != pairs:
        remarks.append(f"the mail has {_lines(line_feeds - pairs)} that end with a bare line feed")
    if mail.count(b"\r") != pairs + mail.endswith(b"\r"):
        remarks.append("the mail has a carriage return that no line feed follows")
    if _has_long_line(mail):
        remarks.append(f"the mail has a line of over {LINE} bytes")
    if b"\0" in mail:
        remarks.append("the mail has a NUL byte")
    if not mail.isascii() and _said(transaction).isdisjoint(_ANNOUNCED):
        remarks.append("the mail has bytes over 127, and MAIL FROM did not say BODY=8BITMIME")
    return remarks


def _has_long_line(mail: bytes) -> bool:
    """Leaps from the last line end within reach to the next, so most bytes are never looked at."""
    at = 0
    while len(mail) - at > LINE + 2:
        end = mail.rfind(b"\n", at, at + LINE + 2)
        if end < 0:
            return True
        at = end + 1
    return False


def _said(transaction: Transaction) -> set[str]:
    """The parameters of MAIL."""
    return {option.upper() for option in transaction.mail_options}


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count > 1)}"
