"""The table of mechanisms, and one step of an exchange."""

import base64
import binascii
from collections.abc import Collection
from functools import cache

from mailtrap_local.model import Login
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.auth.exchange import CANCEL, Admitted, Answer, Exchange, Mechanism, Proof, Question, VerifierOf
from mailtrap_local.smtp.replies import Rejection

# In the order in which EHLO names them
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER")
BEARER = ("XOAUTH2", "OAUTHBEARER")


def begin(argument: bytes, *, offered: Collection[str]) -> Exchange:
    """The exchange that `AUTH mechanism [initial-response]` opens. Raises Rejection."""
    words = argument.split()
    if not 1 <= len(words) <= 2:
        raise Rejection(replies.NEED_MECHANISM)
    name = words[0].decode("ascii", "replace").upper()
    if name not in offered:
        raise Rejection(replies.AUTH_UNKNOWN)
    initial = None
    if len(words) == 2:
        initial = b"" if words[1] == b"=" else decoded(words[1])  # RFC 4954 section 4: `=` is an empty response
    return _mechanism(name)(initial)


@cache
def _mechanism(name: str) -> Mechanism:
    """The mechanism of a name; loaded when the first client wants it, since many servers see no AUTH."""
    from mailtrap_local.smtp.auth import cram, oauth, passwords, scram

    mechanisms = {
        "PLAIN": passwords.plain,
        "LOGIN": passwords.login,
        "CRAM-MD5": cram.cram_md5,
        "SCRAM-SHA-256": scram.scram_sha_256,
        "XOAUTH2": oauth.xoauth2,
        "OAUTHBEARER": oauth.oauthbearer,
    }
    return mechanisms[name]


def advance(exchange: Exchange, sent: bytes | Answer | None) -> str | Question | Admitted:
    """The next challenge as a reply, the next question, or the end. `sent` is None at the start. Raises Rejection."""
    try:
        step = exchange.send(sent)
    except StopIteration as end:
        return Admitted(end.value)
    return step if isinstance(step, Login | Proof | VerifierOf) else "334 " + base64.b64encode(step).decode()


def decoded(line: bytes) -> bytes:
    """A response as the client sent it, out of base64. Raises Rejection, also for the `*` that cancels."""
    if line == CANCEL:
        raise Rejection(replies.AUTH_CANCELLED)
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error:
        raise Rejection(replies.AUTH_BASE64) from None
