"""`mailtrap-local rate-limit`: set, listed, counted, removed."""

import asyncio
import smtplib

import pytest

from mailtrap_local.rates import read
from mailtrap_local.server import Server
from tests.cli.commands import command, rows


def mails(port: int, count: int, *, user: str = "ann") -> list[int]:
    """What MAIL gets, so often."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.login(user, "any")
        said = []
        for _ in range(count):
            said.append(client.mail("a@x.org")[0])
            client.rset()
        return said


async def test_a_limit_from_its_making_to_its_end(server: Server) -> None:
    reply = "450 4.7.1 Slow down"
    line = ("add", "--per", "user", "--count", "2", "--seconds", "3600", "--reply", reply, "--name", "slow")
    made = (await command(server, "rate-limit", *line)).fine().out.strip()
    assert await asyncio.to_thread(mails, server.smtp_port, 3) == [250, 250, 450]
    head, row = (await command(server, "rate-limit", "ls", COLUMNS="200")).fine().lines
    assert head.split() == ["ID", "NAME", "HOW", "MUCH", "WHERE", "WHAT", "PASSED", "REFUSED"]
    assert row.startswith(f"{made}  slow")
    assert "2 in 3600 s per user" in row and reply in row and row.split()[-2:] == ["2", "1"]
    assert (await command(server, "rate-limit", "ls", "--json")).fine().json["Refused"] == 1
    (await command(server, "rate-limit", "rm", made)).fine()
    assert (await command(server, "rate-limit", "ls")).fine().out == ""
    again = await command(server, "rate-limit", "rm", made)
    assert (again.code, again.err) == (1, f"mailtrap-local rate-limit: There is no rate limit with the ID {made}.\n")


async def test_presets_and_scopes(server: Server) -> None:
    shown = (await command(server, "rate-limit", "presets")).fine()
    assert "amazon-ses" in shown.out and "200 a day" in shown.out
    server.rates.set(read({"preset": "gmail"}))
    told = rows((await command(server, "rate-limit", "set", "amazon-ses", "--json")).fine())
    assert [each["Count"] for each in told] == [1, 200]
    assert [each.limit.name for each in server.rates.all()] == ["amazon-ses"] * 2, "set leaves no other"
    (await command(server, "rate-limit", "add", "mailtrap", "--inbox", "team")).fine()
    assert [each.limit.inbox for each in server.rates.all()] == [None, None, "team"]
    (await command(server, "rate-limit", "set", "mailgun", "--inbox", "team")).fine()
    assert [each.limit.name for each in server.rates.all()] == ["amazon-ses", "amazon-ses", "mailgun"]
    (await command(server, "rate-limit", "rm", "--all", "--inbox", "team")).fine()
    assert len(server.rates.all()) == 2
    (await command(server, "rate-limit", "rm", "--all")).fine()
    assert server.rates.all() == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add"], "Say one preset, or how much"),
        (["set", "gmail", "outlook"], "Say one preset, or how much"),
        (["add", "hotmail"], "'hotmail' is no preset of rate limits; there are gmail"),
        (["add", "gmail", "--count", "3"], "a preset has its own count"),
        (["add", "--per", "user", "--count", "0", "--seconds", "1"], "count is 0"),
        (["add", "--per", "user"], "this is no rate limit"),
        (["ls", "x"], "takes no names"),
        (["ls", "--count", "2"], "is for `rate-limit add`"),
        (["rm"], "Say which"),
        (["rm", "--all", "x"], "Say which"),
        (["explode"], "invalid choice"),
    ],
)
async def test_what_cannot_be_is_one_sentence(server: Server, arguments: list[str], words: str) -> None:
    ended = await command(server, "rate-limit", *arguments)
    assert (ended.code, words in ended.err) == (2, True), ended.err
    assert server.rates.all() == ()
