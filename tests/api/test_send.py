"""Reference 2.11: a mail given as its fields."""

import base64
from typing import Any

import httpx

from mailtrap_local.server import Server
from tests.asking import PNG

LEAST: dict[str, Any] = {"From": {"Email": "ann@x.org"}, "To": [{"Email": "bob@y.org"}]}


async def sent(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post("api/v1/send", json={**LEAST, **fields})
    assert answer.status_code == 200, answer.text
    message: dict[str, Any] = (await client.get(f"api/v1/message/{answer.json()['ID']}?peek=1")).json()
    return message


async def test_every_field_arrives(client: httpx.AsyncClient) -> None:
    message = await sent(
        client,
        From={"Email": "ann@x.org", "Name": "Ann Ä"},
        Cc=[{"Email": "c@x.org"}],
        Bcc=["hidden@x.org"],
        ReplyTo=[{"Email": "r@x.org", "Name": "Reply"}],
        Subject="Grüße 😀",
        Text="plain text",
        HTML="<img src='cid:dot'>",
        Tags=["red", "blue"],
        Headers={"X-Custom": "value"},
        Attachments=[
            {"Content": base64.b64encode(b"file").decode(), "Filename": "a.txt"},
            {
                "Content": "data:image/png;base64," + base64.b64encode(PNG).decode(),
                "Filename": "d.png",
                "ContentID": "dot",
            },
            {"Content": "data:text/csv;charset=utf-8,a%2Cb", "Filename": "t.csv"},
        ],
    )
    assert message["From"] == {"Name": "Ann Ä", "Address": "ann@x.org"}
    assert [address["Address"] for address in message["Cc"] + message["Bcc"]] == ["c@x.org", "hidden@x.org"]
    assert message["ReplyTo"] == [{"Name": "Reply", "Address": "r@x.org"}]
    assert (message["Subject"], message["Text"].strip(), message["HasText"]) == ("Grüße 😀", "plain text", True)
    assert sorted(message["Tags"]) == ["blue", "red"]
    assert [(part["FileName"], part["ContentType"]) for part in message["Inline"]] == [("d.png", "image/png")]
    assert [(part["FileName"], part["ContentType"]) for part in message["Attachments"]] == [
        ("a.txt", "text/plain"),
        ("t.csv", "text/csv"),
    ]
    paths = [part["PartID"] for part in (*message["Attachments"], *message["Inline"])]
    contents = [(await client.get(f"api/v1/message/latest/part/{path}")).content for path in paths]
    assert contents == [b"file", b"a,b", PNG]
    assert (await client.get("api/v1/message/latest/headers")).json()["X-Custom"] == ["value"]
    assert message["Envelope"]["Protocol"] == "HTTP"
    assert [recipient["Address"] for recipient in message["Envelope"]["To"]] == ["bob@y.org", "c@x.org", "hidden@x.org"]
    raw = (await client.get("api/v1/message/latest/raw")).text
    assert "hidden@x.org" not in raw


async def test_names_are_matched_whatever_their_case_but_not_those_of_headers(client: httpx.AsyncClient) -> None:
    lower = {
        "from": {"email": "a@x.org", "NAME": "A"},
        "to": [{"email": "b@x.org"}],
        "headers": {"X-oDD": "1"},
        "other": 1,
    }
    assert (await client.post("api/v1/send", json=lower)).status_code == 200
    assert b"X-oDD: 1" in (await client.get("api/v1/message/latest/raw")).content


async def test_what_is_wrong_is_told_in_json_and_nothing_is_stored(server: Server, client: httpx.AsyncClient) -> None:
    for fields, wrong in (
        ({"To": [{"Email": "nobody"}]}, "invalid To address: nobody"),
        ({"From": {"Email": "a b@x.org"}}, "invalid From address: a b@x.org"),
        ({"Bcc": ["x\r\nRCPT TO:<y@x.org>"]}, "Bcc"),
        ({"Headers": {"subject": "x"}}, 'cannot overwrite header: "subject"'),
        ({"Headers": {"X-A": "1\r\nX-B: 2"}}, "X-A"),
        ({"Headers": {"X-A: 1\r\nX-B": "2"}}, "header name"),
        ({"Subject": "a\r\nX-B: 2"}, "Subject"),
        ({"Attachments": [{"Content": "???", "Filename": "a"}]}, "base64"),
        ({"To": "bob@y.org"}, "documented shape"),
        ({"From": None}, "documented shape"),
        ({"Bcc": ["b@x.org"] * 1_001}, "1000 recipients"),
    ):
        answer = await client.post("api/v1/send", json={**LEAST, **fields})
        assert answer.status_code == 400, fields
        assert answer.headers["content-type"] == "application/json"
        assert list(answer.json()) == ["Error"]
        assert wrong in answer.json()["Error"]
    assert (
        (await client.post("api/v1/send", content=b"nonsense")).json()["Error"].startswith("the body is not valid JSON")
    )
    assert server.mailbox.received == 0


async def test_what_would_make_a_header_without_end_is_refused(client: httpx.AsyncClient) -> None:
    for fields in (
        {"To": [{"Email": f"{number}@x.org"} for number in range(1_001)]},
        {"To": [{"Email": "x" * 1_000 + "@x.org"}]},
        {"Headers": {"X-Long": "y " * 400_000}},
        {"Subject": "y" * 1_000_000},
        {"Cc": [{"Email": "c@x.org", "Name": "name " * 100} for _ in range(400)]},
    ):
        answer = await client.post("api/v1/send", json={**LEAST, **fields}, timeout=10)
        assert answer.status_code == 400, answer.text
        assert " at most" in answer.json()["Error"] or "is over" in answer.json()["Error"]
