"""Fixtures of the HTTP front's tests: a whole server, and a client that speaks real HTTP to it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from mailtrap_local.server import Server
from tests.api.asking import speaking


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with speaking(server) as client:
        yield client
