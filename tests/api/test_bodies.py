"""What clients send, however odd it is: it is read, or refused in a sentence, and never breaks anything."""

import json
import random
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.api import schema
from mailtrap_local.errors import BadRequest
from mailtrap_local.http.bodies import _converted, _renamed
from mailtrap_local.server import Server
from tests.asking import deliver, exchange, plain

CASES = st.sampled_from([str.upper, str.lower, str.title, str])


@given(CASES, CASES, st.text(max_size=5), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_names_are_matched_whatever_their_case_as_deep_as_there_are_types(
    outer: Any, inner: Any, name: str, headers: dict[str, str]
) -> None:
    value = {
        outer("From"): {inner("Email"): "a@x.org", inner("Name"): name},
        outer("To"): [{inner("Email"): "b@x.org"}],
        outer("Headers"): headers,
        "Unknown": {"from": 1},
    }
    read = _converted(value, schema.SendMessage, strict=True)
    assert (read.From, read.To) == (schema.EmailName("a@x.org", name), [schema.EmailName("b@x.org")])
    assert read.Headers == headers


NAMES = st.sampled_from(["IDs", "ids", "Read", "Search", "From", "Email", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for wanted in (schema.ReadChange, schema.Deletion, schema.Tagging, schema.TagName, schema.SendMessage):
        try:
            read = _converted(value, wanted, strict=True)
        except BadRequest as error:
            assert str(error)
        else:
            assert isinstance(value, dict)
            assert isinstance(read, wanted)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(BadRequest, match="'IDs' twice"):
        _renamed({"IDs": ["a"], "ids": []}, schema.Deletion)


ODD = [
    "\x00",
    " ",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "%",
    "%zz",
    "../..",
    "a" * 5_000,
    "\r\n",
    "💥",
]
PATHS = """
api/v1/messages api/v1/search api/v1/message/{} api/v1/message/{}/raw api/v1/message/latest/part/{} api/v1/tags/{}
view/{}.html api/v1/message/latest/part/{}/thumb api/v1/inboxes/{} api/v1/sessions/{} api/v1/undo/{} view/{}.txt
view/{} static/{} inbox/{}/api/v1/messages inbox/{}/api/v1/message/latest inbox/{}
""".split()
QUERIES = "query tz before start limit inbox undo peek since to from remote".split()


async def test_nothing_in_an_address_breaks_the_server(server: Server, client: httpx.AsyncClient) -> None:
    """Every odd text at every place, methods and queries drawn by a fixed die."""
    die = random.Random(1)
    for path in PATHS:
        for text in ODD:
            if not server.mailbox.received or die.random() < 0.1:
                await deliver(server, plain())
            place = path.format(quote(text, safe=""))
            query = {
                die.choice(QUERIES): die.choice([*ODD, "1", "-1", "latest", "x:y"]) for _ in range(die.randrange(3))
            }
            method = die.choice(["GET", "GET", "PUT", "DELETE", "POST"])
            answer = await client.request(method, place, params=query)
            if answer.status_code == 403:  # MailCatcher's way to end its server, which this one does not take
                assert (method, answer.text) == ("DELETE", "this server is stopped where it was started")
                continue
            assert answer.status_code in (200, 302, 304, 400, 404, 405), (place, query, answer.status_code, answer.text)
            assert "Traceback" not in answer.text


async def test_nothing_in_a_body_breaks_the_server(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, plain())
    texts = ["\x00", "\ud800", "a\r\nb", "💥" * 300, "", " ", '"', "a" * 100_000]
    for text in texts:
        for method, path, body in (
            ("PUT", "messages", {"Read": True, "Search": text}),
            ("PUT", "messages", {"Read": True, "IDs": [text]}),
            ("DELETE", "messages", {"IDs": [text]}),
            ("PUT", "tags", {"Tags": [text], "IDs": [message_id, text]}),
            ("PUT", "tags/x", {"Name": text}),
            (
                "POST",
                "send",
                {"From": {"Email": "a@x.org", "Name": text}, "To": [{"Email": "b@x.org"}], "Subject": text},
            ),
            ("POST", "send", {"From": {"Email": "a@x.org"}, "To": [{"Email": text}], "Text": text, "HTML": text}),
            ("POST", "send", {"From": {"Email": "a@x.org"}, "Headers": {"X-A": text}, "Tags": [text]}),
            ("POST", "send", {"From": {"Email": "a@x.org"}, "Attachments": [{"Content": "", "Filename": text}]}),
        ):
            answer = await client.request(method, f"api/v1/{path}", content=json.dumps(body))
            assert answer.status_code in (200, 400), (path, body, answer.status_code, answer.text)
    assert (await client.get(f"api/v1/message/{message_id}")).status_code == 200
    assert (await client.get("api/v1/messages?limit=0")).status_code == 200


async def test_no_odd_name_of_an_inbox_comes_to_mean_all(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    for name in ("", "%00", "%20", "%09%0d"):
        for path in (f"/inbox/{name}/api/v1/messages", f"/api/v1/messages?inbox={name}"):
            for method in ("DELETE", "GET", "PUT"):
                status, _, _ = await exchange(server, f"{method} {path} HTTP/1.1\nHost: localhost")
                assert status in (400, 404), (method, path)
    page = (await client.get("api/v1/messages")).json()
    assert (page["total"], page["unread"]) == (1, 1)
