"""What a server's certificate says of itself, and what OpenSSL's complaint about it means."""

from dataclasses import dataclass
from datetime import UTC, datetime

_COMPLAINTS = {
    9: "not-yet-valid",
    10: "expired",
    18: "self-signed",
    19: "unknown-ca",  # a root that comes along and that nobody here trusts
    20: "unknown-ca",
    21: "unknown-ca",
    62: "wrong-name",
    64: "wrong-name",  # of an IP address
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Names it is for, who issued it, and when it is valid."""

    names: tuple[str, ...]
    issuer: str
    begins: datetime
    ends: datetime

    @property
    def facts(self) -> dict[str, str]:
        """For the sentences of a diagnosis."""
        return {
            "names": ", ".join(self.names[:5]) or "nobody",
            "issuer": self.issuer or "nobody",
            "begins": f"{self.begins:%Y-%m-%d %H:%M} UTC",
            "ends": f"{self.ends:%Y-%m-%d %H:%M} UTC",
        }


def complaint(code: int) -> str:
    """OpenSSL's verify code as the kind of trouble that it is."""
    return _COMPLAINTS.get(code, "untrusted")


def read_certificate(der: bytes) -> Certificate | None:
    """A certificate in DER; None for one that cannot be read."""
    from cryptography import x509

    try:
        found = x509.load_der_x509_certificate(der)
        names = _names(found)
        issuer = found.issuer.rfc4514_string()
    except (ValueError, TypeError, x509.UnsupportedGeneralNameType):
        return None
    return Certificate(names, issuer, _utc(found.not_valid_before_utc), _utc(found.not_valid_after_utc))


def _names(found: "x509.Certificate") -> tuple[str, ...]:  # type: ignore[name-defined]  # noqa: F821
    from cryptography import x509

    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return tuple(str(each.value) for each in common)
    return tuple(str(name.value) for name in extension if isinstance(name, x509.DNSName | x509.IPAddress))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
