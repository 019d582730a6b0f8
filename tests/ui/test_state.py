"""What the page tells and remembers: pins, limits, notifications, settings in step, exported and imported."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.ui.conftest import Send
from tests.ui.mails import plain, rich

# A browser window in the background whose system notes what it is asked to show.
NOTES = """
window.notes = [];
window.Notification = class {
  static permission = "default";
  static answer = "granted";
  static async requestPermission() { return (this.permission = this.answer); }
  constructor(title, { body }) { window.notes.push(`${title}: ${body}`); window.note = this; }
  close() {}
};
"""
HIDE = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"


async def test_a_pin_is_a_tag(page: Page, send: Send, server: Server) -> None:
    await send(plain("one"), rich())
    await page.goto("")
    await page.get_by_role("option", name="Your order").click()
    await page.keyboard.press("s")
    rail = page.get_by_role("navigation")
    await expect(rail.get_by_role("link", name="Pinned")).to_contain_text("1")
    await expect(page.locator(".row.active").get_by_title("Pinned")).to_be_visible()
    assert await server.mailbox.tags() == {"orders": 1, "pinned": 1}
    await rail.get_by_role("link", name="Pinned").click()
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.get_by_role("option").click()
    await page.keyboard.press("s")
    await expect(rail.get_by_role("link", name="Pinned")).to_be_hidden()
    assert await server.mailbox.tags() == {"orders": 1}


class TestLimited:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(smtp_port=0, http_port=0, max_messages=10)

    async def test_a_limit_that_is_near_is_told(self, page: Page, send: Send) -> None:
        await send(*(plain(f"Mail {number}") for number in range(8)))
        await page.goto("")
        await expect(page.get_by_role("option")).to_have_count(8)
        near = page.locator(".chip.near")
        await expect(near).to_have_count(0)
        await send(plain("Mail 9"))
        await expect(near).to_have_text("9 of 10 kept")


class TestLimitedInBytes:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(smtp_port=0, http_port=0, max_messages=0, max_bytes=2_000_000)

    async def test_it_is_told(self, page: Page, send: Send) -> None:
        await send(plain("half", text="0123456789\n" * 90_000))
        await page.goto("")
        await expect(page.get_by_role("option")).to_have_count(1)
        near = page.locator(".chip.near")
        await expect(near).to_have_count(0)
        await send(plain("nearly all", text="0123456789\n" * 70_000))
        await expect(near).to_have_text("1.9 MB of 2.0 MB kept")


class TestLimitedInAge:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(smtp_port=0, http_port=0, max_age=86_400)

    async def test_it_is_told(self, page: Page, context: BrowserContext, send: Send) -> None:
        await send(plain("old"))
        await page.goto("")
        await expect(page.get_by_role("option")).to_have_count(1)
        await expect(page.locator(".chip.near")).to_have_count(0)
        await page.clock.install(time=time.time() + 86_400 - 3600)
        await page.reload()
        await expect(page.locator(".chip.near")).to_have_text(re.compile(r"Oldest leaves in (1 h|59 min)"))


async def test_notifications_are_asked_for(page: Page, context: BrowserContext, send: Send) -> None:
    await context.add_init_script(NOTES)
    await page.goto("")
    await expect(page.locator(".connection.live")).to_be_visible()
    await page.keyboard.press(",")
    box = page.get_by_role("checkbox", name="Notify me")
    await box.click()
    await expect(box).to_be_checked()
    await page.keyboard.press("Escape")
    await page.evaluate(HIDE)
    await send(plain("Look here"))
    await page.wait_for_function("window.notes.length === 1")
    assert await page.evaluate("window.notes") == ["1 new message: Look here"]
    await page.evaluate("note.onclick()")
    await expect(page.locator(".message-title")).to_have_text("Look here")
    await expect(page).to_have_url(re.compile("/view/"))


async def test_title_and_icon_tell_what_is_unread(page: Page, send: Send) -> None:
    await page.goto("")
    icon = page.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", re.compile(r"/static/icon\.svg$"))
    await send(plain("one"), plain("two"))
    await expect(icon).to_have_attribute("href", re.compile("^data:image/svg.*%3E2%3C"))
    await expect(page).to_have_title("(2) mailtrap-local")
    await page.get_by_role("button", name="Mark all read").click()
    await expect(icon).to_have_attribute("href", re.compile(r"/static/icon\.svg$"))
    await expect(page).to_have_title("mailtrap-local")


async def test_density(page: Page, send: Send) -> None:
    await send(plain("one"), plain("two"))
    await page.goto("")
    second = page.get_by_role("option", name="one")
    for height, next_one in ((52, 30), (30, 52)):
        box, first = await second.bounding_box(), await page.get_by_role("option", name="two").bounding_box()
        assert box is not None and first is not None and box["y"] - first["y"] == height
        await page.keyboard.press(",")
        await page.get_by_role("checkbox", name="Dense list").click()
        await page.keyboard.press("Escape")
        await page.reload()
        await expect(second).to_have_css("height", f"{next_one}px")


async def test_a_browser_may_refuse_notifications(page: Page, context: BrowserContext) -> None:
    await context.add_init_script(NOTES + "Notification.answer = 'denied'")
    await page.goto("")
    await page.keyboard.press(",")
    box = page.get_by_role("checkbox", name="Notify me")
    await box.click()
    await expect(page.locator(".toast.error")).to_contain_text("does not allow")
    await expect(box).not_to_be_checked()


async def test_two_windows_are_in_step(page: Page, context: BrowserContext, send: Send) -> None:
    await send(plain("one"))
    await page.goto("")
    other = await context.new_page()
    await other.goto("")
    await expect(other.locator(".connection.live")).to_be_visible()
    await page.get_by_role("button", name="Theme: system").click()
    await page.get_by_role("button", name="Theme: light").click()
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("option").click()
    await expect(other.locator(".row.unread")).to_have_count(0)
    await page.keyboard.press("s")
    await expect(other.get_by_role("option").get_by_title("Pinned")).to_be_visible()
    await page.keyboard.press("#")
    await expect(other.get_by_role("option")).to_have_count(0)


async def test_settings_are_exported_and_imported(page: Page, tmp_path: Path) -> None:
    await page.goto("")
    await page.get_by_role("button", name="Theme: system").click()
    await page.keyboard.press(",")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export settings").click()
    saved = json.loads((await (await download.value).path()).read_text())
    assert (saved["theme"], saved["saved"]) == ("light", [])
    file = tmp_path / "settings.json"
    file.write_text(
        json.dumps({**saved, "theme": "dark", "saved": ["is:unread"], "width": "9", "rail": "x", "more": 1})
    )
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    kept = json.loads(str(await page.evaluate("localStorage.getItem('mailtrap-local')")))
    assert kept == {**saved, "theme": "dark", "saved": ["is:unread"]}
    file.write_text("no settings")
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.locator(".toast.error")).to_contain_text("holds no settings")
