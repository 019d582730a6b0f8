"""`mailtrap-local ca`, and whether what it says about trust is true."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from mailtrap_local.cli import trust
from mailtrap_local.client import AsyncClient, Missing
from mailtrap_local.server import Server
from mailtrap_local.tls.authority import files
from tests.asking import running
from tests.cli.commands import command
from tests.tools import need


@pytest.fixture
async def secure() -> AsyncIterator[Server]:
    async with running(tls=True, smtp_tls_port=0) as (server, _):
        yield server


async def test_the_certificate_on_standard_output_and_the_words_beside_it(secure: Server) -> None:
    ended = await command(secure, "ca")
    assert ended.code == 0
    assert ended.out == secure.authority
    for client in ("Python", "Node.js", "Go", "Java", "PHP", "Ruby", ".NET", "curl", "Debian", "macOS", "Windows"):
        assert f"\n{client}" in ended.err
    assert "mailtrap-ca.pem" in ended.err


async def test_written_into_a_file(secure: Server, tmp_path: Path) -> None:
    ended = await command(secure, "ca", "own.pem", folder=tmp_path)
    assert (ended.code, ended.out) == (0, "")
    assert (tmp_path / "own.pem").read_text() == secure.authority
    assert str(tmp_path / "own.pem") in ended.err


async def test_as_json(secure: Server) -> None:
    ended = (await command(secure, "ca", "--json")).fine()
    assert ended.json == {"Certificate": secure.authority} and ended.err == ""


async def test_beside_a_database_without_a_server(tmp_path: Path) -> None:
    ended = await command(None, "ca", "--database", "mail.sqlite3", folder=tmp_path)
    assert ended.code == 0
    assert ended.out == files(tmp_path / "mail.sqlite3")[0].read_text()
    ended = await command(None, "ca", "--database", "none/mail.sqlite3", folder=tmp_path)
    assert (ended.code, ended.out) == (4, "")
    assert "cannot keep a certificate authority" in ended.err


async def test_where_there_is_none(server: Server) -> None:
    ended = await command(server, "ca")
    assert (ended.code, ended.out) == (1, "")
    assert "TLS is off; start the server with --tls" in ended.err


async def test_the_clients_call(secure: Server, client: httpx.AsyncClient) -> None:
    async with AsyncClient(secure.url) as ours:
        assert await ours.authority() == secure.authority
    async with AsyncClient(str(client.base_url)) as other:
        with pytest.raises(Missing):
            await other.authority()


def test_each_way_names_the_file() -> None:
    told = trust.told("/tmp/ca.pem")
    assert "{file}" not in told
    assert all("{file}" in "".join(way.lines) or "pem" in "".join(way.lines) for way in trust.WAYS)


PYTHON = """
import smtplib, sys
with smtplib.SMTP("localhost", int(sys.argv[1])) as client:
    import ssl
    print(client.starttls(context=ssl.create_default_context())[0])
"""
NODE = """
const socket = require("tls").connect({ port: +process.argv[1], host: "localhost" }, () => {
  console.log(socket.authorized);
  socket.end();
});
"""


@pytest.mark.parametrize("trusting", [True, False])
@pytest.mark.parametrize("name", ["Python", "Node.js"])
async def test_the_variables_that_it_names_work(secure: Server, tmp_path: Path, name: str, trusting: bool) -> None:
    (tmp_path / "ca.pem").write_text(secure.authority)
    if name == "Python":
        program, variable = [sys.executable, "-c", PYTHON, str(secure.smtp_port)], "SSL_CERT_FILE"
    else:
        program, variable = [str(need("node")), "-e", NODE, str(secure.smtp_tls_port)], "NODE_EXTRA_CA_CERTS"
    assert any(f"{variable}={{file}}" in line for way in trust.WAYS if way.client == name for line in way.lines)
    environment = {variable: str(tmp_path / "ca.pem")} if trusting else {}
    process = await asyncio.create_subprocess_exec(
        *program, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert (process.returncode == 0) is trusting, err
    assert not trusting or out.strip() in (b"220", b"true")


def test_what_it_prints_is_read_by_openssl(tmp_path: Path) -> None:
    from mailtrap_local.tls.authority import Authority

    ssl.create_default_context(cadata=Authority.kept(tmp_path / "m").pem)
