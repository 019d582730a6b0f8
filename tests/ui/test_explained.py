"""A session in the page: what went wrong and what to change, and each line in words."""

import asyncio
import smtplib

from playwright.async_api import Page, expect

from mailtrap_local.server import Server
from tests.ui.conftest import Send
from tests.ui.mails import plain


async def test_a_refused_session_says_what_to_change(page: Page, server: Server) -> None:
    def refused() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, local_hostname="app.test") as smtp:
            smtp.ehlo()
            smtp.docmd("MAIL", "FROM:<a@x.org> SIZE=999999999999")

    await asyncio.to_thread(refused)
    await page.goto("?view=sessions")
    await page.locator(".session-row").first.click()
    wrong = page.get_by_role("region", name="What went wrong")
    await expect(wrong).to_contain_text("The message is larger than the server takes. The same will fail again.")
    await expect(wrong).to_contain_text("--max-message-size")
    await expect(wrong).to_contain_text("RFC 1870")


async def test_each_line_is_explained_on_demand(page: Page, send: Send) -> None:
    await send(plain("one"))
    await page.goto("?view=sessions")
    await page.locator(".session-row").first.click()
    transcript = page.get_by_role("region", name="Transcript")
    await expect(transcript).to_contain_text("250-PIPELINING")
    await expect(transcript).not_to_contain_text("RFC 2920")
    await page.keyboard.press("e")
    await expect(transcript).to_contain_text("Commands may be sent without waiting for each reply. RFC 2920")
    await expect(page.get_by_role("checkbox", name="Explain each line")).to_be_checked()
    await page.get_by_role("checkbox", name="Explain each line").uncheck()
    await expect(transcript).not_to_contain_text("RFC 2920")


async def test_nothing_is_said_of_a_session_that_went_well(page: Page, send: Send) -> None:
    await send(plain("one"))
    await page.goto("?view=sessions")
    await page.locator(".session-row").first.click()
    await expect(page.get_by_role("region", name="Transcript")).to_contain_text("queued as")
    await expect(page.get_by_role("region", name="What went wrong")).to_have_count(0)
