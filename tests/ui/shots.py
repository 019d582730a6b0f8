"""Pictures of every view of the web page: `make shots ARGS="FOLDER [--only NAME]"`. They are made to be looked at.

Each view is taken in light and dark at four widths, with the mail of gallery.py, caught by a server of its own.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.tools import need
from tests.ui.conftest import ARGS
from tests.ui.gallery import all_of_them, of_a_run
from tests.ui.mails import deliver

WIDTHS = (360, 768, 1280, 1920)
HEIGHTS = {360: 740, 768: 1024, 1280: 800, 1920: 1080}
THEMES = ("light", "dark")
TABS = ("HTML", "Text", "Source", "Headers", "Tree", "Raw", "Links", "Attachments", "Envelope", "Session")

View = Callable[[Page], Awaitable[None]]


async def _open(page: Page, subject: str) -> None:
    await page.get_by_role("option", name=subject).first.click()
    await expect(page.locator(".message-title")).to_be_visible()
    await expect(page.locator(".loading")).to_have_count(0)


def _tab(name: str) -> View:
    async def show(page: Page) -> None:
        await _open(page, "Your order")
        tab = page.get_by_role("tab", name=name)
        if await tab.count():
            await tab.first.click()
        await expect(page.locator(".loading")).to_have_count(0)

    return show


def _message(subject: str) -> View:
    async def show(page: Page) -> None:
        await _open(page, subject)

    return show


def _pressed(*keys: str) -> View:
    async def show(page: Page) -> None:
        for key in keys:
            await page.keyboard.press(key)

    return show


async def _list(page: Page) -> None:
    await expect(page.get_by_role("option")).to_have_count(len(all_of_them()) + len(of_a_run()))


async def _selection(page: Page) -> None:
    for key in ("j", "x", "j", "x", "#"):
        await page.keyboard.press(key)


async def _search(page: Page) -> None:
    await page.locator("#search").fill("acme -subject:november")
    await page.keyboard.press("Enter")


async def _sort(page: Page) -> None:
    await page.get_by_role("button", name="Sort:").click()
    await page.get_by_role("radio", name="Largest first").press("Space")
    await expect(page.get_by_role("button", name="Sort: Largest first")).to_be_visible()


async def _runs(page: Page) -> None:
    await page.goto("?q=inbox:/^build-4711./&sort=inbox")
    await expect(page.get_by_role("option")).to_have_count(3)
    if await page.locator(".rail").is_visible():
        await page.get_by_text("2 inboxes").click()
    await page.get_by_role("option").first.click()


async def _made(page: Page) -> None:
    for key in ("g", "b", "Enter"):  # a name could be taken by the picture before
        await page.keyboard.press(key)
    await expect(page.locator(".made")).to_be_visible()


def _compare(tab: str) -> View:
    async def show(page: Page) -> None:
        for subject in ("Your order", "Reset your password"):
            await page.get_by_role("option", name=subject).click(modifiers=["Control"])
        await page.keyboard.press("d")
        await page.get_by_role("tab", name=tab).click()

    return show


async def _inside(page: Page) -> None:
    await _open(page, "Fwd: Invitation")
    await page.get_by_role("link", name="Invitation: Release planning, Thursday 10:00").last.click()
    await expect(page.locator(".card")).to_be_visible()


async def _widths(page: Page) -> None:
    await _open(page, "Your order")
    if await page.locator(".segments").first.is_visible():
        await page.locator(".segment", has_text="All").click()


async def _hops(page: Page) -> None:
    await _open(page, "Far travelled")
    await page.get_by_role("tab", name="Headers").click()


async def _palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.keyboard.type("re")
    await expect(page.get_by_role("option", name="Message")).not_to_have_count(0)


VIEWS: dict[str, View] = {
    "list": _list,
    **{f"tab-{name.lower()}": _tab(name) for name in TABS},
    "compare": _compare("Headers"),
    "compare-source": _compare("HTML source"),
    "compare-renderings": _compare("Renderings"),
    "widths": _widths,
    "hops": _hops,
    "hostile": _message("urgent"),
    "code": _message("204 861"),
    "thread": _message("Fwd: Invitation"),
    "invitation": _message("Carol Meier"),
    "inside": _inside,
    "japanese": _message("ご予約"),
    "deleted": _selection,
    "search": _search,
    "sort": _sort,
    "runs": _runs,
    "keys": _pressed("?"),
    "palette": _palette,
    "settings": _pressed(","),
    "start": _pressed("g", "n"),
    "sessions": _pressed("g", "s"),
    "faults": _pressed("g", "f"),
    "inboxes": _made,
}


async def take(folder: Path, *, only: str = "", widths: tuple[int, ...] = WIDTHS) -> int:
    """Take the pictures into a folder that exists; how many that were."""
    taken = 0
    async with Server(Settings(smtp_port=0, http_port=0)) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=need("chromium"), args=ARGS)
        if not only:
            taken += await _take(browser, server, folder, "empty", _pressed(), widths)
        for user, one in of_a_run():
            await asyncio.to_thread(deliver, server.smtp_port, one, user=user)
        for mail in all_of_them():
            await asyncio.to_thread(deliver, server.smtp_port, mail, user="shop")
        for name, view in VIEWS.items():
            if only in name:
                taken += await _take(browser, server, folder, name, view, widths)
        await browser.close()
    return taken


async def _take(browser: Browser, server: Server, folder: Path, name: str, view: View, widths: tuple[int, ...]) -> int:
    themes: tuple[Any, ...] = THEMES
    for theme in themes:
        for width in widths:
            context = await browser.new_context(
                viewport={"width": width, "height": HEIGHTS.get(width, 800)},
                base_url=server.url,
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = await context.new_page()
            await page.goto("")
            await expect(page.locator(".connection.live")).to_be_visible()
            await view(page)
            await page.wait_for_timeout(300)  # for what the preview loads
            await page.screenshot(path=folder / f"{name}-{theme}-{width}.png")
            await context.close()
    return len(themes) * len(widths)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make shots", description="Take pictures of every view of the web page.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="views whose name has this in it")
    parser.add_argument("--width", type=int, action="append", help="only these widths")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    taken = asyncio.run(take(wanted.folder, only=wanted.only, widths=tuple(wanted.width or WIDTHS)))
    sys.stdout.write(f"{taken} pictures in {wanted.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
