"""The panel of the faults: added by preset or by fields, counted live, removed."""

import asyncio
import smtplib

from playwright.async_api import Page, expect

from mailtrap_local.faults import read
from mailtrap_local.server import Server


def rcpt(port: int, *, user: str = "") -> int:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        if user:
            client.login(user, "any")
        else:
            client.ehlo()
        client.mail("app@example.com")
        return client.rcpt("ann@example.com")[0]


async def opened(page: Page, path: str = "") -> None:
    await page.goto(path)
    await expect(page.locator(".connection.live")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("f")
    await expect(page.get_by_role("dialog", name="Faults")).to_be_visible()


async def test_a_fault_by_its_fields_is_counted_live(page: Page, server: Server) -> None:
    await opened(page)
    await expect(page.locator(".fault-none")).to_be_visible()
    await page.get_by_label("Reply", exact=True).fill("452 4.2.2 full")
    await page.get_by_label("Whom").fill("rcpt:ann@")
    await page.get_by_label("How often").fill("2")
    await page.get_by_role("button", name="Add the fault").click()
    row = page.locator(".fault")
    await expect(row).to_contain_text("452 4.2.2 full")
    await expect(row.locator(".fault-count")).to_have_text("0 of 2 fired")
    assert [await asyncio.to_thread(rcpt, server.smtp_port) for _ in range(3)] == [452, 452, 250]
    await expect(row.locator(".fault-count")).to_have_text("2 of 2 fired spent")
    await row.get_by_role("button", name="Count again").click()
    await expect(row.locator(".fault-count")).to_have_text("0 of 2 fired")
    await row.get_by_role("button", name="Remove").click()
    await expect(page.locator(".fault-none")).to_be_visible()
    assert server.faults.all() == ()


async def test_each_action_has_the_fields_that_it_needs(page: Page, server: Server) -> None:
    await opened(page)
    await page.get_by_label("Where").select_option("body")
    await page.get_by_label("What").select_option("disconnect")
    await page.get_by_label("After octets").fill("1000")
    await page.get_by_label("with a RST").check()
    await page.get_by_role("button", name="Add the fault").click()
    await expect(page.locator(".fault")).to_contain_text("hangs up with a RST after 1,000 octets")
    await page.get_by_label("What").select_option("slow")
    await page.get_by_role("button", name="Add the fault").click()
    assert len(server.faults.all()) == 1  # a rate is missing, which the browser says
    await page.get_by_label("Octets a second").fill("500")
    await page.get_by_role("button", name="Add the fault").click()
    await expect(page.locator(".fault")).to_have_count(2)
    assert [each.fault.rate for each in server.faults.all()] == [0, 500]


async def test_a_preset(page: Page, server: Server) -> None:
    await opened(page)
    await page.get_by_label("Preset").select_option("greylisting")
    await expect(page.locator(".fault-told")).to_contain_text("Postgrey")
    await page.get_by_role("button", name="Add the fault").click()
    await expect(page.locator(".fault")).to_contain_text("greylisting")
    assert await asyncio.to_thread(rcpt, server.smtp_port) == 450
    await page.get_by_role("button", name="Remove all").click()
    await expect(page.locator(".fault-none")).to_be_visible()


async def test_what_is_wrong_is_said(page: Page, server: Server, complaints: list[str]) -> None:
    await opened(page)
    await page.get_by_label("Reply", exact=True).fill("250 Ok")
    await page.get_by_role("button", name="Add the fault").click()
    await expect(page.get_by_role("alert")).to_contain_text("4yz or 5yz")
    assert server.faults.all() == ()
    assert all("400" in each for each in complaints)
    complaints.clear()  # the browser logs each answer of 400


async def test_an_inbox_has_its_own(page: Page, server: Server) -> None:
    server.faults.add(read({"where": "mail", "reply": "450 x", "match": "user:nobody"}))
    await opened(page, "inbox/shop")
    await expect(page.locator(".fault-none")).to_be_visible()
    await page.get_by_role("button", name="Add the fault").click()
    await expect(page.locator(".fault")).to_contain_text("inbox shop")
    assert await asyncio.to_thread(rcpt, server.smtp_port) == 250
    assert await asyncio.to_thread(rcpt, server.smtp_port, user="shop") == 451
    await page.get_by_role("button", name="Remove all").click()
    await expect(page.locator(".fault-none")).to_be_visible()
    assert len(server.faults.all()) == 1
