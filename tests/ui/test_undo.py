"""What can be undone by `z`: marking, tags, pins, a search that was forgotten, settings that were imported."""

import json
from pathlib import Path

from playwright.async_api import Page, expect

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.ui.conftest import Send
from tests.ui.mails import plain, rich


async def test_marking(page: Page, send: Send, server: Server) -> None:
    await send(plain("one"), plain("two"), plain("three"))
    await page.goto("")
    unread = page.locator(".row.unread")
    await page.get_by_role("option", name="three").click()
    await expect(unread).to_have_count(2)
    await page.keyboard.press("r")
    await expect(unread).to_have_count(3)
    await page.keyboard.press("z")
    await expect(unread).to_have_count(2)
    await page.keyboard.press("Shift+R")
    await expect(page.locator(".toast")).to_contain_text("2 messages marked read")
    await expect(unread).to_have_count(0)
    await page.keyboard.press("z")
    await expect(unread).to_have_count(2)
    assert (await server.mailbox.page(Selection())).unread == 2
    await page.get_by_role("searchbox").fill("subject:one OR subject:three")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.get_by_role("button", name="Mark all read").click()
    await expect(page.locator(".toast").last).to_contain_text("1 message marked read")
    await expect(unread).to_have_count(0)
    assert (await server.mailbox.page(Selection())).unread == 1  # two is not of this search


async def test_tags_and_pins(page: Page, send: Send, server: Server) -> None:
    await send(plain("one"), rich())
    await page.goto("")
    await page.get_by_role("option", name="Your order").click()
    await page.get_by_role("button", name="orders").click()
    await expect(page.locator(".row.active .chip")).to_have_count(0)
    await page.keyboard.press("z")
    await expect(page.locator(".row.active .chip")).to_have_text(["tag orders"])
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+J")
    await page.keyboard.press("s")
    await expect(page.get_by_title("Pinned")).to_have_count(2)
    await page.keyboard.press("z")
    await expect(page.get_by_title("Pinned")).to_have_count(0)
    await page.wait_for_function("fetch('/api/v1/tags').then(r => r.json()).then(t => t.join() === 'orders')")
    assert await server.mailbox.tags() == {"orders": 1}


async def test_searches_and_settings(page: Page, send: Send, tmp_path: Path) -> None:
    await send(plain("one"))
    await page.goto("?q=subject:one")
    rail = page.get_by_role("navigation")
    await rail.get_by_role("button", name="Keep this search").click()
    saved = rail.get_by_role("link", name="subject:one")
    await expect(saved).to_have_attribute("aria-current", "page")
    await rail.get_by_role("link", name="All messages").click()
    await saved.click()
    await expect(page).to_have_url("/?q=subject%3Aone")
    await rail.get_by_role("button", name="Forget this search").click()
    await expect(saved).to_have_count(0)
    await page.keyboard.press("z")
    await expect(saved).to_be_visible()
    await page.reload()
    await expect(saved).to_be_visible()
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "dark"}))
    await page.keyboard.press(",")
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(saved).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.keyboard.press("z")
    await expect(saved).to_be_visible()
