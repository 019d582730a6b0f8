"""Real clients under TLS, each verifying our certificate by the authority that it was told to trust."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local.mailbox import Selection
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.tls import words
from mailtrap_local.tls.authority import Authority
from tests.smtp.test_clients import MB, RECIPIENT, SENDER, a_mail, run
from tests.tools import need

MAIL = a_mail(attachment=MB)


@pytest.fixture
def settings() -> Settings:
    return Settings(smtp_port=0, http_port=0, smtp_tls_port=0, tls=True, tls_required=True)


@pytest.fixture
def authority(server: Server, tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_text(server.authority)
    return tmp_path / "ca.pem"


async def by_smtplib(server: Server, implicit: bool, authority: Path) -> None:
    def send() -> None:
        context = ssl.create_default_context(cafile=str(authority))
        if hasattr(ssl, "VERIFY_X509_STRICT"):
            context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it by default from 3.13 on
        if implicit:
            client: smtplib.SMTP = smtplib.SMTP_SSL("localhost", server.smtp_tls_port, timeout=30, context=context)
        else:
            client = smtplib.SMTP("localhost", server.smtp_port, timeout=30)
            client.starttls(context=context)
        with client:
            client.login("ann", "x")
            client.sendmail(SENDER, [RECIPIENT], MAIL, ["BODY=8BITMIME"])

    await asyncio.to_thread(send)


async def by_swaks(server: Server, implicit: bool, authority: Path) -> None:
    mail = authority.with_name("mail")
    mail.write_bytes(MAIL.removesuffix(b"\r\n").replace(b"\r\n", b"\n"))
    port = server.smtp_tls_port if implicit else server.smtp_port
    where = ("--server", "localhost", "--port", str(port), "--from", SENDER, "--to", RECIPIENT)
    tls = ("--tls-on-connect" if implicit else "--tls", "--tls-verify", "--tls-ca-path", authority)
    auth = ("--auth", "CRAM-MD5", "--auth-user", "ann", "--auth-password", "x")
    await run(need("swaks"), *where, *tls, *auth, "--suppress-data", "--data", f"@{mail}")


async def by_curl(server: Server, implicit: bool, authority: Path) -> None:
    mail = authority.with_name("mail")
    mail.write_bytes(MAIL)
    url = f"smtps://localhost:{server.smtp_tls_port}" if implicit else f"smtp://localhost:{server.smtp_port}"
    envelope = ("--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "--user", "ann:x", "--upload-file", mail)
    await run(need("curl"), "-sS", url, "--ssl-reqd", "--cacert", authority, *envelope)


NODEMAILER = """
const { readFileSync } = require("fs");
const [nodemailer, port, implicit, authority, file, from, to] = process.argv.slice(1);
require(nodemailer).createTransport({
  host: "localhost", port: +port, secure: implicit === "true", requireTLS: true,
  tls: authority.endsWith("none") ? {} : { ca: readFileSync(authority) }, auth: { user: "ann", pass: "x" },
}).sendMail({ envelope: { from, to: [to] }, raw: readFileSync(file) }).then(
  (info) => console.log(info.response),
  (error) => { console.error(error); process.exit(1); },
);
"""


async def by_nodemailer(server: Server, implicit: bool, authority: Path) -> None:
    mail = authority.with_name("mail")
    mail.write_bytes(MAIL)
    port = server.smtp_tls_port if implicit else server.smtp_port
    given = (str(port), str(implicit).lower(), authority, mail, SENDER, RECIPIENT)
    await run(need("node"), "-e", NODEMAILER, need("nodemailer"), *given)


async def by_msmtp(server: Server, implicit: bool, authority: Path) -> None:
    """GnuTLS, where the others have OpenSSL."""
    port = server.smtp_tls_port if implicit else server.smtp_port
    tls = ("--tls=on", f"--tls-starttls={'off' if implicit else 'on'}", f"--tls-trust-file={authority}")
    login = ("--auth=plain", "--user=ann", "--passwordeval=echo x")
    where = ("--host=localhost", f"--port={port}", f"--from={SENDER}", "--set-date-header=off", RECIPIENT)
    await run(need("msmtp"), "--file=/dev/null", *tls, *login, *where, stdin=MAIL.replace(b"\r\n", b"\n"))


Send = Callable[[Server, bool, Path], Coroutine[Any, Any, None]]


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
@pytest.mark.parametrize("send", [by_smtplib, by_swaks, by_curl, by_nodemailer, by_msmtp])
async def test_a_client_delivers(server: Server, authority: Path, send: Send, implicit: bool) -> None:
    await send(server, implicit, authority)
    message_id = await server.mailbox.latest(Selection())
    origin = (await server.mailbox.record(message_id)).origin
    assert await server.mailbox.raw(message_id) == MAIL
    assert (origin.protocol, origin.username) == ("ESMTPSA", "ann")
    assert origin.tls.startswith("TLSv1.")
    assert (await server.sessions.get(origin.session)).tls.startswith(origin.tls + ", ")


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
async def test_openssl_verifies_us(server: Server, authority: Path, implicit: bool) -> None:
    port = server.smtp_tls_port if implicit else server.smtp_port
    begin = () if implicit else ("-starttls", "smtp")
    where = ("-connect", f"localhost:{port}", "-servername", "localhost", "-verify_hostname", "localhost")
    verify = ("-CAfile", authority, "-verify_return_error", "-quiet", "-ign_eof")
    said = await run(need("openssl"), "s_client", *begin, *where, *verify, stdin=b"EHLO x\r\nQUIT\r\n")
    assert b"250-localhost" in said and b"221 2.0.0 Bye" in said


async def told(server: Server) -> str:
    """What the newest session remarks, once it is over."""
    for _ in range(2_000):
        session = (await server.sessions.page(limit=1))[0]
        if session.state != "open":
            return "\n".join(line.text for line in session.lines if line.who == "-")
        await asyncio.sleep(0.005)
    raise TimeoutError


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
@pytest.mark.parametrize("send", [by_swaks, by_curl, by_msmtp])
async def test_clients_that_do_not_trust_us(server: Server, tmp_path: Path, send: Send, implicit: bool) -> None:
    (tmp_path / "other.pem").write_text(Authority.made().pem)
    with pytest.raises(AssertionError):
        await send(server, implicit, tmp_path / "other.pem")
    assert "mailtrap-local ca" in await told(server)


async def test_node_leaves_without_a_word_when_it_does_not_trust_us(server: Server, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="certificate"):
        await by_nodemailer(server, True, tmp_path / "none")
    assert words.TRUST in await told(server)


async def test_a_client_that_speaks_plain_text_on_the_port_for_tls(server: Server) -> None:
    """It waits for a greeting; after a while it gets an answer that it can read."""
    with pytest.raises(smtplib.SMTPConnectError, match="TLS is spoken here"):
        await asyncio.to_thread(smtplib.SMTP, "localhost", server.smtp_tls_port, timeout=30)
