"""A certificate authority of our own, which a developer tells his client to trust.

It is made on first use and kept beside the database file, the private key readable by its owner alone; without a
database file it lives as long as the process. What it signs is made anew with each start and never written down.
"""

import contextlib
import ipaddress
import os
import socket
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailtrap_local.errors import StartError

AUTHORITY_DAYS = 3_650
LEAF_DAYS = 397  # more than that some systems refuse, whoever signed it
_SKEW = timedelta(days=1)  # clocks of containers may be behind


class Authority:
    """A key pair and the certificate that says so."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate

    @classmethod
    def made(cls) -> Self:
        """A new one, in memory."""
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(key, _own_certificate(key))

    @classmethod
    def kept(cls, database: Path) -> Self:
        """The one beside a database file, made if there is none. Raises StartError."""
        certificate_file, key_file = files(database)
        try:
            key = _kept_key(key_file)
            if not certificate_file.exists():
                _write(certificate_file, _pem(_own_certificate(key)), mode=0o644)
            certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        except OSError as error:
            raise StartError(f"cannot keep a certificate authority in {error.filename}: {error.strerror}") from None
        except (ValueError, TypeError):
            raise StartError(f"{key_file} and {certificate_file} are damaged; remove both to have new ones") from None
        if certificate.public_key() != key.public_key():
            raise StartError(f"{key_file} is not the key of {certificate_file}; remove both to have new ones")
        if certificate.not_valid_after_utc < datetime.now(UTC) + timedelta(days=1):
            raise StartError(f"the certificate authority {certificate_file} has expired; remove it to have a new one")
        return cls(key, certificate)

    @classmethod
    def of_pem(cls, pem: bytes) -> Self:
        """From what `whole` told."""
        key = serialization.load_pem_private_key(pem, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(key, x509.load_pem_x509_certificate(pem))

    @property
    def whole(self) -> bytes:
        """Key and certificate, PEM: secret."""
        return _key_pem(self._key) + _pem(self._certificate)

    @property
    def pem(self) -> str:
        """The certificate to trust."""
        return _pem(self._certificate).decode()

    def leaf(self, names: Sequence[str]) -> bytes:
        """A private key, the certificate for these host names and addresses, and that of the authority; PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [_alternative(name) for name in names]
        builder = _builder(f"mailtrap-local {names[0]}"[:64], key.public_key(), days=LEAF_DAYS)
        certificate = (
            builder.issuer_name(self._certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _key_pem(key) + _pem(certificate) + _pem(self._certificate)


def files(database: Path) -> tuple[Path, Path]:
    """Where certificate and key of a database's authority are."""
    return database.with_name(database.name + ".ca.pem"), database.with_name(database.name + ".ca.key")


def _kept_key(file: Path) -> ec.EllipticCurvePrivateKey:
    if not file.exists():
        _write(file, _key_pem(ec.generate_private_key(ec.SECP256R1())), mode=0o600)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("a key of another kind")
    return key


def _write(file: Path, octets: bytes, *, mode: int) -> None:
    """A whole file or none; if there is one by now, that stays."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # readable by its owner alone
    try:
        with os.fdopen(descriptor, "wb") as temporary:
            temporary.write(octets)
        os.chmod(name, mode)
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
    finally:
        os.unlink(name)


def _own_certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = f"mailtrap-local on {socket.gethostname()}, {datetime.now(UTC):%Y-%m-%d}"[:64]
    return (
        _builder(name, key.public_key(), days=AUTHORITY_DAYS)
        .issuer_name(_name(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(name: str, key: ec.EllipticCurvePublicKey, *, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now - _SKEW + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "mailtrap-local"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
