"""POST /message/{id}/bounce over HTTP: into the catcher, to an SMTP server, to a webhook."""

import asyncio
import json
import smtplib
from email import message_from_bytes, message_from_string
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailtrap_local import model
from mailtrap_local.model import Arrival, Origin, Recipient
from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import deliver, plain, running
from tests.doctor.servers import Script, listening


async def keep(
    server: Server, *to: Recipient, mail_from: str = "ann@x.org", params: tuple[str, ...] = (), raw: bytes = b""
) -> str:
    arrival = Arrival(raw or plain("Hello"), model.Envelope(mail_from, params, to), Origin("ESMTP"), "team")
    return (await server.mailbox.receive(arrival)).id


async def bounced(client: httpx.AsyncClient, message_id: str, **order: Any) -> dict[str, Any]:
    answer = await client.post(f"api/v1/message/{message_id}/bounce", json=order)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_without_a_word_it_is_a_failure_that_stays_here(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await keep(server, Recipient("bob@y.org"), params=("ENVID=q7",))
    answer = await client.post(f"api/v1/message/{message_id}/bounce")
    told = answer.json()
    rest = {"Kind": "failed", "Recipients": ["bob@y.org"], "Reply": "", "Silent": []}
    assert told == {**rest, "Report": told["Report"]}
    report = (await client.get(f"api/v1/message/{told['Report']}?peek=1")).json()
    assert report["Subject"] == "Delivery failed: Hello"
    assert report["Inbox"] == "team", "in the inbox of the original"
    envelope = report["Envelope"]
    assert (envelope["From"], [each["Address"] for each in envelope["To"]]) == ("", ["ann@x.org"])
    assert (envelope["Protocol"], report["Session"]) == ("REPORT", "")
    raw = (await client.get(f"api/v1/message/{told['Report']}/raw")).content
    assert b"\r\nOriginal-Envelope-Id: q7\r\n" in raw
    assert message_from_bytes(raw).get_content_type() == "multipart/report"


async def test_a_report_is_never_reported_of(server: Server, client: httpx.AsyncClient) -> None:
    first = await bounced(client, await keep(server, Recipient("bob@y.org")))
    for kind in ("failed", "delayed", "complaint"):
        told = await bounced(client, first["Report"], Kind=kind)
        assert (told["Recipients"], told["Report"]) == ([], "")
        assert "null" in told["Silent"][0]["Reason"]
    assert len((await client.get("api/v1/messages")).json()["messages"]) == 2


async def test_wishes_are_kept_as_smtp_brought_them(server: Server, client: httpx.AsyncClient) -> None:
    """The parameters come from the envelope; here two recipients of which one wants no report."""
    message_id = await keep(server, Recipient("bob@y.org", ("NOTIFY=NEVER",)), Recipient("eve@z.org"))
    told = await bounced(client, message_id, Diagnostic="552 5.2.2 full")
    assert told["Recipients"] == ["eve@z.org"]
    assert [each["Address"] for each in told["Silent"]] == ["bob@y.org"]
    none = await bounced(client, message_id, Recipients=["bob@y.org"])
    assert (none["Recipients"], none["Report"]) == ([], "")
    success = await bounced(client, message_id, Kind="delivered")
    assert success["Report"] == ""


async def test_a_form_will_do(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await keep(server, Recipient("bob@y.org"), Recipient("eve@z.org"))
    form = {"kind": "complaint", "recipients": "eve@z.org"}
    told = (await client.post(f"api/v1/message/{message_id}/bounce", data=form)).json()
    assert (told["Kind"], told["Recipients"]) == ("complaint", ["eve@z.org"])


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"Kind": "lost"}, "Kind"),
        ({"Recipient": ["x"]}, "Recipient"),
        ({"Recipients": ["nobody@y.org"]}, "no recipient"),
        ({"Status": "2.0.0"}, "5.x.x"),
        ({"Deliver": "smtp"}, "smtp://host:port"),
        ({"Deliver": "webhook"}, "no url"),
        ({"Deliver": "webhook", "URL": "file:///etc/passwd"}, "no URL"),
        ({"Deliver": "smtp", "Server": "http://x"}, "no way"),
    ],
)
async def test_what_makes_no_sense(
    server: Server, client: httpx.AsyncClient, order: dict[str, Any], words: str
) -> None:
    message_id = await keep(server, Recipient("bob@y.org"))
    answer = await client.post(f"api/v1/message/{message_id}/bounce", json=order)
    assert (answer.status_code, words in answer.text) == (400, True), answer.text
    assert len((await client.get("api/v1/messages")).json()["messages"]) == 1


