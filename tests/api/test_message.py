"""Reference 2.7 and 2.8: one message in full, its header fields, source, preview; and what we add to it."""

import base64
import hashlib
from datetime import datetime
from typing import Any

import httpx
import pytest

from mailtrap_local.api.message import _canonical
from mailtrap_local.model import Origin
from mailtrap_local.server import Server
from tests.asking import RICH, deliver, plain

KEYS = """
ID MessageID From To Cc Bcc ReplyTo ReturnPath Subject ListUnsubscribe Date Tags Username Text HTML Size Inline
Attachments Created Read Inbox Envelope Session Parts Defects HasText
Links Codes Images
""".split()
ATTACHMENT = ["PartID", "FileName", "ContentType", "ContentID", "Size", "Checksums"]


async def shown(client: httpx.AsyncClient, message_id: str = "latest", **query: Any) -> dict[str, Any]:
    answer = await client.get(f"api/v1/message/{message_id}", params=query)
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()
    return value


async def test_a_message_has_every_key(server: Server, client: httpx.AsyncClient) -> None:
    origin = Origin(protocol="ESMTPA", peer="127.0.0.1:9", helo="app", tls="TLSv1.3", username="team")
    message_id = await deliver(server, RICH, mail_from="bounce@x.org", to=("bob@y.org", "x@y.org"), origin=origin)
    message = await shown(client)
    assert list(message) == KEYS
    assert (message["ID"], message["Inbox"], message["Username"], message["Read"]) == (message_id, "team", "team", True)
    assert message["Date"] == "2026-11-24T10:11:12+01:00"
    assert message["Created"] == (await client.get("api/v1/messages")).json()["messages"][0]["Created"]
    assert message["ReturnPath"] == "bounce@x.org"
    assert message["Bcc"] == [{"Name": "", "Address": "x@y.org"}]
    assert message["ListUnsubscribe"] == {
        "Header": "<mailto:u@x.org>, <https://x.org/u>",
        "Links": ["mailto:u@x.org", "https://x.org/u"],
        "Errors": "",
        "HeaderPost": "List-Unsubscribe=One-Click",
        "OneClick": {
            "Method": "POST",
            "URL": "https://x.org/u",
            "ContentType": "application/x-www-form-urlencoded",
            "Body": "List-Unsubscribe=One-Click",
        },
        "Problems": ["no DKIM-Signature covers both fields (RFC 8058 section 4); a service that sends on may add it"],
    }
    assert (message["HasText"], message["Text"][:9], message["HTML"][:3]) == (False, "Hi & link", "<p>")
    assert message["Envelope"] == {
        "From": "bounce@x.org",
        "FromParams": [],
        "To": [{"Address": "bob@y.org", "Params": []}, {"Address": "x@y.org", "Params": []}],
        "Peer": "127.0.0.1:9",
        "Helo": "app",
        "Protocol": "ESMTPA",
        "TLS": "TLSv1.3",
        "Username": "team",
    }
    (inline,) = message["Inline"]
    assert list(inline) == ATTACHMENT
    assert (inline["PartID"], inline["FileName"], inline["ContentID"]) == ("1.2", "dot", "dot")
    notes, evil = message["Attachments"]
    assert (notes["PartID"], notes["FileName"], notes["ContentType"], notes["Size"]) == (
        "2",
        "notes.txt",
        "text/plain",
        8,
    )
    assert notes["Checksums"] == {
        "MD5": hashlib.md5(b"attached").hexdigest(),
        "SHA1": hashlib.sha1(b"attached").hexdigest(),
        "SHA256": hashlib.sha256(b"attached").hexdigest(),
    }
    assert evil["ContentType"] == "text/html"
    assert message["Parts"] == (await client.get("api/v1/message/latest/tree")).json()
    assert [child["PartID"] for child in message["Parts"]["Children"]] == ["1.0", "2", "3"]


async def test_return_path_falls_back_to_the_sender(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain(), mail_from="")
    assert (await shown(client))["ReturnPath"] == "ann@x.org"


