"""axe finds nothing, on any view, in either theme, wide and narrow."""

import asyncio
import json
import smtplib
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from mailtrap_local.faults import read
from mailtrap_local.rates import read as read_limit
from mailtrap_local.server import Server
from tests.tools import ROOT, need
from tests.ui.conftest import NARROW, WIDE, Send
from tests.ui.gallery import invitation
from tests.ui.mails import BROKEN, html, login_code, nested, plain, rich, travelled

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TABS = ("HTML", "Text", "Source", "Headers", "Tree", "Raw", "Attachments", "Envelope", "Session", "Links")


@pytest.fixture(scope="session")
def axe() -> str:
    need("tsc")  # npm has been here
    return (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()


class Judge:
    """One page, and what axe says of it, view by view."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page = page
        self.axe = axe
        self.found: list[str] = []

    async def look(self, view: str) -> None:
        await self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(self.axe)
        answer = await self.page.evaluate(
            f"axe.run(document, {{ iframes: false, runOnly: {json.dumps(RULES)} }})"
            ".then(({ violations }) => violations.flatMap(({ id, nodes }) => "
            "nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`)))"
        )
        self.found += [f"{view}: {violation}" for violation in answer]


def refused(server: Server) -> None:
    """A session that has something of each kind to tell."""
    with smtplib.SMTP("127.0.0.1", server.smtp_port) as smtp:
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:a@x.org")
        smtp.docmd("MAIL", "FROM:<a@x.org> SIZE=999999999999")
        smtp.close()


@pytest.mark.parametrize(
    ("theme", "size"), [("light", WIDE), ("dark", WIDE), ("light", NARROW)], ids=["light", "dark", "narrow"]
)
async def test_every_view(browser: Browser, server: Server, send: Send, axe: str, theme: Any, size: Any) -> None:
    context = await browser.new_context(
        viewport=size, base_url=server.url, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = await context.new_page()
    judge = Judge(page, axe)
    await page.goto("")
    await expect(page.locator(".connection.live")).to_be_visible()
    await expect(page.locator(".nothing, .start").first).to_be_visible()
    await judge.look("empty")
    await send(*(plain(f"Mail {number}") for number in range(3)), BROKEN, html("<p>no text</p><img src=//x.example/>"))
    await send(rich(), login_code(), user="shop")
    await expect(page.get_by_role("option")).to_have_count(7)
    await judge.look("list")
    await page.get_by_role("option", name="Your order").click()
    for name in TABS:
        await page.get_by_role("tab", name=name).click()
        await expect(page.locator(".loading")).to_have_count(0)
        await judge.look(name)
    await page.keyboard.press("b")
    await expect(page.get_by_role("dialog", name="Report a bounce")).to_be_visible()
    await judge.look("bounce")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.get_by_role("option", name="Your login code").click()
    await page.get_by_role("tab", name="Links").click()
    await expect(page.get_by_role("region", name="Unsubscribe")).to_be_visible()
    await judge.look("links and code")
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await page.get_by_role("textbox", name="Name of the new inbox").fill("blue team")
    await page.get_by_role("button", name="Make an inbox").click()
    await expect(page.get_by_role("region", name="Inbox blue team")).to_be_visible()
    await judge.look("inboxes")
    await page.keyboard.press("Escape")
    await page.get_by_role("option", name="broken boundaries").click()
    await page.get_by_role("tab", name="Tree").click()
    await expect(page.get_by_role("region", name="Defects")).to_be_visible()
    await judge.look("defects")
    await page.keyboard.press("u")
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+J")
    await page.keyboard.press("d")
    for name in ("Headers", "Text", "HTML source", "Renderings"):
        await page.get_by_role("tab", name=name).click()
        await judge.look(f"compare {name}")
    await page.keyboard.press("u")
    await page.keyboard.press("Escape")
    await page.keyboard.press("x")
    await judge.look("selection")
    await page.keyboard.press("#")
    await judge.look("undo")
    for keys, name in (("?", "Keys"), (",", "Settings"), ("gn", "Get started")):
        for key in keys:
            await page.keyboard.press(key)
        await expect(page.get_by_role("dialog", name=name)).to_be_visible()
        await judge.look(name)
        await page.keyboard.press("Escape")
    await send(nested(invitation(), subject="A message inside"), travelled())
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await page.get_by_role("option", name="Far travelled").click()
    await page.get_by_role("tab", name="Headers").click()
    await expect(page.locator(".hop").first).to_be_visible()
    await judge.look("hops")
    await page.keyboard.press("Escape")
    await page.get_by_role("option", name="A message inside").click()
    await page.get_by_role("link", name="Invitation").click()
    await expect(page.locator(".card")).to_be_visible()
    await judge.look("invitation inside")
    await page.keyboard.press("Escape")
    for rule in ({"preset": "greylisting"}, {"where": "mail", "reply": "450 x", "times": 1}):
        server.faults.add(read(rule))
    server.rates.set(read_limit({"preset": "amazon-ses"}))
    await page.get_by_role("button", name="Faults").click()
    await expect(page.locator(".fault")).to_have_count(4)
    await page.get_by_label("Preset").select_option("rate-limit")
    await page.get_by_label("As with").select_option("gmail")
    await judge.look("faults and rate limits")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("mes")
    await expect(page.get_by_role("dialog", name="Find anything").get_by_role("option").first).to_be_visible()
    await judge.look("palette")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Delete all").click()
    await judge.look("delete all")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="How to search").click()
    await judge.look("filters")
    await page.keyboard.press("Escape")
    await asyncio.to_thread(refused, server)
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await expect(page.locator(".session-row").first).to_be_visible()
    await judge.look("sessions")
    await page.locator(".session-row").first.click()
    await expect(page.locator(".transcript")).to_be_visible()
    await expect(page.get_by_role("region", name="What went wrong")).to_be_visible()
    await page.keyboard.press("e")
    await expect(page.locator(".words").first).to_be_visible()
    await judge.look("session")
    await context.close()
    assert judge.found == []
