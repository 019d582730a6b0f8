"""Why TLS failed, in the words of somebody who looks at the client's settings."""

# Alerts of the client (RFC 8446 section 6.2), as the library below us names them behind the protocol's version
_NO_TRUST = frozenset(
    "UNKNOWN_CA CERTIFICATE_UNKNOWN BAD_CERTIFICATE ACCESS_DENIED UNSUPPORTED_CERTIFICATE DECRYPT_ERROR "
    "INTERNAL_ERROR".split()
)
_EXPIRED = frozenset({"CERTIFICATE_EXPIRED", "CERTIFICATE_REVOKED"})
# Alerts, and errors of our own
_TOO_OLD = frozenset(
    "PROTOCOL_VERSION UNSUPPORTED_PROTOCOL VERSION_TOO_LOW WRONG_SSL_VERSION NO_PROTOCOLS_AVAILABLE".split()
)
_NOTHING_SHARED = frozenset(
    "HANDSHAKE_FAILURE INSUFFICIENT_SECURITY NO_SHARED_CIPHER NO_SUITABLE_KEY_SHARE NO_SUITABLE_SIGNATURE_ALGORITHM "
    "NO_SHARED_SIGNATURE_ALGORITHMS NO_SHARED_GROUPS".split()
)
_NO_TLS = frozenset(
    "HTTP_REQUEST HTTPS_PROXY_REQUEST WRONG_VERSION_NUMBER UNKNOWN_PROTOCOL PACKET_LENGTH_TOO_LONG "
    "UNEXPECTED_MESSAGE RECORD_LAYER_FAILURE BAD_RECORD_TYPE".split()
)
TRUST = "`mailtrap-local ca` prints the certificate to trust, and says how"
LEFT_IN_HANDSHAKE = f"the client left during the TLS handshake; if it does not trust the certificate, {TRUST}"
LEFT_AT_ONCE = f"the client left right after the TLS handshake; some do when they do not trust the certificate: {TRUST}"


def of(reason: str, *, asked: str) -> str:
    """What to tell about a failure that the library below us calls so; `asked` is the client's server name, unless the
    certificate is surely for it."""
    _, alert, name = reason.rpartition("ALERT_")
    if alert and name in _NO_TRUST:
        other = f", or it is not for the name {asked}" if asked else ""
        return f"the client does not accept the certificate: it does not trust who signed it{other}; {TRUST}"
    if alert and name in _EXPIRED:
        return "the client takes the certificate for expired: look at the clock of its machine"
    if name in _TOO_OLD:
        return "the client speaks no version of TLS from 1.2 on"
    if name in _NOTHING_SHARED:
        return "the client knows no cipher, curve or signature algorithm that we know"
    if not alert and name in _NO_TLS:
        return "what the client sent is no TLS"
    return "TLS failed: " + reason.lower().replace("_", " ")