async def test_a_message_without_a_date_bears_the_time_that_it_came(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    assert (await shown(client))["Date"] == (await client.get("api/v1/messages")).json()["messages"][0]["Created"]


async def test_a_date_that_cannot_be_written_is_none(server: Server, client: httpx.AsyncClient) -> None:
    for date in (
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:30+00:00:59",
        "never",
    ):
        await deliver(server, plain(more=f"Date: {date}\r\n"))
        assert datetime.fromisoformat((await shown(client))["Date"]).tzinfo, date


async def test_getting_a_message_marks_it_read_and_peeking_does_not(server: Server, client: httpx.AsyncClient) -> None:
    async def is_read() -> bool:
        read: bool = (await client.get("api/v1/messages")).json()["messages"][0]["Read"]
        return read

    message_id = await deliver(server, plain())
    for path in ("raw", "headers", "tree", "preview", "part/0", "part/0/thumb"):
        await client.get(f"api/v1/message/{message_id}/{path}")
        assert not await is_read(), path
    assert (await shown(client, peek=1))["Read"] is False
    await client.get(f"view/{message_id}.txt?peek=1")
    assert not await is_read()
    assert (await shown(client))["Read"] is True
    assert await is_read()


async def test_latest_is_the_newest_that_matches(server: Server, client: httpx.AsyncClient) -> None:
    for part in ("", "/headers", "/raw", "/part/0", "/tree", "/preview"):
        answer = await client.get(f"api/v1/message/latest{part}")
        assert (answer.status_code, answer.text) == (404, "Message not found"), part
    older = await deliver(server, plain("apple"))
    await deliver(server, plain("plum"))
    assert (await shown(client))["Subject"] == "plum"
    assert (await shown(client, query="subject:apple"))["ID"] == older
    assert (await client.get("api/v1/message/latest/raw", params={"query": "apple"})).content == plain("apple")
    assert (await client.get("api/v1/message/latest", params={"query": "none"})).text == "Message not found"
    assert (await client.get("api/v1/message/latest", params={"query": "to:"})).status_code == 400
    assert (await client.get("api/v1/message/latest", params={"query": "x", "tz": "No/Where"})).status_code == 400


async def test_what_is_not_there_is_404(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    unknown = "0" * 22
    for path in (
        unknown,
        f"{unknown}/raw",
        f"{unknown}/headers",
        f"{unknown}/part/0",
        f"{message_id}/part/7",
        "..%2f..",
    ):
        answer = await client.get(f"api/v1/message/{path}")
        assert (answer.status_code, answer.text) == (404, "404 page not found"), path


async def test_header_fields_as_a_map(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, RICH + b"")
    fields = (await client.get("api/v1/message/latest/headers")).json()
    assert list(fields) == sorted(fields)
    assert fields["Message-Id"] == ["<m1@x.org>"]
    assert fields["Mime-Version"] == ["1.0"]
    assert fields["X-Long"] == ["one two"]
    assert fields["From"] == ["=?utf-8?q?Zo=C3=AB?= <zoe@x.org>"]


async def test_header_fields_in_the_order_sent(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, b"x-b: =?utf-8?q?=C3=A4?=\r\nX-A: 1\r\n 2\r\nx-b: 3\r\n\r\n")
    fields = (await client.get("api/v1/message/latest/headers?order=1")).json()
    assert [(field["Name"], field["Value"]) for field in fields] == [("x-b", "ä"), ("X-A", "1 2"), ("x-b", "3")]
    assert fields[1]["Raw"] == "1\r\n 2"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("MESSAGE-ID", "Message-Id"),
        ("mime-version", "Mime-Version"),
        ("DKIM-Signature", "Dkim-Signature"),
        ("x--y", "X--Y"),
        ("odd name", "odd name"),
    ],
)
def test_names_are_spelt_as_go_spells_them(sent: str, shown: str) -> None:
    assert _canonical(sent) == shown


async def test_raw_is_the_bytes_that_were_sent(server: Server, client: httpx.AsyncClient) -> None:
    raw = bytes(range(256)) * 5_000 + b"\n.\n"
    message_id = await deliver(server, raw)
    answer = await client.get(f"api/v1/message/{message_id}/raw")
    assert answer.content == raw
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-length"] == str(len(raw))
    assert "content-encoding" not in answer.headers
    assert "content-disposition" not in answer.headers
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    kept = await client.get("api/v1/message/latest/raw?dl=1")
    assert kept.headers["content-disposition"] == f'attachment; filename="{message_id}.eml"'


