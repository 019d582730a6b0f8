"""A mail transaction: what MAIL and RCPT have said so far (RFC 5321 section 3.3)."""

from aiosmtpd import smtp

from mailtrap_local.model import Envelope, Recipient


class Transaction(smtp.Envelope):
    """aiosmtpd's envelope, with the parameters of each recipient apart. `mail_from` is None before MAIL."""

    def __init__(self) -> None:
        super().__init__()
        self.recipients: list[Recipient] = []
        self.refused = 0  # recipients that were refused

    def values(self) -> Envelope:
        """The envelope as it goes beside the mail."""
        return Envelope(self.mail_from or "", tuple(self.mail_options), tuple(self.recipients))
