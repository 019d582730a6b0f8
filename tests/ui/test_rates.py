"""Rate limits in the panel of the faults: made by numbers or as with a provider, counted live, removed."""

import asyncio
import smtplib

from playwright.async_api import Page, expect

from mailtrap_local.rates import read
from mailtrap_local.server import Server
from tests.ui.test_faults import opened


def mails(port: int, count: int, *, user: str = "ann") -> list[int]:
    """What MAIL gets, so often."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.login(user, "any")
        said = []
        for _ in range(count):
            said.append(client.mail("app@example.com")[0])
            client.rset()
        return said


async def test_a_limit_by_its_numbers_is_counted_live(page: Page, server: Server) -> None:
    await opened(page)
    await page.get_by_label("Mails").fill("2")
    await page.get_by_label("In so many seconds").fill("3600")
    await page.get_by_label("Say").fill("452 4.7.1 Slow down")
    await page.get_by_role("button", name="Add the limit").click()
    row = page.get_by_role("list", name="Rate limits in force").get_by_role("listitem")
    await expect(row).to_contain_text("2 in 3600 s for each user")
    await expect(row).to_contain_text("0 refused")
    assert await asyncio.to_thread(mails, server.smtp_port, 4) == [250, 250, 452, 452]
    await expect(row).to_contain_text("2 refused")
    await row.get_by_role("button", name="Remove").click()
    await expect(row).to_have_count(0)
    assert server.rates.all() == ()


async def test_as_with_a_provider(page: Page, server: Server) -> None:
    await opened(page)
    await page.get_by_label("As with").select_option("amazon-ses")
    link = page.get_by_role("link", name="1 mail a second and 200 a day")
    await expect(link).to_have_attribute(
        "href", "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html"
    )
    await page.get_by_role("button", name="Add the limit").click()
    rows = page.get_by_role("list", name="Rate limits in force").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("454 Throttling failure: Daily message quota exceeded")
    assert [each.limit.name for each in server.rates.all()] == ["amazon-ses"] * 2


async def test_what_is_wrong_is_said(page: Page, server: Server, complaints: list[str]) -> None:
    await opened(page)
    await page.get_by_label("Say").fill("250 Ok")
    await page.get_by_role("button", name="Add the limit").click()
    await expect(page.get_by_role("alert")).to_contain_text("4yz or 5yz")
    assert server.rates.all() == ()
    assert all("400" in each for each in complaints)
    complaints.clear()  # the browser logs each answer of 400


async def test_an_inbox_has_its_own(page: Page, server: Server) -> None:
    server.rates.set(read({"per": "user", "count": 5, "seconds": 60}))
    await opened(page, "inbox/shop")
    await page.get_by_role("button", name="Add the limit").click()
    row = page.get_by_role("list", name="Rate limits in force").get_by_role("listitem")
    await expect(row).to_contain_text("inbox shop")
    assert [each.limit.inbox for each in server.rates.all()] == [None, "shop"]
