"""The connection: lost, told, resumed, begun anew."""

from playwright.async_api import BrowserContext, Page, expect

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.proxy import Proxy
from tests.ui.conftest import Send
from tests.ui.mails import deliver, plain


async def test_cut_and_resumed(page: Page, proxy: Proxy, send: Send, complaints: list[str]) -> None:
    await send(plain("before"))
    await page.goto(proxy.url)
    await expect(page.locator(".connection")).to_have_text("Live")
    proxy.cut()
    await expect(page.locator(".connection")).to_contain_text("Reconnecting")
    await send(plain("meanwhile 1"), plain("meanwhile 2"))
    proxy.mend()
    await expect(page.locator(".connection")).to_have_text("resumed, 2 new")
    await expect(page.get_by_role("option")).to_have_count(3)
    await expect(page.get_by_role("option").first).to_contain_text("meanwhile 2")
    complaints.clear()  # Chromium logs each connection that was refused


async def test_another_life_of_the_server(page: Page, proxy: Proxy, send: Send, complaints: list[str]) -> None:
    await send(plain("of the first"), plain("of the first too"))
    await page.goto(proxy.url)
    await expect(page.get_by_role("option")).to_have_count(2)
    async with Server(Settings(smtp_port=0, http_port=0)) as second:
        await send_to(second, "of the second")
        proxy.cut()
        proxy.mend(to_port=second.http_port)
        await expect(page.get_by_role("option")).to_have_count(1)
        await expect(page.get_by_role("option")).to_contain_text("of the second")
        await send_to(second, "live again")
        await expect(page.get_by_role("option")).to_have_count(2)
        proxy.cut()
    complaints.clear()


async def send_to(server: Server, subject: str) -> None:
    import asyncio

    await asyncio.to_thread(deliver, server.smtp_port, plain(subject))


async def test_two_windows_stay_in_step(context: BrowserContext, send: Send) -> None:
    await send(plain("one"), plain("two"))
    first, second = await context.new_page(), await context.new_page()
    for page in (first, second):
        await page.goto("")
        await expect(page.get_by_role("option")).to_have_count(2)
    await first.get_by_role("option", name="one").click()
    await expect(second.locator(".row.unread")).to_have_count(1)
    await first.keyboard.press("#")
    await expect(second.get_by_role("option")).to_have_count(1)
