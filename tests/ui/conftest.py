"""A real browser on a real server. Mail comes by SMTP; what the page logs or breaks fails the test."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, async_playwright, expect

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.proxy import Proxy
from tests.tools import need
from tests.ui.mails import deliver

ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=360, height=740)

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

# Every violation of the page's own policy, told to the console so that it fails the test.
VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`CSP: ${violatedDirective} ${blockedURI}`));
"""


@pytest.fixture(scope="session")
def chromium() -> Path:
    return need("chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser serves all tests here, so they share its event loop."""
    for item in items:
        here = item.path.is_relative_to(Path(__file__).parent)
        if here and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield browser
        await browser.close()


@pytest.fixture
def settings() -> Settings:
    return Settings(smtp_port=0, http_port=0, max_messages=0)


@pytest_asyncio.fixture(loop_scope="session")
async def server(settings: Settings) -> AsyncIterator[Server]:
    async with Server(settings) as running:
        yield running


@pytest.fixture
def complaints() -> list[str]:
    """What pages said that they should not; a test that expects a complaint takes it out."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, server: Server, complaints: list[str]) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport=WIDE, base_url=server.url, reduced_motion="reduce")
    await context.add_init_script(VIOLATIONS)
    watch(context, complaints)
    yield context
    await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    async with Proxy(server.http_port) as proxy:
        yield proxy


def watch(context: BrowserContext, complaints: list[str]) -> None:
    """Note errors of the app's own pages. What the isolated preview was kept from doing is no error of ours: violations
    of the app's own policy come from VIOLATIONS, which does not run in the preview."""

    def said(message: ConsoleMessage) -> None:
        of_preview = any(word in message.text for word in ("Content Security Policy", "sandboxed", "Unsafe attempt"))
        if message.type == "error" and not of_preview:
            complaints.append(message.text)

    context.on("console", said)
    context.on("weberror", lambda error: complaints.append(str(error.error)))


class Send(Protocol):
    async def __call__(
        self, *mails: EmailMessage | bytes, to: Sequence[str] | None = None, user: str | None = None
    ) -> None:
        """Send mails by SMTP to the server, in one session."""


@pytest.fixture
def send(server: Server) -> Send:
    """From a thread, so that the loop stays free."""

    async def deliver_them(
        *mails: EmailMessage | bytes, to: Sequence[str] | None = None, user: str | None = None
    ) -> None:
        await asyncio.to_thread(deliver, server.smtp_port, *mails, to=to, user=user)

    return deliver_them
