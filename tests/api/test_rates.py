"""Rate limits over HTTP, from the settings, in the session and in the metrics."""

import asyncio
import smtplib
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from mailtrap_local.errors import SettingError
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.api.test_openapi import check, find
from tests.asking import frame, running, socket_url
from tests.smtp.talking import connected

RATES = "api/v1/rate-limits"


def sent(port: int, *, user: str, mails: int) -> list[int]:
    """What the end of each mail of one session gets; 0 if MAIL was refused."""
    said = []
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.login(user, "any")
        for _ in range(mails):
            if client.mail("ann@x.org")[0] != 250:
                said.append(0)
                continue
            client.rcpt("bob@y.org")
            said.append(client.data("Subject: x\r\n\r\nx\r\n")[0])
    return said


async def test_set_told_and_removed(server: Server, client: httpx.AsyncClient) -> None:
    answer = await client.put(
        RATES, json={"Limits": [{"Per": "user", "Count": 2, "Seconds": 3600, "Reply": "450 4.7.1 x"}]}
    )
    check(find("PUT", "/api/v1/rate-limits"), answer.json())
    assert await asyncio.to_thread(sent, server.smtp_port, user="ann", mails=4) == [250, 250, 0, 0]
    assert await asyncio.to_thread(sent, server.smtp_port, user="eve", mails=1) == [250]
    (limit,) = (await client.get(RATES)).json()["limits"]
    assert (limit["Passed"], limit["Refused"], limit["Keys"], limit["Burst"]) == (3, 2, 2, 2)
    metrics = (await client.get("metrics")).text
    labels = 'number="1",name="",per="user",count="2",seconds="3600",where="mail",inbox=""'
    assert f"mailtrap_local_rate_limited_total{{{labels}}} 2\n" in metrics
    sessions = (await client.get("api/v1/sessions")).json()["sessions"]
    ann = next(each["ID"] for each in sessions if each["Username"] == "ann")
    lines = [line["Text"] for line in (await client.get(f"api/v1/sessions/{ann}")).json()["Lines"]]
    assert sum(line.startswith("rate limit 2 in 3600 s: too much of the user ann") for line in lines) == 2
    assert (await client.delete(RATES)).text == "ok"
    assert (await client.get(RATES)).json()["limits"] == []


