"""Deleting is shown at once, and can be taken back."""

from playwright.async_api import Page, expect

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.ui.conftest import Send
from tests.ui.mails import plain


async def left(server: Server) -> list[str]:
    return [summary.head.subject for summary in (await server.mailbox.page(Selection())).summaries]


async def test_delete_and_undo_by_key(page: Page, send: Send, server: Server) -> None:
    await send(plain("one"), plain("two"), plain("three"))
    await page.goto("")
    await page.get_by_role("option", name="two").click()
    async with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await page.keyboard.press("#")
        await expect(page.get_by_role("option", name="two")).to_be_hidden()
        await expect(page.get_by_role("heading", name="one")).to_be_visible()  # the next one is open
    assert await left(server) == ["three", "one"]
    async with page.expect_response(lambda answer: "/undo/" in answer.url):
        await page.keyboard.press("z")
        await expect(page.get_by_role("heading", name="two")).to_be_visible()
    assert await left(server) == ["three", "two", "one"]
    await expect(page.get_by_role("option")).to_have_count(3)
    await expect(page.get_by_role("option").nth(1)).to_contain_text("two")


async def test_a_refused_delete_is_taken_back(page: Page, send: Send, complaints: list[str]) -> None:
    await send(plain("stays"))
    await page.goto("")
    await page.get_by_role("option").click()
    await page.route("**/api/v1/messages?undo=*", lambda route: route.fulfill(status=503, body="stopping"))
    await page.keyboard.press("Delete")
    await expect(page.locator(".toast", has_text="Not deleted: stopping")).to_be_visible()
    await expect(page.get_by_role("option", name="stays")).to_be_visible()
    complaints.clear()  # Chromium logs the 503 that we made


async def test_delete_all_asks_and_can_be_undone(page: Page, send: Send, server: Server) -> None:
    await send(plain("one"), plain("two"))
    await page.goto("")
    await page.get_by_role("button", name="Delete all").click()
    dialog = page.get_by_role("dialog", name="Delete all?")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.get_by_role("button", name="Delete all").click()
    await dialog.get_by_role("button", name="Delete 2").click()
    await expect(page.get_by_role("option")).to_have_count(0)
    assert await left(server) == []
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("option")).to_have_count(2)


async def test_a_delete_elsewhere_is_seen(page: Page, send: Send, server: Server) -> None:
    await send(*(plain(f"Mail {number}") for number in range(4)))
    await page.goto("")
    await expect(page.get_by_role("option")).to_have_count(4)
    newest = (await server.mailbox.page(Selection(), limit=1)).summaries[0].id
    token = await server.mailbox.hide(Selection(ids=(newest,)), seconds=30)
    await expect(page.get_by_role("option")).to_have_count(3)
    await server.mailbox.restore(token)
    await expect(page.get_by_role("option").first).to_contain_text("Mail 3")
