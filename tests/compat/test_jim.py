"""MailHog's Jim on top of the fault rules."""

import asyncio
import smtplib
from typing import Any

import httpx
import pytest

from mailtrap_local.server import Server

CALM = {
    "DisconnectChance": 0,
    "AcceptChance": 1,
    "LinkSpeedAffect": 0,
    "LinkSpeedMin": 1024,
    "LinkSpeedMax": 10240,
    "RejectSenderChance": 0,
    "RejectRecipientChance": 0,
    "RejectAuthChance": 0,
}


def talk(port: int, user: str = "") -> str:
    """Send a mail; the reply that broke it off, or what became of the connection."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            if user:
                smtp.login(user, "any")
            smtp.sendmail("ann@x.org", ["bob@y.org"], b"Subject: x\r\n\r\nx")
    except smtplib.SMTPRecipientsRefused as error:
        return " ".join(f"{code} {text.decode()}" for code, text in error.recipients.values())
    except smtplib.SMTPResponseException as error:
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode() if isinstance(text, bytes) else text}"
    except (smtplib.SMTPServerDisconnected, ConnectionError):
        return "hung up"
    return "sent"


async def said(server: Server, user: str = "") -> str:
    return await asyncio.to_thread(talk, server.smtp_port, user)


async def rules(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("api/v1/faults")).json()["faults"]
    return found


async def test_he_comes_and_goes(client: httpx.AsyncClient) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert (await client.request(method, "api/v2/jim", json=CALM)).status_code == 404
    assert (await client.post("api/v2/jim")).status_code == 201
    usual = (await client.get("api/v2/jim")).json()
    assert (usual["AcceptChance"], usual["RejectSenderChance"], usual["LinkSpeedMax"]) == (0.99, 0.05, 10240)
    assert (await client.post("mailhog/api/v2/jim")).status_code == 400
    assert (await client.put("api/v2/jim", json={**CALM, "rejectsenderchance": 0.5})).status_code == 400  # named twice
    assert (await client.put("api/v2/jim", json={"AcceptChance": 1})).status_code == 200
    assert (await client.get("mailhog/api/v2/jim")).json() == {**dict.fromkeys(CALM, 0), "AcceptChance": 1}
    assert (await client.delete("api/v2/jim")).status_code == 200
    assert (await client.get("api/v2/jim")).status_code == 404
    assert await rules(client) == []


@pytest.mark.parametrize(
    ("chances", "reply"),
    [
        ({}, "sent"),
        ({"RejectSenderChance": 1}, "550 Invalid sender"),
        ({"RejectRecipientChance": 1}, "550 Invalid recipient"),
        ({"AcceptChance": 0}, "hung up"),
        ({"DisconnectChance": 1}, "hung up"),
        ({"LinkSpeedAffect": 1, "LinkSpeedMin": 100_000, "LinkSpeedMax": 100_000}, "sent"),
    ],
)
async def test_his_chances_are_faults(
    server: Server, client: httpx.AsyncClient, chances: dict[str, float], reply: str
) -> None:
    jim = {**CALM, **chances}
    assert (await client.post("api/v2/jim", json=jim)).status_code == 201
    assert await said(server) == reply
    assert (await client.get("api/v2/jim")).json() == jim
    fired = {rule["Name"] for rule in await rules(client) if rule["Fired"]}
    assert len(fired) == bool(chances)
    await client.delete("api/v2/jim")
    assert await said(server) == "sent"


async def test_a_login_may_be_refused(server: Server, client: httpx.AsyncClient) -> None:
    await client.post("api/v2/jim", json={**CALM, "RejectAuthChance": 1})
    assert (await said(server, "ann")).startswith("500 Unrecognised command")
    assert await said(server) == "sent"


async def test_an_inbox_has_a_jim_of_its_own(server: Server, client: httpx.AsyncClient) -> None:
    jim = {**CALM, "RejectSenderChance": 1, "AcceptChance": 0}
    assert (await client.post("inbox/a/api/v2/jim", json=jim)).status_code == 201
    assert (await client.get("api/v2/jim")).status_code == 404
    assert (await said(server, "a"), await said(server, "b")) == ("550 Invalid sender", "sent")
    assert {rule["Inbox"] for rule in await rules(client)} == {"a"}


async def test_who_clears_the_faults_ends_him(client: httpx.AsyncClient) -> None:
    await client.post("api/v2/jim")
    await client.delete("api/v1/faults")
    assert (await client.get("api/v2/jim")).status_code == 404
    assert (await client.post("api/v2/jim")).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        b"[]",
        b'{"RejectSenderChance": 2}',
        b'{"AcceptChance": -1}',
        b'{"LinkSpeedMin": 9}',
        b'{"AcceptChance": "1"}',
    ],
)
async def test_chances_that_cannot_be_change_nothing(client: httpx.AsyncClient, body: bytes) -> None:
    assert (await client.post("api/v2/jim", content=body)).status_code == 400
    assert await rules(client) == []
    await client.post("api/v2/jim")
    before = await rules(client)
    assert (await client.put("api/v2/jim", content=body)).status_code == 400
    assert await rules(client) == before
