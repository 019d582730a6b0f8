"""Certificates of the user's, names, and what the settings decide."""

import asyncio
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrap_local.errors import SettingError
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.tls.authority import Authority, files
from mailtrap_local.tls.channel import Channel
from mailtrap_local.tls.identity import Identity, certified_names
from tests.smtp.talking import running


def write(folder: Path, *names: str) -> tuple[Path, Path, str]:
    """A certificate chain and its key in two files, and the PEM of who signed it."""
    authority = Authority.made()
    pem = authority.leaf(names).decode()
    end = "-----END PRIVATE KEY-----\n"
    key, chain = pem[: pem.index(end) + len(end)], pem[pem.index(end) + len(end) :]
    (folder / "chain.pem").write_text(chain)
    (folder / "key.pem").write_text(key)
    return folder / "chain.pem", folder / "key.pem", authority.pem


@pytest.mark.parametrize("together", [True, False])
async def test_a_certificate_of_the_users(tmp_path: Path, together: bool) -> None:
    certificate, key, authority = write(tmp_path, "localhost")
    if together:
        certificate.write_text(key.read_text() + certificate.read_text())
    settings = Settings(tls_cert=certificate, tls_key=None if together else key)
    assert settings.speaks_tls
    async with running(settings) as front:
        assert front.front.identity is not None and front.front.identity.authority is None
        client = await front.connect_tls(ssl.create_default_context(cadata=authority))
        await client.begin()


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    certificate, key, _ = write(tmp_path, "localhost")
    (tmp_path / "other").mkdir()
    _, other, _ = write(tmp_path / "other", "localhost")
    for given, reason in (
        (Settings(tls_cert=tmp_path / "none", tls_key=key), "none, for TLS, cannot be read"),
        (Settings(tls_cert=certificate, tls_key=tmp_path / "missing"), "missing, for TLS, cannot be read"),
        (Settings(tls_cert=certificate, tls_key=other), "cannot be used: key values mismatch"),
        (Settings(tls_cert=key), "cannot be used"),
    ):
        with pytest.raises(SettingError, match=reason):
            Identity.of(given)


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        (Settings(), False),
        (Settings(tls=True), True),
        (Settings(tls_required=True), True),
        (Settings(smtp_auth_tls_only=True), True),
        (Settings(tls_cert=Path("x")), True),
        (Settings(smtp_tls_port=465), False),
    ],
)
def test_what_turns_tls_on(settings: Settings, on: bool) -> None:
    assert settings.speaks_tls is on


def test_ports_that_are_the_same() -> None:
    with pytest.raises(SettingError, match="http_port and smtp_tls_port are both 8025"):
        Settings(tls=True, smtp_tls_port=8025)
    Settings(smtp_tls_port=8025)


def test_the_names_of_the_certificate() -> None:
    names = certified_names(Settings(tls=True, hostname="Mail.Example.com.", host=("192.0.2.7",), allow_anonymous=True))
    assert {"localhost", "127.0.0.1", "::1", "mail.example.com", "host.docker.internal", "192.0.2.7"} <= set(names)
    everywhere = certified_names(Settings(host=("0.0.0.0",), allow_anonymous=True))
    assert "0.0.0.0" not in everywhere


def test_certificates_for_names_as_they_are_asked_for_are_bounded() -> None:
    identity = Identity.of(Settings(tls=True))
    for number in range(105):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        trust = ssl.create_default_context()
        client = trust.wrap_bio(incoming, outgoing, server_hostname=f"box{number}")
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        Channel(identity.context).receive(outgoing.read())
    assert len(identity._others) == 100


async def test_the_authority_lives_as_long_as_the_database(tmp_path: Path) -> None:
    settings = Settings(smtp_port=0, http_port=0, smtp_tls_port=0, tls=True, database=tmp_path / "mail.sqlite3")
    seen = []
    for _ in range(2):
        async with Server(settings) as server:
            seen.append(server.authority)
            reader, writer = await asyncio.open_connection(
                "localhost", server.smtp_tls_port, ssl=ssl.create_default_context(cadata=server.authority)
            )
            assert (await reader.readline()).startswith(b"220 ")
            writer.close()
    assert seen[0] == seen[1] == files(tmp_path / "mail.sqlite3")[0].read_text()


async def test_without_a_database_it_lives_as_long_as_the_server(tmp_path: Path) -> None:
    settings = Settings(smtp_port=0, http_port=0, smtp_tls_port=0, tls=True)
    seen = []
    for _ in range(2):
        async with Server(settings) as server:
            seen.append(server.authority)
    assert seen[0] and seen[1] and seen[0] != seen[1]


def test_without_tls_nothing_of_it_is_imported() -> None:
    code = (
        "import asyncio, sys\nfrom mailtrap_local.server import Server\nfrom mailtrap_local.settings import Settings\n"
        "async def main():\n async with Server(Settings(smtp_port=0, http_port=0)): pass\n"
        "asyncio.run(main()); print([name for name in sys.modules if name.startswith('cryptography')])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
