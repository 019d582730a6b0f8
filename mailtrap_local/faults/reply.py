"""A reply that a user wrote: checked, so that what goes over the wire is one reply and nothing else."""

import re

from mailtrap_local.errors import BadRequest

LINES = 20
LINE = 510  # octets; RFC 5321 section 4.5.3.1.5 has 512 with the line end
_LINE = re.compile(r"([0-9]{3})([ -])(.*)", re.ASCII)
_ENHANCED = re.compile(r"([0-9]+)\.[0-9]{1,3}\.[0-9]{1,3}(?: |$)", re.ASCII)
EXAMPLE = '"451 4.7.1 Try again later"'


def checked(text: str) -> str:
    """The reply, its lines separated by a line feed, all but the last with a dash behind the code.

    Raises BadRequest unless each line is printable ASCII that begins with the same code of 4yz or 5yz, and an enhanced
    status code, where there is one, is of the same class (RFC 3463).
    """
    lines = text.split("\n")
    if len(lines) > LINES:
        raise BadRequest(f"a reply has {LINES} lines at most, this one has {len(lines)}")
    codes = {_code(line) for line in lines}
    if len(codes) > 1:
        raise BadRequest(f"each line of a reply bears the same code, not {' and '.join(sorted(codes))}")
    code = codes.pop()
    if code[0] not in "45":
        raise BadRequest(f"a fault replies with 4yz or 5yz (RFC 5321 section 4.2.1), not with {code}; write {EXAMPLE}")
    bodies = [line[4:] for line in lines]
    for body in bodies:
        enhanced = _ENHANCED.match(body)
        if enhanced and enhanced[1] != code[0]:
            raise BadRequest(
                f"the enhanced status code in {f'{code} {body}'!r} begins with {code[0]} as the code does"
                " (RFC 3463 section 2)"
            )
    return "\n".join([*(f"{code}-{body}" for body in bodies[:-1]), f"{code} {bodies[-1]}"])


def _code(line: str) -> str:
    if not (line.isascii() and line.isprintable()):
        raise BadRequest("a reply is printable ASCII; lines of a longer one are separated by a single line feed")
    if len(line) > LINE:
        raise BadRequest(f"a line of a reply has {LINE} characters at most (RFC 5321 section 4.5.3.1.5)")
    found = _LINE.fullmatch(line) if len(line) > 3 else _LINE.fullmatch(line + " ")
    if not found:
        raise BadRequest(
            f"{line[:60]!r} is no reply: it begins with a code of three digits and a blank, as in {EXAMPLE}"
        )
    return found[1]
