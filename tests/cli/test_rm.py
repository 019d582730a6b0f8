"""`mailtrap-local rm`: what was said, and nothing else."""

import pytest

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import deliver, plain
from tests.cli.commands import at_terminal, command


async def left(server: Server) -> list[str]:
    page = await server.mailbox.page(Selection(), limit=None)
    return [each.head.subject for each in page.summaries][::-1]


async def test_by_id(server: Server) -> None:
    names = [await deliver(server, plain(each)) for each in ("one", "two", "three")]
    assert (await command(server, "rm", names[0], names[2])).fine().out == ""
    assert await left(server) == ["two"]


async def test_an_id_that_is_not_there_is_told_and_the_others_go(server: Server) -> None:
    names = [await deliver(server, plain(each)) for each in ("one", "two")]
    ended = await command(server, "rm", "gone", names[0], "latest", "--json")
    assert (ended.code, ended.json) == (1, {"Deleted": 1})
    assert ended.err == (
        "mailtrap-local rm: There is no mail with the ID gone.\n"
        "mailtrap-local rm: There is no mail with the ID latest.\n"
    )
    assert await left(server) == ["two"]


@pytest.mark.parametrize("arguments", [["--query", "subject:one"], ["--all"]])
async def test_nothing_goes_unsaid_where_nobody_can_be_asked(arguments: list[str], server: Server) -> None:
    await deliver(server, plain("one"))
    ended = await command(server, "rm", *arguments, given=b"y\n")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "mailtrap-local rm: This deletes 1 message for good; --yes says that it is meant.\n"
    assert await left(server) == ["one"]


async def test_a_search(server: Server) -> None:
    for each in ("one", "two", "one more"):
        await deliver(server, plain(each))
    assert (await command(server, "rm", "--query", "subject:one", "--yes", "--json")).fine().json == {"Deleted": 2}
    assert await left(server) == ["two"]
    assert (await command(server, "rm", "--query", "subject:one", "--json")).fine().json == {"Deleted": 0}
    wrong = await command(server, "rm", "--query", "subject:", "--yes")
    assert wrong.code == 2
    assert await left(server) == ["two"]


async def test_all_of_an_inbox_and_all(server: Server) -> None:
    for subject, inbox in (("one", "blue"), ("two", "green"), ("three", "blue")):
        await deliver(server, plain(subject), inbox=inbox)
    assert (await command(server, "rm", "--inbox", "blue", "--all", "-y", "--json")).fine().json == {"Deleted": 2}
    assert await left(server) == ["two"]
    (await command(server, "rm", "--all", "--yes")).fine()
    assert await left(server) == []


@pytest.mark.parametrize(
    ("typed", "code", "there"), [(b"y\n", 0, ["two"]), (b"n\n", 1, ["two", "one"]), (b"\n", 1, ["two", "one"])]
)
async def test_a_person_is_asked(typed: bytes, code: int, there: list[str], server: Server) -> None:
    await deliver(server, plain("two"))
    await deliver(server, plain("one"), inbox="blue")
    line = ("rm", "--inbox", "blue", "--query", "subject:one")
    ended, seen = await at_terminal(server, *line, typed=typed, until=b"[y/N] ")
    assert ended == code
    assert seen.startswith(b"Delete 1 message from the inbox 'blue' for good? [y/N] ")
    assert seen.endswith(b"1 message deleted\n" if code == 0 else b"Nothing was deleted.\n")
    assert await left(server) == there
