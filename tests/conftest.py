"""Fixtures that every room's tests may use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from mailtrap_local.settings import Settings

if TYPE_CHECKING:
    from mailtrap_local.server import Server


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
