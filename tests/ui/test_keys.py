"""Everything by keyboard; the key table is what the help shows and what works."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.ui.conftest import NARROW, Send
from tests.ui.mails import plain, rich

STATIC = Path(__file__).parents[2] / "web" / "static"


async def table(page: Page) -> list[dict[str, Any]]:
    """The key table as the page has it."""
    text = await page.evaluate(
        "async () => JSON.stringify((await import(document.querySelector('script[type=module]').src"
        ".replace('main.js', 'keys.js'))).KEYS)"
    )
    keys: list[dict[str, Any]] = json.loads(text)
    return keys


async def test_a_walk_without_a_mouse(page: Page, send: Send) -> None:
    await send(plain("one"), rich(), plain("three"))
    await page.goto("")
    await expect(page.get_by_role("option")).to_have_count(3)
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", name="three")).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    listbox = page.get_by_role("listbox")
    active = await page.locator(".row.active").get_attribute("id")
    await expect(listbox).to_have_attribute("aria-activedescendant", str(active))
    for number, name in enumerate(("HTML", "Text", "Source", "Headers", "Tree", "Raw", "Attachments", "Envelope"), 1):
        await page.keyboard.press(str(number))
        await expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message-title")).to_be_focused()
    await page.keyboard.press("r")
    await expect(page.locator(".row.active")).to_have_class("row unread active ")
    await page.keyboard.press("u")
    await expect(listbox).to_be_focused()
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+J")
    await expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("toolbar")).to_be_hidden()
    await page.keyboard.press("#")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("z")
    await expect(page.get_by_role("option")).to_have_count(3)
    await page.keyboard.press("/")
    await page.keyboard.type("three")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await expect(page.get_by_role("option")).to_have_count(3)
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await expect(page.get_by_role("heading", name="SMTP sessions")).to_be_visible()
    await page.locator(".session-row").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Transcript")).to_contain_text("QUIT", ignore_case=True)


async def test_help_shows_the_table(page: Page) -> None:
    await page.goto("")
    keys = await table(page)
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    for key in keys:
        await expect(dialog.get_by_text(key["does"], exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_no_key_twice(page: Page) -> None:
    await page.goto("")
    names = [name for key in await table(page) for name in key["keys"]]
    assert len(names) == len(set(names))
    firsts = {name.split(" ")[0] for name in names if len(name) > 1 and " " in name}
    assert not firsts & set(names)


async def test_single_keys_can_be_switched_off(page: Page, send: Send) -> None:
    await send(plain("stays"), plain("stays too"))
    await page.goto("")
    await page.get_by_role("option").first.click()
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("checkbox", name="Single-key shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("#")
    await page.keyboard.press("j")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.reload()
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("#")
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("heading", name="stays", exact=True)).to_be_visible()


async def test_keys_typed_into_a_field_are_text(page: Page, send: Send) -> None:
    await send(plain("one"))
    await page.goto("")
    await page.get_by_role("option").click()
    await page.get_by_role("searchbox").focus()
    await page.keyboard.type("x#z1")
    await expect(page.get_by_role("searchbox")).to_have_value("x#z1")


async def test_panes_are_moved_by_keys(page: Page) -> None:
    await page.goto("")
    splitter = page.get_by_role("separator", name="Width of the list")
    before = await page.locator(".list-pane").bounding_box()
    await splitter.focus()
    await page.keyboard.press("ArrowRight")
    after = await page.locator(".list-pane").bounding_box()
    assert before is not None and after is not None and after["width"] == before["width"] + 24
    await expect(splitter).to_have_attribute("aria-valuenow", "444")


async def test_panes_are_dragged_and_remembered(page: Page) -> None:
    await page.goto("")
    splitter = page.get_by_role("separator", name="Width of the inboxes")
    box = await splitter.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 4, 300)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 64, 310, steps=4)
    await page.mouse.up()
    await page.mouse.move(box["x"] + 200, 320)
    await expect(splitter).to_have_attribute("aria-valuenow", "260")
    await page.reload()
    await expect(splitter).to_have_attribute("aria-valuenow", "260")


async def test_one_pane_at_a_time_where_it_is_narrow(page: Page, send: Send) -> None:
    await page.set_viewport_size(NARROW)
    await send(rich())
    await page.goto("")
    box = await page.get_by_role("option").bounding_box()
    assert box is not None and box["width"] > NARROW["width"] - 20  # less the scroll bar
    await page.get_by_role("option").click()
    await expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    await expect(page.get_by_role("listbox")).to_be_hidden()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"]
    await page.get_by_role("button", name="Back to the list").click()
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.get_by_role("button", name="Inboxes and tags").click()
    await page.get_by_role("navigation").get_by_role("link", name="orders").click()
    await expect(page.get_by_role("searchbox")).to_have_value("tag:orders")


async def test_theme_is_remembered(page: Page) -> None:
    await page.goto("")
    await page.get_by_role("button", name="Theme: system").click()
    await page.get_by_role("button", name="Theme: light").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_samples_arrive(page: Page) -> None:
    await page.goto("")
    samples = json.loads((STATIC / "start.json").read_text())["samples"]
    for sample in samples:
        await page.keyboard.press("g")
        await page.keyboard.press("n")
        await page.get_by_role("dialog").get_by_role("button", name=sample["name"], exact=True).click()
        await page.keyboard.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(len(samples))
    await expect(page.get_by_role("option", name="Invoice 2041 over 1.280,00 €")).to_have_count(1)
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Get started")
    await dialog.get_by_role("tab", name="Rails").click()
    await expect(dialog.get_by_role("tabpanel")).to_contain_text("action_mailer")
    named = set(await dialog.get_by_role("tab").all_text_contents())
    assert named >= {"Django", "Flask", "Rails", "Laravel", "Symfony", "Node", "Spring", "Go", ".NET", "Phoenix"}
    assert named >= {"WordPress", "Shell", "Providers"}
    for tab in await dialog.get_by_role("tab").all():
        await tab.click()
        await expect(dialog.get_by_role("tabpanel")).not_to_contain_text(re.compile(r"\{(host|port|url)\}"))
