"""The health check of the container image."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailtrap_local import health
from mailtrap_local.settings import Settings
from tests.test_sendmail import free_port

if TYPE_CHECKING:
    from mailtrap_local.server import Server


@pytest.fixture
def settings() -> Settings:
    return Settings(smtp_port=0, http_port=0, base_path="/mail")


async def test_a_server_that_runs_is_ready(server: "Server") -> None:
    assert await asyncio.to_thread(health.ready, server.settings)


async def test_listening_on_all_addresses_is_asked_on_loopback(server: "Server") -> None:
    for host in ("0.0.0.0", "::"):
        everywhere = replace(server.settings, host=(host,), allow_anonymous=True)
        assert await asyncio.to_thread(health.ready, everywhere)


async def test_one_that_answers_something_else_is_not(server: "Server") -> None:
    assert not await asyncio.to_thread(health.ready, replace(server.settings, base_path="/other"))


async def test_one_that_speaks_no_http_is_not() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        writer.close()

    babbler = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with babbler:
        port = babbler.sockets[0].getsockname()[1]
        assert not await asyncio.to_thread(health.ready, Settings(http_port=port))


def test_nobody_there_is_code_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILTRAP_LOCAL_HTTP_PORT", str(free_port()))
    assert health.main() == 1


def test_a_wrong_setting_is_code_1_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILTRAP_LOCAL_HTTP_PORT", "x")
    assert health.main() == 1
    assert "MAILTRAP_LOCAL_HTTP_PORT" in capsys.readouterr().err
