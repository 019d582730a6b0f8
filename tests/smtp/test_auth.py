"""AUTH against a password file, and secrets that must not reach a transcript or a log."""

import asyncio
import base64
import logging
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest

from mailtrap_local.errors import SettingError
from mailtrap_local.model import Login
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import replies
from mailtrap_local.smtp.transcript import redacted_auth, redacted_command, redacted_unknown
from tests.smtp.talking import Client, Running, running, texts


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@pytest.fixture
def guarded(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a password file: ann has bcrypt, bob has SHA-1."""
    hashed = bcrypt.hashpw(b"s3cret", bcrypt.gensalt(4)).decode()
    file = tmp_path / "users"
    file.write_text(f"# who may send\nann:{hashed}\nbob:{{SHA}}{b64(bytes.fromhex(SHA1_OF_HUNTER2))}\n")
    return replace(settings, smtp_auth_file=file)


SHA1_OF_HUNTER2 = "f3bbbd66a63d4bf1747940578ec3d0103530e21d"

ATTEMPTS = [
    (("AUTH PLAIN " + b64(b"\0ann\0s3cret"),), replies.AUTHENTICATED),
    (("AUTH PLAIN " + b64(b"boss\0bob\0hunter2"),), replies.AUTHENTICATED),
    (("AUTH LOGIN", b64(b"bob"), b64(b"hunter2")), replies.AUTHENTICATED),
    (("AUTH PLAIN " + b64(b"\0ann\0hunter2"),), replies.AUTH_WRONG),
    (("AUTH PLAIN " + b64(b"\0bob\0s3cret"),), replies.AUTH_WRONG),
    (("AUTH PLAIN " + b64(b"\0eve\0s3cret"),), replies.AUTH_WRONG),
    (("AUTH PLAIN " + b64(b"\0\0"),), replies.AUTH_WRONG),
    (("AUTH LOGIN", b64(b"ann"), b64(b"s3cret\0more")), replies.AUTH_WRONG),
    (("AUTH LOGIN", b64(b"ann"), b64(b"\xff\xfe")), replies.AUTH_WRONG),
    (("AUTH LOGIN", b64(b"ann"), b64(b"x" * 5_000)), replies.AUTH_WRONG),
]


async def test_a_made_inbox_may_log_in_beside_the_file(guarded: Settings) -> None:
    async with running(guarded) as front:
        front.mailbox.made["team"] = "fresh"
        for password, reply in (("fresh", replies.AUTHENTICATED), ("stale", replies.AUTH_WRONG)):
            client = await front.connect()
            await client.begin()
            assert await client.ask("AUTH PLAIN " + b64(f"\0team\0{password}".encode())) == reply


@pytest.mark.parametrize(("lines", "reply"), ATTEMPTS)
async def test_against_a_file(guarded: Settings, lines: tuple[str, ...], reply: str) -> None:
    async with running(guarded) as front:
        client = await front.connect()
        await client.begin(*lines[:-1])
        assert await client.ask(lines[-1]) == reply
        username = (await front.session()).username
        assert bool(username) == (reply == replies.AUTHENTICATED)
        assert (await client.mail(b"x")).startswith("250")
        protocol = front.mailbox.arrivals[0].origin.protocol
        assert protocol == ("ESMTPA" if username else "ESMTP")


async def test_after_a_wrong_password_the_right_one_works(guarded: Settings) -> None:
    async with running(guarded) as front:
        client = await front.connect()
        await client.begin()
        assert await client.ask("AUTH PLAIN " + b64(b"\0ann\0wrong")) == replies.AUTH_WRONG
        assert await client.ask("AUTH PLAIN " + b64(b"\0ann\0s3cret")) == replies.AUTHENTICATED


async def test_commands_that_come_during_the_check_wait_for_it(guarded: Settings) -> None:
    async with running(guarded) as front:
        client = await front.connect()
        await client.begin()
        client.send(b"AUTH PLAIN " + b64(b"\0ann\0s3cret").encode() + b"\r\nNOOP\r\nRSET\r\n")
        assert await client.replies(3) == [replies.AUTHENTICATED, replies.OK, replies.OK]


async def test_a_client_that_leaves_during_the_check(guarded: Settings) -> None:
    async with running(guarded) as front:
        client = await front.connect()
        await client.begin()
        client.send(b"AUTH PLAIN " + b64(b"\0ann\0s3cret").encode() + b"\r\n")
        await client.writer.drain()
        client.reset()
        assert (await front.ended_session()).state == "dropped"


async def test_a_file_that_is_missing(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        async with running(replace(settings, smtp_auth_file=tmp_path / "none")):
            raise AssertionError


@pytest.mark.parametrize("user", ["ann", "ann@example.com", "jörg", "x" * 1_000])
async def test_any_user_without_a_file(front: Running, client: Client, user: str) -> None:
    await client.begin("AUTH PLAIN " + b64(f"\0{user}\0pässword".encode()))
    assert (await front.session()).username == user


async def test_a_user_in_latin_1(front: Running, client: Client) -> None:
    await client.begin("AUTH PLAIN " + b64("\0jörg\0x".encode("latin-1")))
    assert (await front.session()).username == "jörg"


async def test_an_answer_too_long(client: Client) -> None:
    await client.begin("AUTH LOGIN")
    assert await client.ask("x" * 20_000) == replies.LINE_TOO_LONG
    assert await client.ask("NOOP") == replies.OK


SECRET = b64(b"\0ann\0correct horse battery")
USER, PASSWORD = b64(b"ann"), b64(b"correct horse battery")

LEAKS = [
    ("AUTH PLAIN " + SECRET,),
    ("auth plain " + SECRET,),
    ("AUTH  PLAIN   " + SECRET,),
    ("AUTH PLAIN", SECRET),
    ("AUTH LOGIN", USER, PASSWORD),
    ("AUTH LOGIN " + USER, PASSWORD),
    ("AUTH " + SECRET,),
    ("AUTH PLAIN " + SECRET + " " + SECRET,),
    ("AUTH CRAM-MD5 " + SECRET,),
    ("AUTH CRAM-MD5", SECRET),
    ("AUTH PLAIN", "!" + SECRET),
    ("AUTH LOGIN", "*", USER, PASSWORD),
    ("AUTH PLAIN " + SECRET, "AUTH PLAIN " + SECRET),
    ("MAIL FROM:<a@example.com>", "AUTH PLAIN " + SECRET, SECRET),
    ("RSET", "AUTH PLAIN\t" + SECRET),
    ("AUTH\tPLAIN " + SECRET,),
    (" AUTH PLAIN " + SECRET,),
    ("AUTH=PLAIN " + SECRET,),
    ('"AUTH" PLAIN ' + SECRET,),
    ("\0AUTH PLAIN " + SECRET,),
    ("XAUTH PLAIN " + SECRET,),
    ("NOOP\rAUTH PLAIN " + SECRET,),
    ("EHLO x\rAUTH PLAIN " + SECRET,),
    ("a1 LOGIN ann " + PASSWORD,),
    ("PASS " + PASSWORD,),
    ("AUTH CRAM-MD5", "ann@x.org " + PASSWORD),
    ("AUTH LOGIN", "ann@x.org", "p@ss " + PASSWORD),
]


@pytest.mark.parametrize("lines", LEAKS)
async def test_no_secret_in_transcript_or_log(
    front: Running, client: Client, lines: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await client.reply()
        await client.ask("EHLO x")
        for line in lines:
            await client.ask(line)
        await client.ask("QUIT")
    session = await front.ended_session()
    said = "\n".join([*texts(session), repr(session), caplog.text])
    assert SECRET not in said
    assert PASSWORD not in said
    assert "correct horse" not in said
    assert "***" in said


async def test_what_the_transcript_shows_instead(front: Running, client: Client) -> None:
    await client.begin("AUTH LOGIN", USER, PASSWORD)
    assert texts(await front.session(), "C") == ["EHLO client.example", "AUTH LOGIN", "***", "***"]


def test_redaction() -> None:
    assert redacted_auth(b"AUTH PLAIN abc") == b"AUTH PLAIN ***"
    assert redacted_auth(b"AUTH login") == b"AUTH login"
    assert redacted_auth(b"AUTH c2VjcmV0") == b"AUTH ***"
    assert redacted_auth(b"AUTH") == b"AUTH"
    assert redacted_unknown(b"c2VjcmV0", auth_tried=True) == b"***"
    assert redacted_unknown(b"FROBNICATE", auth_tried=False) == b"FROBNICATE"
    assert redacted_unknown(b"FROB x", auth_tried=True) == b"***"
    assert redacted_unknown(b"XAUTH PLAIN abc", auth_tried=False) == b"XAUTH ***"
    assert redacted_unknown(b"pass abc", auth_tried=False) == b"pass ***"
    assert redacted_command(b"NOOP\rAUTH PLAIN abc") == b"NOOP\r***"
    assert redacted_command(b"MAIL FROM:<a@b> AUTH=<>") == b"MAIL FROM:<a@b> AUTH=<>"


def test_a_login_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(Login("ann", "s3cret"))


async def test_many_checks_at_once_keep_the_loop_free(guarded: Settings) -> None:
    async with running(guarded) as front:
        clients = [await front.connect() for _ in range(8)]
        for client in clients:
            await client.begin()
        answers = await asyncio.gather(*(client.ask("AUTH PLAIN " + b64(b"\0ann\0s3cret")) for client in clients))
        assert set(answers) == {replies.AUTHENTICATED}
