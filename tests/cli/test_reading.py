"""The commands that only look: ls, show, cursor."""

import asyncio
import json
import re
import smtplib
from base64 import b64decode

import httpx
import pytest

from mailtrap_local.cli import screen
from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import RICH, deliver, plain
from tests.cli.commands import at_terminal, command


async def test_a_list_for_a_program_is_lines_of_whole_cells(server: Server) -> None:
    one = await deliver(server, plain("One " + "x" * 200))
    two = await deliver(server, plain("=?utf-8?q?C1_=C2=9B31m?="), to=("bob@y.org", "blind@z.org"))
    ended = (await command(server, "ls")).fine()
    first, second = (line.split("\t") for line in ended.lines)
    assert (first[0], first[2:]) == (two, ["ann@x.org", "bob@y.org", "C1 \\x9b31m"])
    assert (second[0], second[4]) == (one, "One " + "x" * 200)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", first[1])


async def test_limit_and_order(server: Server) -> None:
    names = [await deliver(server, plain(f"number {each}")) for each in range(60)]

    async def listed(*arguments: str) -> list[str]:
        return [line.split("\t")[0] for line in (await command(server, "ls", *arguments)).fine().lines]

    assert await listed() == names[:9:-1]
    assert await listed("--limit", "0") == names[::-1]
    assert await listed("--limit", "2") == [names[59], names[58]]
    assert await listed("--limit", "2", "--oldest-first") == [names[58], names[59]]
    assert await listed("subject:number", "--limit", "0") == names[::-1]


@pytest.mark.parametrize("columns", [40, 80, 132])
async def test_a_list_for_a_person_fits_the_terminal(columns: int, server: Server) -> None:
    name = await deliver(server, plain("日本語の件名 " * 20))
    await deliver(server, plain("short"))
    await server.mailbox.mark(Selection(ids=(name,)), read=True)
    code, seen = await at_terminal(server, "ls", "--limit", "1", columns=columns)
    lines = seen.decode().splitlines()
    assert code == 0
    assert lines[0].split()[:2] == ["ID", "CAME"]
    assert lines[1].startswith("*  ")
    assert lines[2] == "1 of 2; --limit 0 lists them all"
    code, seen = await at_terminal(server, "ls", columns=columns)
    assert max(map(screen.columns, seen.decode().splitlines())) <= columns
    assert seen.decode().splitlines()[2].startswith("   " + name)


async def test_json_is_the_answer_of_the_api(server: Server, client: httpx.AsyncClient) -> None:
    name = await deliver(server, RICH, inbox="blue")
    await deliver(server, plain("Other"))
    await client.get(f"/api/v1/message/{name}?peek=1")  # until all of it is described
    api = (await client.get("/api/v1/messages")).json()
    assert (await command(server, "ls", "--json")).fine().json == api
    turned = (await command(server, "ls", "--json", "--oldest-first")).fine().json
    assert turned == {**api, "messages": api["messages"][::-1]}
    one = (await client.get(f"/api/v1/message/{name}?peek=1")).json()
    assert (await command(server, "show", name, "--json")).fine().json == one
    for side, value in (
        ("headers", one["Parts"]["Headers"]),
        ("tree", one["Parts"]),
        ("text", {"ID": name, "Text": one["Text"]}),
        ("html", {"ID": name, "HTML": one["HTML"]}),
        ("links", {"ID": name, "Links": one["Links"]}),
        ("codes", {"ID": name, "Codes": one["Codes"]}),
    ):
        assert (await command(server, "show", name, f"--{side}", "--json")).fine().json == value
    told = (await command(server, "show", name, "--raw", "--json")).fine().json
    assert b64decode(told["Raw"]) == RICH
    assert (await command(server, "cursor", "--json")).fine().json == (await client.get("/api/v1/cursor")).json()
    assert (await command(server, "cursor")).fine().lines == [api["cursor"]]
    assert not one["Read"]
    assert not (await client.get(f"/api/v1/message/{name}?peek=1")).json()["Read"]


