"""Clients under TLS by ways that programs.py has no row for."""

import asyncio
import smtplib
from pathlib import Path

import pytest

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.smtp.programs import ran
from tests.tools import need


@pytest.fixture
def settings() -> Settings:
    return Settings(smtp_port=0, http_port=0, smtp_tls_port=0, tls=True, tls_required=True)


@pytest.fixture
def authority(server: Server, tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_text(server.authority)
    return tmp_path / "ca.pem"


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
async def test_openssl_verifies_us(server: Server, authority: Path, implicit: bool) -> None:
    port = server.smtp_tls_port if implicit else server.smtp_port
    begin = () if implicit else ("-starttls", "smtp")
    where = ("-connect", f"localhost:{port}", "-servername", "localhost", "-verify_hostname", "localhost")
    verify = ("-CAfile", authority, "-verify_return_error", "-quiet", "-ign_eof")
    said = await ran(need("openssl"), "s_client", *begin, *where, *verify, stdin=b"EHLO x\r\nQUIT\r\n")
    assert "250-localhost" in said and "221 2.0.0 Bye" in said


async def test_a_client_that_speaks_plain_text_on_the_port_for_tls(server: Server) -> None:
    """It waits for a greeting; after a while it gets an answer that it can read."""
    with pytest.raises(smtplib.SMTPConnectError, match="TLS is spoken here"):
        await asyncio.to_thread(smtplib.SMTP, "localhost", server.smtp_tls_port, timeout=30)
