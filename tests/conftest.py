"""Fixtures that every room's tests may use."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

from mailtrap_local.settings import Settings
from tests.tools import SEARCH_PATH

if TYPE_CHECKING:
    import httpx

    from mailtrap_local.server import Server

hypothesis.settings.register_profile("patient", deadline=None)  # how long an example takes is the machine's affair
hypothesis.settings.load_profile("patient")
os.environ["PATH"] = SEARCH_PATH  # so that a tool which needs another finds it
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process that a test starts compiles every module anew
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in its background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else what a test starts would know no Ctrl-C


@pytest.fixture
def settings() -> Settings:
    """What `server` is told; a module or a test may override it. Ports are free ones."""
    return Settings(smtp_port=0, http_port=0)


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Server]:
    """A whole server with a memory store, in the loop of the test."""
    from mailtrap_local.server import Server

    async with Server(settings) as running:
        yield running


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client that speaks real HTTP to `server`."""
    from tests.asking import speaking

    async with speaking(server) as client:
        yield client