async def test_one_that_is_not_there(server: Server, client: httpx.AsyncClient) -> None:
    assert (await client.post("api/v1/message/latest/bounce")).status_code == 404
    message_id = await deliver(server, plain(), inbox="other")
    assert (await client.post(f"inbox/team/api/v1/message/{message_id}/bounce")).status_code == 404


# ---- beyond the catcher ---------------------------------------------------------------------------------------------


async def test_hosts_of_this_machine_are_not_reached_without_the_switch(
    server: Server, client: httpx.AsyncClient
) -> None:
    message_id = await keep(server, Recipient("bob@y.org"))
    heard = Script()
    async with listening(heard) as port:
        for order in (
            {"Deliver": "webhook", "URL": f"http://127.0.0.1:{port}/"},
            {"Deliver": "smtp", "Server": f"localhost:{port}"},
        ):
            answer = await client.post(f"api/v1/message/{message_id}/bounce", json=order)
            assert answer.status_code in (403, 502)
            assert "--allow-internal" in answer.text
    assert heard.heard == []


async def test_to_an_smtp_server(server: Server) -> None:
    async with running(allow_internal=True) as (here, client):
        message_id = await keep(here, Recipient("bob@y.org"))
        told = await bounced(client, message_id, Deliver="smtp", Server=f"smtp://127.0.0.1:{server.smtp_port}")
        assert (told["Report"], told["Reply"][:3]) == ("", "250")
    there = await server.mailbox.record(await server.mailbox.latest(Selection()))
    assert (there.envelope.mail_from, there.envelope.recipients) == ("", (Recipient("ann@x.org"),))
    assert there.summary.head.subject == "Delivery failed: Hello"


class Narrow:
    """What a server without 8BITMIME got (aiosmtpd offers none if it is to hand text on), as text."""

    def __init__(self) -> None:
        self.got: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.got.append(envelope)
        return "250 taken"


UMLAUTS = "From: ann@x.org\r\nSubject: Grüße\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n".encode()


@pytest.mark.parametrize("kind", ["failed", "complaint"])
@pytest.mark.parametrize("params", [("BODY=8BITMIME", "RET=FULL"), ("BODY=8BITMIME", "SMTPUTF8", "RET=FULL")])
async def test_a_server_without_8bitmime_gets_7_bits(kind: str, params: tuple[str, ...]) -> None:
    """RFC 6152 section 3: what a server does not offer is not sent to it; the report is made anew in ASCII."""
    narrow = Narrow()
    serving = await asyncio.get_running_loop().create_server(lambda: SMTP(narrow, decode_data=True), "127.0.0.1", 0)
    async with serving, running(allow_internal=True) as (here, client):
        message_id = await keep(here, Recipient("bøb@y.org"), params=params, raw=UMLAUTS)
        at = f"smtp://127.0.0.1:{serving.sockets[0].getsockname()[1]}"
        told = await bounced(client, message_id, Kind=kind, Deliver="smtp", Server=at)
        assert told["Reply"] == "250 taken"
        here_too = await bounced(client, message_id, Kind=kind)
        raw = (await client.get(f"api/v1/message/{here_too['Report']}/raw")).content
    (got,) = narrow.got
    assert [option.partition("=")[0] for option in got.mail_options] == ["SIZE"]
    assert isinstance(got.content, str) and got.content.isascii()
    report = message_from_string(got.content)
    parts = [part for part in report.walk() if not part.is_multipart()]
    assert all(part.get("Content-Transfer-Encoding", "7bit") in ("7bit", "quoted-printable") for part in parts)
    assert parts[-1].get_content_type() == "text/rfc822-headers"
    header = parts[-1].get_payload(decode=True)
    assert isinstance(header, bytes) and "Subject: Grüße".encode() in header
    assert UMLAUTS in raw, "into the catcher it goes as it was"


async def test_a_server_with_8bitmime_gets_the_message_itself(server: Server) -> None:
    async with running(allow_internal=True) as (here, client):
        message_id = await keep(here, Recipient("bob@y.org"), params=("RET=FULL",), raw=UMLAUTS)
        await bounced(client, message_id, Deliver="smtp", Server=f"smtp://127.0.0.1:{server.smtp_port}")
    there = await server.mailbox.record(await server.mailbox.latest(Selection()))
    assert "BODY=8BITMIME" in there.envelope.mail_params
    assert UMLAUTS in await server.mailbox.raw(there.summary.id)


