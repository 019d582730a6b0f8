"""Inboxes in the page: making one, what to set then, its view, deleting it and getting it back."""

import httpx
from playwright.async_api import BrowserContext, Page, expect

from mailtrap_local.server import Server
from tests.ui.conftest import Send
from tests.ui.mails import plain


async def test_one_is_made_used_deleted_and_restored(
    page: Page, context: BrowserContext, send: Send, server: Server
) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await send(plain("elsewhere"))
    await page.goto("")
    await page.get_by_role("button", name="Make and delete inboxes").click()
    dialog = page.get_by_role("dialog", name="Inboxes")
    await dialog.get_by_role("textbox", name="Name of the new inbox").fill("team/blue")
    await page.keyboard.press("Enter")
    made = dialog.get_by_role("region", name="Inbox team/blue")
    await made.get_by_role("button", name="Copy Address").click()
    address = await page.evaluate("navigator.clipboard.readText()")
    assert address.startswith("team-blue-") and address.endswith("@inbox.test")
    await made.get_by_role("button", name="Copy Base URL").click()
    assert await page.evaluate("navigator.clipboard.readText()") == f"{server.url}inbox/team%2Fblue"
    await made.get_by_role("button", name="Copy as variables").click()
    variables = await page.evaluate("navigator.clipboard.readText()")
    assert f"SMTP_PORT={server.smtp_port}" in variables and "SMTP_USER=team/blue" in variables
    await expect(made).to_contain_text(str(server.mailbox.made_password("team/blue")))

    await send(plain("for the team"), to=[address])
    row = dialog.get_by_role("listitem").filter(has_text="team/blue")
    await expect(row).to_contain_text("1 message, 1 unread")
    await row.get_by_role("button", name="Copy the base URL of team/blue").click()
    assert await page.evaluate("navigator.clipboard.readText()") == f"{server.url}inbox/team%2Fblue"
    await row.get_by_role("link", name="team/blue").click()
    await expect(dialog).to_be_hidden()
    await expect(page).to_have_url(f"{server.url}inbox/team%2Fblue")
    await expect(page.get_by_role("option")).to_have_count(1)

    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await dialog.get_by_role("button", name="Delete the inbox team/blue").click()
    await expect(dialog.get_by_role("listitem").filter(has_text="team/blue")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(server.url)
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(page.get_by_role("option")).to_contain_text("elsewhere")
    await page.get_by_role("button", name="Undo").click()
    await expect(page).to_have_url(f"{server.url}inbox/team%2Fblue")
    await expect(page.get_by_role("option")).to_contain_text("for the team")
    async with httpx.AsyncClient(base_url=server.url, verify=False) as client:
        inboxes = (await client.get("api/v1/inboxes")).json()["inboxes"]
    assert [(each["Name"], each["Total"]) for each in inboxes] == [("default", 1), ("team/blue", 1)]
    assert inboxes[1]["Address"] == address


async def test_a_fresh_one_and_a_name_that_is_taken(page: Page, complaints: list[str]) -> None:
    await page.goto("")
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    dialog = page.get_by_role("dialog", name="Inboxes")
    await expect(dialog).to_contain_text("None yet")
    await dialog.get_by_role("button", name="Make an inbox").click()
    await expect(dialog.get_by_role("heading", name="is ready")).to_contain_text("inbox-")
    name = dialog.get_by_role("textbox", name="Name of the new inbox")
    await name.fill("twice")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("heading", name="twice is ready")).to_be_visible()
    await expect(name).to_have_value("")
    await name.fill("twice")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast.error")).to_contain_text("Not made")
    await expect(name).to_have_value("twice")
    assert [complaint for complaint in complaints if "400" not in complaint] == []
    complaints.clear()
