"""Faults with the names of what they imitate, in the words of the servers that they name (who change theirs).

Each is the fields of a fault: what whoever uses it gives besides (`match`, `times`, `inbox`) takes their place. Where
servers put an address into their words, 192.0.2.1 or example.com stands for it, or it is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailtrap_local.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Preset:
    """A fault that has a name. `like` says whose words they are, `source` where they can be read.

    Without a `source` there are no words to read, since nothing is said, or nobody publishes them: `like` tells.
    """

    name: str
    summary: str
    like: str
    source: str
    fields: Mapping[str, Any]


GMAIL = "https://support.google.com/a/answer/3726730"
SES = "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html"
POSTFIX = "https://github.com/vdukhovni/postfix/blob/master/postfix/src/smtpd/smtpd.c"
POSTFIX_CHECKS = "https://github.com/vdukhovni/postfix/blob/master/postfix/src/smtpd/smtpd_check.c"


def _reply(where: str, *lines: str, **more: Any) -> dict[str, Any]:
    return {"where": where, "action": "reply", "reply": "\n".join(lines), **more}


_ALL = (
    Preset(
        "greylisting",
        "The first try to each recipient is put off, the next one gets through",
        "Postgrey behind Postfix",
        "https://github.com/schweikert/postgrey/blob/master/postgrey",
        _reply("rcpt", "450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html",
               times=1, each="rcpt"),
    ),
    Preset(
        "rate-limit",
        "Too much mail from this sender: later",
        "Gmail",
        "https://support.google.com/mail/?p=UnsolicitedRateLimitError",
        _reply("end-of-data", "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating",
               "421-4.7.28 from your IP address. To protect our users from spam, mail sent from",
               "421-4.7.28 your IP address has been temporarily rate limited. For more",
               "421-4.7.28 information, go to",
               "421-4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError to",
               "421 4.7.28 review our Bulk Email Senders Guidelines."),
    ),
    Preset(
        "deferred",
        "Mail from this address is put off since users complain",
        "Yahoo",
        "https://senders.yahooinc.com/smtp-error-codes/",
        _reply("mail", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected"
               " volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes"),
    ),
    Preset(
        "throttled",
        "The sending rate of the account is used up",
        "Amazon SES",
        "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
        _reply("end-of-data", "454 Throttling failure: Maximum sending rate exceeded"),
    ),
    Preset(
        "daily-quota",
        "The day's quota of the account is used up",
        "Amazon SES",
        "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
        _reply("end-of-data", "454 Throttling failure: Daily message quota exceeded"),
    ),
    Preset(
        "credits-used-up",
        "The mails that the account has paid for are used up, which the login says",
        "SendGrid, as its customers report it",
        "https://support.sendgrid.com/hc/en-us/articles/35466138799899-Understanding-the-Maximum-Credits-Exceeded-error",
        _reply("auth", "451 Authentication failed: Maximum credits exceeded"),
    ),
    Preset(
        "server-busy",
        "Too many clients are connected from this address",
        "Exchange Server",
        "https://learn.microsoft.com/en-us/answers/questions/407670/421-4-3-2-the-maximum-number-of-concurrent-server",
        _reply("connect", "421 4.3.2 The maximum number of concurrent server connections has exceeded a per-source"
               " limit, closing transmission channel"),
    ),
    Preset(
        "too-many-connections",
        "The login has too many connections",
        "Exchange Online",
        "https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements",
        _reply("mail", "432 4.3.2 Concurrent connections limit exceeded."),
    ),
    Preset(
        "mailbox-full",
        "The recipient has no room left",
        "Gmail",
        GMAIL,
        _reply("rcpt", "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please",
               "552-5.2.2 direct the recipient to",
               "552 5.2.2  https://support.google.com/mail/?p=OverQuotaPerm"),
    ),
    Preset(
        "mailbox-full-for-now",
        "The recipient has no room left at the moment",
        "Gmail",
        GMAIL,
        _reply("rcpt", "452-4.2.2 The recipient's inbox is out of storage space. Please direct the",
               "452-4.2.2 recipient to",
               "452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp"),
    ),
    Preset(
        "over-quota",
        "The mail is here, and the recipient has no room left",
        "Dovecot by LMTP",
        "https://github.com/dovecot/core/blob/main/src/plugins/quota/quota.c",
        _reply("end-of-data", "552 5.2.2 Quota exceeded (mailbox for user is full)"),
    ),
    Preset(
        "unknown-user",
        "There is no such recipient",
        "Postfix",
        POSTFIX_CHECKS,
        _reply("rcpt", "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table"),
    ),
    Preset(
        "relay-denied",
        "The server carries no mail for that domain",
        "Postfix",
        POSTFIX_CHECKS,
        _reply("rcpt", "554 5.7.1 Relay access denied"),
    ),
    Preset(
        "sender-refused",
        "The sender's domain does not exist",
        "Postfix",
        POSTFIX_CHECKS,
        _reply("mail", "450 4.1.8 Sender address rejected: Domain not found"),
    ),
    Preset(
        "sender-not-verified",
        "The account may not send from that address",
        "Amazon SES",
        "https://repost.aws/knowledge-center/ses-554-400-message-rejected-error",
        _reply("end-of-data", "554 Message rejected: Email address is not verified. The following identities failed"
               " the check in region US-EAST-1: sender@example.com"),
    ),
    Preset(
        "wrong-password",
        "User name and password are refused",
        "Gmail",
        GMAIL,
        _reply("auth", "535-5.7.8 Username and Password not accepted. For more information, go to",
               "535 5.7.8  https://support.google.com/mail/?p=BadCredentials"),
    ),
    Preset(
        "login-out-of-order",
        "Logins cannot be checked at the moment",
        "RFC 4954 section 6",
        "https://www.rfc-editor.org/rfc/rfc4954#section-6",
        _reply("auth", "454 4.7.0 Temporary authentication failure"),
    ),
    Preset(
        "tls-required",
        "Nothing goes without STARTTLS",
        "RFC 3207 section 4, with Gmail's status code",
        "https://www.rfc-editor.org/rfc/rfc3207#section-4",
        _reply("mail", "530 5.7.0 Must issue a STARTTLS command first"),
    ),
    Preset(
        "login-required",
        "Nothing goes without AUTH",
        "RFC 4954 section 6",
        "https://www.rfc-editor.org/rfc/rfc4954#section-6",
        _reply("mail", "530 5.7.0 Authentication required"),
    ),
    Preset(
        "spam-refused",
        "The content looks like spam",
        "Gmail",
        GMAIL,
        _reply("end-of-data", "550-5.7.1 [192.0.2.1] Gmail has detected that this message is",
               "550-5.7.1 likely unsolicited mail. To reduce the amount of spam sent to Gmail,",
               "550-5.7.1 this message has been blocked. For more information, go to",
               "550 5.7.1  https://support.google.com/mail/?p=UnsolicitedMessageError"),
    ),
    Preset(
        "block-listed",
        "The address of the client is on a block list",
        "Postfix with Spamhaus",
        "https://www.postfix.org/postconf.5.html#default_rbl_reply",
        _reply("rcpt", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org;"
               " https://www.spamhaus.org/query/ip/192.0.2.1"),
    ),
    Preset(
        "dmarc-refused",
        "The mail fails the DMARC policy of its domain",
        "Gmail",
        GMAIL,
        _reply("end-of-data", "550-5.7.26 Unauthenticated email from example.com is not accepted due to",
               "550-5.7.26 domain's DMARC policy. Please contact the administrator of example.com",
               "550-5.7.26 domain if this was a legitimate mail. To learn about the DMARC",
               "550-5.7.26 initiative, go to",
               "550 5.7.26  https://support.google.com/mail/?p=DmarcRejection"),
    ),
    Preset(
        "too-large",
        "The mail is over the size that the server takes",
        "Gmail",
        GMAIL,
        _reply("end-of-data", "552-5.3.4 Your message exceeded Google's message size limits. To view our message",
               "552-5.3.4 size guidelines, go to",
               "552 5.3.4  https://support.google.com/mail/?p=MaxSizeError"),
    ),
    Preset(
        "too-many-recipients",
        "Another recipient is one too many: the rest in another mail",
        "Postfix",
        POSTFIX,
        _reply("rcpt", "452 4.5.3 Error: too many recipients"),
    ),
    Preset(
        "disk-full",
        "The server has no room",
        "Postfix",
        POSTFIX,
        _reply("mail", "452 4.3.1 Insufficient system storage"),
    ),
    Preset(
        "local-error",
        "The server fails in itself",
        "Postfix",
        POSTFIX,
        _reply("end-of-data", "451 4.3.0 Error: queue file write error"),
    ),
    Preset(
        "shutting-down",
        "The server is about to stop",
        "words as commonly seen; RFC 5321 section 3.8 has the code",
        "https://www.rfc-editor.org/rfc/rfc5321#section-3.8",
        _reply("mail", "421 4.3.2 Service shutting down and closing transmission channel"),
    ),
    Preset(
        "provider-outage",
        "Every connection is refused",
        "RFC 5321 section 4.2.3",
        "https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3",
        _reply("connect", "421 4.3.0 Service not available, closing transmission channel"),
    ),
    Preset(
        "tarpit",
        "The greeting comes after 30 seconds",
        "Postfix's postscreen and others",
        "",
        {"where": "connect", "action": "delay", "seconds": 30},
    ),
    Preset(
        "slow-link",
        "Mail is taken in at 10 kB a second",
        "a line under load",
        "",
        {"where": "body", "action": "slow", "rate": 10_000},
    ),
    Preset(
        "connection-reset",
        "The connection breaks off in the middle of a mail",
        "a firewall or a crashed server",
        "",
        {"where": "body", "action": "disconnect", "reset": True},
    ),
    Preset(
        "lost-answer",
        "The mail is kept, and the client never learns it: what it sends again comes twice",
        "a line that breaks at the wrong moment",
        "",
        {"where": "stored", "action": "disconnect", "reset": True},
    ),
    Preset(
        "blackhole",
        "Nothing answers any more once the mail is sent",
        "a dead server behind a live line",
        "",
        {"where": "end-of-data", "action": "blackhole"},
    ),
)  # fmt: skip

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _ALL}


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """These fields, those of the `preset` that they name put in where they say nothing. Raises BadRequest."""
    given = dict(values)
    name = given.pop("preset")
    preset = PRESETS.get(name) if isinstance(name, str) else None
    if preset is None:
        raise BadRequest(f"{name!r} is no preset; there are {', '.join(PRESETS)}")
    return {"name": preset.name, **preset.fields, **given}
