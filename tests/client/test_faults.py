"""Faults by the clients and the `mailtrap` fixture, against a whole server."""

import smtplib

import pytest

from mailtrap_local.client import Client, Missing, ServerRefused
from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.pytest_plugin.running import MailtrapServer


def codes(inbox: Mailtrap, *recipients: str, user: str | None = None) -> list[int]:
    with smtplib.SMTP(inbox.smtp_host, inbox.smtp_port, timeout=10) as session:
        session.login(user or inbox.smtp_user, inbox.smtp_password)
        session.mail("app@x.org")
        return [session.rcpt(recipient)[0] for recipient in recipients]


def test_the_next_two_and_then_no_more(mailtrap: Mailtrap) -> None:
    fault = mailtrap.fault("rcpt", reply="451 4.7.1 later", times=2, match="rcpt:ann@")
    assert codes(mailtrap, "ann@x.org", "bob@x.org", "ann@x.org", "ann@x.org") == [451, 250, 451, 250]
    now = mailtrap.faults.get(fault)
    assert (now.matched, now.fired, now.remaining, now.state) == (2, 2, 0, "spent")
    assert (fault.fired, fault.inbox, fault.reply) == (0, mailtrap.smtp_user, "451 4.7.1 later")


def test_other_inboxes_notice_nothing(mailtrap: Mailtrap) -> None:
    mailtrap.fault("mail", preset="shutting-down")
    assert codes(mailtrap, "ann@x.org", user="somebody else") == [250]


@pytest.mark.parametrize(
    ("where", "everywhere", "whose"), [("rcpt", False, "ours"), ("rcpt", True, "all"), ("connect", False, "all")]
)
def test_what_the_fixture_made_is_gone_after_the_test(
    mailtrap_server: MailtrapServer, where: str, everywhere: bool, whose: str
) -> None:
    with Mailtrap(mailtrap_server, test="another") as inbox:
        made = inbox.fault(where, reply="421 4.3.2 x", everywhere=everywhere)
        removed = inbox.fault("rcpt", reply="451 x")
        inbox.faults.remove(removed)
        assert made.inbox == (inbox.smtp_user if whose == "ours" else None)
        assert mailtrap_server.client.faults.all() == (made,)
    assert mailtrap_server.client.faults.all() == ()


def test_all_that_can_be_done_with_them(mailtrap: Mailtrap) -> None:
    one, two = mailtrap.faults.add("rcpt", reply="451 x", times=1), mailtrap.faults.add(preset="greylisting")
    assert [each.name for each in mailtrap.faults.all()] == ["", "greylisting"]
    assert codes(mailtrap, "ann@x.org") == [451]
    assert mailtrap.faults.get(one.id).state == "spent"
    assert mailtrap.faults.reset(one).state == "active"
    mailtrap.faults.remove(two.id)
    mailtrap.faults.clear()
    assert mailtrap.faults.all() == ()
    with pytest.raises(Missing):
        mailtrap.faults.get(one)
    assert mailtrap.faults.presets()["mailbox-full"] == "The recipient has no room left"


def test_a_wrong_one_is_refused_in_words(mailtrap: Mailtrap) -> None:
    with pytest.raises(ServerRefused, match="4yz or 5yz"):
        mailtrap.fault("rcpt", reply="250 Ok")
    with pytest.raises(ValueError, match="not the id of a fault"):
        mailtrap.faults.remove("")
    assert mailtrap.faults.all() == ()


async def test_the_same_to_be_awaited(mailtrap: Mailtrap) -> None:
    faults = mailtrap.aio.faults
    made = await faults.add("data", reply="451 x", times=3)
    assert (await faults.get(made)).remaining == 3
    assert await faults.all() == (made,) == mailtrap.faults.all()
    assert await faults.reset(made) == made
    await faults.remove(made)
    await faults.clear()
    assert await faults.all() == ()
    assert "tarpit" in await faults.presets()


def test_a_client_of_the_whole_server_sees_all(mailtrap: Mailtrap, mailtrap_server: MailtrapServer) -> None:
    made = mailtrap.fault("rcpt", reply="451 x")
    with Client(mailtrap_server.url) as client:
        assert made in client.faults.all()
        assert made in client.inbox(mailtrap.smtp_user).faults.all()
        assert client.inbox("other").faults.all() == ()
