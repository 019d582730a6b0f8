"""Two messages side by side: headers, text and HTML source as differences, and how they look."""

import difflib
import json
import random
import re
from typing import Any

from playwright.async_api import Page, expect

from tests.ui.conftest import NARROW, Send
from tests.ui.mails import html, plain

MODULE = "import(document.querySelector('script[type=module]').src.replace('main.js', 'diff.js'))"


async def compared(page: Page, left: list[str], right: list[str]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = await page.evaluate(
        f"async ([left, right]) => (await {MODULE}).compare(left, right)", [left, right]
    )
    return lines


async def test_two_are_selected_and_compared(page: Page, send: Send) -> None:
    await send(html("<!doctype html>\n<p>same</p>\n<b>before</b>", subject="Welcome, Ann"))
    await send(html("<!doctype html>\n<p>same</p>\n<b>after</b>", subject="Welcome, Bo"))
    await page.goto("")
    await page.get_by_role("option", name="Welcome, Bo").click(modifiers=["Control"])
    await page.keyboard.press("d")
    await expect(page.locator(".toast")).to_contain_text("Select two messages")
    await page.get_by_role("option", name="Welcome, Ann").click(modifiers=["Control"])
    await page.get_by_role("toolbar").get_by_role("button", name="Compare").click()
    panel = page.get_by_role("tabpanel")
    table = panel.get_by_role("table", name="Differences of the header fields")
    await expect(table.locator(".gone")).to_contain_text("Subject: Welcome, Ann")  # the older one is left
    await expect(table.locator(".gone mark")).to_have_text("Ann")
    await expect(table.locator(".new mark")).to_have_text("Bo")
    await expect(page.locator(".side")).to_contain_text(["Welcome, Ann", "Welcome, Bo"])
    await page.get_by_role("tab", name="Text").click()
    await expect(panel).to_contain_text("1 only left, 1 only right")
    await page.get_by_role("tab", name="HTML source").click()
    await expect(panel.locator("tr.same")).to_contain_text(["<!doctype html>", "<p>same</p>"])
    await expect(panel.locator(".gone mark")).to_have_text("before")
    await page.get_by_role("tab", name="Renderings").click()
    await expect(page.frame_locator("iframe >> nth=0").locator("b")).to_have_text("before")
    await expect(page.frame_locator("iframe >> nth=1").locator("b")).to_have_text("after")
    await expect(page).to_have_url(re.compile(r"/view/\w{22}\?with=\w{22}&tab=html$"))
    await page.reload()
    await expect(page.frame_locator("iframe >> nth=1").locator("b")).to_have_text("after")
    await page.get_by_role("link", name="Welcome, Bo").click()
    await expect(page.get_by_role("tablist", name="Views of the message")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("tablist", name="What is compared")).to_be_visible()
    await page.keyboard.press("u")
    await expect(page.get_by_role("listbox")).to_be_focused()


async def test_what_is_alike_is_folded(page: Page, send: Send) -> None:
    long = [f"line {number}" for number in range(60)]
    await send(plain("one", text="\n".join(long)), plain("two", text="\n".join([*long[:30], "more", *long[30:]])))
    await page.goto("")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Control+a")
    await page.keyboard.press("d")
    await page.get_by_role("tab", name="Text").click()
    rows = page.get_by_role("tabpanel").locator("tr.same")
    await expect(rows).to_have_count(6)
    await page.get_by_role("button", name="27 equal lines").click()
    await expect(rows).to_have_count(33)


async def test_one_of_them_is_gone(page: Page, send: Send, complaints: list[str]) -> None:
    await send(plain("one"))
    await page.goto("")
    await page.get_by_role("option").click()
    await page.goto(f"{page.url}?with=aaaaaaaaaaaaaaaaaaaaaa")
    await expect(page.get_by_text("One of them is gone.")).to_be_visible()
    assert any("404" in complaint for complaint in complaints)
    complaints.clear()


async def test_where_it_is_narrow(page: Page, send: Send) -> None:
    await send(plain("one"), plain("two"))
    await page.goto("")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Control+a")
    await page.keyboard.press("d")
    await page.set_viewport_size(NARROW)
    await expect(page.get_by_role("tabpanel")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


async def test_the_differences_are_right_and_the_fewest(page: Page) -> None:
    await page.goto("")
    chance = random.Random(7)
    for _ in range(60):
        left, right = ([chance.choice("abcd") for _ in range(chance.randrange(14))] for _ in range(2))
        lines = await compared(page, left, right)
        assert [line["text"] for line in lines if line["kind"] != "new"] == left
        assert [line["text"] for line in lines if line["kind"] != "gone"] == right
        assert [line["left"] for line in lines if line["left"]] == list(range(1, len(left) + 1))
        assert [line["right"] for line in lines if line["right"]] == list(range(1, len(right) + 1))
        assert sum(line["kind"] == "same" for line in lines) == longest(left, right), json.dumps([left, right])


async def test_texts_that_have_nothing_in_common(page: Page) -> None:
    await page.goto("")
    lines = await compared(page, [f"a{n}" for n in range(3000)], [f"b{n}" for n in range(3000)])
    assert [line["kind"] for line in lines] == ["gone"] * 3000 + ["new"] * 3000


async def test_pieces_of_a_line(page: Page) -> None:
    await page.goto("")
    found = await page.evaluate(f"async () => (await {MODULE}).pieces('Hi Ann, now', 'Hi Bo, now')")
    assert found == [["Hi ", False], ["Ann", True], [", now", False]]


def longest(left: list[str], right: list[str]) -> int:
    """The length of the longest common subsequence, by the book."""
    row = [0] * (len(right) + 1)
    for one in left:
        before = 0
        for at, other in enumerate(right, 1):
            before, row[at] = row[at], before + 1 if one == other else max(row[at], row[at - 1])
    assert row[-1] >= sum(block.size for block in difflib.SequenceMatcher(None, left, right).get_matching_blocks())
    return row[-1]
