"""A mail transaction: what MAIL and RCPT have said so far (RFC 5321 section 3.3)."""

from dataclasses import dataclass

from aiosmtpd import smtp

from mailtrap_local.model import Envelope, Recipient


@dataclass(frozen=True, slots=True)
class Chunk:
    """One BDAT: how many octets follow, whether they are the last, and why they are refused, if they are."""

    size: int
    last: bool
    refusal: str


class Transaction(smtp.Envelope):
    """aiosmtpd's envelope, with the parameters of each recipient apart. `mail_from` is None before MAIL."""

    binary = False  # BODY=BINARYMIME: it may come by BDAT only (RFC 3030 section 3)
    chunks: list[bytes] | None = None  # that BDAT has brought; None before the first
    size = 0  # octets that BDAT has brought
    failed = False  # a chunk was refused: nothing but RSET helps

    def __init__(self) -> None:
        super().__init__()
        self.recipients: list[Recipient] = []
        self.refused = 0  # recipients that were refused

    def values(self) -> Envelope:
        """The envelope as it goes beside the mail."""
        return Envelope(self.mail_from or "", tuple(self.mail_options), tuple(self.recipients))