async def test_a_mail_and_its_sides(server: Server) -> None:
    name = await deliver(server, RICH, to=("bob@y.org", "blind@z.org"), inbox="blue")
    await deliver(server, plain("later"))
    whole = (await command(server, "show", name)).fine().out
    for line in (
        f"ID:       {name}",
        "Inbox:    blue",
        "Envelope: ann@x.org -> bob@y.org, blind@z.org",
        "From:     Zoë <zoe@x.org>",
        "To:       bob@y.org, Ann <ann@x.org>",
        "Subject:  Grüße <b>",
        "Tags:     blue, green",
        "File:     notes.txt  text/plain, 8 bytes",
    ):
        assert line in whole.splitlines()
    assert whole.split("\n\n", 1)[1].startswith("Hi & link")
    assert (await command(server, "show", name, "--raw")).fine().octets == RICH
    assert (
        (await command(server, "show", name, "--html")).fine().out.startswith('<p>Hi &amp; <a href="https://x.org/">')
    )
    heads = (await command(server, "show", name, "--headers")).fine().lines
    assert heads[0] == "From: Zoë <zoe@x.org>"
    assert "X-Long: one two" in heads
    tree = (await command(server, "show", name, "--tree")).fine().lines
    assert [line.split()[:2] for line in tree] == [
        ["0", "multipart/mixed"],
        ["1.0", "multipart/related"],
        ["1.1", "text/html"],
        ["1.2", "image/png"],
        ["2", "text/plain"],
        ["3", "text/html"],
    ]
    assert tree[2].startswith("    1.1  ")


async def test_latest_is_what_is_meant_without_an_id(server: Server) -> None:
    assert "There is no mail.\nNothing has come at all." in (ended := await command(server, "show")).err
    assert (ended.code, ended.out) == (1, "")
    await deliver(server, plain("one"))
    await deliver(server, plain("two"), inbox="blue")
    assert "Subject:  two" in (await command(server, "show")).fine().out
    assert "Subject:  two" in (await command(server, "show", "latest")).fine().out
    elsewhere = await command(server, "show", "--inbox", "green")
    assert (elsewhere.code, elsewhere.out) == (1, "")
    assert "Others hold mail: default (1), blue (1)" in elsewhere.err or "blue (1), default (1)" in elsewhere.err


@pytest.mark.parametrize("name", ["gone", "0" * 22, "../../etc/passwd", "a/b"])
async def test_what_is_not_there_is_code_1(name: str, server: Server) -> None:
    ended = await command(server, "show", name)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"mailtrap-local show: There is no mail with the ID {name}.\n"


async def test_a_side_that_is_not_there_is_code_1(server: Server) -> None:
    await deliver(server, plain("one"))
    ended = await command(server, "show", "--html")
    assert (ended.code, ended.out) == (1, "")
    assert "has no HTML" in ended.err
    ended = await command(server, "show", "--session")
    assert (ended.code, ended.out) == (1, "")
    assert "did not come by SMTP" in ended.err
    for side, what in (("links", "link"), ("codes", "one-time code")):
        ended = await command(server, "show", f"--{side}")
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.endswith(f" has no {what}.\n")


async def test_links_and_codes_a_line_each(server: Server) -> None:
    await deliver(
        server,
        b"Subject: Sign in\r\nContent-Type: text/html\r\n\r\n<p>Your codes are 314159 and 271828.</p>"
        b'<a href="https://app.test/">Home\tpage</a> <a href="https://app.test/reset?t=1&amp;u=2">Reset</a>\r\n',
    )
    links = (await command(server, "show", "--links")).fine().lines
    assert links == ["https://app.test/\tHome page", "https://app.test/reset?t=1&u=2\tReset"]
    assert (await command(server, "show", "--codes")).fine().lines == ["314159", "271828"]


async def test_the_conversation(server: Server) -> None:
    name = (await command(server, "send", "--to", "ann@x.org", "--subject", "Hi")).fine().lines[0]
    lines = (await command(server, "show", name, "--session")).fine().lines
    assert lines[0].endswith(": quit")
    assert any("C: RCPT TO:<ann@x.org>" in line for line in lines)
    told = (await command(server, "show", name, "--session", "--json")).fine().json
    assert told["Messages"] == [name]
    assert json.dumps(told["Lines"]).count("RCPT TO") == 1


async def test_a_conversation_with_errors_says_what_to_change(server: Server) -> None:
    def speak() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as session:
            session.docmd("RCPT TO:<ann@x.org>")
            session.sendmail("app@x.org", ["ann@x.org"], plain("Hi"))

    await asyncio.to_thread(speak)
    lines = (await command(server, "show", "--session")).fine().lines
    assert lines[-1].startswith("warning: A command out of order: ")