async def test_a_preset_of_the_settings() -> None:
    async with running(rate_limits=("mailtrap",)) as (server, client):
        assert await asyncio.to_thread(sent, server.smtp_port, user="ann", mails=6) == [250] * 5 + [550]
        (limit,) = (await client.get(RATES)).json()["limits"]
        assert limit["Reply"] == "550 5.7.0 Requested action not taken: too many emails per second"
    with pytest.raises(SettingError, match=r"rate_limits, number 1 of 1: 'hotmail' is no preset"):
        Server(Settings(rate_limits=({"preset": "hotmail"},)))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", RATES, {"Limits": [{"Preset": "hotmail"}]}),
        ("PUT", RATES, {"Limits": [{"Per": "user", "Count": 1, "Seconds": 1, "Colour": "red"}]}),
        ("PUT", RATES, {}),
        ("PUT", "inbox/a/" + RATES, {"Limits": [{"Preset": "gmail", "Inbox": "b"}]}),
        ("DELETE", RATES, {"Name": "x"}),
        ("POST", RATES, {"Limits": []}),
        ("POST", RATES, {"Per": "user"}),
    ],
)
async def test_what_cannot_be_changes_nothing(client: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    before = (await client.put(RATES, json={"Limits": [{"Preset": "gmail"}]})).json()
    assert (await client.request(method, path, json=body)).status_code == 400
    assert (await client.get(RATES)).json() == before


async def test_a_scope_has_limits_of_its_own(server: Server, client: httpx.AsyncClient) -> None:
    rule = {"Per": "peer", "Count": 1, "Seconds": 3600}
    await client.put(RATES, json={"Limits": [{**rule, "Count": 1000}]})
    (ours,) = (await client.put("inbox/ours/" + RATES, json={"Limits": [rule]})).json()["limits"]
    assert ours["Inbox"] == "ours"
    assert await asyncio.to_thread(sent, server.smtp_port, user="ours", mails=2) == [250, 0]
    assert await asyncio.to_thread(sent, server.smtp_port, user="else", mails=2) == [250, 250]
    await client.delete("inbox/ours/" + RATES)
    assert len((await client.get(RATES)).json()["limits"]) == 1


async def test_one_more_and_one_less(server: Server, client: httpx.AsyncClient) -> None:
    added = (await client.post(RATES, json={"Preset": "amazon-ses"})).json()
    check(find("POST", "/api/v1/rate-limits"), added)
    assert [each["Count"] for each in added["limits"]] == [1, 200]
    more = (await client.post("inbox/ours/" + RATES, json={"Per": "mailfrom", "Count": 3, "Seconds": 60})).json()
    (ours,) = more["limits"]
    assert (ours["Inbox"], ours["Per"]) == ("ours", "mailfrom")
    assert len((await client.get(RATES)).json()["limits"]) == 3
    second, day = added["limits"]
    theirs = await client.delete(f"inbox/ours/{RATES}/{day['ID']}")
    assert (theirs.status_code, len(server.rates.all())) == (404, 3)
    for gone in (day, ours):
        assert (await client.delete(f"{RATES}/{gone['ID']}")).text == "ok"
    assert [each["ID"] for each in (await client.get(RATES)).json()["limits"]] == [second["ID"]]
    assert (await client.delete(f"{RATES}/{day['ID']}")).status_code == 404


async def test_presets_tell_their_numbers_and_sources(client: httpx.AsyncClient) -> None:
    told = (await client.get(RATES + "/presets")).json()
    check(find("GET", "/api/v1/rate-limits/presets"), told)
    presets = {each["Name"]: each for each in told["presets"]}
    assert list(presets) == (await client.get(RATES)).json()["presets"]
    assert presets["amazon-ses"]["Source"].startswith("https://docs.aws.amazon.com/")
    assert [limit["Count"] for limit in presets["amazon-ses"]["Limits"]] == [1, 200]
    for preset in presets.values():  # what is told can be set
        answer = await client.put(RATES, json={"Limits": preset["Limits"]})
        assert answer.status_code == 200, answer.text
        again = answer.json()["limits"]
        assert [(each["Count"], each["Reply"]) for each in again] == [
            (limit["Count"], limit["Reply"]) for limit in preset["Limits"]
        ]


async def test_live_tells_that_limits_changed_and_refused(server: Server, client: httpx.AsyncClient) -> None:
    async with connect(socket_url(server, "api/v1/live")) as socket:
        assert (await frame(socket))["events"] == []
        before = server.rates.revision
        await client.post(RATES, json={"Per": "user", "Count": 1, "Seconds": 3600})
        assert await told(socket) == before + 1
        await asyncio.to_thread(sent, server.smtp_port, user="ann", mails=2)
        assert await told(socket) == before + 2


async def told(socket: ClientConnection) -> int:
    """The next revision of the rate limits."""
    while True:
        value = await frame(socket)
        if "rate_limits" in value:
            revision: int = value["rate_limits"]
            return revision


async def conversation(port: int, *, mails: int) -> list[str]:
    """The reply that ends each mail, or keeps it from coming; one that ends the connection is the last."""
    said: list[str] = []
    async with connected(port) as client:
        await client.begin("AUTH PLAIN AGFubgB4")
        while len(said) < mails and not (said and said[-1].startswith("421")):
            reply = ""
            for line in ("MAIL FROM:<ann@x.org>", "RCPT TO:<bob@y.org>", "DATA", "Subject: x\r\n\r\nx\r\n."):
                reply = await client.ask(line)
                if reply[0] in "45":
                    break
            said.append(reply)
    return said


@pytest.mark.parametrize(
    ("preset", "count", "words"),
    [
        ("gmail", 60, "421 4.7.28 Gmail has detected an unusual rate"),
        ("outlook", 30, "421 4.4.2 Message submission rate for this client"),
        ("amazon-ses", 1, "454 Throttling failure: Maximum sending rate exceeded"),
        ("mailgun", 100, "421 Domain example.com is not allowed to send: recipient limit exceeded"),
        ("mailtrap", 5, "550 5.7.0 Requested action not taken: too many emails per second"),
    ],
)
async def test_each_provider_holds_back_what_is_too_much(
    server: Server, client: httpx.AsyncClient, preset: str, count: int, words: str
) -> None:
    """As many as it allows at once, and one more, over SMTP: the reply, the session and the metrics tell."""
    limits = (await client.put(RATES, json={"Limits": [{"Preset": preset}]})).json()["limits"]
    server.rates._clock = lambda: 1.0  # nothing comes back while the test goes on
    said = await conversation(server.smtp_port, mails=count + 1)
    assert [each[:3] for each in said[:-1]] == ["250"] * count
    assert said[-1].replace("-", " ").startswith(words.replace("-", " "))
    refused = {each["ID"]: each["Refused"] for each in (await client.get(RATES)).json()["limits"]}
    assert sorted(refused.values()) == sorted([1, *[0] * (len(limits) - 1)])
    metrics = (await client.get("metrics")).text.splitlines()
    (row,) = [line for line in metrics if "rate_limited_total{" in line and line.endswith(" 1")]
    assert f'name="{preset}"' in row
    session = (await client.get("api/v1/sessions")).json()["sessions"][0]["ID"]
    lines = [line["Text"] for line in (await client.get(f"api/v1/sessions/{session}")).json()["Lines"]]
    assert [line for line in lines if line.startswith(f"rate limit {preset}: too much of the ")]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"Per": "peer"}, [250, 450, 450, 450, 450]),
        ({"Per": "user"}, [250, 450, 250, 450, 450]),
        ({"Per": "mailfrom"}, [250, 250, 450, 450, 450]),
        ({"Per": "inbox"}, [250, 450, 250, 450, 450]),
        ({"Per": "domain"}, [250, 450, 450, 250, 250]),
    ],
)
async def test_what_is_counted_apart(
    server: Server, client: httpx.AsyncClient, rule: dict[str, Any], said: list[int]
) -> None:
    """One of each in an hour: by clients that differ in one thing."""
    await client.put(RATES, json={"Limits": [{**rule, "Count": 1, "Seconds": 3600, "Reply": "450 4.7.1 x"}]})
    if rule["Per"] == "domain":
        letters = [("ann", "a@x.org", f"b@{domain}") for domain in ("y.org", "Y.org", "y.org", "z.org", "w.org")]
    else:
        letters = [("ann", "a@x.org", "b@y.org"), ("ann", "b@x.org", "b@y.org"), ("eve", "a@x.org", "b@y.org")]
        letters += [("ann", "a@x.org", "b@y.org"), ("eve", "b@x.org", "b@y.org")]
    assert await asyncio.to_thread(codes, server.smtp_port, letters) == said


def codes(port: int, letters: list[tuple[str, str, str]]) -> list[int]:
    """What each of these letters gets at MAIL or RCPT, in sessions of their own; the next of a user is a new one."""
    said = []
    for user, sender, recipient in letters:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
            session.login(user, "any")
            code = session.mail(sender)[0]
            said.append(code if code >= 400 else session.rcpt(recipient)[0])
    return said
