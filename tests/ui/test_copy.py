"""What is copied, where the clipboard may be used and where only the old way works."""

from playwright.async_api import BrowserContext, Page, expect

from mailtrap_local.server import Server


async def pasted(page: Page) -> str:
    """What the clipboard holds, by pasting it into the search."""
    await page.keyboard.press("Escape")
    await page.get_by_role("searchbox").focus()
    await page.keyboard.press("ControlOrMeta+V")
    return await page.get_by_role("searchbox").input_value()


async def test_copy(page: Page, context: BrowserContext, server: Server) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto("")
    await page.get_by_role("button", name="Copy the address").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await pasted(page) == f"localhost:{server.smtp_port}"


async def test_copy_without_a_secure_context(page: Page, context: BrowserContext, server: Server) -> None:
    await context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.goto("")
    await page.get_by_role("button", name="Copy the address").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await pasted(page) == f"localhost:{server.smtp_port}"
