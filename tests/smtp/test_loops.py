"""TLS, Unix sockets and the PROXY protocol on each event loop that there is: uvloop is what the server runs on."""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from mailtrap_local.mailbox import Selection
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings

try:
    import uvloop
except ImportError:
    LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop]
else:
    LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]

MAIL = b"Subject: x\r\n\r\n" + b"some text, and some more of it\r\n" * 30_000


def settings(folder: Path, **more: bool) -> Settings:
    return Settings(
        smtp_port=0,
        http_port=0,
        smtp_tls_port=0,
        tls=True,
        smtp_socket=folder / "smtp.sock",
        lmtp_socket=folder / "lmtp.sock",
        **more,  # type: ignore[arg-type]
    )


def by_starttls(server: Server, trust: ssl.SSLContext) -> None:
    with smtplib.SMTP("localhost", server.smtp_port, timeout=30) as client:
        client.starttls(context=trust)
        client.sendmail("a@x.org", ["b@y.org"], MAIL)


def by_tls(server: Server, trust: ssl.SSLContext) -> None:
    with smtplib.SMTP_SSL("localhost", server.smtp_tls_port, timeout=30, context=trust) as client:
        client.sendmail("a@x.org", ["b@y.org"], MAIL)


def by_lmtp(server: Server, _: ssl.SSLContext) -> None:
    with smtplib.LMTP(str(server.settings.lmtp_socket)) as client:
        client.sendmail("a@x.org", ["b@y.org"], MAIL)


def without_trust(server: Server, _: ssl.SSLContext) -> None:
    for port in (server.smtp_port, server.smtp_tls_port):
        with pytest.raises((ssl.SSLError, ConnectionError, smtplib.SMTPException)):
            smtplib.SMTP_SSL("localhost", port, timeout=30, context=ssl.create_default_context())


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__module__.partition(".")[0])
def test_tls_and_unix_sockets(tmp_path: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scene() -> tuple[list[str], list[str]]:
        async with Server(settings(tmp_path)) as server:
            trust = ssl.create_default_context(cadata=server.authority)
            for send in (by_starttls, by_tls, by_lmtp, without_trust):
                await asyncio.to_thread(send, server, trust)
            page = await server.mailbox.page(Selection())
            origins = [(await server.mailbox.record(each.id)).origin for each in page.summaries]
            mails = {await server.mailbox.raw(each.id) for each in page.summaries}
            assert mails == {MAIL}
            remarks = [line.text for each in await server.sessions.page() for line in each.lines if line.who == "-"]
            return [origin.protocol for origin in origins], remarks

    with asyncio.Runner(loop_factory=loop) as runner:
        protocols, remarks = runner.run(scene())
    assert protocols == ["LMTP", "ESMTPS", "ESMTPS"]
    assert any("the client begins TLS at once, and this port does not" in remark for remark in remarks)
    assert any("mailtrap-local ca" in remark for remark in remarks)


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__module__.partition(".")[0])
def test_a_proxy(tmp_path: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    def send(server: Server, port: int, trust: ssl.SSLContext | None) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
            plain.sendall(b"PROXY TCP4 192.0.2.1 198.51.100.2 4321 25\r\n")
            with smtplib.SMTP() as client:
                client.sock = trust.wrap_socket(plain, server_hostname="localhost") if trust else plain
                client.file = None
                client.getreply()
                client.sendmail("a@x.org", ["b@y.org"], MAIL)

    async def scene() -> list[str]:
        async with Server(settings(tmp_path, proxy_protocol=True)) as server:
            trust = ssl.create_default_context(cadata=server.authority)
            await asyncio.to_thread(send, server, server.smtp_port, None)
            await asyncio.to_thread(send, server, server.smtp_tls_port, trust)
            page = await server.mailbox.page(Selection())
            return [(await server.mailbox.record(each.id)).origin.peer for each in page.summaries]

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(scene()) == ["192.0.2.1:4321"] * 2
