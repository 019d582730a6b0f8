"""The SMTP sessions: told when they end, refused ones too."""

import asyncio

from playwright.async_api import Page, expect

from mailtrap_local.server import Server

NO_POLLING = "window.setInterval = () => 0;"


async def call(server: Server, said: bytes) -> None:
    """A connection that brings no mail."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.smtp_port)
    writer.write(said)
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_session_without_mail_is_there_when_it_has_ended(page: Page, server: Server) -> None:
    await page.add_init_script(NO_POLLING)
    await page.goto("?view=sessions")
    await expect(page.get_by_text("Nobody has called yet")).to_be_visible()
    await expect(page.locator(".connection")).to_have_text("Live")
    await call(server, b"EHLO lost.example\r\nDATA\r\nQUIT\r\n")
    row = page.locator(".session-row")
    await expect(row).to_contain_text("nothing caught")
    await expect(row).to_contain_text("1 error")
    await call(server, b"GET / HTTP/1.1\r\n\r\n")
    await expect(row).to_have_count(2)
    await expect(row.first).to_contain_text("refused")


async def test_an_open_session_is_completed_when_it_ends(page: Page, server: Server) -> None:
    await page.add_init_script(NO_POLLING)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.smtp_port)
    await reader.readline()
    await page.goto("?view=sessions")
    await page.locator(".session-row").click()
    await expect(page.get_by_role("article", name="Session")).to_contain_text("still open")
    writer.write(b"QUIT\r\n")
    await reader.read()
    writer.close()
    await expect(page.get_by_role("region", name="Transcript")).to_contain_text("QUIT")


async def test_a_session_that_nobody_knows_is_told(page: Page, complaints: list[str]) -> None:
    await page.goto("?view=sessions&id=nobody")
    await expect(page.get_by_text("This session cannot be shown")).to_be_visible()
    await expect(page.get_by_role("region", name="Transcript")).to_contain_text("no such session: nobody")
    complaints.clear()  # Chromium logs the 404
