"""What a mail system would report of a message that was caught: failures, delays, successes, complaints.

wishes      what the envelope asks of reports (RFC 3461): NOTIFY, RET, ENVID, ORCPT
kinds       the kinds of report, and what each says unless told otherwise
order       what is asked for, checked against the message
parts       the pieces that both reports are made of
delivery    a delivery status notification (RFC 3464, RFC 6533)
complaint   an abuse report (RFC 5965)
send        where a report goes: into the catcher, to an SMTP server, to a webhook
"""

from mailtrap_local.bounces.order import Order
from mailtrap_local.bounces.send import Outcome, bounce

__all__ = ["Order", "Outcome", "bounce"]
