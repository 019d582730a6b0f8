"""Our certificate authority: what it signs, and how it is kept."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from mailtrap_local.errors import StartError
from mailtrap_local.tls.authority import LEAF_DAYS, Authority, files

NAMES = ("localhost", "*.localhost", "my_box", "127.0.0.1", "::1")


def certificates(pem: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem)


def test_what_it_signs_is_valid_for_each_name() -> None:
    """By a verifier that follows RFC 5280 and the rules of browsers."""
    authority = Authority.made()
    leaf, own = certificates(authority.leaf(NAMES))
    assert own == certificates(authority.pem.encode())[0]
    policy = PolicyBuilder().store(Store([own]))
    for name in ("localhost", "a.localhost"):
        policy.build_server_verifier(x509.DNSName(name)).verify(leaf, [])
    alternatives = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each.value) for each in alternatives] == list(NAMES)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=LEAF_DAYS)
    assert leaf.not_valid_before_utc < datetime.now(UTC) - timedelta(hours=23)


def test_it_signs_servers_only() -> None:
    leaf, own = certificates(Authority.made().leaf(NAMES))
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    constraints = own.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.value.ca, constraints.value.path_length, constraints.critical) == (True, 0, True)
    assert own.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_two_are_not_the_same() -> None:
    assert Authority.made().pem != Authority.made().pem


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_its_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Authority.kept(tmp_path / "mail.sqlite3")
    finally:
        os.umask(old)
    certificate, key = files(tmp_path / "mail.sqlite3")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(certificate.stat().st_mode) == 0o644
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mail.sqlite3.ca.key", "mail.sqlite3.ca.pem"]


def test_it_is_kept(tmp_path: Path) -> None:
    first = Authority.kept(tmp_path / "mail.sqlite3")
    assert Authority.kept(tmp_path / "mail.sqlite3").pem == first.pem
    assert Authority.kept(tmp_path / "other.sqlite3").pem != first.pem


def test_a_start_that_was_cut_off_between_key_and_certificate(tmp_path: Path) -> None:
    Authority.kept(tmp_path / "m")
    certificate, key = files(tmp_path / "m")
    certificate.unlink()
    Authority.kept(tmp_path / "m")
    (made,) = certificates(certificate.read_bytes())
    assert load_pem_private_key(key.read_bytes(), None).public_key() == made.public_key()


@pytest.mark.parametrize("wrong", [0, 1])
@pytest.mark.parametrize("content", [b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_damaged_files(tmp_path: Path, wrong: int, content: bytes) -> None:
    Authority.kept(tmp_path / "m")
    files(tmp_path / "m")[wrong].write_bytes(content)
    with pytest.raises(StartError, match="are damaged; remove both"):
        Authority.kept(tmp_path / "m")
    assert files(tmp_path / "m")[wrong].read_bytes() == content


def test_files_that_do_not_belong_together(tmp_path: Path) -> None:
    for name in ("m", "n"):
        Authority.kept(tmp_path / name)
    files(tmp_path / "n")[0].replace(files(tmp_path / "m")[0])
    with pytest.raises(StartError, match="is not the key of"):
        Authority.kept(tmp_path / "m")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot keep a certificate authority in"):
        Authority.kept(tmp_path / "none" / "m")


def test_one_that_has_expired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrap_local.tls.authority.AUTHORITY_DAYS", 1)
    with pytest.raises(StartError, match="has expired; remove it"):
        Authority.kept(tmp_path / "m")
