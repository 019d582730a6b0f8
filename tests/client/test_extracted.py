"""Links, codes, images, elements and unsubscribing as a test gets them; and what it reads when they are not there."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from mailtrap_local.client import (
    AsyncClient,
    Client,
    Element,
    Image,
    Link,
    MailtrapError,
    Message,
    Missing,
    NotOne,
    OneClick,
    ServerRefused,
)
from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.server import Server
from tests.asking import RICH

TEXT = "Your code is 204861.\n\nReset: https://x.org/reset?t=1\nUnsubscribe: https://x.org/bye\n"
HTML = (
    "<p>Your code is <b>204861</b>.</p><a class=button href='https://x.org/reset?t=1'>Reset your password</a>"
    "<a href='https://x.org/bye'>Unsubscribe</a><a href='https://x.org/help'>Help</a>"
    "<img src=https://x.org/o.gif width=1 alt=''>"
)


@pytest.fixture
def inbox(mailtrap: Mailtrap) -> Iterator[Client]:
    yield mailtrap


def sent(inbox: Client, *, text: str = TEXT, html: str = HTML) -> Message:
    inbox.send(from_="app@x.org", to="ann@x.org", subject="Reset", text=text, html=html)
    return inbox.wait(subject="Reset")


def test_what_a_message_has(inbox: Client) -> None:
    message = sent(inbox)
    assert message.code == "204861" and message.codes == ("204861",)
    assert [link.url for link in message.links if link.text] == [
        "https://x.org/reset?t=1",
        "https://x.org/bye",
        "https://x.org/help",
    ]
    part = message.links[-1].part
    assert message.images == (Image("https://x.org/o.gif", "", part, "", 1, None, True),)
    assert message.select("a.button") == (
        Element(
            "a", "Reset your password", {"class": "button", "href": "https://x.org/reset?t=1"}, "Reset your password"
        ),
    )
    assert message.select("a.button")[0]["href"] == "https://x.org/reset?t=1"
    assert message.select("table") == ()
    assert message.find_codes(r"t=(\d)") == ("1",)
    assert message.find_codes(re.compile("YOUR (code)", re.IGNORECASE)) == ("code",)
    assert inbox.get(message.id) == message or inbox.get(message.id).links == message.links


@pytest.mark.parametrize(
    ("text", "url", "found"),
    [
        ("reset", None, "https://x.org/reset?t=1"),
        (re.compile("^Unsub"), None, "https://x.org/bye"),
        (None, "/bye", "https://x.org/bye"),
        (None, re.compile(r"reset\?t=\d$"), "https://x.org/reset?t=1"),
        ("reset", "https://", "https://x.org/reset?t=1"),
    ],
)
def test_the_one_link(
    inbox: Client, text: str | re.Pattern[str] | None, url: str | re.Pattern[str] | None, found: str
) -> None:
    assert sent(inbox).link(text=text, url=url).url == found


def test_the_same_target_in_text_and_html_is_one_and_the_one_with_a_name_is_it(inbox: Client) -> None:
    link = sent(inbox).link(url="reset")
    assert (link.text, bool(link.part)) == ("Reset your password", True)
    inbox.clear()
    message = sent(inbox, html="")
    assert message.link(url="reset") == Link("https://x.org/reset?t=1", "", message.links[0].part)


def told(error: pytest.ExceptionInfo[NotOne]) -> str:
    assert isinstance(error.value, AssertionError) and isinstance(error.value, MailtrapError)
    return str(error.value)


def test_words_for_no_link_and_for_several(inbox: Client) -> None:
    message = sent(inbox)
    with pytest.raises(NotOne) as none:
        message.link(text="Confirm", url="https")
    assert told(none) == (
        "No link with the text 'Confirm' and the URL 'https' is in 'Reset' to ann@x.org. It has:\n"
        "  text                 url                      part\n"
        f"  -                    https://x.org/reset?t=1  {message.links[0].part}\n"
        f"  -                    https://x.org/bye        {message.links[0].part}\n"
        f"  Reset your password  https://x.org/reset?t=1  {message.links[-1].part}\n"
        f"  Unsubscribe          https://x.org/bye        {message.links[-1].part}\n"
        f"  Help                 https://x.org/help       {message.links[-1].part}\n\n"
        "Say more of it by `link(text=..., url=...)`, or take one of `links`."
    )
    with pytest.raises(NotOne) as several:
        message.link()
    assert told(several).startswith("5 links are in 'Reset' to ann@x.org, not one:\n")
    inbox.clear()
    with pytest.raises(NotOne) as nothing:
        sent(inbox, text="Hello", html="").link(text="x")
    assert told(nothing) == "There is no link in 'Reset' to ann@x.org."


def test_words_for_no_code_and_for_several(inbox: Client) -> None:
    with pytest.raises(NotOne) as none:
        _ = sent(inbox, text="Hello Ann,\n\n  your order 4711 is here.", html="").code
    assert told(none) == (
        "No one-time code is in 'Reset' to ann@x.org. Its text is: Hello Ann, your order 4711 is here.\n\n"
        'If one is there, with `find_codes(r"...")` your own pattern says what a code is.'
    )
    inbox.clear()
    with pytest.raises(NotOne) as several:
        _ = sent(inbox, text="Code: 123456. Another code: 654321", html="").code
    assert told(several).startswith(
        "There are 2 codes in 'Reset' to ann@x.org, not one: 123456, 654321.\n\nTake one of"
    )


def test_what_the_server_refuses(inbox: Client) -> None:
    message = sent(inbox)
    with pytest.raises(ServerRefused, match="no CSS selector"):
        message.select("a[")
    with pytest.raises(ServerRefused, match="pattern="):
        message.find_codes("(")
    inbox.clear()
    with pytest.raises(Missing, match="no HTML part"):
        sent(inbox, html="").select("a")


def test_unsubscribing(inbox: Client) -> None:
    inbox.put(RICH)
    found = inbox.latest().unsubscribe
    assert found.links == ("mailto:u@x.org", "https://x.org/u")
    assert found.one_click == OneClick(
        "https://x.org/u", "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
    )
    assert (found.error, len(found.problems)) == ("", 1)
    assert sent(inbox).unsubscribe.one_click is None


@pytest.fixture
async def aio(server: Server) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.url) as client:
        yield client.inbox("mine")


async def test_the_same_when_awaited(aio: AsyncClient) -> None:
    await aio.send(from_="app@x.org", to="ann@x.org", subject="Reset", text=TEXT, html=HTML)
    message = await aio.wait(subject="Reset")
    assert (message.code, message.link(text="reset").url) == ("204861", "https://x.org/reset?t=1")
    assert [element.text for element in await message.select("a.button")] == ["Reset your password"]
    assert await message.find_codes(r"t=(\d)") == ("1",)
    assert message.unsubscribe.links == () and message.images[0].tracking
