"""The page under a base path, and behind a password."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.ui.conftest import WIDE
from tests.ui.mails import deliver, plain, rich


@asynccontextmanager
async def page_of(browser: Browser, settings: Settings, **options: object) -> AsyncIterator[tuple[Page, Server]]:
    async with Server(settings) as server:
        context = await browser.new_context(viewport=WIDE, base_url=server.url, **options)  # type: ignore[arg-type]
        yield await context.new_page(), server
        await context.close()


async def test_under_a_base_path(browser: Browser) -> None:
    settings = Settings(smtp_port=0, http_port=0, base_path="/mail/box", label="Staging")
    async with page_of(browser, settings) as (page, server):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto("")
        await expect(page.locator(".connection")).to_have_text("Live")
        await expect(page.locator(".brand")).to_contain_text("Staging")
        await asyncio.to_thread(deliver, server.smtp_port, rich(), user="shop")
        await page.get_by_role("option").click()
        await expect(page.frame_locator("iframe").locator("b")).to_have_text("Ann")
        await page.get_by_role("navigation").get_by_role("link", name="shop").click()
        await expect(page).to_have_url("/mail/box/inbox/shop")
        await page.reload()
        await page.get_by_role("option").click()
        await page.reload()
        await expect(page.get_by_role("heading", name="Your order")).to_be_visible()
        assert asked and all(url.startswith((server.url, "data:")) for url in asked)


async def test_behind_a_password(browser: Browser) -> None:
    settings = Settings(smtp_port=0, http_port=0, http_auth="ann:secret")
    credentials = {"username": "ann", "password": "secret"}
    async with page_of(browser, settings, http_credentials=credentials) as (page, server):
        await page.goto("")
        await expect(page.locator(".connection")).to_have_text("Live")
        await asyncio.to_thread(deliver, server.smtp_port, plain())
        await expect(page.get_by_role("option")).to_have_count(1)