async def test_the_preview_has_a_policy_of_its_own(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, RICH)
    page = await client.get("api/v1/message/latest/preview")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-blocked-remote"] == "1"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; ")
    assert policy.endswith("frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox")
    assert "data:image/png;base64," in page.text
    remote = await client.get("api/v1/message/latest/preview?remote=1")
    assert "img-src data: https: http:;" in remote.headers["content-security-policy"]
    assert "script" not in remote.headers["content-security-policy"]
    counted = await client.get("api/v1/message/latest/preview?count=1")
    assert counted.json() == {"Blocked": 1, "Remote": ["http://tracker.test/p.png"]}


async def test_features_that_are_off_answer_as_mailpit_does(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    for path in ("html-check", "link-check", "sa-check"):
        assert (await client.get(f"api/v1/message/{message_id}/{path}")).text == "404 page not found"
    assert (await client.post(f"api/v1/message/{message_id}/release", json={"To": ["a@x.org"]})).status_code == 404


NESTED = (
    b"From: outer@x.org\r\nTo: bob@y.org\r\nSubject: outer\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
    b"--o\r\n\r\nSee below.\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@x.org\r\nTo: carol@y.org\r\nSubject: inner\r\n"
    b"Content-Type: multipart/mixed; boundary=i\r\n\r\n"
    b"--i\r\nContent-Type: text/html\r\n\r\n<img src=http://t.test/p.png>inner text\r\n"
    b"--i\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment\r\n\r\n1;2\r\n"
    b"--i\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b"From: core@x.org\r\nSubject: core\r\n\r\ncore text")
    + b"--i--\r\n--o--\r\n"
)


async def test_a_message_inside_is_a_message(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, NESTED, mail_from="bounce@x.org", to=("bob@y.org",))
    inner = await shown(client, message_id, within="2", peek=1)
    assert list(inner) == KEYS
    assert (inner["ID"], inner["Subject"], inner["From"]["Address"]) == (message_id, "inner", "inner@x.org")
    assert (inner["Envelope"]["From"], inner["Envelope"]["To"], inner["Session"], inner["Bcc"]) == ("", [], "", [])
    assert inner["HTML"].startswith("<img") and inner["Attachments"][0]["FileName"] == "a.csv"
    assert [part["ContentType"] for part in inner["Parts"]["Children"]] == ["text/html", "text/csv", "message/rfc822"]
    base = f"api/v1/message/{message_id}"
    part = inner["Attachments"][0]["PartID"]
    assert (await client.get(f"{base}/part/{part}", params={"within": "2"})).content == b"1;2"
    assert (await client.get(f"{base}/preview", params={"within": "2"})).headers["x-blocked-remote"] == "1"
    assert (await client.get(f"{base}/preview?count=1&within=2")).json()["Remote"] == ["http://t.test/p.png"]
    raw = await client.get(f"{base}/raw", params={"within": "2"})
    assert raw.content.startswith(b"From: inner@x.org\r\n") and raw.content.endswith(b"--i--")
    assert (await client.get(f"{base}/headers?within=2")).json()["Subject"] == ["inner"]
    assert (await client.get(f"{base}/tree?within=2")).json() == inner["Parts"]
    core = await shown(client, message_id, within="2,3", peek=1)
    assert (core["Subject"], core["Text"]) == ("core", "core text")


@pytest.mark.parametrize("within", ["1", "9", "2,1", "2,3,1", "0", ",", "2" + ",1" * 500])
async def test_what_is_no_message_inside(server: Server, client: httpx.AsyncClient, within: str) -> None:
    message_id = await deliver(server, NESTED)
    answer = await client.get(f"api/v1/message/{message_id}", params={"within": within})
    assert answer.status_code == 404


async def test_a_preview_without_images(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, RICH)
    policy = (await client.get("api/v1/message/latest/preview?noimages=1")).headers["content-security-policy"]
    assert "img-src 'none';" in policy and policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")
