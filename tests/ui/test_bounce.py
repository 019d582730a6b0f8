"""The report of a message, ordered in the page by key."""

from playwright.async_api import Page, expect

from mailtrap_local.model import Arrival, Envelope, Origin, Recipient
from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import plain as plain_octets
from tests.ui.conftest import Send
from tests.ui.mails import plain


async def test_a_bounce_by_key(page: Page, send: Send, server: Server) -> None:
    await send(plain("Order 7"), to=["bob@y.org", "eve@z.org"])
    await page.goto("")
    await page.get_by_role("option", name="Order 7").click()
    await expect(page.get_by_role("heading", name="Order 7")).to_be_visible()
    await page.keyboard.press("b")
    dialog = page.get_by_role("dialog", name="Report a bounce")
    await dialog.get_by_role("checkbox", name="bob@y.org").uncheck()
    await dialog.get_by_role("textbox", name="What the far server said").fill("552 5.2.2 full")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast", has_text="Reported: failed, eve@z.org")).to_be_visible()
    await page.get_by_role("button", name="1 new").click()  # new mail never moves what is being read
    await expect(page.get_by_role("option", name="Delivery failed: Order 7")).to_be_visible()
    raw = await server.mailbox.raw(await server.mailbox.latest(Selection()))
    assert b"Final-Recipient: rfc822;eve@z.org\r\n" in raw and b"bob@y.org\r\nAction" not in raw
    assert b"Status: 5.2.2\r\n" in raw


async def test_why_nothing_is_reported(page: Page, server: Server) -> None:
    to = (Recipient("bob@y.org", ("NOTIFY=NEVER",)),)
    await server.mailbox.receive(Arrival(plain_octets("Quiet"), Envelope("ann@x.org", (), to), Origin()))
    await page.goto("")
    await page.get_by_role("option", name="Quiet").click()
    await page.get_by_role("button", name="Report a bounce").click()
    await page.get_by_role("dialog").get_by_role("button", name="Report").click()
    await expect(page.locator(".toast", has_text="Nothing to report: NOTIFY=NEVER")).to_be_visible()
    await expect(page.get_by_role("option")).to_have_count(1)
