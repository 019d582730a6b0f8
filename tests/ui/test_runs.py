"""Inboxes of one test run stand together: in the rail, beside a message, in the palette, as one list."""

from playwright.async_api import Page, expect

from tests.ui.conftest import Send
from tests.ui.mails import plain
from tests.ui.test_palette import palette


async def test_a_run_is_one_place(page: Page, send: Send) -> None:
    for user in (
        "run-3f2c1a.test-signup-01",
        "run-3f2c1a.test-reset-02",
        "shop",
        "ann.lee@x.org",
        "ann.ray@x.org",
        "a.b",
    ):
        await send(plain(f"Mail of {user}"), user=user)
    await page.goto("")
    rail = page.get_by_role("navigation", name="Inboxes and tags")
    await expect(rail.get_by_role("heading")).to_have_text(["Inboxes", "Test runs"])
    await expect(rail.get_by_text("2 inboxes")).to_be_visible()
    await expect(rail.get_by_role("link", name="test-reset-02")).to_be_hidden()
    await expect(rail.get_by_role("link", name="ann.lee@x.org")).to_be_visible()
    await rail.get_by_role("link", name="run-3f2c1a").click()
    subjects = page.get_by_role("option").locator(".subject")
    await expect(subjects).to_have_text(["Mail of run-3f2c1a.test-reset-02", "Mail of run-3f2c1a.test-signup-01"])
    await send(plain("Another"), user="run-3f2c1a.test-reset-02")
    await expect(subjects).to_have_count(3)
    await rail.get_by_text("2 inboxes").click()
    await rail.get_by_role("link", name="test-reset-02").click()
    await expect(subjects).to_have_text(["Another", "Mail of run-3f2c1a.test-reset-02"])
    await page.reload()
    await expect(rail.get_by_role("link", name="test-signup-01")).to_be_visible()  # open around the chosen one


async def test_a_message_tells_its_run(page: Page, send: Send) -> None:
    for user in ("build-7.one", "build-7.two", "other"):
        await send(plain(f"Mail of {user}"), user=user)
    await page.goto("")
    await page.get_by_role("option", name="Mail of other").click()
    await expect(page.locator(".message-title")).to_have_text("Mail of other")
    await expect(page.get_by_text("Test run", exact=True)).to_have_count(0)
    await page.get_by_role("option", name="Mail of build-7.one").click()
    await expect(page.locator(".fact", has_text="Test run")).to_contain_text("2 messages in 2 inboxes")
    await page.get_by_role("button", name="build-7").click()
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.goto("")
    await expect(page.get_by_role("option")).to_have_count(3)
    dialog = await palette(page, "build")
    await expect(dialog.get_by_role("option", name="Run")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option")).to_have_count(2)
