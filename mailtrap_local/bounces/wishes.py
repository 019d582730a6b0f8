"""What the sender asked of reports, in the parameters of MAIL and RCPT (RFC 3461 sections 4.1 to 4.4).

The parameters are read as they were sent, whether this catcher offered DSN or not. One that is malformed counts as not
there: a report is better than none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailtrap_local.model import Envelope, Recipient

Return = Literal["", "FULL", "HDRS"]
NEVER = "NEVER"
_NOTIFY = frozenset({"SUCCESS", "FAILURE", "DELAY"})
_XTEXT = re.compile(r"(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})*")
_HEX = re.compile(r"\+([0-9A-F]{2})")
_UNICODE = re.compile(r"\\x\{(1?[0-9A-F]{1,5})\}")
_TYPE = re.compile(r"[A-Za-z0-9.-]{1,40}")
_LONGEST = 500  # characters; RFC 3461 section 4.2 and 4.4 allow 500 and 100


@dataclass(frozen=True, slots=True)
class Original:
    """The address that the sender first wrote to, with its type (`rfc822`, `utf-8`), decoded."""

    type: str
    address: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the sender asked for one recipient. `notify` None: nothing was said, so failures and delays are told."""

    notify: frozenset[str] | None = None
    original: Original | None = None

    def wants(self, event: str) -> bool:
        """Whether a report of this event (SUCCESS, FAILURE, DELAY) is wanted (RFC 3461 section 4.1)."""
        return event != "SUCCESS" if self.notify is None else event in self.notify

    @property
    def told(self) -> str:
        """As the sender said it."""
        if self.notify is None:
            return "no NOTIFY"
        return f"NOTIFY={','.join(sorted(self.notify)) or NEVER}"


def wishes_of(recipient: Recipient) -> Wishes:
    """What RCPT said of one recipient."""
    return Wishes(_notify(_value(recipient.params, "NOTIFY")), _original(_value(recipient.params, "ORCPT")))


def ret_of(envelope: Envelope) -> Return:
    """RET: how much of the message a report of a failure shall return."""
    value = _value(envelope.mail_params, "RET").upper()
    return "FULL" if value == "FULL" else "HDRS" if value == "HDRS" else ""


def envid_of(envelope: Envelope) -> str:
    """ENVID, decoded; "" for none."""
    return decoded(_value(envelope.mail_params, "ENVID"))


def is_international(envelope: Envelope) -> bool:
    """Whether the mail may hold addresses and fields beyond ASCII (RFC 6531)."""
    said = any(param.upper() == "SMTPUTF8" for param in envelope.mail_params)
    addresses = (envelope.mail_from, *(recipient.address for recipient in envelope.recipients))
    return said or not all(address.isascii() for address in addresses)


def decoded(xtext: str) -> str:
    """xtext (RFC 3461 section 4) as the text it stands for; "" if it is none, or holds what no field may hold."""
    if len(xtext) > _LONGEST or not _XTEXT.fullmatch(xtext):
        return ""
    text = _HEX.sub(lambda match: chr(int(match[1], 16)), xtext)
    return text if text.isprintable() and text.isascii() else ""


def _value(params: Sequence[str], name: str) -> str:
    pairs = (param.partition("=") for param in params)
    return next((value for found, _, value in pairs if found.upper() == name), "")


def _notify(value: str) -> frozenset[str] | None:
    names = frozenset(value.upper().split(","))
    if names == {NEVER}:
        return frozenset()
    return names if names <= _NOTIFY else None


def _original(value: str) -> Original | None:
    """ORCPT: type and xtext; of type utf-8 in one of the forms of RFC 6533 section 3."""
    kind, semicolon, xtext = value.partition(";")
    if not semicolon or not _TYPE.fullmatch(kind):
        return None
    if kind.lower() == "utf-8" and not xtext.isascii():
        return Original("utf-8", xtext) if xtext.isprintable() and len(xtext) <= _LONGEST else None
    address = decoded(xtext)
    if kind.lower() == "utf-8":
        address = _UNICODE.sub(lambda match: chr(int(match[1], 16)), address)
    return Original(kind, address) if address.isprintable() and address else None
