"""Conversations recorded by the front itself, told in words: nothing here is made up but what the client says."""

import asyncio
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.doctor import phrasebook
from mailtrap_local.doctor.explain import explain, in_words
from mailtrap_local.doctor.letter import Letter
from mailtrap_local.model import Line, Session
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from tests.asking import speaking
from tests.doctor.servers import examine, names
from tests.smtp.talking import Running, running


async def talked(front: Running, *lines: bytes, quit: bool = True) -> Session:
    """The session of a client that says these lines, waiting for each reply."""
    client = await front.connect()
    await client.reply()
    for line in lines:
        await client.ask(line)
    if quit:
        await client.ask(b"QUIT")
    await client.close()
    return await front.ended_session()


def found(session: Session) -> list[str]:
    return [finding.name for finding in explain(session) if finding.level != "note"]


MAIL = (b"EHLO app.example", b"MAIL FROM:<a@x.org>", b"RCPT TO:<b@y.org>", b"DATA", b"Subject: x\r\n\r\nhi\r\n.")


async def test_nothing_is_said_of_a_session_that_went_well(front: Running) -> None:
    assert explain(await talked(front, *MAIL)) == ()


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ((b"MAIL FROM:<a@x.org>",), "out-of-order"),
        ((b"EHLO x", b"RCPT TO:<b@y.org>"), "out-of-order"),
        ((b"AUTH PLAIN AGFubgBzZWNyZXQ=",), "auth-order"),
        ((b"EHLO x", b"MAIL FROM:<a@x.org>", b"AUTH PLAIN AGFubgBzZWNyZXQ="), "auth-order"),
        ((b"EHLO x", b"MAIL FROM:<a@x.org>", b"RCPT TO:<b@y.org>", b"BDAT 0", b"RCPT TO:<c@y.org>"), "out-of-order"),
        ((b"EHLO x", b"MAIL FROM:<a@x.org>", b"DATA"), "no-recipient"),
        ((b"EHLO x", b"MAIL FROM:a@x.org"), "sloppy-path"),
        ((b"EHLO x", b"MAIL FROM:<a@x.org> NEW=1"), "unknown-parameter"),
        ((b"EHLO x", b"MAIL FROM:<a@x.org> SIZE=99999999999"), "too-large"),
        ((b"EHLO x", b"MAIL FROM:<Ann <a@x.org>>"), "bad-sender-syntax"),
        ((b"EHLO x", b"MAIL FROM:<\xc3\xa4@x.org>"), "smtputf8-needed"),
        ((b"EHLO x", b"MAIL FROM:<a@x.org>", b"RCPT TO:<>"), "bad-recipient-syntax"),
        ((b"EHLO",), "helo-refused"),
        ((b"Subject: hello",), "unknown-command"),
        ((b"EHLO x", b"AUTH NTLM"), "mechanism-unknown"),
        ((b"EHLO x", b"AUTH PLAIN ???"), "auth-cancelled"),
        ((b"EHLO x", b"AUTH LOGIN", b"*"), "auth-cancelled"),
    ],
)
async def test_what_went_wrong(front: Running, lines: tuple[bytes, ...], name: str) -> None:
    session = await talked(front, *lines)
    assert found(session)[0] == name
    finding = explain(session)[0]
    assert session.lines[finding.line].text in finding.evidence or finding.evidence.startswith(
        session.lines[finding.line].text
    )


async def test_credentials_that_are_wrong(tmp_path: Path) -> None:

    file = tmp_path / "users"
    file.write_text("ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")  # "password"
    async with running(Settings(smtp_auth_file=file)) as front:
        session = await talked(front, b"EHLO x", b"AUTH PLAIN AGFubgB3cm9uZw==")
        [finding] = [each for each in explain(session) if each.level == "fault"]
        assert finding.name == "credentials-wrong"
        assert "--smtp-auth-file" in finding.change
        report = await examine(f"smtp://ann:wrong@127.0.0.1:{front.port}")
        assert names(report) == ["credentials-wrong"]
        assert "--smtp-auth-file" not in report.findings[0].change, "of a foreign server nothing is known"
        assert names(await examine(f"smtp://ann:password@127.0.0.1:{front.port}")) == []


