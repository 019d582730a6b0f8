"""What of a client's line goes into the transcript: everything but secrets."""

import re

HIDDEN = b"***"

# Names from IANA's registry of SASL mechanisms; whatever else stands in their place may be a secret gone astray
_MECHANISMS = frozenset(
    b"PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM GSSAPI GS2-KRB5 XOAUTH2 OAUTHBEARER EXTERNAL ANONYMOUS SCRAM-SHA-1 "
    b"SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS SCRAM-SHA-512 SCRAM-SHA-512-PLUS".split()
)
_SECRET_FOLLOWS = re.compile(rb"AUTH|PASS|LOGIN", re.IGNORECASE)


def redacted_auth(line: bytes) -> bytes:
    """An AUTH command without what comes after the name of its mechanism."""
    words = line.split(None, 2)
    if len(words) < 2:
        return line
    name = words[1] if words[1].upper() in _MECHANISMS else HIDDEN
    return b" ".join((words[0], name, HIDDEN)) if len(words) > 2 else b" ".join((words[0], name))


def redacted_command(line: bytes) -> bytes:
    """Any other command: what stands behind a bare CR was a line of its own to the client, and that may be an AUTH."""
    shown, carriage_return, _ = line.partition(b"\r")
    return shown + carriage_return + HIDDEN if carriage_return else line


def redacted_unknown(line: bytes, *, auth_tried: bool) -> bytes:
    """A line that is no command: it may be AUTH misspelt, the login of another protocol, or after an AUTH an answer
    that nobody asked for, which may look like anything."""
    if line.lstrip()[:4].upper() == b"AUTH":
        return redacted_auth(line)
    if auth_tried:
        return HIDDEN
    told = _SECRET_FOLLOWS.search(line)
    return line[: told.end()] + b" " + HIDDEN if told else redacted_command(line)
