"""Reference 2.0 to 2.6: listing, searching, marking and deleting messages; and putting one in."""

import gzip
import json
import re
from typing import Any

import httpx

from mailtrap_local.api.messages import LIMIT
from mailtrap_local.server import Server
from tests.asking import RICH, deliver, plain

ENVELOPE = {
    "total", "unread", "count", "messages_count", "messages_unread", "start", "tags", "messages", "cursor", "warnings",
    "next",
}  # fmt: skip
SUMMARY = """
ID MessageID Read From To Cc Bcc ReplyTo Subject Created Username Tags Size Attachments Snippet Inbox
""".split()


async def listed(client: httpx.AsyncClient, path: str = "api/v1/messages", **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()
    return value


async def subjects(client: httpx.AsyncClient, path: str = "api/v1/messages", **query: Any) -> list[str]:
    return [message["Subject"] for message in (await listed(client, path, **query))["messages"]]


async def change(client: httpx.AsyncClient, method: str, path: str, **given: Any) -> httpx.Response:
    return await client.request(method, path, **given)


async def test_an_empty_list_has_no_null(client: httpx.AsyncClient) -> None:
    assert await listed(client) == {
        **dict.fromkeys(("total", "unread", "count", "messages_count", "messages_unread", "start"), 0),
        "tags": [],
        "messages": [],
        "warnings": [],
        "next": "",
        "cursor": (await client.get("api/v1/cursor")).json()["cursor"],
    }


async def test_a_summary_has_every_key_of_the_reference(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH, to=("bob@y.org", "hidden@y.org"))
    page = await listed(client)
    assert set(page) == ENVELOPE
    assert (page["total"], page["unread"], page["count"], page["tags"]) == (1, 1, 1, ["blue", "green"])
    (row,) = page["messages"]
    assert list(row) == SUMMARY
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", row.pop("Created"))
    assert row == {
        "ID": message_id,
        "MessageID": "m1@x.org",
        "Read": False,
        "From": {"Name": "Zoë", "Address": "zoe@x.org"},
        "To": [{"Name": "", "Address": "bob@y.org"}, {"Name": "Ann", "Address": "ann@x.org"}],
        "Cc": [{"Name": "", "Address": "c@x.org"}],
        "Bcc": [{"Name": "", "Address": "hidden@y.org"}],
        "ReplyTo": [{"Name": "", "Address": "r@x.org"}],
        "Subject": "Grüße <b>",
        "Username": "",
        "Tags": ["blue", "green"],
        "Size": len(RICH),
        "Attachments": 2,
        "Snippet": row["Snippet"],
        "Inbox": "default",
    }
    assert row["Snippet"].startswith("Hi & link")


async def test_a_mail_without_header_fields_has_empty_values(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, b"", to=())
    (row,) = (await listed(client))["messages"]
    assert (row["From"], row["To"], row["Tags"], row["Subject"]) == ({"Name": "", "Address": ""}, [], [], "")


async def test_json_is_escaped_for_html_and_ends_its_line(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain("<script>&"))
    answer = await client.get("api/v1/messages")
    assert answer.headers["content-type"] == "application/json"
    assert answer.text.endswith("}\n")
    assert not set("<>&") & set(answer.text)
    assert answer.json()["messages"][0]["Subject"] == "<script>&"


async def test_start_and_limit(server: Server, client: httpx.AsyncClient) -> None:
    for number in range(LIMIT + 5):
        await deliver(server, plain(str(number)))
    newest = [str(number) for number in reversed(range(LIMIT + 5))]
    assert await subjects(client) == newest[:LIMIT]
    assert await subjects(client, start=3, limit=2) == newest[3:5]
    for odd in ("-1", "NaN", "x", "", "1.5", "٣"):
        assert len(await subjects(client, limit=odd)) == LIMIT, odd
        assert (await listed(client, start=odd))["start"] == 0
    assert await subjects(client, limit=0, start=7) == newest
    assert (await listed(client, limit=0, start=7))["start"] == 0
    assert await subjects(client, limit=10**17) == newest
    page = await listed(client, "api/v1/search", query="ann", limit=0)
    assert (page["messages"], page["messages_count"], page["total"]) == ([], LIMIT + 5, LIMIT + 5)
    assert len(await subjects(client, "api/v1/search", query="ann", limit=-2)) == LIMIT


async def test_before_is_exclusive_and_must_be_a_date(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain("old"))
    assert await subjects(client, before="2020-01-01") == []
    assert await subjects(client, before="2100-01-01T00:00:00Z") == ["old"]
    assert await subjects(client, "api/v1/search", query="old", before="2020-01-01") == []
    for wrong in (
        {"before": "soon"},
        {"before": "2020-01-01", "tz": "Mars/Base"},
        {"before": "2020-01-01", "tz": "/etc"},
    ):
        answer = await client.get("api/v1/messages", params=wrong)
        assert (answer.status_code, "\n" in answer.text) == (400, False), wrong


async def test_a_list_may_be_sorted(server: Server, client: httpx.AsyncClient) -> None:
    for subject in ("Banana", "apple", "cherry"):
        await deliver(server, plain(subject))
    assert await subjects(client, sort="subject") == ["apple", "Banana", "cherry"]
    found = await subjects(client, "api/v1/search", query="an", sort="oldest", limit=500)
    assert found == ["Banana", "apple", "cherry"]
    cursor = (await listed(client))["cursor"]
    await deliver(server, plain("a"))
    assert await subjects(client, sort="subject", until=cursor, start=1, limit=1) == ["Banana"]
    assert await subjects(client, until=cursor) == ["cherry", "apple", "Banana"]
    assert await subjects(client, until=cursor, limit=0) == ["cherry", "apple", "Banana"]
    refused: tuple[tuple[dict[str, Any], str, int], ...] = (
        ({"sort": "size"}, "sender, subject, inbox, largest", 400),
        ({"sort": "sender", "limit": 501}, "500 messages at most", 400),
        ({"until": "yesterday"}, "not a cursor", 400),
        ({"until": "other-1"}, "of another database", 410),
        ({"until": f"{cursor}99"}, "ahead of the server", 410),
    )
    for wrong, told, status in refused:
        for path in ("api/v1/messages", "api/v1/search"):
            answer = await client.get(path, params={**wrong, "query": "an"})
            assert (answer.status_code, told in answer.text) == (status, True), (path, wrong, answer.text)
    assert (await client.get("api/v1/messages", params={"sort": "sender", "limit": 0})).status_code == 400
    assert (await listed(client, "api/v1/search", query="an", sort="sender", limit=0))["messages_count"] == 4


async def _as_sent(client: httpx.AsyncClient, accepted: str) -> tuple[bytes, httpx.Headers]:
    fields = {"Accept-Encoding": accepted}
    async with client.stream("GET", "api/v1/messages", params={"limit": 0}, headers=fields) as answer:
        return b"".join([piece async for piece in answer.aiter_raw()]), answer.headers


async def test_a_long_list_is_the_same_in_pieces_and_packed(server: Server, client: httpx.AsyncClient) -> None:
    for number in range(600):
        await deliver(server, plain(str(number)))
    body, fields = await _as_sent(client, "identity")
    assert (fields["content-type"], fields.get("content-encoding")) == ("application/json", None)
    plainly = json.loads(body)
    packed, fields = await _as_sent(client, "br, gzip;q=0.5")
    assert (fields["content-encoding"], fields["vary"]) == ("gzip", "Accept-Encoding")
    assert json.loads(gzip.decompress(packed)) == plainly
    assert len(packed) < len(body) / 4
    assert [message["Subject"] for message in plainly["messages"]] == [str(number) for number in reversed(range(600))]
    assert list(plainly["messages"][0]) == SUMMARY


async def test_small_answers_are_not_packed(client: httpx.AsyncClient) -> None:
    assert "content-encoding" not in (await client.get("api/v1/messages")).headers
    assert (await client.get("api/v1/openapi.json")).headers["content-encoding"] == "gzip"


async def test_search(server: Server, client: httpx.AsyncClient) -> None:
    for name in ("apple pie", "apple cake", "plum"):
        await deliver(server, plain(name, to=f"{name.split()[0]}@y.org"))
    page = await listed(client, "api/v1/search", query="apple")
    assert (page["messages_count"], page["messages_unread"], page["total"], page["unread"]) == (2, 2, 3, 3)
    assert await subjects(client, "api/v1/search", query='to:plum@y.org OR "apple pie"') == ["plum", "apple pie"]
    for missing in ({}, {"query": ""}, {"query": "  "}):
        answer = await client.get("api/v1/search", params=missing)
        assert (answer.status_code, answer.text) == (400, "Error: no search query")
    for wrong in ("to:", "before:nonsense", "x" * 5_000):
        assert (await client.get("api/v1/search", params={"query": wrong})).status_code == 400, wrong


async def test_a_search_that_may_be_misspelt_is_warned_about(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    assert (await listed(client, "api/v1/search", query="subjct:hello"))["warnings"]


# ---- PUT: the read state -------------------------------------------------------------------------------------------


async def unread(client: httpx.AsyncClient) -> int:
    count: int = (await listed(client))["unread"]
    return count


async def test_listing_marks_nothing_read_and_put_does(server: Server, client: httpx.AsyncClient) -> None:
    ids = [await deliver(server, plain(name)) for name in ("a", "b", "c")]
    assert await unread(client) == 3
    answer = await client.put("api/v1/messages", json={"Read": True, "IDs": [ids[0], "unknown"]})
    assert (answer.status_code, answer.text, answer.headers["content-type"][:10]) == (200, "ok", "text/plain")
    assert await unread(client) == 2
    await client.put("api/v1/messages", json={"read": True, "search": "subject:b"})  # as Mailpit's own UI spells it
    assert await unread(client) == 1
    await client.put("api/v1/messages", json={"Read": True})
    assert await unread(client) == 0
    await client.put("api/v1/messages", json={"Read": False, "ids": ids[:2]})
    assert await unread(client) == 2
    await client.put("api/v1/messages")  # no body: as {} does, all become unread
    assert await unread(client) == 3
    await client.put("api/v1/messages", data={"read": "true", "ids": ids[:2]})
    assert await unread(client) == 1
    both = await client.put("api/v1/messages", json={"Read": True, "IDs": ids, "Search": "a"})
    assert (both.status_code, both.text) == (400, "You may specify either IDs or a search query, not both")


NO_SHAPE = [
    b"nonsense", b"null", b"[]", b'"x"', b"1", b"{", b'{"IDs": null}', b'{"IDs": "abc"}', b'{"IDs": [1]}',
    b'{"ID": "abc"}', b'{"IDs": ["a"], "ids": []}', b"{}{}", b"\xff", b" ", b"\n", b'{"IDs": []} x',
    b'{"IDs": {}}', b"[" * 100_000,
]  # fmt: skip


async def test_a_body_of_no_documented_shape_changes_nothing(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    for media in ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""):
        for body in NO_SHAPE:
            for method in ("DELETE", "PUT"):
                fields = {"Content-Type": media}
                answer = await change(client, method, "api/v1/messages", content=body, headers=fields)
                assert answer.status_code == 400, (method, media, body[:20])
                assert answer.headers["content-type"].startswith("text/plain")
    for form in (b"id=abc", b"ids", b"read=perhaps", b"IDs=a&nonsense=1", b"read=1&read=0"):
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        for method in ("DELETE", "PUT"):
            answer = await change(client, method, "api/v1/messages", content=form, headers=fields)
            assert answer.status_code == 400, (method, form)
    assert (await listed(client))["total"] == 1
    assert await unread(client) == 1


# ---- DELETE ----------------------------------------------------------------------------------------------------------


async def test_no_ids_mean_all(server: Server, client: httpx.AsyncClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    ways: list[dict[str, Any]] = [
        {},
        {"content": b"{}"},
        {"json": {"IDs": []}},
        {"json": {"ids": []}},
        {"content": b"{}", "headers": form},
    ]
    for way in ways:
        for name in ("a", "b"):
            await deliver(server, plain(name))
        answer = await change(client, "DELETE", "api/v1/messages", **way)
        assert (answer.status_code, answer.text) == (200, "ok")
        assert (await listed(client))["total"] == 0, way


async def test_ids_mean_those_alone(server: Server, client: httpx.AsyncClient) -> None:
    ids = {name: await deliver(server, plain(name)) for name in "abcdef"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    await change(client, "DELETE", "api/v1/messages", json={"IDs": [ids["a"], "unknown"]})
    assert await subjects(client) == list("fedcb")
    await change(client, "DELETE", "api/v1/messages", json={"iDs": [ids["b"]]})
    await change(client, "DELETE", "api/v1/messages", data={"ids": [ids["c"], ids["d"]]})
    assert await subjects(client) == list("fe")
    body = json.dumps({"IDs": [ids["e"]]}).encode()  # what `curl -X DELETE -d` sends
    await change(client, "DELETE", "api/v1/messages", content=body, headers=form)
    assert await subjects(client) == ["f"]
    await change(client, "DELETE", "api/v1/messages", json={"IDs": ["unknown"]})
    assert await subjects(client) == ["f"]


async def test_a_query_string_that_seems_to_narrow_a_delete_is_refused(
    server: Server, client: httpx.AsyncClient
) -> None:
    message_id = await deliver(server, plain())
    for query in ({"query": "x"}, {"ids": message_id}, {"id": "x"}, {"search": "x"}):
        assert (await change(client, "DELETE", "api/v1/messages", params=query)).status_code == 400
    assert (await listed(client))["total"] == 1


async def test_delete_by_search(server: Server, client: httpx.AsyncClient) -> None:
    for name in ("apple", "plum"):
        await deliver(server, plain(name))
    for wrong in ({}, {"query": ""}, {"query": "to:"}, {"query": "subject:"}):
        assert (await change(client, "DELETE", "api/v1/search", params=wrong)).status_code == 400
    assert (await listed(client))["total"] == 2
    assert (await change(client, "DELETE", "api/v1/search", params={"query": "apple"})).text == "ok"
    assert await subjects(client) == ["plum"]


async def test_a_delete_can_be_undone(server: Server, client: httpx.AsyncClient) -> None:
    ids = [await deliver(server, plain(name)) for name in ("a", "b", "c")]
    hidden = (await change(client, "DELETE", "api/v1/messages", params={"undo": 30}, json={"IDs": ids[:2]})).json()
    assert hidden == {"undo": hidden["undo"], "seconds": 30.0}
    assert await subjects(client) == ["c"]
    assert (await client.get(f"api/v1/message/{ids[0]}")).status_code == 404
    assert (await client.post(f"api/v1/undo/{hidden['undo']}")).json() == {"restored": 2}
    assert await subjects(client) == ["c", "b", "a"]
    assert (await client.post(f"api/v1/undo/{hidden['undo']}")).status_code == 404
    found = (await change(client, "DELETE", "api/v1/search", params={"undo": 9, "query": "subject:b"})).json()
    assert await subjects(client) == ["c", "a"]
    await client.post(f"api/v1/undo/{found['undo']}")
    for wrong in ("0", "-1", "301", "x", ""):
        assert (await change(client, "DELETE", "api/v1/messages", params={"undo": wrong})).status_code == 400
    assert (await listed(client))["total"] == 3


# ---- putting one in --------------------------------------------------------------------------------------------------


async def test_a_mail_is_put_in_to_the_byte(client: httpx.AsyncClient) -> None:
    raw = b"Subject: odd\n\r\n\x00\xff bare\nlines\r no end"
    fields = {"Content-Type": "message/rfc822; charset=x"}
    answer = await client.post(
        "api/v1/messages", content=raw, headers=fields, params={"from": "a@x.org", "to": ["b@x.org", "c@x.org"]}
    )
    message_id = answer.json()["ID"]
    assert (await client.get(f"api/v1/message/{message_id}/raw")).content == raw
    envelope = (await client.get(f"api/v1/message/{message_id}?peek=1")).json()["Envelope"]
    assert (envelope["From"], envelope["Protocol"]) == ("a@x.org", "HTTP")
    assert [recipient["Address"] for recipient in envelope["To"]] == ["b@x.org", "c@x.org"]
    for media in ("application/json", "text/plain", ""):
        assert (await client.post("api/v1/messages", content=raw, headers={"Content-Type": media})).status_code == 400


# ---- methods and what is not there -----------------------------------------------------------------------------------


async def test_head_works_wherever_get_does_and_other_methods_are_405(
    server: Server, client: httpx.AsyncClient
) -> None:
    message_id = await deliver(server, plain())
    for path in ("api/v1/messages", f"api/v1/message/{message_id}", f"view/{message_id}.txt", "", "livez", "metrics"):
        answer = await client.head(path)
        assert (answer.status_code, answer.content) == (200, b""), path
    assert await unread(client) == 1
    for method, path in (("POST", "api/v1/search"), ("PATCH", "api/v1/messages"), ("DELETE", "api/v1/message/x")):
        assert (await client.request(method, path)).status_code == 405
    assert (await client.options("api/v1/messages")).status_code == 200
    for path in (
        "nope",
        "api/v1/nope",
        "api/v1/messages/",
        "api",
        "api/v2/nope",
        "static/../x",
        "inbox//api/v1/tags",
    ):
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (404, "404 page not found"), path


async def test_a_list_goes_on_where_it_ended_while_mail_comes_and_goes(
    server: Server, client: httpx.AsyncClient
) -> None:
    ids = [await deliver(server, plain(f"Number {number}")) for number in range(7)]
    seen: list[str] = []
    page = await listed(client, limit=2)
    for _ in range(10):
        seen += [message["ID"] for message in page["messages"]]
        if not page["next"]:
            break
        await deliver(server, plain("Meanwhile"))
        await client.request("DELETE", "api/v1/messages", json={"IDs": [seen[0]]})
        page = await listed(client, limit=2, until=page["next"])
    assert seen == ids[::-1], "each once, in order, none of what came meanwhile"


async def test_the_last_page_leads_nowhere(server: Server, client: httpx.AsyncClient) -> None:
    for number in range(4):
        await deliver(server, plain(f"Number {number}"))
    assert (await listed(client, limit=2))["next"]
    for start, limit in ((0, 4), (2, 2), (0, 0)):
        assert (await listed(client, start=start, limit=limit))["next"] == ""
    assert (await listed(client, sort="subject", limit=2))["next"] == ""
    found = await listed(client, "api/v1/search", query="Number", limit=3)
    assert await subjects(client, "api/v1/search", query="Number", until=found["next"]) == ["Number 0"]
