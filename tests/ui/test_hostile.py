"""A hostile mail reaches nobody and runs nothing, on every view that shows mail (SECURITY 6 to 9)."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.ui.canary import Canary, hostile
from tests.ui.conftest import Send
from tests.ui.mails import html, nested

LEAKS = 20  # requests of the unprotected mail that are enough to show what it is
TABS = ("HTML", "Text", "Source", "Headers", "Tree", "Raw", "Attachments", "Envelope", "Session", "Links")


@pytest_asyncio.fixture(loop_scope="session")
async def canary() -> AsyncIterator[Canary]:
    async with Canary() as canary:
        yield canary


async def settle(browser: Browser) -> None:
    """Let whatever was started come to its end.

    The same mail without protection is opened after all else: once that has asked for much, what was opened before it
    would have asked too. It also proves that the mail is hostile, in this browser.
    """
    async with Canary() as control:
        control.page = hostile(control.url)
        page = await browser.new_page()
        await page.goto(f"{control.url}/page", wait_until="commit")
        async with asyncio.timeout(30):
            await control.has_been_asked(LEAKS)
        await page.close()


async def test_nothing_is_asked_and_nothing_runs(page: Page, browser: Browser, send: Send, canary: Canary) -> None:
    await send(html(hostile(canary.url), subject="<img src=x onerror=alert(1)> hostile"))
    await page.goto("")
    await page.get_by_role("option").click()
    for name in TABS:
        await page.get_by_role("tab", name=name).click()
        await expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    await page.get_by_role("tab", name="HTML").click()
    for width in ("320", "375", "600", "768", "All"):
        await page.locator(".segment", has_text=width).click()
    await send(html(hostile(canary.url) + "<p>another</p>", subject="<img src=x onerror=alert(1)> hostile too"))
    await page.goto("")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Control+a")
    await page.keyboard.press("d")
    for name in ("Headers", "Text", "HTML source", "Renderings"):
        await page.get_by_role("tab", name=name).click()
    await expect(page.locator("iframe")).to_have_count(2)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("hostile")
    await expect(page.get_by_role("option", name="hostile too")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.go_back()
    await page.get_by_role("option", name="hostile too").click()
    invited = html(hostile(canary.url), subject="hostile inside")
    event = (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:<img src={canary.url}>\r\nURL:{canary.url}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    invited.add_attachment(event.encode(), maintype="text", subtype="calendar")
    await send(nested(invited, subject="outside"))
    await page.goto("")
    await page.get_by_role("option", name="outside").click()
    await page.get_by_role("link", name="hostile inside").click()
    await expect(page.locator(".card")).to_contain_text("<img src=")
    for name in TABS:
        await page.get_by_role("tab", name=name).click()
    await page.get_by_role("tab", name="HTML").click()
    await page.locator(".segment", has_text="All").click()
    await expect(page.locator("iframe")).to_have_count(4)
    await settle(browser)
    assert canary.asked == []
    assert "OWNED" not in await page.title()
    assert await page.evaluate("window.OWNED") is None
    await expect(page.locator(".blocked")).to_contain_text("blocked")


async def test_the_preview_alone_is_no_better_off(
    page: Page, browser: Browser, send: Send, server: Server, canary: Canary
) -> None:
    await send(html(hostile(canary.url)))
    message_id = await server.mailbox.latest(Selection())
    await page.goto(f"api/v1/message/{message_id}/preview")
    await settle(browser)
    assert canary.asked == []
    assert await page.title() == "hostile"


async def test_remote_content_widens_images_styles_and_fonts_only(
    page: Page, browser: Browser, send: Send, canary: Canary
) -> None:
    source = (
        f"<link rel=stylesheet href='{canary.url}/style'><img src='{canary.url}/image'>"
        f"<script src='{canary.url}/script'></script><iframe src='{canary.url}/frame'></iframe>"
        f"<object data='{canary.url}/object'></object><video src='{canary.url}/video'></video><p>body</p>"
    )
    await send(html(source))
    await page.goto("")
    await page.get_by_role("option").click()
    await page.get_by_role("button", name="Load", exact=True).click()
    await expect(page.locator(".blocked")).to_contain_text("Remote content is loaded")
    await settle(browser)
    assert sorted(canary.asked) == ["/image", "/style"]


async def test_a_link_opens_a_tab(page: Page, context: BrowserContext, send: Send, canary: Canary) -> None:
    await send(html(f"<!doctype html><p><a href='{canary.url}/clicked'>click me</a></p>"))
    await page.goto("")
    await page.get_by_role("option").click()
    async with context.expect_page() as opened:
        await page.frame_locator("iframe").get_by_role("link", name="click me").click()
    tab = await opened.value
    await tab.wait_for_url(f"{canary.url}/clicked")
    assert await tab.evaluate("window.opener") is None
    await expect(page.frame_locator("iframe").get_by_role("link", name="click me")).to_be_visible()
