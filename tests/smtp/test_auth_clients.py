"""Real clients log in, by every mechanism that they know, where the password counts."""

import asyncio
import smtplib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local.mailbox import Selection
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.smtp.test_clients import RECIPIENT, SENDER, run
from tests.tools import need

MAIL = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture
def settings(tmp_path: Path, settings: Settings) -> Settings:
    (tmp_path / "users").write_text("ann:{PLAIN}horse\n")
    return replace(settings, smtp_auth_file=tmp_path / "users", smtp_auth_required=True)


async def by_smtplib(port: int, mechanism: str, password: str, _folder: Path) -> None:
    def send() -> None:
        with smtplib.SMTP("localhost", port, timeout=30) as client:
            client.ehlo()
            client.user, client.password = "ann", password
            client.auth(mechanism, getattr(client, "auth_" + mechanism.lower().replace("-", "_")))
            client.sendmail(SENDER, [RECIPIENT], MAIL)

    await asyncio.to_thread(send)


async def by_swaks(port: int, mechanism: str, password: str, _folder: Path) -> None:
    where = ("--server", "127.0.0.1", "--port", str(port), "--from", SENDER, "--to", RECIPIENT)
    await run(need("swaks"), *where, "--auth", mechanism, "--auth-user", "ann", "--auth-password", password)


async def by_curl(port: int, mechanism: str, password: str, folder: Path) -> None:
    (folder / "mail").write_bytes(MAIL)
    envelope = ("--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "--upload-file", folder / "mail")
    user = (
        ("--user", "ann", "--oauth2-bearer", password) if mechanism == "OAUTHBEARER" else ("--user", f"ann:{password}")
    )
    url = f"smtp://127.0.0.1:{port}"
    await run(need("curl"), "-sS", url, "--login-options", f"AUTH={mechanism}", *user, *envelope)


NODEMAILER = """
const [nodemailer, port, method, password, from, to] = process.argv.slice(1);
const token = { type: "OAuth2", user: "ann", accessToken: password };
const auth = method === "XOAUTH2" ? token : { user: "ann", pass: password };
const options = { host: "localhost", port: +port, auth };
if (method !== "XOAUTH2") options.authMethod = method;
require(nodemailer).createTransport(options).sendMail({ from, to, subject: "x", text: "x" }).then(
  (info) => console.log(info.response),
  (error) => { console.error(error); process.exit(1); },
);
"""


async def by_nodemailer(port: int, mechanism: str, password: str, _folder: Path) -> None:
    await run(need("node"), "-e", NODEMAILER, need("nodemailer"), str(port), mechanism, password, SENDER, RECIPIENT)


async def by_msmtp(port: int, mechanism: str, password: str, _folder: Path) -> None:
    where = ("--host=localhost", f"--port={port}", "--tls=off", f"--from={SENDER}")
    login = (f"--auth={mechanism.lower()}", "--user=ann", f"--passwordeval=echo {password}")
    await run(need("msmtp"), "--file=/dev/null", *where, *login, RECIPIENT, stdin=MAIL)


Send = Callable[[int, str, str, Path], Coroutine[Any, Any, None]]
CLIENTS: list[tuple[Send, str]] = [
    *((by_smtplib, mechanism) for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5")),
    *((by_swaks, mechanism) for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5")),
    *((by_curl, mechanism) for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5", "OAUTHBEARER")),
    *((by_msmtp, mechanism) for mechanism in ("CRAM-MD5", "SCRAM-SHA-256")),
    *((by_nodemailer, mechanism) for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2")),
]


@pytest.mark.parametrize(("send", "mechanism"), CLIENTS)
async def test_a_client_logs_in(server: Server, tmp_path: Path, send: Send, mechanism: str) -> None:
    with pytest.raises(
        (AssertionError, smtplib.SMTPAuthenticationError), match="535|Login denied|authentication failed"
    ):
        await send(server.smtp_port, mechanism, "battery", tmp_path)
    await send(server.smtp_port, mechanism, "horse", tmp_path)
    page = await server.mailbox.page(Selection())
    assert [summary.username for summary in page.summaries] == ["ann"]
    session = await server.sessions.get((await server.mailbox.record(page.summaries[0].id)).origin.session)
    assert any(line.text.startswith(f"AUTH {mechanism}") for line in session.lines)
