"""An open message: each tab shows what it must."""

import re

from playwright.async_api import Page, expect

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.ui.conftest import Send
from tests.ui.mails import BROKEN, html, many_parts, plain, rich, travelled


async def open_first(page: Page) -> None:
    await page.goto("")
    await page.get_by_role("option").first.click()
    await expect(page.get_by_role("tablist", name="Views of the message")).to_be_visible()


async def tab(page: Page, name: str) -> None:
    await page.get_by_role("tab", name=name).click()


async def test_head_and_every_tab(page: Page, send: Send) -> None:
    await send(rich(), to=["ann@example.org", "bo@example.org", "hidden@example.net"], user="checkout")
    await open_first(page)
    panel = page.get_by_role("tabpanel")
    head = page.locator(".facts")
    for text in ("Grüße Shop", "carol@example.org", "hidden@example.net", "help@example.com", "checkout"):
        await expect(head).to_contain_text(text)
    await expect(page.get_by_role("heading", name="Your order №4711 has shipped")).to_be_visible()

    frame = page.frame_locator("iframe")
    await expect(frame.locator("b")).to_have_text("Ann")
    assert str(await frame.locator("img").get_attribute("src")).startswith("data:image/png")
    await expect(panel).to_contain_text("Nothing remote in it")
    await page.locator(".segment", has_text="375").click()
    box = await page.locator("iframe").bounding_box()
    assert box is not None and box["width"] == 375

    await tab(page, "Text")
    await expect(panel.get_by_role("link", name="https://shop.example.com/track/4711")).to_be_visible()
    await tab(page, "Source")
    await expect(panel.locator(".line").first).to_contain_text("<!doctype html>")
    await tab(page, "Headers")
    await expect(panel.get_by_role("row", name="Subject")).to_contain_text("№4711")
    await panel.get_by_role("button", name="As sent").click()
    await expect(panel.get_by_role("row", name="Subject")).to_contain_text("=?utf-8?")
    await panel.get_by_role("searchbox").fill("reply-to")
    await expect(panel.get_by_role("row")).to_have_count(2)
    await tab(page, "Tree")
    for text in ("multipart/mixed", "multipart/alternative", "text/csv", "größe.png"):
        await expect(panel).to_contain_text(text)
    await tab(page, "Raw")
    await expect(panel).to_contain_text("MIME-Version: 1.0")
    await tab(page, "Attachments")
    await expect(panel.get_by_role("listitem")).to_have_count(3)
    async with page.expect_download() as download:
        await panel.get_by_role("link", name="Download invoice.csv").click()
    assert (await (await download.value).path()).read_bytes() == b"a;b\n1;2\n"
    await tab(page, "Envelope")
    await expect(panel).to_contain_text("Only in the envelope (Bcc): hidden@example.net")
    await expect(panel).to_contain_text("Only in the header, gets no mail: carol@example.org")
    await tab(page, "Session")
    await expect(panel).to_contain_text("RCPT TO:<hidden@example.net>", ignore_case=True)
    await expect(panel).not_to_contain_text("secret")


async def test_opening_marks_read_by_put_only(page: Page, send: Send) -> None:
    await send(plain())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    await open_first(page)
    await expect(page.get_by_role("option")).not_to_have_class("unread")
    await expect(page).to_have_title("Hello · mailtrap-local")
    fetched = [one for one in asked if one.startswith("GET") and "/api/v1/message/" in one and "/preview" not in one]
    assert fetched and all("peek=1" in one for one in fetched)
    assert any(one.startswith("PUT") for one in asked)


async def test_defects_are_said(page: Page, send: Send) -> None:
    await send(BROKEN)
    await open_first(page)
    await page.locator(".defects").click()
    await expect(page.get_by_role("region", name="Defects").locator(".defect").first).to_be_visible()


async def test_text_made_from_html_is_said(page: Page, send: Send) -> None:
    await send(html("<p>only here</p>"))
    await open_first(page)
    await tab(page, "Text")
    await expect(page.get_by_role("tabpanel")).to_contain_text("There is no text part")


async def test_tags_are_edited(page: Page, send: Send, server: Server) -> None:
    await send(plain())
    await open_first(page)
    await page.keyboard.press("t")
    await page.get_by_role("combobox", name="New tag").fill("urgent")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("navigation").get_by_role("link", name="urgent")).to_be_visible()
    assert await server.mailbox.tags() == {"urgent": 1}
    await page.get_by_role("button", name="Remove tag urgent").click()
    await expect(page.get_by_role("navigation").get_by_role("link", name="urgent")).to_be_hidden()


async def test_large_raw_comes_in_pieces(page: Page, send: Send) -> None:
    await send(plain(text="0123456789 abcdefghij\n" * 60_000))
    await open_first(page)
    await tab(page, "Raw")
    await expect(page.get_by_role("tabpanel")).to_contain_text("The first 131 kB of")
    await page.get_by_role("button", name="Load more").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("The first 524 kB of")


async def test_ten_thousand_parts_come_in_pieces(page: Page, send: Send) -> None:
    await send(many_parts(9_000))
    await open_first(page)
    await tab(page, "Attachments")
    panel = page.get_by_role("tabpanel")
    await expect(panel).to_contain_text("The first 100 of 9000")
    await panel.get_by_role("button", name="Show more").click()
    await expect(panel.get_by_role("listitem")).to_have_count(400)
    await tab(page, "Tree")
    await expect(panel).to_contain_text("and 8500 more parts")


