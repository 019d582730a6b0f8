"""The SMTP front."""

from mailtrap_local.smtp.server import SmtpFront

__all__ = ["SmtpFront"]