async def test_nor_is_anything_else_said_that_was_not_offered() -> None:
    """To the octet, by a server that writes down what it hears."""
    script = Script(extensions=("PIPELINING",))
    async with running(allow_internal=True) as (here, client):
        message_id = await keep(here, Recipient("bob@y.org"), raw=UMLAUTS)
        async with listening(script) as port:
            await bounced(client, message_id, Deliver="smtp", Server=f"smtp://127.0.0.1:{port}")
    assert [line for line in script.heard if line.startswith("MAIL")] == ["MAIL FROM:<>"], "no BODY, no SMTPUTF8"
    assert script.heard[-2].isascii()


async def test_a_server_that_does_not_take_it_is_told_in_words() -> None:
    async with running(allow_internal=True) as (here, client):
        message_id = await keep(here, Recipient("bob@y.org"))
        async with listening(Script({"rcpt": "554 5.7.1 Relay access denied"})) as port:
            order = {"Deliver": "smtp", "Server": f"127.0.0.1:{port}"}
            answer = await client.post(f"api/v1/message/{message_id}/bounce", json=order)
        assert answer.status_code == 502
        assert "Relaying denied" in answer.text and "Log in" in answer.text


async def test_to_a_webhook() -> None:
    heard: list[bytes] = []
    answers = [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:-2])
        heard.append(await reader.readexactly(int(fields[b"content-length"])))
        writer.write(answers.pop(0))
        await writer.drain()

    async with running(allow_internal=True) as (here, client):
        message_id = await keep(here, Recipient("bob@y.org"), params=("ENVID=q9",))
        async with listening(talk) as port:
            order = {"Deliver": "webhook", "URL": f"http://127.0.0.1:{port}/hook", "Diagnostic": "550 5.7.1 spam"}
            told = await bounced(client, message_id, **order)
            assert (told["Reply"], told["Report"]) == ("HTTP 204", "")
            refused = await client.post(f"api/v1/message/{message_id}/bounce", json=order)
            assert (refused.status_code, "500" in refused.text) == (502, True)
        event = json.loads(heard[0])
        assert event["ID"] == message_id
        assert (event["Status"], event["EnvelopeID"], event["Recipients"]) == ("5.7.1", "q9", ["bob@y.org"])
        assert message_from_bytes(event["Report"].encode()).get_content_type() == "multipart/report"


async def test_a_bounce_can_be_waited_for(server: Server, client: httpx.AsyncClient) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as smtp:
            smtp.sendmail("ann@x.org", ["bob@y.org"], plain("Order 7"))

    await asyncio.to_thread(send)
    waiting = asyncio.create_task(client.get("api/v1/wait", params={"query": "rcpt:ann@x.org subject:failed"}))
    await bounced(client, "latest")
    assert (await waiting).json()["messages"][0]["Subject"] == "Delivery failed: Order 7"


async def test_what_smtp_brought_counts(server: Server, client: httpx.AsyncClient) -> None:
    """The whole way: a client says RET, ENVID, NOTIFY and ORCPT, and the report has them."""

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, local_hostname="app.test") as smtp:
            smtp.ehlo()
            smtp.mail("ann@x.org", ["RET=HDRS", "ENVID=order+2B8"])
            smtp.rcpt("bob@y.org", ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;robert@y.org"])
            smtp.rcpt("eve@y.org", ["NOTIFY=NEVER"])
            smtp.data(plain("Order 8"))

    await asyncio.to_thread(send)
    original = (await client.get("api/v1/message/latest?peek=1")).json()["ID"]
    for kind in ("failed", "delivered"):
        told = await bounced(client, original, Kind=kind)
        assert told["Recipients"] == ["bob@y.org"]
        assert [each["Address"] for each in told["Silent"]] == ["eve@y.org"]
        raw = (await client.get(f"api/v1/message/{told['Report']}/raw")).text
        for field in ("Original-Envelope-Id: order+8", "Original-Recipient: rfc822;robert@y.org", f"Action: {kind}"):
            assert f"\n{field}\n" in raw.replace("\r\n", "\n")
        assert "Content-Type: text/rfc822-headers" in raw
        assert "eve@y.org" not in raw.split("message/delivery-status")[1].split("Content-Type")[0]
