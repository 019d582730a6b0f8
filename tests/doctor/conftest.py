"""Fixtures of the doctor's tests."""

from collections.abc import AsyncIterator

import pytest

from mailtrap_local.settings import Settings
from tests.smtp.talking import Running, running


@pytest.fixture
async def front(settings: Settings) -> AsyncIterator[Running]:
    """An SMTP front of ours that serves."""
    async with running(settings) as served:
        yield served
