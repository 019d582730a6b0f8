"""What is around a message: messages inside it, its thread, the invitation that it brings."""

import asyncio
import re
from email.message import EmailMessage

import pytest
from playwright.async_api import Page, expect

from mailtrap_local.model import Arrival, Envelope, Origin
from mailtrap_local.server import Server
from tests.ui.conftest import Send
from tests.ui.gallery import invitation
from tests.ui.mails import html, nested, plain
from tests.ui.test_message import open_first, tab

EVENT = "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261124T080000Z\r\nORGANIZER:mailto:c@x.org\r\nATTENDEE:mailto:a@x.org\r\n"


def calendar(body: str, *, method: str = "REQUEST") -> EmailMessage:
    mail = plain("Calendar")
    source = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\n{body}END:VCALENDAR\r\n"
    mail.add_alternative(source.encode(), maintype="text", subtype="calendar")
    return mail


async def test_a_message_inside_opens_as_a_message(page: Page, send: Send) -> None:
    await send(nested(html("<!doctype html><p>inner page</p>", subject="The inner one"), subject="The outer one"))
    await open_first(page)
    await page.get_by_role("link", name="The inner one").click()
    await expect(page.locator(".message-title")).to_have_text("The inner one")
    await expect(page).to_have_url(re.compile(r"/view/\w{22}~2$"))
    await expect(page.frame_locator("iframe").locator("p")).to_have_text("inner page")
    panel = page.get_by_role("tabpanel")
    await tab(page, "Headers")
    await expect(panel.get_by_role("row", name="Subject")).to_contain_text("The inner one")
    await tab(page, "Raw")
    await expect(panel.locator(".line").first).to_contain_text("From: App")
    await tab(page, "Envelope")
    await expect(panel).to_contain_text("None of its own")
    await tab(page, "Attachments")
    async with page.expect_download() as download:
        await panel.get_by_role("link", name="Download a.csv").click()
    assert (await (await download.value).path()).read_bytes() == b"1;2\n"
    await page.reload()
    await expect(page.locator(".message-title")).to_have_text("The inner one")
    await expect(page.get_by_role("button", name="Delete", exact=True)).to_be_hidden()
    await page.go_back()
    await expect(page.locator(".message-title")).to_have_text("The outer one")
    await tab(page, "Tree")
    await page.get_by_role("button", name="Open message 2").click()
    await expect(page.locator(".message-title")).to_have_text("The inner one")
    await page.get_by_role("link", name="the message around it").click()
    await expect(page.locator(".message-title")).to_have_text("The outer one")
    await expect(page.get_by_role("option")).not_to_have_class(re.compile("unread"))


async def test_a_message_inside_one_inside(page: Page, send: Send) -> None:
    await send(nested(nested(plain("Third"), subject="Second"), subject="First"))
    await open_first(page)
    for name in ("Second", "Third"):
        await page.get_by_role("link", name=name).click()
        await expect(page.locator(".message-title")).to_have_text(name)
    await expect(page).to_have_url(re.compile(r"~2~2(\?|$)"))


async def test_an_invitation_is_a_card(page: Page, send: Send) -> None:
    await send(invitation())
    await open_first(page)
    card = page.get_by_role("region", name="Invitation: Release planning")
    for text in ("Thu, Nov 26, 2026", "09:00 AM UTC", "Room 3", "Carol Meier <carol@example.com>", "Ann Example"):
        await expect(card).to_contain_text(text)
    await expect(card.locator(".defect")).to_be_hidden()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (EVENT + "DTSTART;TZID=Europe/Berlin:20261126T100000\r\nSUMMARY:A\\, b\r\nEND:VEVENT\r\n", "10:00 AM (Eur"),
        (EVENT + "DTSTART;VALUE=DATE:20261126\r\nSUMMARY:All day\r\nEND:VEVENT\r\n", "Thu, Nov 26, 2026"),
        (EVENT + "DTSTART:soon\r\nSUMMARY:Fol\r\n ded\r\nEND:VEVENT\r\n", "Folded"),
        ("BEGIN:VEVENT\r\nSUMMARY:Bare\r\nEND:VEVENT\r\n", "no UID, no DTSTAMP, no DTSTART, no ORGANIZER, no ATTENDEE"),
        (EVENT + "BEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\nSUMMARY:<b>bold</b>\r\n", "<b>bold</b>"),
        (EVENT + 'ATTENDEE;CN="Bo: the; one";PARTSTAT=ACCEPTED:mailto:bo@x.org\r\n', "Bo: the; one <bo@x.org>, acc"),
        ("BEGIN:VEVENT\r\n" + "ATTENDEE:mailto:a@x.org\r\n" * 900, "and 880 more"),
    ],
)  # fmt: skip
async def test_calendars_as_strangers_write_them(page: Page, send: Send, body: str, told: str) -> None:
    await send(calendar(body))
    await open_first(page)
    await expect(page.locator(".card")).to_contain_text(told)


async def test_what_is_no_calendar_is_no_card(page: Page, send: Send) -> None:
    await send(calendar("BEGIN:VTODO\r\nEND:VTODO\r\n" + "x" * 300_000))
    await open_first(page)
    await expect(page.get_by_role("tabpanel")).to_contain_text("Hello from the test")
    await expect(page.locator(".card")).to_have_count(0)


async def test_a_thread_is_linked(page: Page, send: Send, server: Server) -> None:
    hay = Arrival(b"Subject: hay\r\n\r\n", Envelope(), Origin(), inbox="barn")
    await asyncio.gather(*(server.mailbox.receive(hay) for _ in range(2500)))
    first, answer, other = plain("Question"), plain("Re: Question"), plain("Something else")
    first["Message-ID"], other["Message-ID"] = "<q.1+a@x.org>", "<other@x.org>"
    answer["Message-ID"], answer["In-Reply-To"] = "<a.1@x.org>", "<q.1+a@x.org>"
    again = plain("Re: Re: Question")
    again["References"] = "<q.1+a@x.org> <a.1@x.org>"
    other["References"] = "<aq.1+a@x.org>"
    await send(first, other, answer, again)
    await send(again, user="another-inbox")
    await page.goto("inbox/default")
    await page.get_by_role("option", name="Re: Re: Question").last.click()
    thread = page.get_by_role("list", name="Thread").get_by_role("listitem")
    await expect(thread).to_contain_text(["Question", "Re: Question", "this one"])
    await thread.get_by_role("link", name="Question", exact=True).click()
    await expect(page.locator(".message-title")).to_have_text("Question")
    await expect(thread).to_contain_text(["this one", "Re: Question", "Re: Re: Question"])
    await page.get_by_role("option", name="Something else").click()
    await expect(page.locator(".message-title")).to_have_text("Something else")
    await expect(thread).to_have_count(0)
