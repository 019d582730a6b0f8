"""Each AUTH mechanism against each kind of user, by the vectors of its RFC and by whole conversations."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.credentials.scram import Verifier, prepared
from mailtrap_local.errors import SettingError
from mailtrap_local.model import Login
from mailtrap_local.server import Server
from mailtrap_local.sessions import Sessions
from mailtrap_local.settings import Settings
from mailtrap_local.smtp import SmtpFront, auth, replies
from mailtrap_local.smtp.admission import Anyone, AskedUsers
from mailtrap_local.smtp.replies import Rejection
from tests.smtp.talking import Catch, Client, Running, Shelf, as_store, connected, running, texts

PASSWORD = "correct-horse"


def b64(octets: bytes | str) -> str:
    return base64.b64encode(octets.encode() if isinstance(octets, str) else octets).decode()


def unb64(reply: str) -> bytes:
    assert reply.startswith("334 "), reply
    return base64.b64decode(reply[4:])


# ---- a client's side of each mechanism, up to the last reply --------------------------------------------------------


async def plain(client: Client, user: str, password: str) -> str:
    return await client.ask("AUTH PLAIN " + b64(f"\0{user}\0{password}"))


async def login(client: Client, user: str, password: str) -> str:
    for line in ("AUTH LOGIN", b64(user)):
        assert (await client.ask(line))[:3] == "334"
    return await client.ask(b64(password))


async def cram_md5(client: Client, user: str, password: str) -> str:
    challenge = unb64(await client.ask("AUTH CRAM-MD5"))
    return await client.ask(b64(f"{user} {hmac.new(password.encode(), challenge, 'md5').hexdigest()}"))


async def scram_sha_256(client: Client, user: str, password: str) -> str:
    """By RFC 5802, with arithmetic of its own; checks what the server proves."""
    bare = f"n={user.replace('=', '=3D').replace(',', '=2C')},r=fyko+d2lbbFgONRv9qkxdawL"
    first = unb64(await client.ask("AUTH SCRAM-SHA-256 " + b64("n,," + bare))).decode()
    nonce, salt, rounds = (field[2:] for field in first.split(","))
    final = f"c=biws,r={nonce}"
    message = ",".join((bare, first, final)).encode()
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
    proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
    reply = await client.ask(b64(f"{final},p={b64(proof)}"))
    if not reply.startswith("334 "):
        return reply
    server = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
    assert unb64(reply) == b"v=" + base64.b64encode(server)
    return await client.ask("")


async def xoauth2(client: Client, user: str, password: str) -> str:
    reply = await client.ask("AUTH XOAUTH2 " + b64(f"user={user}\x01auth=Bearer {password}\x01\x01"))
    if not reply.startswith("334 "):
        return reply
    assert json.loads(unb64(reply))["schemes"] == "bearer"
    return await client.ask("")


async def oauthbearer(client: Client, user: str, password: str) -> str:
    header = f"n,a={user.replace('=', '=3D').replace(',', '=2C')},"
    text = f"{header}\x01host=localhost\x01port=1025\x01auth=Bearer {password}\x01\x01"
    reply = await client.ask("AUTH OAUTHBEARER " + b64(text))
    if not reply.startswith("334 "):
        return reply
    assert json.loads(unb64(reply))["status"] == "invalid_token"  # RFC 7628 section 3.2.2
    return await client.ask(b64("\x01"))  # section 3.2.3


BY_NAME = {
    "PLAIN": plain,
    "LOGIN": login,
    "CRAM-MD5": cram_md5,
    "SCRAM-SHA-256": scram_sha_256,
    "XOAUTH2": xoauth2,
    "OAUTHBEARER": oauthbearer,
}


def test_every_mechanism_is_tested() -> None:
    assert list(BY_NAME) == list(auth.MECHANISMS)


# ---- who is known, and what is offered ------------------------------------------------------------------------------


def scram(password: str) -> str:
    made = Verifier.of(password, salt=b"0123456789abcdef")
    return f"SCRAM-SHA-256${made.iterations}:{b64(made.salt)}${b64(made.stored_key)}:{b64(made.server_key)}"


def argon2(password: str) -> str:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    hashed = Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=64)
    return hashed.derive_phc_encoded(password.encode())


def sha1(password: str) -> str:
    return "{SHA}" + b64(hashlib.sha1(password.encode()).digest())


PLAIN_USER = "{PLAIN}horse"
BCRYPT_USER = bcrypt.hashpw(b"horse", bcrypt.gensalt(4)).decode()
FILES = {
    "plain": ((PLAIN_USER,), list(BY_NAME)),
    "bcrypt": ((BCRYPT_USER,), ["PLAIN", "LOGIN"]),
    "argon2": ((argon2("horse"),), ["PLAIN", "LOGIN"]),
    "sha": ((sha1("horse"),), ["PLAIN", "LOGIN"]),
    "scram": ((scram("horse"),), ["PLAIN", "LOGIN", "SCRAM-SHA-256"]),
    "plain and scram": ((scram("horse"), PLAIN_USER), ["PLAIN", "LOGIN", "SCRAM-SHA-256"]),
    "plain and bcrypt": ((BCRYPT_USER, PLAIN_USER), ["PLAIN", "LOGIN"]),
}


def guarded(settings: Settings, folder: Path, stored: tuple[str, ...]) -> Settings:
    file = folder / "users"
    file.write_text("".join(f"user{number}:{text}\n" for number, text in enumerate(stored)))
    return replace(settings, smtp_auth_file=file)


def offered(ehlo: str) -> list[str]:
    lines = [line[4:] for line in ehlo.splitlines() if line[4:].startswith("AUTH ")]
    return lines[0].split()[1:] if lines else []


@pytest.mark.parametrize("name", FILES)
async def test_what_is_offered_succeeds_and_nothing_else_is(settings: Settings, tmp_path: Path, name: str) -> None:
    """RFC 4954 section 3: EHLO lists the mechanisms that are available. Every user of the file can use each."""
    stored, mechanisms = FILES[name]
    async with running(guarded(settings, tmp_path, stored)) as front:
        front.mailbox.made["team"] = "horse"
        users = ["team", *(f"user{number}" for number in range(len(stored)))]
        for mechanism in BY_NAME:
            for user in users if mechanism in mechanisms else ():
                client = await front.connect()
                await client.reply()
                assert offered(await client.ask("EHLO x")) == mechanisms
                assert await BY_NAME[mechanism](client, user, "battery") == replies.AUTH_WRONG
                assert await BY_NAME[mechanism](client, user + "x", "horse") == replies.AUTH_WRONG
                assert await BY_NAME[mechanism](client, user, "horse") == replies.AUTHENTICATED
                assert (await front.session()).username == user
            if mechanism not in mechanisms:
                client = await front.connect()
                await client.begin()
                assert await client.ask(f"AUTH {mechanism}") == replies.AUTH_UNKNOWN


@pytest.mark.parametrize("mechanism", Anyone.mechanisms)
async def test_anyone_is_believed(front: Running, client: Client, mechanism: str) -> None:
    await client.begin()
    assert await BY_NAME[mechanism](client, "ann=a,b@example.com", PASSWORD) == replies.AUTHENTICATED
    assert (await front.session()).username == "ann=a,b@example.com"


async def test_scram_is_not_offered_where_nobody_is_known(client: Client) -> None:
    await client.begin()
    assert await client.ask("AUTH SCRAM-SHA-256 " + b64("n,,n=ann,r=abc")) == replies.AUTH_UNKNOWN


@pytest.mark.parametrize("mechanism", AskedUsers.mechanisms)
async def test_a_function_decides(settings: Settings, mechanism: str) -> None:
    asked: list[Login] = []

    async def authenticate(login: Login) -> bool:
        asked.append(login)
        return login.user == "ann" and login.password == "horse"

    async with Server(settings, authenticate=authenticate) as server:
        async with connected(server.smtp_port) as client:
            await client.begin()
            assert await BY_NAME[mechanism](client, "ann", "battery") == replies.AUTH_WRONG
            assert await BY_NAME[mechanism](client, "ann", "horse") == replies.AUTHENTICATED
    assert asked == [Login("ann", "battery", mechanism), Login("ann", "horse", mechanism)]


async def test_a_function_that_is_none_of_asyncio_and_one_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    assert await AskedUsers(lambda login: login.user == "ann").answer(Login("ann", "x"))
    with pytest.raises(Rejection, match="454 4.7.0"):
        await AskedUsers(lambda login: 1 / 0 > 1).answer(Login("ann", "x"))
    assert "ZeroDivisionError" in caplog.text


def test_a_function_and_a_file_together(settings: Settings, tmp_path: Path) -> None:
    settings = guarded(settings, tmp_path, (PLAIN_USER,))
    with pytest.raises(SettingError, match="both given"):
        SmtpFront(Catch(), Sessions(as_store(Shelf())), settings, authenticate=lambda login: True)


async def test_authentication_required(settings: Settings) -> None:
    """RFC 4954 section 6: 530 to MAIL."""
    async with running(replace(settings, smtp_auth_required=True)) as front:
        client = await front.connect()
        await client.begin()
        assert await client.ask("MAIL FROM:<a@example.com>") == replies.AUTH_NEEDED
        assert await plain(client, "ann", "x") == replies.AUTHENTICATED
        assert (await client.mail(b"x")).startswith("250")


# ---- what is malformed ----------------------------------------------------------------------------------------------

MALFORMED = [
    ("CRAM-MD5 " + b64("ann x"),),  # RFC 2195: the server speaks first
    ("CRAM-MD5", b64("ann")),
    ("CRAM-MD5", b64("ann " + "0" * 31)),
    ("CRAM-MD5", b64(b"a\0n " + b"0" * 32)),
    ("XOAUTH2 " + b64("user=ann\x01auth=Bearer x\x01"),),
    ("XOAUTH2 " + b64("auth=Bearer x\x01\x01"),),
    ("XOAUTH2 " + b64("user=ann\x01auth=Basic x\x01\x01"),),
    ("XOAUTH2 " + b64("user=ann\x01auth=Bearer x y\x01\x01"),),
    ("OAUTHBEARER " + b64("p=tls-unique,,\x01auth=Bearer x\x01\x01"),),
    ("OAUTHBEARER " + b64("n,a=ann\x01auth=Bearer x\x01\x01"),),
    ("OAUTHBEARER " + b64("n,a=ann,\x01\x01"),),
    ("SCRAM-SHA-256 " + b64("n,,n=ann"),),
    ("SCRAM-SHA-256 " + b64("p=tls-unique,,n=ann,r=abc"),),
    ("SCRAM-SHA-256 " + b64("n,,m=x,n=ann,r=abc"),),  # RFC 5802 section 5.1: m= must fail
    ("SCRAM-SHA-256 " + b64("n,,n=a=x,r=abc"),),
    ("SCRAM-SHA-256 " + b64("n,,n=ann,r=abc"), b64("c=biws,r=abc")),
    ("SCRAM-SHA-256 " + b64("n,,n=ann,r=abc"), b64("c=bi!s,r=abc,p=eA==")),
]


@pytest.mark.parametrize("lines", MALFORMED)
async def test_malformed(settings: Settings, tmp_path: Path, lines: tuple[str, ...]) -> None:
    async with running(guarded(settings, tmp_path, (PLAIN_USER,))) as front:
        client = await front.connect()
        await client.begin()
        *before, last = ("AUTH " + lines[0], *lines[1:])
        for line in before:
            assert (await client.ask(line))[:3] == "334"
        assert await client.ask(last) == replies.AUTH_MALFORMED
        assert await client.ask("NOOP") == replies.OK


@pytest.mark.parametrize(
    "final",
    [
        lambda nonce: f"c=biws,r={nonce}x,p={b64(bytes(32))}",  # another nonce
        lambda nonce: f"c={b64('y,,')},r={nonce},p={b64(bytes(32))}",  # another GS2 header (RFC 5802 section 6)
        lambda nonce: f"c=biws,r={nonce},p={b64(bytes(31))}",
        lambda nonce: f"c=biws,r={nonce},p={b64(bytes(32))}",
    ],
)
async def test_scram_that_does_not_fit(settings: Settings, tmp_path: Path, final: Callable[[str], str]) -> None:
    async with running(guarded(settings, tmp_path, (PLAIN_USER,))) as front:
        client = await front.connect()
        await client.begin()
        first = unb64(await client.ask("AUTH SCRAM-SHA-256 " + b64("n,,n=user0,r=abc"))).decode()
        assert await client.ask(b64(final(first.split(",")[0][2:]))) == replies.AUTH_WRONG


async def test_scram_does_not_tell_who_exists(settings: Settings, tmp_path: Path) -> None:
    async with running(guarded(settings, tmp_path, (PLAIN_USER,))) as front:
        client = await front.connect()
        await client.begin()
        told = []
        for user in ("user0", "nobody", "user0", "nobody"):
            first = unb64(await client.ask("AUTH SCRAM-SHA-256 " + b64(f"n,,n={user},r=abc"))).decode()
            told.append(first.split(",")[1:])
            await client.ask("*")
        assert told[:2] == told[2:]  # the same salt each time
        assert told[0] != told[1] and told[0][1] == told[1][1]


def test_the_vector_of_rfc_7677(monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 3."""
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    exchange = auth.begin(b"SCRAM-SHA-256 " + b64("n,,n=user,r=rOprNGfwEbeRWgbNEkqO").encode(), offered=auth.MECHANISMS)
    assert auth.advance(exchange, None) == auth.VerifierOf("user")
    ours = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert auth.advance(exchange, Verifier.of("pencil", salt=salt)) == "334 " + b64(ours)
    final = (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert auth.advance(exchange, final) == "334 " + b64("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    assert auth.advance(exchange, b"") == auth.Admitted("user")


def test_saslprep() -> None:
    """The examples of RFC 4013 section 3."""
    assert prepared("I\u00adX") == "IX"
    assert prepared("user") == "user"
    assert prepared("\u00aa") == "a"
    assert prepared("\u2168") == "IX"
    assert prepared("a\u00a0b") == "a b"
    assert prepared("\u0627\ue000") == "\u0627\ue000"  # forbidden: as it is


@given(st.binary(max_size=60), st.sampled_from(list(auth.MECHANISMS)), st.lists(st.binary(max_size=60), max_size=3))
def test_any_octets(initial: bytes, mechanism: str, responses: list[bytes]) -> None:
    """Whatever a client sends, an exchange goes on, ends, or is refused."""
    verifier = Verifier(b"salt", 1, bytes(32), bytes(32))
    try:
        exchange = auth.begin(b"%s %s" % (mechanism.encode(), base64.b64encode(initial)), offered=auth.MECHANISMS)
        step = auth.advance(exchange, None)
        while not isinstance(step, auth.Admitted):
            if isinstance(step, auth.Question):
                step = auth.advance(exchange, verifier if isinstance(step, auth.VerifierOf) else False)
            elif responses:
                step = auth.advance(exchange, responses.pop())
            else:
                return
    except Rejection as rejection:
        assert rejection.reply[:3] in {"501", "504", "535"}


@pytest.mark.parametrize("mechanism", BY_NAME)
async def test_no_secret_in_the_transcript(settings: Settings, tmp_path: Path, mechanism: str) -> None:
    async with running(guarded(settings, tmp_path, ("{PLAIN}horse-battery",))) as front:
        client = await front.connect()
        await client.begin()
        for password in ("battery-horse", "horse-battery"):
            await BY_NAME[mechanism](client, "user0", password)
        lines = texts(await front.session(), "C")
        assert all(
            line in ("***", f"AUTH {mechanism}", f"AUTH {mechanism} ***", "EHLO client.example") for line in lines
        )
        said = "\n".join(texts(await front.session()))
        assert "horse" not in said and b64("horse-battery")[:-2] not in said


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"])
async def test_a_made_inbox_named_like_a_user_takes_nothing_from_them(
    settings: Settings, tmp_path: Path, mechanism: str
) -> None:
    async with running(guarded(settings, tmp_path, (PLAIN_USER,))) as front:
        front.mailbox.made["user0"] = "battery"
        for password, reply in (
            ("horse", replies.AUTHENTICATED),
            ("battery", replies.AUTHENTICATED),
            ("staple", replies.AUTH_WRONG),
        ):
            client = await front.connect()
            await client.begin()
            assert await BY_NAME[mechanism](client, "user0", password) == reply
