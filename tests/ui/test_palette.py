"""Ctrl+K finds acts, messages, places and settings, and shows the key of what has one."""

import re

from playwright.async_api import Locator, Page, expect

from tests.ui.conftest import Send
from tests.ui.mails import plain, rich
from tests.ui.test_keys import table


async def palette(page: Page, text: str) -> Locator:
    """Open it and write into it."""
    await page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Find anything")
    await expect(dialog.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type(text)
    return dialog


async def test_every_act_is_found_with_its_key(page: Page) -> None:
    await page.goto("")
    keys = await table(page)
    dialog = await palette(page, "")
    for key in keys:
        entry = dialog.get_by_role("option").filter(has=page.get_by_text(key["does"], exact=True))
        await expect(entry).to_have_count(1)
        await expect(entry.locator("kbd")).not_to_have_count(0)


async def test_an_act_runs(page: Page, send: Send) -> None:
    await send(plain("one"), plain("two"))
    await page.goto("")
    await page.get_by_role("option", name="one").click()
    dialog = await palette(page, "tab: head")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("tab", name="Headers")).to_have_attribute("aria-selected", "true")
    await palette(page, "search")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("searchbox", name="Search messages")).to_be_focused()
    await palette(page, "faults")  # from within a field, and into another dialog
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Faults")).to_be_visible()


async def test_a_message_is_found_as_one_writes(page: Page, send: Send) -> None:
    await send(plain("the needle"), *(plain(f"hay {number}") for number in range(9)))
    await page.goto("")
    dialog = await palette(page, "needle")
    entry = dialog.get_by_role("option", name="the needle")
    await expect(entry).to_be_visible()
    await expect(entry).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="the needle")).to_be_visible()


async def test_places(page: Page, send: Send) -> None:
    await send(rich(), user="shop")
    await page.goto("?q=from:shop")
    await page.get_by_role("button", name="Keep this search").click()
    for kind, text, url in (
        ("Inbox", "shop", r"/inbox/shop$"),
        ("Tag", "orders", r"q=tag%3Aorders"),
        ("Search", "from:", r"q=from%3Ashop"),
    ):
        dialog = await palette(page, text)
        await expect(dialog.get_by_role("option").first).to_have_text(re.compile(rf"{kind}\s*{text}"))
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(url))


async def test_settings(page: Page, send: Send) -> None:
    await send(plain("stays"))
    await page.goto("")
    await palette(page, "theme: dark")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await palette(page, "single-key")
    await page.keyboard.press("Enter")
    await page.keyboard.press("j")
    await expect(page.locator(".row.active")).to_have_count(0)
    dialog = await palette(page, "no such thing anywhere")  # still opens: it is no single key
    await expect(dialog).to_contain_text("Nothing fits")
    await page.keyboard.press("Control+k")
    await expect(dialog).to_be_hidden()


async def test_arrows_choose(page: Page) -> None:
    await page.goto("")
    dialog = await palette(page, "")
    await expect(dialog.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowUp")
    chosen = dialog.locator("[aria-selected=true]")
    await expect(chosen).to_have_count(1)
    await expect(dialog.get_by_role("combobox")).to_have_attribute(
        "aria-activedescendant", str(await chosen.get_attribute("id"))
    )
    await expect(chosen).to_be_in_viewport()
