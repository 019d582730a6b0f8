"""MailHog's API, as its documents and the real thing have it."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from mailtrap_local import limits
from mailtrap_local.compat import following
from mailtrap_local.compat.mailhog_message import message_of
from mailtrap_local.model import Envelope, Head, Origin, Recipient, Record, Summary
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.asking import RICH, deliver, frame, knock, plain, socket_url, speaking

ALTERNATIVE = (
    b"From: Ann <ann@x.org>\r\nSubject: Alt\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi text\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    b"<p>hi</p>\r\n--b--\r\n"
)
ENCODED = (
    b"From: =?utf-8?q?Zo=C3=AB?= <zoe@x.org>\r\nTo: Bob <bob@y.org>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html\r\n\r\n"
    b"<a href=3D'https://x.org/reset?token=3D1'>=48ier</a>\r\n"
)


def taken_apart(raw: bytes, envelope: Envelope | None = None) -> Any:
    summary = Summary(1, "1abc", "default", 1_700_000_000_123_456, len(raw), False, Head(), "", (), 0, "")
    record = Record(summary, envelope or Envelope("ann@x.org", (), (Recipient("bob@y.org"),)), Origin(helo="me"))
    return message_of(record, raw, hostname="here")


# ---- the form of a message ------------------------------------------------------------------------------------------


def test_a_plain_mail() -> None:
    message = taken_apart(plain())
    assert (message.ID, message.Created) == ("1abc", "2023-11-14T22:13:20.123456Z")
    assert (message.From.Mailbox, message.From.Domain, message.From.Relays) == ("ann", "x.org", None)
    assert message.Content.Headers == {
        "From": ["Ann <ann@x.org>"],
        "To": ["bob@y.org"],
        "Subject": ["Hello"],
        "Message-ID": ["1abc"],
        "Received": [
            "from me by here (mailtrap-local)\r\n          id 1abc; Tue, 14 Nov 2023 22:13:20 +0000",
        ],
        "Return-Path": ["<ann@x.org>"],
    }
    assert (message.Content.Body, message.Content.Size, message.MIME) == ("some text", len(plain()) - 2, None)
    assert (message.Raw.Data, message.Raw.To, message.Raw.Helo) == (plain().decode()[:-2], ["bob@y.org"], "me")


def test_parts_are_cut_as_text() -> None:
    message = taken_apart(ALTERNATIVE)
    assert [(part.Headers, part.Body, part.Size) for part in message.MIME.Parts] == [
        ({}, "preamble", 8),
        ({"Content-Type": ["text/plain"]}, "hi text", 35),
        ({"Content-Type": ["text/html"]}, "<p>hi</p>", 36),
        ({}, "--", 2),
    ]
    assert message.Content.MIME is None


def test_multiparts_inside_are_cut_too() -> None:
    parts = taken_apart(RICH).MIME.Parts
    assert [len(part.MIME.Parts) if part.MIME else 0 for part in parts] == [3, 0, 0, 0]
    assert parts[0].MIME.Parts[1].Headers["Content-ID"] == ["<dot>"]
    assert parts[1].Headers["Content-Type"] == ['text/plain; charset=iso-8859-1; name="caf�.txt"']


def test_fields_are_those_of_mailhog() -> None:
    raw = (
        b"A: 1\r\nA: 2\r\nB:none\r\n C\r\nD: x\r\n\tfold\r\n y\r\nbad line\r\nreceived: one\r\nmessage-id: <q>\r\n\r\n"
    )
    fields = taken_apart(raw).Content.Headers
    assert (fields["A"], fields["D"], "B" in fields) == (["2 C"], ["x\tfold y"], False)
    assert (fields["received"][0], len(fields["received"]), "Received" in fields) == ("one", 2, False)
    assert (fields["message-id"], "Message-ID" in fields) == (["<q>"], False)


def test_line_feeds_end_lines_too() -> None:
    message = taken_apart(plain().replace(b"\r\n", b"\n"))
    assert (message.Content.Headers["Subject"], message.Content.Body) == (["Hello"], "some text")


@pytest.mark.parametrize(
    "raw", [b"", b"no header", b"\r\n\r\n", b"\xff\x00", b"Content-Type: multipart/x\r\n\r\n--\r\n"]
)
def test_any_bytes_are_taken(raw: bytes) -> None:
    assert isinstance(taken_apart(raw).Content.Body, str)


def test_a_source_route_is_told_apart() -> None:
    path = taken_apart(b"", Envelope("@a.org,@b.org:ann@x.org")).From
    assert (path.Relays, path.Mailbox, path.Domain) == (["@a.org", "@b.org"], "ann", "x.org")
    literal = taken_apart(b"", Envelope("ann@[IPv6:::1]")).From
    assert (literal.Relays, literal.Domain) == (None, "[IPv6:::1]")


def test_what_each_level_repeats_is_bounded() -> None:
    levels = [f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(90)]
    raw = ("".join(levels) + "\r\n\r\n" + "x" * 300_000).encode()
    parts: list[Any] = [taken_apart(raw)]
    total = 0
    while parts:
        part = parts.pop()
        total += len(part.Body) if hasattr(part, "Body") else 0
        parts += part.MIME.Parts if part.MIME else []
    assert 1_000_000 < total < 5 * len(raw) + 2**20


def test_so_is_a_header() -> None:
    raw = b"".join(b"X-%d: y\r\n" % number for number in range(20_000)) + b"\r\nbody"
    message = taken_apart(raw)
    assert (len(message.Content.Headers), message.Content.Body) == (limits.HEADER_FIELDS + 3, "body")


# ---- lists ----------------------------------------------------------------------------------------------------------


async def test_v2_lists_slices_newest_first(server: Server, client: httpx.AsyncClient) -> None:
    for number in range(4):
        await deliver(server, plain(f"m{number}"))
    for query, subjects, start in (
        ("", ["m3", "m2", "m1", "m0"], 0),
        ("?start=1&limit=2", ["m2", "m1"], 1),
        ("?start=4", [], 4),
        ("?start=-1&limit=0", ["m3", "m2", "m1", "m0"], 0),
        ("?start=x&limit=x", ["m3", "m2", "m1", "m0"], 0),
    ):
        answer = await client.get(f"api/v2/messages{query}")
        listed = answer.json()
        assert answer.headers["content-type"] == "text/json; charset=utf-8"
        assert [item["Content"]["Headers"]["Subject"][0] for item in listed["items"]] == subjects, query
        assert (listed["total"], listed["count"], listed["start"]) == (4, len(subjects), start)


async def test_v2_lists_250_at_most(server: Server, client: httpx.AsyncClient) -> None:
    await asyncio.gather(*(deliver(server, plain()) for _ in range(260)))
    listed = (await client.get("api/v2/messages?limit=1000")).json()
    assert (listed["total"], listed["count"], len(listed["items"])) == (260, 250, 250)
    assert len((await client.get("mailhog/api/v1/messages")).json()) == 260


async def test_v1_is_whole_under_mailhog_and_shares_a_path_with_the_api_elsewhere(
    server: Server, client: httpx.AsyncClient
) -> None:
    message_id = await deliver(server, ALTERNATIVE)
    assert [item["ID"] for item in (await client.get("mailhog/api/v1/messages")).json()] == [message_id]
    assert (await client.get("api/v1/messages")).json()["messages"][0]["ID"] == message_id
    for prefix in ("", "mailhog/"):
        one = await client.get(f"{prefix}api/v1/messages/{message_id}")
        assert (one.json()["ID"], one.json()["MIME"]["Parts"][1]["Body"]) == (message_id, "hi text")
        assert (await client.get(f"{prefix}api/v2/messages")).json()["items"] == [one.json()]
        none = await client.get(f"{prefix}api/v1/messages/none")
        assert (none.status_code, none.text) == (200, "null")
        eml = await client.get(f"{prefix}api/v1/messages/{message_id}/download")
        assert (eml.content, eml.headers["content-type"]) == (ALTERNATIVE, "message/rfc822")
        assert eml.headers["content-disposition"] == f'attachment; filename="{message_id}.eml"'
    assert (await client.get("api/v1/message/latest?peek=1")).json()["Read"] is False


async def test_parts_are_downloads_that_no_browser_runs(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    path = f"api/v1/messages/{message_id}/mime/part"
    notes = await client.get(f"{path}/1/download")
    assert (notes.content, notes.headers["content-type"]) == (b"attached", "text/plain; charset=iso-8859-1")
    assert 'filename="notes.txt"' in notes.headers["content-disposition"]
    evil = await client.get(f"{path}/2/download")
    assert (evil.headers["content-type"], evil.headers["x-part-type"]) == ("application/octet-stream", "text/html")
    assert evil.headers["content-security-policy"] == "default-src 'none'; sandbox"
    last = await client.get(f"{path}/3/download")
    assert (last.content, f"{message_id}-part-3" in last.headers["content-disposition"]) == (b"--", True)
    for number in ("4", "-1", "x", "99999999999"):
        assert (await client.get(f"{path}/{number}/download")).status_code == 404
    encoded = await deliver(server, b"Content-Type: multipart/x; boundary=b\r\n\r\n--b\r\n"
                                    b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--")  # fmt: skip
    assert (await client.get(f"api/v1/messages/{encoded}/mime/part/0/download")).content == b"hello"


# ---- search ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        ("to", "BOB@y", 2),
        ("to", "hidden@z.org", 1),
        ("to", "Bob <bob", 1),
        ("to", "ann@x.org", 0),
        ("from", "zoe@x.org", 1),
        ("from", "=C3=AB", 1),
        ("from", "zoë", 1),
        ("containing", "some text", 1),
        ("containing", "token=3D1", 1),
        ("containing", "Hier", 1),
        ("containing", "grüße", 1),
        ("containing", "R3LDvMOfZQ", 1),
        ("containing", "Subject", 0),
        ("containing", "ann@x.org", 1),
        ("containing", "%", 0),
    ],
)
async def test_search_finds_what_was_sent_and_what_it_says(
    server: Server, client: httpx.AsyncClient, kind: str, query: str, found: int
) -> None:
    await deliver(server, plain(), to=("bob@y.org", "hidden@z.org"))
    await deliver(server, ENCODED, mail_from="zoe@x.org")
    answer = await client.get("api/v2/search", params={"kind": kind, "query": query})
    listed = answer.json()
    assert (listed["total"], listed["count"], len(listed["items"])) == (found, found, found)
    assert answer.headers["content-type"] == "application/json"


async def test_a_search_says_what_it_searches(client: httpx.AsyncClient) -> None:
    for query in ("", "?kind=to", "?kind=to&query=", "?kind=to&query=%20", "?kind=subject&query=x", "?query=x"):
        assert (await client.get(f"api/v2/search{query}")).status_code == 400, query
    assert (await client.get("api/v2/search", params={"kind": "to", "query": "x" * 5_000})).status_code == 400
    odd = await client.get("api/v2/search", params={"kind": "to", "query": '"(OR) %\\\0'})
    assert odd.json() == {"total": 0, "count": 0, "start": 0, "items": []}


# ---- deletes --------------------------------------------------------------------------------------------------------


async def test_deletes(server: Server, client: httpx.AsyncClient) -> None:
    first, second, third = [await deliver(server, plain(), inbox=name) for name in ("a", "a", "b")]
    assert (await client.delete(f"api/v1/messages/{first}")).status_code == 200
    assert (await client.delete(f"api/v1/messages/{first}")).status_code == 404
    assert (await client.delete(f"inbox/a/api/v1/messages/{third}")).status_code == 404
    assert (await client.delete("inbox/a/mailhog/api/v1/messages")).status_code == 200
    left = (await client.get("api/v2/messages")).json()["items"]
    assert [item["ID"] for item in left] == [third] != [second]


async def test_a_delete_that_says_more_deletes_nothing(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    for path in ("mailhog/api/v1/messages", f"api/v1/messages/{message_id}"):
        for body in (b'{"ids": []}', b"[]", b"x", b"null"):
            assert (await client.request("DELETE", path, content=body)).status_code == 400, (path, body)
    assert (await client.get("api/v2/messages")).json()["total"] == 1
    assert (await client.request("DELETE", "mailhog/api/v1/messages", content=b"{}")).status_code == 200


# ---- what is off ----------------------------------------------------------------------------------------------------


async def test_there_is_nowhere_to_release_to(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    assert (await client.post(f"api/v1/messages/{message_id}/release", json={"Host": "x"})).status_code == 404
    assert (await client.get("api/v2/outgoing-smtp")).json() == {}


# ---- news -----------------------------------------------------------------------------------------------------------


async def test_the_websocket_tells_each_new_message_of_its_scope(server: Server, client: httpx.AsyncClient) -> None:
    async with connect(socket_url(server, "/inbox/a/api/v2/websocket")) as socket:
        await deliver(server, plain("other"), inbox="b")
        first = await deliver(server, plain("first"), inbox="a")
        await client.delete(f"api/v1/messages/{first}")
        second = await deliver(server, ALTERNATIVE, inbox="a")
        told = [await frame(socket)]
        if told[0]["ID"] == first:  # it may be gone before it is told
            told.append(await frame(socket))
        assert told[-1] == (await client.get(f"api/v1/messages/{second}")).json()


async def test_events_tell_the_same_and_keep_alive(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "KEEPALIVE_SECONDS", 0.02)
    head = await client.head("api/v1/events")
    async with client.stream("GET", "api/v1/events") as stream:
        assert stream.headers["content-type"] == head.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = stream.aiter_lines()
        while await anext(lines) != "keepalive:":
            pass
        message_id = await deliver(server, ALTERNATIVE)
        while not (line := await anext(lines)).startswith("data: "):
            pass
        assert json.loads(line.removeprefix("data: "))["ID"] == message_id


async def test_events_take_a_place_and_give_it_back(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LIVE_CLIENTS", 1)
    async with client.stream("GET", "api/v1/events") as stream:
        assert stream.status_code == 200
        assert (await client.get("api/v1/events")).status_code == 503
        assert await knock(server, "/api/v2/websocket", {}) == 503
    async with asyncio.timeout(5):
        while await knock(server, "/api/v2/websocket", {}) == 503:
            pass


async def test_events_end_with_the_server() -> None:
    async with Server(Settings(smtp_port=0, http_port=0)) as server:
        client = speaking(server)
        stream = await client.send(client.build_request("GET", "api/v1/events"), stream=True)
        reading = asyncio.create_task(stream.aread())
    assert await reading == b""
    await client.aclose()
