"""GET /api/v1/wait, over real HTTP with mail that comes by SMTP."""

import asyncio
import smtplib

import httpx
import pytest

from mailtrap_local.server import Server
from tests.asking import deliver, plain


def send(server: Server, subject: str, *, user: str = "") -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as client:
        if user:
            client.login(user, "any")
        head = "From: ann@x.org\r\nTo: bob@y.org\r\n"
        client.sendmail("ann@x.org", ["bob@y.org"], f"{head}Subject: {subject}\r\n\r\nhi\r\n")


async def waiting(server: Server, number: int = 1) -> None:
    while server.mailbox.waiting < number:  # noqa: ASYNC110 - until the request has come in
        await asyncio.sleep(0.001)


async def test_the_message_comes_whole_the_moment_it_is_there(server: Server, client: httpx.AsyncClient) -> None:
    asked = asyncio.create_task(client.get("/api/v1/wait", params={"query": "subject:needle", "timeout": 30}))
    await waiting(server)
    await asyncio.to_thread(send, server, "other")
    await asyncio.to_thread(send, server, "the needle")
    answer = await asked
    assert answer.status_code == 200
    (message,) = answer.json()["messages"]
    assert (message["Subject"], message["Text"].strip(), message["Read"]) == ("the needle", "hi", False)
    again = await client.get("/api/v1/wait", params={"since": answer.json()["cursor"], "timeout": 0})
    assert again.status_code == 404


async def test_a_cursor_asked_for_before_the_act(server: Server, client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(send, server, "before")
    cursor = (await client.get("/api/v1/cursor")).json()["cursor"]
    await asyncio.to_thread(send, server, "after")
    answer = await client.get("/api/v1/wait", params={"since": cursor})
    assert [message["Subject"] for message in answer.json()["messages"]] == ["after"]


async def test_a_timeout_says_what_nearly_matched_and_why_it_did_not(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain("Welcome"))  # not by SMTP, where the end of the session is an event of its own
    answer = await client.get("/api/v1/wait", params={"query": "to:bob subject:goodbye", "timeout": 0.05})
    assert answer.status_code == 404
    told = answer.json()
    assert told["error"] == "timeout"
    (miss,) = told["near_misses"]
    assert (miss["message"]["Subject"], miss["failed"]) == ("Welcome", ["subject:goodbye"])
    assert told["cursor"] == (await client.get("/api/v1/cursor")).json()["cursor"]


async def test_exactly_and_silence(server: Server, client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/wait", params={"count": 0, "timeout": 0.05})).json()["messages"] == []
    for subject in ("one", "two"):
        await asyncio.to_thread(send, server, subject)
    exact = {"count": 2, "exact": 1, "timeout": 0.05}
    assert len((await client.get("/api/v1/wait", params=exact)).json()["messages"]) == 2
    for count in (0, 1):
        answer = await client.get("/api/v1/wait", params={"count": count, "exact": 1, "timeout": 30})
        assert (answer.status_code, answer.json()["error"]) == (409, "too many")
        assert len(answer.json()["messages"]) == count + 1
    short = await client.get("/api/v1/wait", params={"count": 3, "timeout": 0.05})
    assert "3 messages were to match, and 2 did" in short.json()["message"]


async def test_each_inbox_waits_for_its_own(server: Server, client: httpx.AsyncClient) -> None:
    asked = asyncio.create_task(client.get("/inbox/mine/api/v1/wait", params={"timeout": 30}))
    await waiting(server)
    await asyncio.to_thread(send, server, "theirs", user="theirs")
    await asyncio.to_thread(send, server, "mine", user="mine")
    assert [message["Subject"] for message in (await asked).json()["messages"]] == ["mine"]


@pytest.mark.parametrize(
    ("params", "status", "words"),
    [
        ({"timeout": "61"}, 400, "from 0 to 60"),
        ({"timeout": "nan"}, 400, "from 0 to 60"),
        ({"timeout": "soon"}, 400, "from 0 to 60"),
        ({"count": "-1"}, 400, "count"),
        ({"count": "many"}, 400, "count"),
        ({"count": "9" * 5_000}, 400, "count"),
        ({"query": "to:"}, 400, "to:"),
        ({"since": "nonsense"}, 400, "not a cursor"),
        ({"since": "other-1"}, 410, "another database"),
    ],
)
async def test_what_cannot_be_is_told(
    client: httpx.AsyncClient, params: dict[str, str], status: int, words: str
) -> None:
    answer = await client.get("/api/v1/wait", params=params)
    assert answer.status_code == status
    assert words in answer.text


async def test_a_client_that_leaves_is_not_waited_for(server: Server, client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/api/v1/wait", params={"timeout": 30}, timeout=0.3)
    async with asyncio.timeout(5):
        while server.mailbox.waiting:  # noqa: ASYNC110 - until the server has seen the client go
            await asyncio.sleep(0.01)


async def test_stopping_answers_held_waits_with_503(server: Server, client: httpx.AsyncClient) -> None:
    asked = asyncio.create_task(client.get("/api/v1/wait", params={"timeout": 30}))
    await waiting(server)
    server.mailbox.stop()
    assert (await asked).status_code == 503
