"""The list: rows come by themselves, nothing moves under the eyes, searches stay live."""

from playwright.async_api import Page, expect

from mailtrap_local.server import Server
from tests.ui.conftest import Send
from tests.ui.mails import plain, rich


async def test_row_appears_without_reload(page: Page, send: Send) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/messages?start=" in request.url else None)
    await page.goto("")
    await expect(page.get_by_text("Point your app here")).to_be_visible()
    await expect(page.locator(".connection")).to_have_text("Live")
    await send(rich(), to=["ann@example.org", "hidden@example.net"])
    row = page.get_by_role("option")
    await expect(row).to_have_count(1)
    for text in ("Grüße Shop", "ann@example.org +1", "Your order №4711 has shipped", "Hi Ann", "orders"):
        await expect(row).to_contain_text(text)
    await expect(row.get_by_title("2 attached")).to_be_visible()
    await expect(row).to_have_attribute("aria-setsize", "1")
    await expect(page).to_have_title("(1) mailtrap-local")
    assert len(asked) == 1  # the row came by the live connection: the list was not asked for again


async def test_what_is_open_does_not_move(page: Page, send: Send) -> None:
    await send(*(plain(f"Mail {number}") for number in range(5)))
    await page.goto("")
    await page.get_by_role("option").filter(has_text="Mail 4").click()
    before = await page.locator(".row.active").bounding_box()
    await send(plain("Late 1"), plain("Late 2"))
    pill = page.get_by_role("button", name="2 new")
    await expect(pill).to_be_visible()
    assert await page.locator(".row.active").bounding_box() == before
    await pill.click()
    await expect(page.locator(".row.active")).to_contain_text("Late 2")
    await expect(pill).to_be_hidden()


async def test_a_search_stays_live_and_says_what_is_wrong(page: Page, send: Send, complaints: list[str]) -> None:
    await send(plain("apple pie"), plain("pear tart"))
    await page.goto("")
    await page.keyboard.press("/")
    await page.keyboard.type("subject:apple")
    await expect(page.get_by_role("option")).to_have_count(1)
    await send(plain("plum"), plain("apple cake"))
    await expect(page.get_by_role("option")).to_have_count(2)
    await expect(page).to_have_url("/?q=subject%3Aapple", timeout=2000)
    await page.get_by_role("searchbox").fill("subject:/(/")
    await expect(page.locator("#search-told")).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_have_attribute("aria-invalid", "true")
    assert any("400" in complaint for complaint in complaints)
    complaints.clear()  # Chromium logs the 400 that we asked for


async def test_inboxes_narrow_the_list(page: Page, send: Send) -> None:
    await send(plain("for the shop"), user="shop")
    await send(plain("for nobody"))
    await page.goto("")
    rail = page.get_by_role("navigation", name="Inboxes and tags")
    await rail.get_by_role("link", name="shop").click()
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(page).to_have_url("/inbox/shop")
    await send(plain("again for nobody"))
    await send(plain("again for the shop"), user="shop")
    await expect(page.get_by_role("option")).to_have_count(2)
    await expect(page.get_by_role("option").first).to_contain_text("again for the shop")


async def test_several_are_selected_and_acted_on(page: Page, send: Send, server: Server) -> None:
    await send(*(plain(f"Mail {number}") for number in range(6)))
    await page.goto("")
    rows = page.get_by_role("option")
    await rows.filter(has_text="Mail 4").click(modifiers=["Control"])
    await rows.filter(has_text="Mail 2").click(modifiers=["Shift"])
    await expect(page.get_by_role("toolbar")).to_contain_text("3 selected")
    await page.get_by_role("toolbar").get_by_role("button", name="Mark read").click()
    await expect(page.get_by_role("navigation").get_by_role("link", name="All messages")).to_contain_text("3")
    await page.keyboard.press("#")
    await expect(rows).to_have_count(3)
    await expect(page.get_by_role("option", name="Mail 5")).to_be_visible()


async def test_pause_holds_back(page: Page, send: Send) -> None:
    await send(plain("first"))
    await page.goto("")
    await page.get_by_role("button", name="Hold back new mail").click()
    await send(plain("second"))
    await expect(page.get_by_role("button", name="1 new while paused")).to_be_visible()
    await expect(page.get_by_role("option")).to_have_count(1)
