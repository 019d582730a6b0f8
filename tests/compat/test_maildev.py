"""MailDev's API, at the paths of version 3 and at those of the versions before."""

import asyncio
import smtplib
from typing import Any

import httpx
import pytest

from mailtrap_local import __version__
from mailtrap_local.compat.maildev_message import human
from mailtrap_local.server import Server
from tests.asking import PNG, RICH, deliver, plain
from tests.compat.test_mailhog import ALTERNATIVE


async def test_a_whole_message(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH, to=("bob@y.org", "hidden@z.org"))
    mail = (await client.get(f"api/email/{message_id}")).json()
    html = mail.pop("html")
    headers = mail.pop("headers")
    assert mail == {
        "id": message_id,
        "time": "2026-11-24T09:11:12.000Z",
        "date": "2026-11-24T09:11:12.000Z",
        "read": False,
        "subject": "Grüße <b>",
        "source": f"/email/{message_id}/source",
        "size": len(RICH),
        "sizeHuman": "1.1 KB",
        "from": [{"address": "zoe@x.org", "name": "Zoë"}],
        "to": [{"address": "bob@y.org", "name": ""}, {"address": "ann@x.org", "name": "Ann"}],
        "cc": [{"address": "c@x.org", "name": ""}],
        "calculatedBcc": [{"address": "hidden@z.org", "name": ""}],
        "messageId": "<m1@x.org>",
        "attachments": [
            {
                "filename": "",
                "generatedFileName": "1-2",
                "contentType": "image/png",
                "contentDisposition": "inline",
                "contentId": "dot",
                "size": len(PNG),
            },
            {
                "filename": "notes.txt",
                "generatedFileName": "2.txt",
                "contentType": "text/plain",
                "contentDisposition": "attachment",
                "size": 8,
            },
            {
                "filename": "evil.html",
                "generatedFileName": "3.html",
                "contentType": "text/html",
                "contentDisposition": "attachment",
                "size": 25,
            },
        ],
        "envelope": {
            "from": {"address": "ann@x.org", "args": False},
            "to": [{"address": "bob@y.org", "args": False}, {"address": "hidden@z.org", "args": False}],
            "host": "",
            "remoteAddress": "",
        },
    }
    assert html.startswith("<p>Hi &amp; <a")
    assert (headers["subject"], headers["x-long"]) == ("Grüße <b>", "one two")
    assert "text" not in mail


async def test_the_transaction_has_its_parameters(server: Server, client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(_by_smtp, server)
    (mail,) = (await client.get("api/email")).json()
    assert mail["envelope"]["from"] == {"address": "ann@x.org", "args": {"SIZE": "70", "SMTPUTF8": True}}
    assert (mail["envelope"]["host"], mail["envelope"]["remoteAddress"]) == ("me.test", "127.0.0.1")
    assert mail["text"] == "some text\n"


def _by_smtp(server: Server) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port, local_hostname="me.test") as smtp:
        smtp.ehlo()
        smtp.mail("ann@x.org", ["SIZE=70", "SMTPUTF8"])
        smtp.rcpt("bob@y.org")
        smtp.data(plain())


async def test_the_list_is_of_whole_messages_oldest_first(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain("one"))
    await deliver(server, RICH)
    await deliver(server, ALTERNATIVE)
    for query, subjects in (
        ("", ["one", "Grüße <b>", "Alt"]),
        ("?sort=desc", ["Alt", "Grüße <b>", "one"]),
        ("?skip=1&limit=1", ["Grüße <b>"]),
        ("?limit=0", []),
        ("?skip=9", []),
        ("?subject=Alt", ["Alt"]),
        ("?subject=alt", []),
        ("?from.address=ann@x.org", ["one", "Alt"]),
        ("?from.address=ann@x.org&skip=1", ["Alt"]),
        ("?from.address=ann@x.org&skip=1&limit=1&sort=desc", ["one"]),
        ("?to.name=Ann&read=false", ["Grüße <b>"]),
        ("?attachments.contentType=image/png", ["Grüße <b>"]),
        ("?headers.subject=one&calculatedBcc.address=x", []),
        ("?envelope.to.address=bob@y.org&read=true", []),
        ("?nothing=x", []),
        ("?subject.x.y=Alt", []),
    ):
        for prefix in ("api/email", "email"):
            mails = (await client.get(prefix + query)).json()
            assert [mail["subject"] for mail in mails] == subjects, query