async def test_tls_begun_on_the_plain_port(front: Running) -> None:
    context = ssl._create_unverified_context()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", front.port, ssl=context)
    assert "tls-to-plain-port" in found(await front.ended_session())


async def test_http_on_the_smtp_port(front: Running) -> None:
    client = await front.connect()
    await client.reply()
    client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await client.reply()).startswith("421")
    assert "http-client" in found(await front.ended_session())


async def test_a_client_that_goes_without_a_word(front: Running) -> None:
    client = await front.connect()
    await client.reply()
    await client.close()
    assert found(await front.ended_session()) == ["nothing-said"]


async def test_a_client_that_leaves_in_the_middle(front: Running) -> None:
    client = await front.connect()
    await client.begin("MAIL FROM:<a@x.org>", "RCPT TO:<b@y.org>", "DATA")
    client.send(b"Subject: half")
    await client.close()
    assert found(await front.ended_session()) == ["cut-off"]


async def test_lines_that_end_with_a_line_feed(front: Running) -> None:
    client = await front.connect()
    await client.reply()
    client.send(b"EHLO x\nQUIT\n")
    await client.replies(2)
    assert found(await front.ended_session()) == ["bare-line-feed"]


async def test_our_own_server_is_well(front: Running) -> None:
    report = await examine(f"127.0.0.1:{front.port}", Letter("a@x.org", ("b@y.org",), b"Subject: x\r\n\r\nhi\r\n"))
    assert (names(report, "fault", "warning"), report.delivered[:3]) == ([], "250")
    assert front.mailbox.arrivals[0].raw == b"Subject: x\r\n\r\nhi\r\n"
    assert explain(await front.ended_session()) == ()


async def test_our_own_server_has_a_limit(front: Running) -> None:
    report = await examine(f"127.0.0.1:{front.port}", Letter("a@x.org", ("b@y.org",), size=60 * 1024 * 1024))
    assert names(report) == ["size", "too-large"]


# ---- each line in words ---------------------------------------------------------------------------------------------


async def test_each_line_in_words(front: Running) -> None:
    session = await talked(front, b"EHLO app.example", b"AUTH PLAIN AHUAcA==", *MAIL[1:], b"RCPT TO:<x>", b"NOOP")
    told = {line.text: words for line, words in zip(session.lines, in_words(session.lines), strict=True)}
    assert told["250-PIPELINING"].rfc == "RFC 2920"
    assert told["AUTH PLAIN ***"].rfc == "RFC 4954 section 4, RFC 4616"
    assert told["235 2.7.0 Authentication successful"].text == "The login succeeded."
    assert told["MAIL FROM:<a@x.org>"].rfc == "RFC 5321 section 4.1.1.2"
    assert "safe" in next(words.text for text, words in told.items() if "queued as" in text)
    assert told["503 5.5.1 send MAIL first"].text.startswith("A command out of order.")
    assert "an invalid command" in told["503 5.5.1 send MAIL first"].text
    silent = [line.text for line, words in zip(session.lines, in_words(session.lines), strict=True) if not words.text]
    assert all(line.startswith("18 bytes") or "without a domain" in line or line == "a" for line in silent), silent


def transcript(text: str) -> tuple[Line, ...]:
    return tuple(Line(0, line[0], line[2:]) for line in text.strip().splitlines())  # type: ignore[arg-type]


def test_pipelined_commands_get_their_own_replies() -> None:
    lines = transcript("""
S 220 x
C EHLO a
S 250-x
S 250 DSN
C MAIL FROM:<> RET=HDRS ENVID=q1
C RCPT TO:<b@y.org> NOTIFY=NEVER ORCPT=rfc822;b@y.org
C DATA
S 250 ok
S 450 4.2.1 no
S 354 go
S 250 kept
""")
    words = in_words(lines)
    assert words[3].rfc == "RFC 3461"
    assert words[4].text.startswith("Begins a mail without a sender") and "RET asks" in words[4].text
    assert "NOTIFY" in words[5].text and "ORCPT" in words[5].text
    assert words[7].text == "The sender is accepted."
    assert words[8].text.startswith("The mailbox is not available")
    assert words[9].text.startswith("Send the message")
    assert words[10].text.startswith("The message is safe")


