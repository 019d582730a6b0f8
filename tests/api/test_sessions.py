"""SMTP conversations over HTTP, with a real SMTP client on the other side."""

import asyncio
import smtplib

import httpx

from mailtrap_local.server import Server
from tests.asking import deliver, plain

ROW = "ID Started Ended Peer Local Helo Username TLS State Messages Caught Errors Omitted".split()


def talk(server: Server, *, user: str = "", mails: int = 1) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port, local_hostname="app.test") as smtp:
        smtp.ehlo()
        if user:
            smtp.login(user, "secret-word")
        for _ in range(mails):
            smtp.sendmail("ann@x.org", ["bob@y.org"], plain())


async def test_a_message_leads_to_its_conversation(server: Server, client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(talk, server, user="team")
    message = (await client.get("api/v1/message/latest")).json()
    session = (await client.get("api/v1/message/latest/session")).json()
    assert list(session) == [*ROW, "Lines", "Findings"]
    assert session["ID"] == message["Session"]
    assert (session["Helo"], session["Username"], session["Caught"]) == ("app.test", "team", 1)
    assert session["Messages"] == [message["ID"]]
    said = [line["Text"] for line in session["Lines"] if line["Who"] == "C"]
    assert "mail from:<ann@x.org>" in " ".join(said).lower()
    assert "secret-word" not in str(session)
    assert {tuple(line) for line in session["Lines"]} == {("At", "Who", "Text", "Words", "RFC")}
    assert all(isinstance(line["At"], float) for line in session["Lines"])
    assert (await client.get(f"api/v1/sessions/{session['ID']}")).json()["Lines"][:3] == session["Lines"][:3]


async def test_a_message_that_came_otherwise_has_none(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, plain())
    answer = await client.get("api/v1/message/latest/session")
    assert (answer.status_code, "did not come by SMTP" in answer.text) == (404, True)
    assert (await client.get("api/v1/sessions/unknown")).status_code == 404


async def test_sessions_are_listed_newest_first_the_empty_ones_too(server: Server, client: httpx.AsyncClient) -> None:
    for mails in (0, 2, 1):
        await asyncio.to_thread(talk, server, mails=mails)
    listed = (await client.get("api/v1/sessions")).json()
    assert (listed["start"], [list(row) for row in listed["sessions"]]) == (0, [ROW] * 3)
    assert [row["Caught"] for row in listed["sessions"]] == [1, 2, 0]
    some = (await client.get("api/v1/sessions?start=1&limit=1")).json()
    assert (some["start"], [row["Caught"] for row in some["sessions"]]) == (1, [2])


async def test_a_scope_shows_those_of_its_user_and_of_its_messages(server: Server, client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(talk, server, user="team", mails=0)
    await asyncio.to_thread(talk, server, user="other")
    await asyncio.to_thread(talk, server)
    ids = [row["ID"] for row in (await client.get("api/v1/sessions")).json()["sessions"]]
    for inbox, session_id in (("default", ids[0]), ("other", ids[1]), ("team", ids[2])):
        rows = (await client.get(f"inbox/{inbox}/api/v1/sessions")).json()["sessions"]
        assert [row["ID"] for row in rows] == [session_id]
        assert (await client.get("api/v1/sessions", params={"inbox": inbox, "start": 1})).json()["sessions"] == []
        for other in ids:
            status = (await client.get(f"inbox/{inbox}/api/v1/sessions/{other}")).status_code
            assert status == (200 if other == session_id else 404)


async def test_a_session_that_failed_says_why_and_what_to_change(server: Server, client: httpx.AsyncClient) -> None:
    def refused() -> None:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, local_hostname="app.test") as smtp:
            smtp.ehlo()
            smtp.docmd("MAIL", "FROM:<a@x.org> SIZE=999999999999")

    await asyncio.to_thread(refused)
    row = (await client.get("api/v1/sessions")).json()["sessions"][0]
    session = (await client.get(f"api/v1/sessions/{row['ID']}")).json()
    [finding] = session["Findings"]
    assert (finding["Name"], finding["Level"], finding["Again"]) == ("too-large", "fault", "never")
    assert "--max-message-size" in finding["Change"]
    assert session["Lines"][finding["Line"]]["Text"] == finding["Evidence"]
    words = {line["Text"]: line["Words"] for line in session["Lines"]}
    assert words["ehlo app.test"].startswith("Says hello")
