"""AUTH (RFC 4954): the mechanisms, and the exchange of challenges and responses that each of them is. No I/O."""

from mailtrap_local.smtp.auth.exchange import CANCEL, Admitted, Answer, Exchange, Proof, Question, VerifierOf
from mailtrap_local.smtp.auth.mechanisms import BEARER, MECHANISMS, advance, begin, decoded

__all__ = [
    "BEARER",
    "CANCEL",
    "MECHANISMS",
    "Admitted",
    "Answer",
    "Exchange",
    "Proof",
    "Question",
    "VerifierOf",
    "advance",
    "begin",
    "decoded",
]
