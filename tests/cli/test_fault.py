"""`mailtrap-local fault`: added, listed, counted, removed."""

import asyncio
import smtplib

import pytest

from mailtrap_local.server import Server
from tests.cli.commands import command


def rcpt(port: int) -> int:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        client.mail("a@x.org")
        return client.rcpt("ann@x.org")[0]


async def test_a_fault_from_its_making_to_its_end(server: Server) -> None:
    reply = "451 4.7.1 Try again later"
    made = (await command(server, "fault", "add", "rcpt", "--reply", reply, "--times", "2")).fine().out.strip()
    assert await asyncio.to_thread(rcpt, server.smtp_port) == 451
    head, row = (await command(server, "fault", "ls")).fine().out.splitlines()
    assert head.split() == ["ID", "WHERE", "WHAT", "WHOM", "FIRED", "LEFT", "STATE"]
    assert row.split("  ")[:1] == [made]
    assert reply in row and row.split()[-3:] == ["1", "1", "active"]
    assert (await command(server, "fault", "ls", "--json")).fine().json["Fired"] == 1
    (await command(server, "fault", "reset", made)).fine()
    assert server.faults.get(made).fired == 0
    (await command(server, "fault", "rm", made)).fine()
    assert (await command(server, "fault", "ls")).fine().out == ""
    again = await command(server, "fault", "rm", made)
    assert (again.code, again.err) == (1, f"mailtrap-local fault: There is no fault with the ID {made}.\n")


async def test_presets_and_scopes(server: Server) -> None:
    assert "greylisting" in (await command(server, "fault", "presets")).fine().out
    (await command(server, "fault", "add", "greylisting", "--inbox", "team", "--times", "3")).fine()
    (await command(server, "fault", "add", "body", "--action", "disconnect", "--reset", "--bytes", "9")).fine()
    one, other = (each.fault for each in server.faults.all())
    assert (one.name, one.inbox, one.times) == ("greylisting", "team", 3)
    assert (other.action, other.reset, other.bytes, other.inbox) == ("disconnect", True, 9, None)
    (await command(server, "fault", "rm", "--all", "--inbox", "team")).fine()
    assert [each.fault for each in server.faults.all()] == [other]
    (await command(server, "fault", "rm", "--all")).fine()
    assert server.faults.all() == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add"], "Say where, or the name of a preset"),
        (["add", "rcpt"], "needs an action"),
        (["add", "nowhere", "--reply", "451 x"], "where is 'nowhere'"),
        (["add", "rcpt", "--reply", "250 Ok"], "4yz or 5yz"),
        (["ls", "x"], "takes no names"),
        (["ls", "--times", "2"], "is for `fault add`"),
        (["rm"], "Say which"),
        (["rm", "--all", "x"], "Say which"),
        (["reset"], "Say which"),
        (["explode"], "invalid choice"),
    ],
)
async def test_what_cannot_be_is_one_sentence(server: Server, arguments: list[str], words: str) -> None:
    ended = await command(server, "fault", *arguments)
    assert (ended.code, words in ended.err) == (2, True), ended.err
    assert server.faults.all() == ()
