"""CRAM-MD5 (RFC 2195): the client shows that it knows the password without saying it."""

import hmac
import re
import secrets
import time

from mailtrap_local.smtp import replies
from mailtrap_local.smtp.auth.exchange import Exchange, Proof, admission, user_name
from mailtrap_local.smtp.replies import Rejection

_DIGEST = re.compile(rb"[0-9A-Fa-f]{32}")


def cram_md5(initial: bytes | None) -> Exchange:
    """A challenge that never comes again, and the user with its digest keyed by the password."""
    if initial is not None:  # the server speaks first (RFC 4954 section 4)
        raise Rejection(replies.AUTH_MALFORMED)
    challenge = b"<%d.%d@mailtrap-local>" % (secrets.randbits(64), time.time_ns())
    user, _, digest = (yield challenge).rpartition(b" ")
    if not _DIGEST.fullmatch(digest):
        raise Rejection(replies.AUTH_MALFORMED)

    def proves(password: str) -> bool:
        made = hmac.new(password.encode(), challenge, "md5").hexdigest()
        return hmac.compare_digest(made.encode(), digest.lower())

    return (yield from admission(Proof(user_name(user), proves)))
