"""The service extensions: what EHLO announces, and the parameters they add to MAIL and RCPT.

An extension is one row of `EXTENSIONS`: its line in the EHLO reply, and for each parameter how its value must look.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from mailtrap_local import limits
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.replies import Rejection

Check = Callable[[str | None], bool]  # of a parameter's value; None: there is no `=`

_SIZE = re.compile(r"[0-9]{1,20}")
XTEXT = re.compile(r"(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})+")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_PRIORITY = re.compile(r"0|-?[1-9]")
_BY = re.compile(r"([+-]?[0-9]{1,9});([RrNn])[Tt]?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def _size(value: str | None) -> bool:
    return value is not None and bool(_SIZE.fullmatch(value))


def _body(value: str | None) -> bool:
    return value is not None and value.upper() in {"7BIT", "8BITMIME", "BINARYMIME"}


def _ret(value: str | None) -> bool:
    return value is not None and value.upper() in {"FULL", "HDRS"}


def _envid(value: str | None) -> bool:
    return value is not None and len(value) <= 100 and _xtext(value)


def _notify(value: str | None) -> bool:
    words = (value or "").upper().split(",")
    return words == ["NEVER"] or (set(words) <= {"SUCCESS", "FAILURE", "DELAY"} and len(set(words)) == len(words))


def _orcpt(value: str | None) -> bool:
    kind, semicolon, address = (value or "").partition(";")
    if not semicolon or len(address) > 500 or not _ATOM.fullmatch(kind):
        return False
    return bool(_utf8_address().fullmatch(address)) if kind.lower() == "utf-8" else _xtext(address)


@cache
def _utf8_address() -> re.Pattern[str]:
    """RFC 6533 section 3. Compiled at first use, since its range of characters takes long."""
    return re.compile(r"(?:[\x21-\x2a\x2c-\x3c\x3e-\x5b\x5d-\x7e\x80-\U0010ffff]|\\x\{[0-9A-F]{2,6}\})+")


def _priority(value: str | None) -> bool:
    return value is not None and bool(_PRIORITY.fullmatch(value))


def _by(value: str | None) -> bool:
    by = _BY.fullmatch(value or "")
    return by is not None and (by[2].upper() == "N" or int(by[1]) > 0)


def _nothing(value: str | None) -> bool:
    return value is None


def _xtext(value: str | None) -> bool:
    return value is not None and bool(XTEXT.fullmatch(value))


@dataclass(frozen=True, slots=True)
class Offer:
    """What decides over the reply to EHLO."""

    hostname: str
    size: int  # the largest message in bytes
    mechanisms: tuple[str, ...] = ()  # of AUTH
    starttls: bool = False
    secure: bool = False  # TLS is on
    xclient: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """A service extension: its line, which names what it needs of the offer, and whether it is offered."""

    line: str
    mail: Mapping[str, Check] = field(default_factory=dict)
    rcpt: Mapping[str, Check] = field(default_factory=dict)
    offered: Callable[[Offer], bool] = lambda _: True


EXTENSIONS = (
    Extension("PIPELINING"),  # RFC 2920
    Extension("SIZE {size}", mail={"SIZE": _size}),  # RFC 1870
    Extension("8BITMIME", mail={"BODY": _body}),  # RFC 6152
    Extension("SMTPUTF8", mail={"SMTPUTF8": _nothing}),  # RFC 6531
    Extension("CHUNKING"),  # RFC 3030
    Extension("BINARYMIME"),  # RFC 3030
    Extension("DSN", mail={"RET": _ret, "ENVID": _envid}, rcpt={"NOTIFY": _notify, "ORCPT": _orcpt}),  # RFC 3461
    Extension("MT-PRIORITY", mail={"MT-PRIORITY": _priority}),  # RFC 6710
    Extension("DELIVERBY", mail={"BY": _by}),  # RFC 2852
    Extension(f"LIMITS RCPTMAX={limits.RECIPIENTS}"),  # RFC 9422
    Extension("REQUIRETLS", mail={"REQUIRETLS": _nothing}, offered=lambda offer: offer.secure),  # RFC 8689
    Extension("ENHANCEDSTATUSCODES"),  # RFC 2034
    Extension("STARTTLS", offered=lambda offer: offer.starttls),  # RFC 3207
    Extension("AUTH {mechanisms}", mail={"AUTH": _xtext}, offered=lambda offer: bool(offer.mechanisms)),  # RFC 4954
    Extension(
        "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT", offered=lambda offer: offer.xclient
    ),  # Postfix
    Extension("HELP"),
)

UNDER_TLS = frozenset({"REQUIRETLS"})  # parameters that are known under TLS only
_ONCE = frozenset({"RET", "ENVID", "NOTIFY", "ORCPT"})  # of which nobody could tell which one counts (RFC 3461)
MAIL_PARAMETERS = {name: check for extension in EXTENSIONS for name, check in extension.mail.items()}
RCPT_PARAMETERS = {name: check for extension in EXTENSIONS for name, check in extension.rcpt.items()}


def ehlo_reply(offer: Offer) -> str:
    """The reply to EHLO (RFC 5321 section 4.1.1.1)."""
    told = {"size": offer.size, "mechanisms": " ".join(offer.mechanisms)}
    lines = [
        offer.hostname,
        *(extension.line.format_map(told) for extension in EXTENSIONS if extension.offered(offer)),
    ]
    return "\n".join([*("250-" + line for line in lines[:-1]), "250 " + lines[-1]])


def read_parameters(params: Sequence[str], known: Mapping[str, Check]) -> dict[str, str]:
    """The parameters of a MAIL or RCPT by their names in upper case; of those that may be repeated the last one counts.

    Raises Rejection.
    """
    values: dict[str, str] = {}
    for param in params:
        name, equals, value = param.partition("=")
        name = name.upper()
        if not _NAME.fullmatch(name):
            raise Rejection(replies.BAD_PARAMETER)
        check = known.get(name)
        if check is None:
            raise Rejection(replies.UNKNOWN_PARAMETER)
        if not check(value if equals else None) or (name in values and name in _ONCE):
            raise Rejection(replies.BAD_PARAMETER)
        values[name] = value
    return values
