"""`mailtrap-local wait`, as a script uses it."""

import asyncio
from typing import Any

import httpx
import pytest

from mailtrap_local.server import Server
from tests.asking import RICH, deliver, plain
from tests.cli.commands import at_terminal, command, started


async def held(server: Server, number: int = 1) -> None:
    """Until the server holds so many waits."""
    async with asyncio.timeout(20):
        while server.mailbox.waiting < number:  # noqa: ASYNC110 - until the server knows
            await asyncio.sleep(0.01)


async def test_it_prints_the_mail_the_moment_it_is_there(server: Server) -> None:
    async with started(server, "wait", "to:ann@x.org", "subject:welcome", "--timeout", "60") as process:
        await held(server)
        await deliver(server, plain("Other", to="ann@x.org"))
        await deliver(server, plain("Welcome", to="ann@x.org", body="Hello Ann"))
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, err) == (0, b"")
    assert b"Subject:  Welcome\n\nHello Ann\n" in out


async def test_what_is_there_counts_unless_it_is_before_since(server: Server) -> None:
    await deliver(server, plain("before"))
    cursor = (await command(server, "cursor")).fine().lines[0]
    assert (await command(server, "wait", "--print", "subject")).fine().lines == ["before"]
    late = await command(server, "wait", "--since", cursor, "--timeout", "0.1")
    assert (late.code, late.out) == (1, "")
    assert "Nothing else has come behind that cursor." in late.err
    await deliver(server, plain("after"))
    assert (await command(server, "wait", "--since", cursor, "--print", "subject")).fine().lines == ["after"]
    behind = (await command(server, "wait", "--since", cursor, "--print", "cursor")).fine().lines[0]
    assert behind == (await command(server, "cursor")).fine().lines[0]
    gone = await command(server, "wait", "--since", "otherlife-1")
    assert gone.code in (2, 4)
    assert "cursor" in gone.err.lower()


async def test_in_vain_it_says_what_nearly_matched_and_why_it_did_not(server: Server) -> None:
    name = await deliver(server, plain("Welcome", to="bob@y.org"))
    ended = await command(server, "wait", "to:ann@x.org", "subject:welcome", "--timeout", "0.2")
    assert (ended.code, ended.out) == (1, "")
    first, _, heading, _, row, terms, _, advice = ended.err.splitlines()
    assert first == "mailtrap-local wait: No mail with to:ann@x.org subject:welcome came within 0.2 s."
    assert heading == "What came nearest, and the terms that it does not meet:"
    assert row.split()[:2] == ["*", name]
    assert row.split()[-2:] == ["bob@y.org", "Welcome"]
    assert terms.strip() == "not met: to:ann@x.org"
    assert "--timeout" in advice
    code, seen = await at_terminal(server, "wait", "to:ann@x.org", "--timeout", "0", columns=60)
    assert code == 1
    assert max(len(line) for line in seen.decode().splitlines()[3:6]) <= 60


async def test_nothing_at_all_is_told_with_where_mail_would_come_from(server: Server) -> None:
    ended = await command(server, "wait", "--inbox", "blue", "--timeout", "0")
    assert ended.code == 1
    assert f"Mail comes here by the SMTP user name 'blue' at 127.0.0.1:{server.smtp_port}" in ended.err


async def test_as_many_as_that_and_not_one_more(server: Server) -> None:
    for each in range(3):
        await deliver(server, plain(f"number {each}"))
    two = (await command(server, "wait", "--count", "3", "--print", "subject")).fine()
    assert two.lines == ["number 0", "number 1", "number 2"]
    exact = await command(server, "wait", "--count", "2", "--exact")
    assert (exact.code, exact.out) == (1, "")
    assert "Expected 2 messages, and 3 came:" in exact.err
    (await command(server, "wait", "--count", "3", "--exact", "--timeout", "0.2")).fine()
    four = await command(server, "wait", "--count", "4", "--timeout", "0.1")
    assert four.code == 1
    assert "3 of 4 messages came within 0.1 s." in four.err
    assert "number 1" in four.err


