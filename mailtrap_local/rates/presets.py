"""Rate limits with the names of providers: their numbers, where they publish any, and their words.

`source` is where the numbers and words can be read; `note` says what of them cannot. Providers change theirs, and most
raise them for an account that asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DAY, HOUR, MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True, slots=True)
class RatePreset:
    """Limits that have a name."""

    name: str
    summary: str
    source: str
    note: str
    limits: tuple[Mapping[str, Any], ...]


def _limit(per: str, count: int, seconds: float, *reply: str, **more: Any) -> dict[str, Any]:
    return {"per": per, "count": count, "seconds": seconds, "reply": "\n".join(reply), **more}


_ALL = (
    RatePreset(
        "gmail",
        "2,000 mails a day for a login, 60 a minute for an address",
        "https://support.google.com/a/answer/166852",
        "Google names no number for an address: 60 is ours.",
        (
            _limit("user", 2_000, DAY,
                   "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail",
                   "550 5.4.5 sending limits go to https://support.google.com/a/answer/166852"),
            _limit("peer", 60, MINUTE,
                   "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating",
                   "421-4.7.28 from your IP address. To protect our users from spam, mail sent from",
                   "421-4.7.28 your IP address has been temporarily rate limited. For more",
                   "421-4.7.28 information, go to",
                   "421-4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError to",
                   "421 4.7.28 review our Bulk Email Senders Guidelines.",
                   where="end-of-data"),
        ),
    ),
    RatePreset(
        "outlook",
        "30 mails a minute and 10,000 a day for a login",
        "https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements",
        "The words for the minute are those of Exchange Server; Exchange Online may also just be slow. It counts"
        " recipients in the day, here it is mails.",
        (
            _limit("user", 30, MINUTE,
                   "421 4.4.2 Message submission rate for this client has exceeded the configured limit"),
            _limit("user", 10_000, DAY,
                   "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
                   where="end-of-data"),
        ),
    ),
    RatePreset(
        "amazon-ses",
        "1 mail a second and 200 a day for a login, as in the sandbox of Amazon SES",
        "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
        "",
        (
            _limit("user", 1, 1, "454 Throttling failure: Maximum sending rate exceeded", where="end-of-data"),
            _limit("user", 200, DAY, "454 Throttling failure: Daily message quota exceeded", where="end-of-data"),
        ),
    ),
    RatePreset(
        "mailgun",
        "100 mails an hour for a login, as with an account on probation",
        "https://help.mailgun.com/hc/en-us/articles/115001124753-Account-Sending-Limitation",
        "Mailgun publishes neither number nor words; these are what its customers report. It names its domain and the"
        " time to try again.",
        (
            _limit("user", 100, HOUR, "421 Domain example.com is not allowed to send: recipient limit exceeded",
                   where="data"),
        ),
    ),
    RatePreset(
        "mailtrap",
        "5 mails in 10 seconds for an inbox",
        "https://help.mailtrap.io/article/44-features-and-limits",
        "How many in 10 seconds depends on the plan; 5 is ours.",
        (
            _limit("inbox", 5, 10, "550 5.7.0 Requested action not taken: too many emails per second",
                   where="end-of-data"),
        ),
    ),
)  # fmt: skip

RATE_PRESETS: Mapping[str, RatePreset] = {preset.name: preset for preset in _ALL}
