"""The order of the list: by mouse, key and palette, told, kept in the URL, live, and never moving what one reads."""

import re
from email.message import EmailMessage

from playwright.async_api import Page, expect

from tests.ui.conftest import Send
from tests.ui.mails import plain
from tests.ui.test_palette import palette


def mail(subject: str, sender: str, size: int) -> EmailMessage:
    made = plain(subject, text="x" * size)
    del made["From"]
    made["From"] = sender
    return made


MAILS = (
    mail("Cherry", "Zoe <a@example.com>", 900),
    mail("apple", "bob@example.com", 100),
    mail("Banana", "Ann <z@example.com>", 500),
)


async def order(page: Page, *subjects: str) -> None:
    await expect(page.get_by_role("option").locator(".subject")).to_have_text(list(subjects))


async def test_each_order_is_told_and_in_the_url(page: Page, send: Send) -> None:
    await send(*MAILS)
    await page.goto("")
    await order(page, "Banana", "apple", "Cherry")
    for label, name, subjects in (
        ("Oldest first", "oldest", ("Cherry", "apple", "Banana")),
        ("By sender", "sender", ("Banana", "apple", "Cherry")),
        ("By subject", "subject", ("apple", "Banana", "Cherry")),
        ("Largest first", "largest", ("Cherry", "Banana", "apple")),
        ("Smallest first", "smallest", ("apple", "Banana", "Cherry")),
    ):
        await page.get_by_role("button", name="Sort:").click()
        await page.get_by_role("radio", name=label).click()
        await expect(page.get_by_role("dialog", name="Sort")).to_be_hidden()
        await order(page, *subjects)
        await expect(page).to_have_url(f"/?sort={name}")
        await expect(page.locator(".toolbar")).to_contain_text(label)
        await expect(page.locator("[aria-live=polite]")).to_have_text(label)
    await page.reload()
    await order(page, "apple", "Banana", "Cherry")
    await expect(page.get_by_role("button", name="Sort: Smallest first")).to_be_visible()
    await page.go_back()
    await order(page, "Cherry", "Banana", "apple")
    await page.goto("?sort=nonsense")
    await order(page, "Banana", "apple", "Cherry")


async def test_by_keys_and_palette_with_a_search_and_an_inbox(page: Page, send: Send) -> None:
    await send(*MAILS, user="shop")
    await send(mail("Another", "app@example.com", 10))
    await page.goto("inbox/shop?q=-subject:banana")
    await order(page, "apple", "Cherry")
    await page.keyboard.press("Shift+S")
    await expect(page.get_by_role("radio", name="Newest first")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await order(page, "Cherry", "apple")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_focused()
    await page.keyboard.press("j")
    await expect(page.locator(".message-title")).to_have_text("apple")
    await expect(page).to_have_url(re.compile(r"/inbox/shop/view/\w{22}\?q=-subject%3Abanana&sort=oldest$"))
    await palette(page, "smallest")
    await page.keyboard.press("Enter")
    await order(page, "apple", "Cherry")
    await page.get_by_role("navigation").get_by_role("link", name="All messages").click()
    await order(page, "Another", "apple", "Banana", "Cherry")


async def test_new_mail_comes_where_it_belongs(page: Page, send: Send) -> None:
    await send(*MAILS)
    await page.goto("?sort=subject")
    await order(page, "apple", "Banana", "Cherry")
    await send(plain("avocado"), plain("Date"))
    await order(page, "apple", "avocado", "Banana", "Cherry", "Date")
    await expect(page.locator(".toolbar-title")).to_contain_text("5 · , 5 unread")


async def test_what_is_open_stays_where_it_is(page: Page, send: Send) -> None:
    await send(*(plain(f"Mail {number:02}") for number in range(40)))
    await page.goto("?sort=subject")
    await page.get_by_role("option", name="Mail 03").click()
    row = page.locator(".row.active")
    before = await row.bounding_box()
    await send(plain("Mail 00b"), plain("Mail 01b"), plain("Mail 39b"))
    pill = page.get_by_role("button", name="3 new")
    await expect(pill).to_be_visible()
    await expect(page.locator(".toolbar-title")).to_contain_text("43")
    assert await row.bounding_box() == before
    await pill.click()
    await expect(pill).to_be_hidden()
    await expect(row).to_have_attribute("aria-posinset", "6")
    await expect(row).to_contain_text("Mail 03")
    assert await row.bounding_box() == before
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("End")
    await expect(page.locator(".message-title")).to_have_text("Mail 39b")


async def test_paused_and_sorted(page: Page, send: Send) -> None:
    await send(*MAILS)
    await page.goto("?sort=largest")
    await page.get_by_role("button", name="Hold back new mail").click()
    await send(mail("Huge", "app@example.com", 4000))
    await expect(page.get_by_role("button", name="1 new while paused")).to_be_visible()
    await order(page, "Cherry", "Banana", "apple")
    await page.keyboard.press("g")
    await page.keyboard.press("g")
    await order(page, "Huge", "Cherry", "Banana", "apple")
    await page.get_by_role("option", name="Banana").click(modifiers=["Control"])
    await page.keyboard.press("#")
    await order(page, "Huge", "Cherry", "apple")
    await page.keyboard.press("z")
    await order(page, "Huge", "Cherry", "Banana", "apple")