def test_a_transcript_with_a_gap_is_told_as_far_as_it_goes() -> None:
    lines = transcript("S 250 ok\nS 250-x\n- 10 bytes of DATA\nS nonsense\nC \nS 999 x\nC ***\nS 550")
    assert len(in_words(lines)) == len(lines)


def test_starttls_that_was_left_aside() -> None:
    lines = transcript("S 220 x\nC EHLO a\nS 250-x\nS 250 STARTTLS\nC MAIL FROM:<a@b>\nS 250 ok\nC QUIT\nS 221 bye")
    facts = {"id": "s", "started": 1, "ended": 2, "peer": "", "local": "", "helo": "a", "username": ""}
    session = Session(**facts, tls="", state="quit", messages=(), caught=0, errors=0, lines=lines, omitted=0)  # type: ignore[arg-type]
    assert found(session) == ["starttls-unused"]
    inside = Session(**facts, tls="TLSv1.3", state="quit", messages=(), caught=0, errors=0, lines=lines, omitted=0)  # type: ignore[arg-type]
    assert found(inside) == []


async def test_handshakes_that_fail_on_our_side(tmp_path: Path) -> None:
    """A server with TLS, and clients that do not get along with it: the walk says why, and so does the session."""
    async with Server(
        Settings(smtp_port=0, http_port=0, smtp_tls_port=0, tls=True, database=tmp_path / "mail")
    ) as server:
        trust = tmp_path / "ca.pem"
        async with speaking(server) as client:
            trust.write_bytes((await client.get("api/v1/ca.pem")).content)
        ports = (server.settings.smtp_port, server.settings.smtp_tls_port)
        for scheme, port in zip(("smtp", "smtps"), ports, strict=True):
            well = await examine(f"{scheme}://localhost:{port}", trust=str(trust))
            assert (names(well, "fault", "warning"), well.tls[:3]) == ([], "TLS")
            distrusts = await examine(f"{scheme}://localhost:{port}")
            assert names(distrusts) == ["unknown-ca"]
        assert names(await examine(f"smtp://localhost:{ports[1]}", trust=str(trust))) == ["tls-port"]
        assert names(await examine(f"smtps://localhost:{ports[0]}", trust=str(trust))) == ["plain-port"]
        seen = {name for session in await server.sessions.page() for name in found(session)}
    assert {"distrusted", "tls-to-plain-port"} <= seen


WORDS = st.sampled_from(
    [*phrasebook.COMMANDS, "250-", "250 ", "354 ", "334 ", "421 4.7.0 ", "550-5.1.1 ", "535 ", "***", ""]
)


@given(st.lists(st.tuples(st.sampled_from("CS-"), WORDS, st.text(max_size=30)), max_size=60), st.booleans())
def test_any_transcript_is_told(said: list[tuple[str, str, str]], quit: bool) -> None:
    lines = tuple(Line(0, who, word + more) for who, word, more in said)  # type: ignore[arg-type]
    state: Any = "quit" if quit else "dropped"
    session = Session("s", 1, 2, "", "", "", "", "", state, (), 0, 1, lines, 0)
    assert len(in_words(lines)) == len(lines)
    for finding in explain(session):
        assert finding.means and finding.change and "{" not in finding.means + finding.change
        assert -1 <= finding.line < len(lines)


def test_a_long_transcript_is_told_soon() -> None:
    """As long as a session may be, all of it refusals that nothing special is known of, with text made to be slow."""
    slow = "550 " + "bad invalid reject " * 50
    lines = tuple(Line(0, who, text) for _ in range(200) for who, text in (("C", "MAIL FROM:<a@x.org>"), ("S", slow)))  # type: ignore[arg-type]
    session = Session("s", 1, 2, "", "", "", "", "", "quit", (), 0, 200, lines, 0)
    began = time.process_time()
    explain(session)
    in_words(lines)
    assert time.process_time() - began < 0.5
