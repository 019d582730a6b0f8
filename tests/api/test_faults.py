"""Fault rules over HTTP, in both scopes, told live; and Mailpit's chaos on top of them."""

import asyncio
import smtplib
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from mailtrap_local.faults.presets import PRESETS
from mailtrap_local.server import Server
from tests.api.test_openapi import check, find
from tests.asking import frame, running, socket_url

FAULTS = "api/v1/faults"
RULE = {"Where": "rcpt", "Reply": "451 4.7.1 later", "Times": 2, "Match": "rcpt:bob@"}


async def made(client: httpx.AsyncClient, *, scope: str = "", **fields: Any) -> dict[str, Any]:
    answer = await client.post(scope + FAULTS, json={"Where": "rcpt", "Reply": "451 later", **fields})
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()
    return value


async def listed(client: httpx.AsyncClient, scope: str = "") -> list[str]:
    return [each["ID"] for each in (await client.get(scope + FAULTS)).json()["faults"]]


def codes(port: int, *recipients: str, user: str = "") -> list[int]:
    """What each RCPT of one session gets."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        if user:
            client.login(user, "any")
        else:
            client.ehlo()
        client.mail("ann@x.org")
        return [client.rcpt(recipient)[0] for recipient in recipients]


async def test_a_fault_that_is_made_strikes_and_its_counts_tell(server: Server, client: httpx.AsyncClient) -> None:
    answer = await client.post(FAULTS, json=RULE)
    check(find("POST", "/api/v1/faults"), answer.json())
    rule = answer.json()
    assert {
        **RULE,
        "Action": "reply",
        "Inbox": None,
        "State": "active",
        "Fired": 0,
        "Remaining": 2,
    }.items() <= rule.items()
    said = await asyncio.to_thread(codes, server.smtp_port, "bob@y.org", "eve@y.org", "bob@y.org", "bob@y.org")
    assert said == [451, 250, 451, 250]
    after = (await client.get(f"{FAULTS}/{rule['ID']}")).json()
    assert (after["Matched"], after["Fired"], after["Remaining"], after["State"]) == (2, 2, 0, "spent")
    check(find("GET", "/api/v1/faults"), (await client.get(FAULTS)).json())
    again = (await client.post(f"{FAULTS}/{rule['ID']}/reset")).json()
    assert (again["Fired"], again["Remaining"], again["State"]) == (0, 2, "active")
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org") == [451]


async def test_names_of_fields_in_any_case(client: httpx.AsyncClient) -> None:
    answer = await client.post(FAULTS, json={"where": "mail", "REPLY": "450 x"})
    assert (answer.status_code, answer.json()["Where"]) == (200, "mail")


async def test_changing_and_removing(server: Server, client: httpx.AsyncClient) -> None:
    first, second = await made(client), await made(client, Where="mail")
    changed = await client.put(f"{FAULTS}/{first['ID']}", json={"Where": "rcpt", "Reply": "550 no"})
    assert (changed.json()["ID"], changed.json()["Reply"]) == (first["ID"], "550 no")
    assert await listed(client) == [first["ID"], second["ID"]]
    assert (await client.delete(f"{FAULTS}/{second['ID']}")).text == "ok"
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org") == [550]
    assert (await client.delete(FAULTS)).text == "ok"
    assert await listed(client) == []


async def test_these_and_no_others(client: httpx.AsyncClient) -> None:
    await made(client)
    answer = await client.put(FAULTS, json={"Faults": [{"Preset": "greylisting"}, {"preset": "tarpit", "Seconds": 1}]})
    assert [(each["Name"], each["Seconds"]) for each in answer.json()["faults"]] == [("greylisting", 0), ("tarpit", 1)]


async def test_presets_are_faults_by_themselves(client: httpx.AsyncClient) -> None:
    presets = (await client.get(f"{FAULTS}/presets")).json()
    check(find("GET", "/api/v1/faults/presets"), presets)
    assert [each["Name"] for each in presets["presets"]] == list(PRESETS)
    for preset in presets["presets"]:
        by_name = (await client.post(FAULTS, json={"Preset": preset["Name"]})).json()
        by_fields = (await client.post(FAULTS, json=preset["Fault"])).json()
        for fault in (by_name, by_fields):
            del fault["ID"], fault["Created"]
        assert by_name == by_fields


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", FAULTS, {"Where": "rcpt", "Reply": "250 Ok"}, 400, "4yz or 5yz"),
        ("POST", FAULTS, {"Where": "rcpt", "Reply": "451 x\r\n250 Ok"}, 400, "printable ASCII"),
        ("POST", FAULTS, {"Where": "rcpt"}, 400, "needs an action"),
        ("POST", FAULTS, {"Where": "connect", "Reply": "421 x", "Match": "rcpt:a"}, 400, "cannot be known at connect"),
        ("POST", FAULTS, {"Where": "rcpt", "Reply": "451 x", "Colour": "red"}, 400, "documented shape"),
        ("POST", FAULTS, [], 400, "documented shape"),
        ("POST", "inbox/a/" + FAULTS, {"Where": "rcpt", "Reply": "451 x", "Inbox": "b"}, 400, "the scope is inbox 'a'"),
        ("POST", "inbox/a/" + FAULTS, {"Where": "connect", "Reply": "421 x"}, 400, "inbox cannot be known at connect"),
        ("PUT", FAULTS, {}, 400, "documented shape"),
        ("PUT", f"{FAULTS}/none", {"Where": "rcpt", "Reply": "451 x"}, 404, "there is no fault"),
        ("DELETE", FAULTS, {"ID": "x"}, 400, "takes no body"),
        ("DELETE", f"{FAULTS}/none", None, 404, "there is no fault"),
        ("POST", f"{FAULTS}/none/reset", None, 404, "there is no fault"),
        ("PUT", "api/v1/chaos", {"Sender": {"ErrorCode": 399, "Probability": 1}}, 400, "error code must be between"),
        ("PUT", "api/v1/chaos", {"Sender": {"ErrorCode": 451, "Probability": 101}}, 400, "probability must be between"),
    ],
)
async def test_what_cannot_be_changes_nothing_and_says_why(
    client: httpx.AsyncClient, method: str, path: str, body: Any, status: int, words: str
) -> None:
    there = [(await made(client))["ID"], (await made(client, Name="chaos: sender", Where="mail"))["ID"]]
    answer = await client.request(method, path, json=body)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert await listed(client) == there


async def test_a_scope_has_faults_of_its_own(server: Server, client: httpx.AsyncClient) -> None:
    everywhere, theirs = await made(client, Match="rcpt:all@"), await made(client, Inbox="theirs")
    ours = await made(client, scope="inbox/ours/")
    assert ours["Inbox"] == "ours"
    assert await listed(client, "inbox/ours/") == [ours["ID"]]
    for rule in (everywhere, theirs):
        for method in ("GET", "DELETE"):
            answer = await client.request(method, f"inbox/ours/{FAULTS}/{rule['ID']}")
            assert answer.status_code == 404
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org", "all@y.org", user="ours") == [451, 451]
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org", user="else") == [250]
    await client.put("inbox/ours/" + FAULTS, json={"Faults": []})
    await client.delete("inbox/ours/" + FAULTS)
    assert await listed(client) == [everywhere["ID"], theirs["ID"]]


async def test_changes_are_told_live(server: Server, client: httpx.AsyncClient) -> None:
    async with connect(socket_url(server, "api/v1/live")) as socket:
        assert "faults" not in await frame(socket)
        await made(client, Times=1)
        told = await frame(socket)
        assert told["faults"] == (await client.get(FAULTS)).json()["revision"]
        assert told["events"] == []
        await asyncio.to_thread(codes, server.smtp_port, "bob@y.org")
        assert (await frame(socket))["faults"] > told["faults"]
    assert server.faults._listeners == {next(iter(server.faults._listeners))}  # the gate alone


# ---- Mailpit's chaos -----------------------------------------------------------------------------------------------

CHAOS = "api/v1/chaos"
OFF = {
    "Sender": {"ErrorCode": 451, "Probability": 0},
    "Recipient": {"ErrorCode": 451, "Probability": 0},
    "Authentication": {"ErrorCode": 535, "Probability": 0},
}


async def test_chaos_is_on_and_does_nothing_by_itself(client: httpx.AsyncClient) -> None:
    assert (await client.get(CHAOS)).json() == OFF
    assert (await client.put(CHAOS, json={})).json() == OFF
    assert await listed(client) == []


async def test_chaos_makes_faults(server: Server, client: httpx.AsyncClient) -> None:
    wanted = {"Recipient": {"ErrorCode": 552, "Probability": 100}, "sender": {"errorcode": 450, "probability": 0}}
    answer = await client.put(CHAOS, json=wanted)
    check(find("PUT", "/api/v1/chaos"), answer.json())
    expected = {**OFF, "Recipient": wanted["Recipient"], "Sender": {"ErrorCode": 450, "Probability": 0}}
    assert answer.json() == (await client.get(CHAOS)).json() == expected
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org") == [552]
    names = {each["Name"] for each in (await client.get(FAULTS)).json()["faults"]}
    assert names == {"chaos: recipient", "chaos: sender"}
    assert (await client.put(CHAOS, json={})).json() == OFF
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org") == [250]


async def test_chaos_of_a_share_has_a_seed_to_run_again_with(server: Server, client: httpx.AsyncClient) -> None:
    await client.put(CHAOS, json={"Recipient": {"ErrorCode": 451, "Probability": 50}})
    recipients = ["bob@y.org"] * 60
    first = await asyncio.to_thread(codes, server.smtp_port, *recipients)
    assert {250, 451} == set(first)
    (rule,) = (await client.get(FAULTS)).json()["faults"]
    again = {"Where": rule["Where"], "Reply": rule["Reply"], "Probability": rule["Probability"], "Seed": rule["Seed"]}
    async with running() as (other, other_client):
        await made(other_client, **again)
        assert await asyncio.to_thread(codes, other.smtp_port, *recipients) == first


async def test_chaos_in_a_scope(server: Server, client: httpx.AsyncClient) -> None:
    await client.put("inbox/ours/" + CHAOS, json={"Recipient": {"ErrorCode": 451, "Probability": 100}})
    assert (await client.get(CHAOS)).json() == OFF
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org", user="ours") == [451]
    assert await asyncio.to_thread(codes, server.smtp_port, "bob@y.org") == [250]