async def test_silence(server: Server) -> None:
    assert (await command(server, "wait", "--none", "--timeout", "0.1")).fine().out == ""
    async with started(server, "wait", "subject:spam", "--none", "--timeout", "60") as process:
        await held(server)
        await deliver(server, plain("ham"))
        await deliver(server, plain("spam"))
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, out) == (1, b"")
    assert b"Expected no mail with subject:spam, and 1 did come:" in err


async def test_json_is_the_answer_of_the_api(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain("one"))
    await deliver(server, plain("two"))

    async def api(query: str) -> Any:
        return (await client.get(f"/api/v1/wait?{query}")).json()

    found = (await command(server, "wait", "subject:one", "--json")).fine().json
    assert found == await api("query=subject:one")
    missed = await command(server, "wait", "subject:three", "--timeout", "0", "--json")
    told = await api("query=subject:three&timeout=0")
    assert missed.code == 1
    assert {**missed.json, "message": ""} == {**told, "message": ""}
    assert missed.json["near_misses"][0]["failed"] == ["subject:three"]
    many = await command(server, "wait", "--none", "--json", "--timeout", "0")
    assert many.code == 1
    assert {**many.json, "message": ""} == {**(await api("count=0&exact=1&timeout=0")), "message": ""}
    quiet = (await command(server, "wait", "subject:three", "--none", "--json", "--timeout", "0")).fine().json
    assert quiet == await api("query=subject:three&count=0&exact=1&timeout=0")


@pytest.mark.parametrize(
    ("what", "printed"),
    [
        ("subject", "Grüße <b>\n".encode()),
        ("raw", RICH),
        (
            "html",
            b'<p>Hi &amp; <a href="https://x.org/">link</a><img src="cid:dot"><img src="http://tracker.test/p.png"></p>\n',
        ),
    ],
)
async def test_one_thing_alone(what: str, printed: bytes, server: Server) -> None:
    await deliver(server, RICH)
    assert (await command(server, "wait", "--print", what)).fine().octets == printed


async def test_a_thing_that_the_mail_does_not_have_is_code_1(server: Server) -> None:
    name = await deliver(server, plain("bare"))
    assert (await command(server, "wait", "--print", "id")).fine().lines == [name]
    assert (await command(server, "wait", "--print", "text")).fine().lines == ["some text"]
    for what in ("code", "link", "html"):
        ended = await command(server, "wait", "--print", what)
        assert (ended.code, ended.out) == (1, "")
        assert f"The mail came, but it has no {'HTML' if what == 'html' else what}: ID {name}" in ended.err


SECRETS = (
    b"Subject: Sign in\r\nContent-Type: text/html\r\n\r\n"
    b'<p>Your code is <b>314159</b>.</p><a href="https://app.test/">Home</a> '
    b'<a href="https://app.test/reset?t=1&amp;u=2">Choose a new password</a>\r\n'
)


@pytest.mark.parametrize(
    ("flags", "printed"),
    [
        ("--print code", "314159"),
        ("--print link", "https://app.test/"),
        ("--print link --matching /reset", "https://app.test/reset?t=1&u=2"),
        ("--print link --matching NEW", "https://app.test/reset?t=1&u=2"),
    ],
)
async def test_the_code_and_the_link_that_a_script_wants(flags: str, printed: str, server: Server) -> None:
    await deliver(server, SECRETS)
    assert (await command(server, "wait", *flags.split())).fine().lines == [printed]


async def test_a_link_that_none_matches_is_code_1(server: Server) -> None:
    await deliver(server, SECRETS)
    ended = await command(server, "wait", "--print", "link", "--matching", "unsubscribe")
    assert (ended.code, ended.out) == (1, "")
    assert "has no link with 'unsubscribe' among its 2" in ended.err
