"""Names for things: message ids, session ids, epochs, tokens.

A message id is 22 characters of base62, as Mailpit's are, over a number of 128 bits: the upper 48 bits are the
message's seq, the lower 80 are random. So ids sort in the order of arrival, a look-up by id is a look-up by row
number, and nobody guesses the id of another message.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22
MAX_SEQ = 2**48 - 1
_RANDOM_BITS = 80
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_PAIR_BASE = 62 * 62
_SESSION_LENGTH = 12
_SESSION_IDS = 62**_SESSION_LENGTH


def message_id(seq: int) -> str:
    """A new id for the message numbered `seq` (1 to 2**48 - 1)."""
    number = (seq << _RANDOM_BITS) | int.from_bytes(secrets.token_bytes(10), "big")
    pairs = []
    for _ in range(LENGTH // 2):
        number, pair = divmod(number, _PAIR_BASE)
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs))


def seq_of(message_id: str) -> int | None:
    """The seq inside a message id; None if the text cannot be a message id."""
    if len(message_id) != LENGTH:
        return None
    number = 0
    for character in message_id:
        value = _VALUES.get(character)
        if value is None:
            return None
        number = number * 62 + value
    seq = number >> _RANDOM_BITS
    return seq if 0 < seq <= MAX_SEQ else None


def session_id() -> str:
    """A new id for one SMTP connection: 12 characters of base62, 71 random bits."""
    number = secrets.randbelow(_SESSION_IDS)  # one draw: there is an id for each connection
    pairs = []
    for _ in range(_SESSION_LENGTH // 2):
        number, pair = divmod(number, _PAIR_BASE)
        pairs.append(_PAIRS[pair])
    return "".join(pairs)


def rule_id() -> str:
    """A new id for a fault or a rate limit: 8 characters of base62."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


def epoch() -> str:
    """A new name for one database's life: 8 characters of base62."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


def token() -> str:
    """A new secret of 128 bits, safe in a URL."""
    return secrets.token_urlsafe(16)
