"""Faults with the names of what they imitate, in words like those of the servers that they name (who change theirs).

Each is the fields of a fault: what whoever uses it gives besides (`match`, `times`, `inbox`) takes their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailtrap_local.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Preset:
    """A fault that has a name. `like` says whose words they are."""

    name: str
    summary: str
    like: str
    fields: Mapping[str, Any]


def _reply(where: str, *lines: str, **more: Any) -> dict[str, Any]:
    return {"where": where, "action": "reply", "reply": "\n".join(lines), **more}


_ALL = (
    Preset(
        "greylisting",
        "The first try to each recipient is put off, the next one gets through",
        "Postgrey behind Postfix",
        _reply("rcpt", "450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/",
               times=1, each="rcpt"),
    ),
    Preset(
        "rate-limit",
        "Too much mail from this sender: later",
        "Gmail",
        _reply("mail", "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP address.",
               "421-4.7.28 To protect our users, mail has been temporarily rate limited.",
               "421 4.7.28 For more information, go to https://support.google.com/mail/answer/81126"),
    ),
    Preset(
        "throttled",
        "The sending rate of the account is used up",
        "Amazon SES",
        _reply("end-of-data", "454 Throttling failure: Maximum sending rate exceeded."),
    ),
    Preset(
        "daily-quota",
        "The day's quota of the account is used up",
        "Amazon SES",
        _reply("end-of-data", "454 Throttling failure: Daily message quota exceeded."),
    ),
    Preset(
        "server-busy",
        "The server has too much to do",
        "Outlook",
        _reply("connect", "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit,"
               " closing transmission channel"),
    ),
    Preset(
        "mailbox-full",
        "The recipient has no room left",
        "Gmail",
        _reply("rcpt", "552-5.2.2 The recipient's inbox is out of storage space.",
               "552 5.2.2 Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm"),
    ),
    Preset(
        "mailbox-full-for-now",
        "The recipient has no room left at the moment",
        "Dovecot behind Postfix",
        _reply("rcpt", "452 4.2.2 Quota exceeded (mailbox for user is full)"),
    ),
    Preset(
        "unknown-user",
        "There is no such recipient",
        "Postfix",
        _reply("rcpt", "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table"),
    ),
    Preset(
        "relay-denied",
        "The server carries no mail for that domain",
        "Postfix",
        _reply("rcpt", "554 5.7.1 Relay access denied"),
    ),
    Preset(
        "sender-refused",
        "The sender's domain does not exist",
        "Postfix",
        _reply("mail", "450 4.1.8 Sender address rejected: Domain not found"),
    ),
    Preset(
        "sender-not-verified",
        "The account may not send from that address",
        "Amazon SES",
        _reply("end-of-data", "554 Message rejected: Email address is not verified."),
    ),
    Preset(
        "wrong-password",
        "User name and password are refused",
        "Gmail",
        _reply("auth", "535-5.7.8 Username and Password not accepted. For more information, go to",
               "535 5.7.8 https://support.google.com/mail/?p=BadCredentials"),
    ),
    Preset(
        "login-out-of-order",
        "Logins cannot be checked at the moment",
        "RFC 4954",
        _reply("auth", "454 4.7.0 Temporary authentication failure"),
    ),
    Preset(
        "tls-required",
        "Nothing goes without STARTTLS",
        "RFC 3207",
        _reply("mail", "530 5.7.0 Must issue a STARTTLS command first"),
    ),
    Preset(
        "login-required",
        "Nothing goes without AUTH",
        "RFC 4954",
        _reply("mail", "530 5.7.0 Authentication required"),
    ),
    Preset(
        "spam-refused",
        "The content looks like spam",
        "Gmail",
        _reply("end-of-data", "550-5.7.1 Our system has detected that this message is likely unsolicited mail.",
               "550-5.7.1 To reduce the amount of spam sent to Gmail, this message has been blocked.",
               "550 5.7.1 For more information, go to https://support.google.com/mail/?p=UnsolicitedMessageError"),
    ),
    Preset(
        "block-listed",
        "The address of the client is on a block list",
        "Postfix with Spamhaus",
        _reply("rcpt", "554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org"),
    ),
    Preset(
        "dmarc-refused",
        "The mail fails the DMARC policy of its domain",
        "Gmail",
        _reply("end-of-data", "550-5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy.",
               "550 5.7.26 To learn about the DMARC initiative, go to https://support.google.com/mail/?p=DmarcRejection"),
    ),
    Preset(
        "too-large",
        "The mail is over the size that the server takes",
        "Gmail",
        _reply("end-of-data", "552-5.3.4 Your message exceeded Google's message size limits. To view our message size",
               "552 5.3.4 guidelines, go to https://support.google.com/mail/?p=MaxSizeError"),
    ),
    Preset(
        "too-many-recipients",
        "Another recipient is one too many: the rest in another mail",
        "Postfix",
        _reply("rcpt", "452 4.5.3 Error: too many recipients"),
    ),
    Preset(
        "disk-full",
        "The server has no room",
        "Postfix",
        _reply("mail", "452 4.3.1 Insufficient system storage"),
    ),
    Preset(
        "local-error",
        "The server fails in itself",
        "Postfix",
        _reply("end-of-data", "451 4.3.0 Error: queue file write error"),
    ),
    Preset(
        "shutting-down",
        "The server is about to stop",
        "RFC 5321 section 3.8",
        _reply("mail", "421 4.3.2 Service shutting down and closing transmission channel"),
    ),
    Preset(
        "provider-outage",
        "Every connection is refused",
        "RFC 5321 section 3.1",
        _reply("connect", "421 4.3.0 Service not available, closing transmission channel"),
    ),
    Preset(
        "tarpit",
        "The greeting comes after 30 seconds",
        "Postfix's postscreen and others",
        {"where": "connect", "action": "delay", "seconds": 30},
    ),
    Preset(
        "slow-link",
        "Mail is taken in at 10 kB a second",
        "a line under load",
        {"where": "body", "action": "slow", "rate": 10_000},
    ),
    Preset(
        "connection-reset",
        "The connection breaks off in the middle of a mail",
        "a firewall or a crashed server",
        {"where": "body", "action": "disconnect", "reset": True},
    ),
    Preset(
        "lost-answer",
        "The mail is kept, and the client never learns it: what it sends again comes twice",
        "a line that breaks at the wrong moment",
        {"where": "stored", "action": "disconnect", "reset": True},
    ),
    Preset(
        "blackhole",
        "Nothing answers any more once the mail is sent",
        "a dead server behind a live line",
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