async def test_rows(server: Server, client: httpx.AsyncClient) -> None:
    first = await deliver(server, plain("one", body="x" * 300))
    for _ in range(3):
        await deliver(server, ALTERNATIVE)
    await client.put("api/v1/messages", json={"IDs": [first], "Read": True})
    page = (await client.get("api/email/summary?skip=3")).json()
    (row,) = page.pop("items")
    assert page == {"total": 4, "storeTotal": 4, "unread": 3, "skip": 3, "limit": 50}
    assert row.pop("time").endswith("Z")
    assert row == {
        "id": first,
        "read": True,
        "subject": "one",
        "size": len(plain("one", body="x" * 300)),
        "sizeHuman": human(len(plain("one", body="x" * 300))),
        "from": [{"address": "ann@x.org", "name": "Ann"}],
        "to": [{"address": "bob@y.org", "name": ""}],
        "attachmentCount": 0,
        "preview": "x" * 140,
    }
    for query, total, subjects in (
        ("?sort=asc", 4, ["one", "Alt", "Alt", "Alt"]),
        ("?sort=asc&skip=3&limit=9", 4, ["Alt"]),
        ("?sort=asc&skip=9", 4, []),
        ("?unread=true", 3, ["Alt", "Alt", "Alt"]),
        ("?search=XXX", 1, ["one"]),
        ("?search=XXX&unread=true", 0, []),
        ("?limit=0", 4, ["Alt", "Alt", "Alt", "one"]),
    ):
        page = (await client.get(f"email/summary{query}")).json()
        assert (page["total"], [row["subject"] for row in page["items"]]) == (total, subjects), query
    assert (await client.get("email/summary?limit=9999")).json()["limit"] == 200


async def test_a_get_marks_nothing_read_and_patch_does(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH, inbox="a")
    await deliver(server, plain(), inbox="b")
    for path in ("", "/html", "/source", "/download", "/attachment/2.txt"):
        assert (await client.get(f"email/{message_id}{path}")).status_code == 200
    assert (await client.get(f"email/{message_id}")).json()["read"] is False
    answer = await client.patch("inbox/a/api/email/read-all")
    assert answer.json() == 1
    assert (await client.get(f"email/{message_id}")).json()["read"] is True
    assert (await client.patch("email/read-all")).json() == 1


async def test_html_is_isolated_and_files_are_downloads(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    html = await client.get(f"email/{message_id}/html")
    assert html.headers["content-type"].startswith("text/html")
    assert "sandbox allow-popups" in html.headers["content-security-policy"]
    assert "data:image/png;base64" in html.text
    evil = await client.get(f"email/{message_id}/attachment/3.html")
    assert (evil.headers["content-type"], evil.headers["x-part-type"]) == ("application/octet-stream", "text/html")
    assert (await client.get(f"email/{message_id}/attachment/1-2")).content == PNG
    source = await client.get(f"email/{message_id}/source")
    assert (source.content, source.headers["content-type"]) == (RICH, "text/plain; charset=utf-8")
    download = await client.get(f"email/{message_id}/download")
    assert (download.content, download.headers["content-type"]) == (RICH, "message/rfc822")


async def test_what_is_not_there_is_told_as_json(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    for path in (
        "email/none",
        "api/email/none",
        "email/none/html",
        "email/none/source",
        f"email/{message_id}/html",
        f"email/{message_id}/attachment/1.txt",
        f"inbox/other/email/{message_id}",
    ):
        answer = await client.get(path)
        assert (answer.status_code, list(answer.json())) == (404, ["error"]), path
    assert (await client.delete("email/none")).json() == {"error": "Email was not found"}


@pytest.mark.parametrize("prefix", ["", "api/"])
async def test_deletes(server: Server, client: httpx.AsyncClient, prefix: str) -> None:
    ids = [await deliver(server, plain(), inbox=name) for name in ("a", "a", "a", "b", "b")]
    assert (await client.delete(f"{prefix}email/{ids[0]}")).json() is True
    several = await client.post(f"inbox/a/{prefix}email/delete", json={"ids": [ids[1], ids[3], "none", ids[1]]})
    assert several.json() == {"deleted": [ids[1]], "notFound": [ids[3], "none"]}
    none = await client.post(f"{prefix}email/delete", json={"ids": []})
    assert none.json() == {"deleted": [], "notFound": []}
    assert [mail["id"] for mail in (await client.get("email")).json()] == ids[2:]
    assert (await client.delete(f"inbox/b/{prefix}email/all")).json() is True
    assert [mail["id"] for mail in (await client.get("email")).json()] == [ids[2]]


async def test_a_delete_that_is_not_understood_deletes_nothing(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    bodies: tuple[Any, ...] = (None, {}, [], {"ids": None}, {"ids": "x"}, {"ids": [1]}, {"ids": [message_id, " "]})
    for body in bodies:
        answer = await client.post("email/delete", json=body)
        assert (answer.status_code, list(answer.json())) == (400, ["error"]), body
    for path in ("email/all", f"email/{message_id}"):
        assert (await client.request("DELETE", path, json={"ids": []})).status_code == 400
    assert len((await client.get("email")).json()) == 1


async def test_the_application_tells_of_itself(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    for prefix in ("", "api/"):
        assert (await client.get(f"{prefix}healthz")).json() is True
        assert (await client.get(f"{prefix}reloadMailsFromDirectory")).json() is True
        assert (await client.get(f"{prefix}config")).json() == {
            "version": __version__,
            "smtpPort": server.smtp_port,
            "isOutgoingEnabled": False,
            "outgoingHost": None,
        }
        for path in ("relay", "relay/ann@x.org"):
            relay = await client.post(f"{prefix}email/{message_id}/{path}")
            assert (relay.status_code, relay.json()) == (500, {"error": "Outgoing mail not configured"})


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 Bytes"), (67, "67 Bytes"), (1023, "1023 Bytes"), (1024, "1 KB"), (1124, "1.1 KB"), (1_300_000, "1.24 MB")],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert human(size) == text