async def test_deep_links_and_history(page: Page, send: Send) -> None:
    await send(plain("one"), plain("two"), plain("three"))
    await page.goto("")
    await page.get_by_role("option", name="two").click()
    await tab(page, "Headers")
    await expect(page).to_have_url(re.compile(r"/view/\w{22}\?tab=headers$"))
    await page.get_by_role("option", name="one").click()
    await page.go_back()
    await expect(page.get_by_role("heading", name="two")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="two")).to_be_visible()
    await expect(page.get_by_role("tab", name="Headers")).to_have_attribute("aria-selected", "true")
    await page.go_forward()
    await expect(page.get_by_role("heading", name="one")).to_be_visible()


async def test_a_message_that_the_list_does_not_show_tells_when_it_came(page: Page, send: Send, server: Server) -> None:
    await send(b"From: a@x.org\r\nSubject: old\r\nDate: Tue, 24 Nov 2015 10:11:12 +0100\r\n\r\ntext\r\n")
    message_id = await server.mailbox.latest(Selection())
    await page.goto(f"view/{message_id}?q=subject:another")
    head = page.locator(".facts")
    await expect(head.locator(".fact", has_text="Came")).not_to_contain_text("2015")
    await expect(head.locator(".fact", has_text="says the header")).to_contain_text("2015")


async def test_a_deleted_message_is_said_to_be_gone(page: Page, send: Send, server: Server) -> None:
    await send(plain())
    await open_first(page)
    await server.mailbox.delete(Selection())
    await expect(page.get_by_text("This message is gone")).to_be_visible()


async def test_letters_that_turn_the_order_around_are_shown_and_not_obeyed(page: Page, send: Send) -> None:
    mail = plain("Invoice \u202efdp.exe")
    del mail["From"]
    mail["From"] = '"Your Bank \u202e" <ann@evil.example>'
    mail.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="bill\u202efdp.exe")
    await page.goto("")
    await send(mail)
    row = page.get_by_role("option").first
    await expect(row.locator(".sender")).to_have_text("Your Bank \\u202e")
    await expect(row.locator(".subject")).to_have_text("Invoice \\u202efdp.exe")
    await row.click()
    await expect(page.locator(".message-title")).to_have_text("Invoice \\u202efdp.exe")
    await tab(page, "Attachments")
    await expect(page.get_by_role("tabpanel")).to_contain_text("bill\\u202efdp.exe")
    assert "\u202e" not in (await page.locator("body").inner_text())


async def test_the_way_that_received_fields_tell(page: Page, send: Send) -> None:
    await send(travelled(), to=["ann@example.org"])
    await open_first(page)
    await tab(page, "Headers")
    panel = page.get_by_role("tabpanel")
    hops = panel.get_by_role("list", name="Hops").get_by_role("listitem")
    await expect(hops).to_have_count(5)
    await expect(hops.nth(0)).to_contain_text("by app.example.com")
    await expect(hops.nth(1)).to_contain_text("tells no time")
    await expect(hops.nth(1)).to_contain_text("(qmail 1234 invoked by uid 89)")
    await expect(hops.nth(2)).to_contain_text("from app.example.com by relay.example.net")
    await expect(hops.nth(2)).to_contain_text("with esmtp (Exim 4.97) · id 1abc-0001")
    await expect(hops.nth(3).locator(".hop-delay")).to_have_text("−7 s")
    await expect(hops.nth(3)).to_contain_text(
        "from relay.example.net (relay.example.net [203.0.113.7] (may be forged))"
    )
    await expect(hops.nth(3)).to_contain_text("with ESMTPS · for <ann@example.org> · id 4F2")
    await expect(hops.nth(4)).to_contain_text("by this catcher")
    await panel.get_by_role("searchbox").fill("qmail")
    await expect(panel.get_by_role("row")).to_have_count(2)
    await expect(hops).to_have_count(0)


async def test_a_hop_is_late_or_tells_how_long_it_took(page: Page) -> None:
    await page.goto("")
    script = "import(document.querySelector('script[type=module]').src.replace('main.js', 'received.js'))"
    for ms, text in (
        (0, "0 s"),
        (59_000, "59 s"),
        (202_000, "3 min 22 s"),
        (7_260_000, "2 h 1 min"),
        (-90_000_000, "−1 d 1 h"),
    ):
        assert await page.evaluate(f"async () => (await {script}).lasted({ms})") == text


async def test_every_width_next_to_each_other(page: Page, send: Send) -> None:
    await send(html("<!doctype html><p>wide</p>"))
    await open_first(page)
    await page.locator(".segment", has_text="All").click()
    frames = page.locator("iframe")
    await expect(frames).to_have_count(4)
    boxes = [await frames.nth(at).bounding_box() for at in range(4)]
    assert [box and box["width"] for box in boxes] == [320, 375, 600, 768]
    assert len({box and box["y"] for box in boxes}) == 1
    await expect(page.frame_locator("iframe >> nth=3").locator("p")).to_have_text("wide")
    await expect(frames.nth(0)).to_have_attribute("title", "HTML of HTML, 320 px wide")


async def test_images_can_be_off(page: Page, send: Send) -> None:
    await send(rich())
    await open_first(page)
    drawn = "img => img.decode().then(() => img.naturalWidth, () => 0)"
    assert await page.frame_locator("iframe").locator("img").evaluate(drawn) > 0
    await page.get_by_role("button", name="Images off").click()
    await expect(page.locator("iframe")).to_have_attribute("src", re.compile("noimages=1"))
    assert await page.frame_locator("iframe").locator("img").evaluate(drawn) == 0
