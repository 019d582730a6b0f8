"""The client over https, to a proxy that ends TLS before the server; and with a password in the URL."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from mailtrap_local.client import AsyncClient, Client, MailtrapError, ServerRefused, Unreachable
from mailtrap_local.server import Server
from mailtrap_local.tls.authority import Authority
from tests.asking import running
from tests.proxy import Proxy

Cursor = Callable[[str, "bool | str | ssl.SSLContext"], Awaitable[str]]


@pytest.fixture
def authority() -> Authority:
    return Authority.made()


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    return str(file)


@pytest.fixture
async def proxy(server: Server, authority: Authority, tmp_path: Path) -> AsyncIterator[Proxy]:
    file = tmp_path / "leaf.pem"
    file.write_bytes(authority.leaf(["127.0.0.1"]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    async with Proxy(server.http_port, tls=context) as proxy:
        yield proxy


async def by_asyncio(url: str, verify: bool | str | ssl.SSLContext) -> str:
    async with AsyncClient(url, verify=verify) as client:
        return await client.cursor()


async def by_blocking(url: str, verify: bool | str | ssl.SSLContext) -> str:
    def cursor() -> str:
        with Client(url, verify=verify) as client:
            return client.cursor()

    return await asyncio.to_thread(cursor)


both = pytest.mark.parametrize("cursor", [by_asyncio, by_blocking])


@both
async def test_who_is_trusted(proxy: Proxy, trusted: str, cursor: Cursor) -> None:
    assert await cursor(proxy.url, trusted)
    assert await cursor(proxy.url, ssl.create_default_context(cafile=trusted))
    assert await cursor(proxy.url, False)


@both
async def test_who_is_not(proxy: Proxy, cursor: Cursor) -> None:
    with pytest.raises(Unreachable) as failure:
        await cursor(proxy.url, True)
    said = str(failure.value)
    assert said.startswith(f"The certificate at {proxy.url.rstrip('/')} is not trusted (")
    assert 'verify="ca.pem"' in said
    assert "`--verify ca.pem`" in said


@both
async def test_a_name_that_is_not_in_the_certificate(proxy: Proxy, trusted: str, cursor: Cursor) -> None:
    with pytest.raises(Unreachable, match=r"is not trusted \(.*localhost"):
        await cursor(f"https://localhost:{proxy.port}", trusted)


@both
async def test_a_port_without_tls(server: Server, trusted: str, cursor: Cursor) -> None:
    with pytest.raises(Unreachable, match=r"does not speak TLS .* Is it http://"):
        await cursor(f"https://127.0.0.1:{server.http_port}", trusted)


@both
async def test_an_authority_that_is_not_there(proxy: Proxy, tmp_path: Path, cursor: Cursor) -> None:
    with pytest.raises(MailtrapError, match=r"nowhere\.pem' is no file of certificates .* No such file"):
        await cursor(proxy.url, str(tmp_path / "nowhere.pem"))
    (tmp_path / "empty.pem").touch()
    with pytest.raises(MailtrapError, match=r"empty\.pem' is no file of certificates"):
        await cursor(proxy.url, str(tmp_path / "empty.pem"))


async def test_everything_goes_over_it(proxy: Proxy, trusted: str) -> None:
    """Waits that are woken and cancelled, large bodies both ways, events, and connections that are kept."""
    async with AsyncClient(proxy.url, verify=trusted) as client:
        inbox = client.inbox("mine")
        assert inbox.url == f"https://127.0.0.1:{proxy.port}/inbox/mine"
        waiting = asyncio.create_task(inbox.wait(subject="large", timeout=30))
        given_up = asyncio.create_task(inbox.wait(subject="never", timeout=30))
        await asyncio.sleep(0)
        raw = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * 100_000
        name = await inbox.put(raw, to=["ann@x.org"])
        assert (await waiting).id == name
        given_up.cancel()
        assert await inbox.raw(name) == raw
        async for event in inbox.live():
            if event.kind == "open":
                second = await inbox.send(from_="a@x.org", subject="second")
            elif event.kind == "new":
                assert event.message is not None
                assert event.message.id == second
                break
        kept = list(client._connections._idle)
        assert await client.cursor()
        assert {id(line) for line in client._connections._idle} & {id(line) for line in kept}


@both
async def test_a_password_in_the_url(cursor: Cursor) -> None:
    async with running(http_auth="ann:p@ss word") as (server, _):
        place = f"127.0.0.1:{server.http_port}"
        assert await cursor(f"http://ann:p%40ss%20word@{place}", True)
        with pytest.raises(ServerRefused, match="401") as failure:
            await cursor(f"http://ann:wrong@{place}", True)
        assert "wrong" not in str(failure.value)
        with pytest.raises(ServerRefused, match="USER:PASSWORD@"):
            await cursor(f"http://{place}", True)


def test_only_a_url_that_says_https_loads_ssl() -> None:
    code = (
        "import sys, mailtrap_local.client as c; c.Client(); print(*{'ssl', 'asyncio', 'http.client'} & {*sys.modules})"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout.strip() == ""
