"""Fixtures of the SMTP tests."""

from collections.abc import AsyncIterator

import pytest

from mailtrap_local.settings import Settings
from tests.smtp.talking import Client, Running, running


@pytest.fixture
async def front(settings: Settings) -> AsyncIterator[Running]:
    """A front that serves."""
    async with running(settings) as served:
        yield served


@pytest.fixture
async def client(front: Running) -> Client:
    """A client that has just connected and read nothing."""
    return await front.connect()
