"""Why TLS failed, in the words of somebody who looks at the client's settings."""

import ssl

_NO_TRUST = frozenset(
    "TLSV1_ALERT_UNKNOWN_CA SSLV3_ALERT_CERTIFICATE_UNKNOWN SSLV3_ALERT_BAD_CERTIFICATE TLSV1_ALERT_ACCESS_DENIED "
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE TLSV1_ALERT_DECRYPT_ERROR TLSV1_ALERT_INTERNAL_ERROR".split()
)
_EXPIRED = frozenset({"SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED"})
_TOO_OLD = frozenset(
    "UNSUPPORTED_PROTOCOL TLSV1_ALERT_PROTOCOL_VERSION VERSION_TOO_LOW WRONG_SSL_VERSION NO_PROTOCOLS_AVAILABLE".split()
)
_NOTHING_SHARED = frozenset(
    "NO_SHARED_CIPHER SSLV3_ALERT_HANDSHAKE_FAILURE TLSV1_ALERT_INSUFFICIENT_SECURITY NO_SUITABLE_KEY_SHARE "
    "NO_SUITABLE_SIGNATURE_ALGORITHM NO_SHARED_SIGNATURE_ALGORITHMS NO_SHARED_GROUPS".split()
)
_NO_TLS = frozenset(
    "HTTP_REQUEST HTTPS_PROXY_REQUEST WRONG_VERSION_NUMBER UNKNOWN_PROTOCOL PACKET_LENGTH_TOO_LONG "
    "UNEXPECTED_MESSAGE RECORD_LAYER_FAILURE BAD_RECORD_TYPE".split()
)
TRUST = "`mailtrap-local ca` prints the certificate to trust, and says how"
LEFT_IN_HANDSHAKE = f"the client left during the TLS handshake; if it does not trust the certificate, {TRUST}"
LEFT_AT_ONCE = f"the client left right after the TLS handshake; some do when they do not trust the certificate: {TRUST}"


def of(error: ssl.SSLError, *, asked: str) -> str:
    """What to tell about this error, when the client asked for the server name `asked`."""
    reason = error.reason or str(error)
    if reason in _NO_TRUST:
        name = f", or it is not for the name {asked}" if asked else ""
        return f"the client does not accept the certificate: it does not trust who signed it{name}; {TRUST}"
    if reason in _EXPIRED:
        return "the client takes the certificate for expired: look at the clock of its machine"
    if reason in _TOO_OLD:
        return "the client speaks no version of TLS from 1.2 on"
    if reason in _NOTHING_SHARED:
        return "the client knows no cipher, curve or signature algorithm that we know"
    if reason in _NO_TLS:
        return "what the client sent is no TLS"
    return "TLS failed: " + reason.lower().replace("_", " ")
