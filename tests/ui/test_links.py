"""Links, codes, images and unsubscribing in an open message."""

from playwright.async_api import BrowserContext, Page, expect

from tests.ui.conftest import Send
from tests.ui.mails import html, login_code, plain
from tests.ui.test_copy import pasted


async def test_the_code_is_copied_by_a_click_and_by_a_key(page: Page, context: BrowserContext, send: Send) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await send(login_code())
    await page.goto("")
    await page.get_by_role("option").click()
    await page.get_by_role("button", name="Copy code 204861").click()
    assert await pasted(page) == "204861"
    await page.get_by_role("searchbox").fill("")
    await page.keyboard.press("Escape")
    await page.get_by_role("option").click()
    await page.evaluate("navigator.clipboard.writeText('something else')")
    await page.get_by_role("heading", name="Your login code").focus()
    await page.keyboard.press("c")
    await expect(page.locator(".toast")).to_contain_text("Code 204861 copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "204861"


async def test_a_message_without_a_code_says_so(page: Page, send: Send) -> None:
    await send(plain())
    await page.goto("")
    await page.get_by_role("option").click()
    await expect(page.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    await expect(page.locator(".codes")).to_have_count(0)
    await page.keyboard.press("c")
    await expect(page.locator(".toast")).to_contain_text("No one-time code")
    await page.keyboard.press("0")
    await expect(page.get_by_role("tabpanel")).to_contain_text("No links")


async def test_links_images_and_unsubscribing(page: Page, context: BrowserContext, send: Send) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await send(login_code())
    await page.goto("")
    await page.get_by_role("option").click()
    await page.keyboard.press("0")
    links = page.get_by_role("region", name="Links", exact=True)
    await expect(page.get_by_role("tab", name="Links")).to_contain_text("4")
    await expect(links.get_by_role("listitem")).to_have_count(4)
    await expect(links.get_by_role("listitem").nth(0)).to_contain_text("in the text")
    await expect(links.get_by_role("listitem").nth(1)).to_contain_text("Log in")
    await expect(links.get_by_role("listitem").nth(1)).to_contain_text("part 2")
    opens = links.get_by_role("listitem").nth(1).get_by_role("link")
    await expect(opens).to_have_attribute("href", "https://app.example.com/login?t=5f2b")
    await expect(opens).to_have_attribute("rel", "noopener noreferrer")
    app = links.get_by_role("listitem").nth(2)
    await expect(app).to_contain_text("exampleapp://login?t=5f2b")
    await expect(app.get_by_role("link")).to_have_count(0)
    await app.get_by_role("button", name="Copy Open the app").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "exampleapp://login?t=5f2b"
    images = page.get_by_role("region", name="Images")
    await expect(images.get_by_role("listitem").nth(0)).to_contain_text("120 × 40")
    await expect(images.get_by_role("listitem").nth(1)).to_contain_text("no alt")
    await expect(images.get_by_role("listitem").nth(2)).to_contain_text("tracking")
    leaving = page.get_by_role("region", name="Unsubscribe")
    await expect(leaving).to_contain_text("mailto:off@example.com")
    await expect(leaving).to_contain_text(
        "curl -X POST -d 'List-Unsubscribe=One-Click' 'https://app.example.com/off?u=1'"
    )
    await expect(leaving).to_contain_text("DKIM")


async def test_many_links_are_shown_a_part_at_a_time(page: Page, send: Send) -> None:
    await send(html("".join(f"<a href='https://x.example/{number}'>link {number}</a>" for number in range(1_200))))
    await page.goto("")
    await page.get_by_role("option").click()
    await page.keyboard.press("0")
    links = page.get_by_role("region", name="Links", exact=True)
    await expect(links.get_by_role("listitem")).to_have_count(200)
    await links.get_by_role("button", name="Show more").click()
    await expect(links.get_by_role("listitem")).to_have_count(800)


async def test_letters_that_turn_the_order_around_are_shown(page: Page, send: Send) -> None:
    link = "<a href='https://x.example/\u202efdp.exe'>bill\u202efdp.exe</a>"
    await send(html(link + "<img src='https://x.example/' alt='\u2066a'>"))
    await page.goto("")
    await page.get_by_role("option").click()
    await page.keyboard.press("0")
    await expect(page.get_by_role("region", name="Links", exact=True)).to_contain_text("bill\\u202efdp.exe")
    await expect(page.get_by_role("region", name="Images")).to_contain_text("\\u2066a")
    assert "\u202e" not in (await page.locator("#panel").inner_text())
