"""Magic addresses: the local part of a recipient says what goes wrong, so a test needs nothing but an address.

    bounce@  bounce+552@          refused for good, with 550 or that code
    defer@   defer+421@           put off, with 451 or that code
    defer+451x2@                  so the first two times, and then accepted; counted for each address
    slow+5s@                      RCPT is answered after so many seconds (10 if left out)
    drop@    drop+rst@            the connection ends, with a FIN or a RST
    blackhole@                    no answer comes any more
    bounce+550+data@              any of them: not at RCPT but once the mail is there

The order of what is between the plus signs does not matter, nor does case. An address that says anything else is a
plain one.
"""

import re
from functools import lru_cache
from typing import Any

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest
from mailtrap_local.faults.fault import Fault, read

_CODED = re.compile(r"([45][0-5][0-9])")
_TIMED = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)s")
_REPEATED = re.compile(r"(.*?)x([0-9]{1,6})")
_WORDS = {
    "550": "5.1.1 this address bounces, as its name says",
    "552": "5.2.2 this mailbox is full, as its name says",
    "554": "5.7.1 this address is refused, as its name says",
    "450": "4.2.1 this mailbox is busy, as its name says",
    "452": "4.2.2 this mailbox is full for now, as its name says",
    "421": "4.3.2 this address closes the connection, as its name says",
}
_SECONDS = 10.0


@lru_cache(1024)
def fault_of(address: str) -> Fault | None:
    """The fault that an address asks for by its name; None for a plain one. Its `match` is left open."""
    local = address.lower().rpartition("@")[0]
    word, _, rest = local.partition("+")
    fields = _ACTIONS.get(word)
    if fields is None:
        return None
    given: dict[str, Any] = {"where": "rcpt", "name": f"{local}@", **fields}
    for argument in filter(None, rest.split("+")):
        repeated = _REPEATED.fullmatch(argument)
        if repeated:
            given["times"] = int(repeated[2])
            argument = repeated[1]
        if argument and not _take(given, word, argument):
            return None
    if given["action"] == "reply":
        code = given["reply"]
        given["reply"] = f"{code} {_WORDS.get(code, f'{code[0]}.0.0 this address answers so, as its name says')}"
    given["name"] = given["name"][: limits.FAULT_NAME]
    try:
        return read(given)
    except BadRequest:
        return None  # a number that cannot be


def _take(given: dict[str, Any], word: str, argument: str) -> bool:
    """Put one argument where it belongs; False if it belongs nowhere."""
    if argument == "data":
        given["where"] = "end-of-data"
    elif argument == "rst" and word == "drop":
        given["reset"] = True
    elif word in ("bounce", "defer") and _CODED.fullmatch(argument) and (argument[0] == "5") == (word == "bounce"):
        given["reply"] = argument
    elif (timed := _TIMED.fullmatch(argument)) and word != "bounce":
        given["seconds"] = float(timed[1])
    else:
        return False
    return True


_ACTIONS: dict[str, dict[str, Any]] = {
    "bounce": {"action": "reply", "reply": "550"},
    "defer": {"action": "reply", "reply": "451"},
    "slow": {"action": "delay", "seconds": _SECONDS},
    "drop": {"action": "disconnect"},
    "blackhole": {"action": "blackhole"},
}
