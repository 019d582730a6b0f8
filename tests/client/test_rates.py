"""Rate limits by the clients and the `mailtrap` fixture, against a whole server."""

import smtplib

import pytest

from mailtrap_local.client import Client, Missing, ServerRefused
from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.pytest_plugin.running import MailtrapServer


def mails(inbox: Mailtrap, count: int, *, user: str | None = None) -> list[int]:
    """What MAIL gets, so often."""
    with smtplib.SMTP(inbox.smtp_host, inbox.smtp_port, timeout=10) as session:
        session.login(user or inbox.smtp_user, inbox.smtp_password)
        said = []
        for _ in range(count):
            said.append(session.mail("app@x.org")[0])
            session.rset()
        return said


def test_two_and_then_no_more(mailtrap: Mailtrap) -> None:
    (limit,) = mailtrap.rate_limit(per="user", count=2, seconds=3600, reply="450 4.7.1 Slow down")
    assert mails(mailtrap, 4) == [250, 250, 450, 450]
    assert mails(mailtrap, 3, user="somebody else") == [250] * 3, "other inboxes notice nothing"
    now = mailtrap.rate_limits.get(limit)
    assert (now.passed, now.refused, limit.refused) == (2, 2, 0)
    assert (limit.inbox, limit.per, limit.count, limit.seconds) == (mailtrap.smtp_user, "user", 2, 3600)


@pytest.mark.parametrize("everywhere", [False, True])
def test_what_the_fixture_made_is_gone_after_the_test(mailtrap_server: MailtrapServer, everywhere: bool) -> None:
    (stays,) = mailtrap_server.client.rate_limits.add(per="peer", count=1000, seconds=1)
    with Mailtrap(mailtrap_server, test="another") as inbox:
        made = inbox.rate_limit(preset="amazon-ses", everywhere=everywhere)
        (removed,) = inbox.rate_limit(per="user", count=1, seconds=1)
        inbox.rate_limits.remove(removed)
        assert [each.inbox for each in made] == [None if everywhere else inbox.smtp_user] * 2
        assert mailtrap_server.client.rate_limits.all() == (stays, *made)
    assert mailtrap_server.client.rate_limits.all() == (stays,), "what was there before is there behind"
    mailtrap_server.client.rate_limits.clear()


def test_all_that_can_be_done_with_them(mailtrap: Mailtrap) -> None:
    limits = mailtrap.rate_limits
    (one,) = limits.add(per="mailfrom", count=1, seconds=3600)
    second, day = limits.add(preset="amazon-ses")
    assert limits.all() == (one, second, day)
    limits.remove(second)
    limits.remove(day.id)
    assert mails(mailtrap, 2) == [250, 450]
    assert limits.get(one.id).refused == 1
    (other,) = limits.set(per="user", count=5, seconds=60, burst=2, where="end-of-data", name="ours")
    assert limits.all() == (other,)
    assert (other.burst, other.where, other.name) == (2, "end-of-data", "ours")
    limits.clear()
    assert limits.all() == ()
    for gone in (limits.get, limits.remove):
        with pytest.raises(Missing):
            gone(one)
    assert "2,000 mails a day" in limits.presets()["gmail"]


def test_a_wrong_one_is_refused_in_words(mailtrap: Mailtrap) -> None:
    with pytest.raises(ServerRefused, match="per is one of peer"):
        mailtrap.rate_limit(per="moon", count=1, seconds=1)
    with pytest.raises(ValueError, match="not the id of a rate limit"):
        mailtrap.rate_limits.remove("")
    assert mailtrap.rate_limits.all() == ()


async def test_the_same_to_be_awaited(mailtrap: Mailtrap) -> None:
    limits = mailtrap.aio.rate_limits
    (made,) = await limits.add(per="user", count=3, seconds=60)
    assert await limits.get(made) == made
    assert await limits.all() == (made,) == mailtrap.rate_limits.all()
    await limits.remove(made)
    assert len(await limits.set(preset="outlook")) == 2
    await limits.clear()
    assert await limits.all() == ()
    assert "mailtrap" in await limits.presets()


def test_an_inbox_sees_its_own(mailtrap: Mailtrap, mailtrap_server: MailtrapServer) -> None:
    (made,) = mailtrap.rate_limit(per="user", count=3, seconds=60)
    with Client(mailtrap_server.url) as client:
        assert made in client.rate_limits.all()
        assert client.inbox("other").rate_limits.all() == ()
        with pytest.raises(Missing):
            client.inbox("other").rate_limits.remove(made)
