"""The walk on real sockets: each trouble is made by a server of its own, and named by the finding."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailtrap_local.doctor.letter import Letter, stuffed
from mailtrap_local.errors import BadRequest
from tests.doctor.servers import MAIL, Script, certificate, examine, listening, names

LETTER = Letter("ann@x.org", ("bob@y.org",))


def free_port(family: socket.AddressFamily = socket.AF_INET, host: str = "127.0.0.1") -> int:
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


# ---- a server that is well ----------------------------------------------------------------------------------------


async def test_nothing_is_delivered_unless_asked_for() -> None:
    script = Script()
    async with listening(script) as port:
        report = await examine(f"127.0.0.1:{port}")
    assert report.healthy
    assert names(report, "fault", "warning", "note") == []
    assert (report.accepted, report.delivered) == (("bob@y.org",), "")
    assert script.heard == ["EHLO client.example", "MAIL FROM:<ann@x.org>", "RCPT TO:<bob@y.org>", "RSET", "QUIT"]
    assert [step.stage for step in report.steps] == ["connect", "greeting", "ehlo", "mail", "rcpt", "other", "quit"]
    assert all(step.good and step.seconds >= 0 for step in report.steps)


async def test_a_letter_with_content_is_sent_with_its_dots() -> None:
    script = Script()
    async with listening(script) as port:
        report = await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@y.org", "eve@z.org"), MAIL))
    assert report.delivered == "250 2.0.0 taken"
    assert report.accepted == ("bob@y.org", "eve@z.org")
    assert script.heard[1] == f"MAIL FROM:<ann@x.org> SIZE={len(MAIL)}"
    assert "\r\n..one dot\r\n" in script.heard[-2]


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"", b".\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\n.\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b".\r\n.\r\n", b"..\r\n..\r\n.\r\n"),
        (b"a\rb", b"a\r\nb\r\n.\r\n"),
    ],
)
def test_what_data_sends(raw: bytes, sent: bytes) -> None:
    assert stuffed(raw) == sent


# ---- reaching it ----------------------------------------------------------------------------------------------------


async def test_refused() -> None:
    report = await examine(f"127.0.0.1:{free_port()}")
    assert names(report) == ["refused"]
    assert not report.healthy


async def test_no_such_name() -> None:
    report = await examine("no-such-host.invalid:25")
    assert names(report)[0] in ("no-such-name", "dns-silent")  # the second where there is no DNS at all
    assert "no-such-host.invalid" in report.findings[0].means


async def test_a_name_that_is_none() -> None:
    assert names(await examine("a..b:25")) == ["bad-name"]
    assert names(await examine(f"{'x' * 70}.example:25")) in (["bad-name"], ["no-such-name"])


async def test_the_other_family_is_looked_at() -> None:
    async with listening(Script(), host="::1") as port:
        report = await examine(f"127.0.0.1:{port}")
    assert names(report) == ["other-family"]
    assert "::1" in report.findings[0].means


async def test_a_name_with_one_family_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    async def both(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in ("::1", "127.0.0.1")]

    async with listening(Script()) as port:
        monkeypatch.setattr(loop, "getaddrinfo", both)
        report = await examine(f"localhost:{port}")
    assert report.healthy
    assert names(report, "warning") == ["one-family"]
    assert report.accepted


async def test_a_host_that_is_only_in_the_other_network(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    async def one(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("2001:db8::25", port, 0, 0))]

    async def no_way(*_: object, **__: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(loop, "getaddrinfo", one)
    monkeypatch.setattr(asyncio, "open_connection", no_way)
    assert names(await examine("six.example:25")) == ["only-ipv6"]


async def test_packets_that_vanish() -> None:
    """A listening socket whose backlog is full takes no further connection, and refuses none."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        held = [socket.socket() for _ in range(4)]
        for each in held:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        try:
            assert names(await examine(f"127.0.0.1:{port}", patience=0.4)) == ["connect-timeout"]
        finally:
            for each in held:
                each.close()


# ---- what speaks there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (b"* OK IMAP4rev1 ready\r\n", "imap"),
        (b"+OK POP3 ready\r\n", "pop3"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "ssh"),
        (b"J\x00\x00\x00\n8.0.32\x00binary", "not-smtp"),
        (b"x" * 20_000, "not-smtp"),
    ],
)
async def test_another_protocol_greets(first: bytes, name: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await reader.read()

    async with listening(talk) as port:
        assert names(await examine(f"127.0.0.1:{port}")) == [name]
        assert names(await examine(f"smtps://127.0.0.1:{port}")) == [name]


async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(20)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def test_a_web_server_waits_to_be_asked(tmp_path: Path) -> None:
    async with listening(http) as port:
        assert names(await examine(f"127.0.0.1:{port}", patience=0.5)) == ["http"]
    issued = certificate(tmp_path)
    async with listening(http, context=issued.context) as port:
        report = await examine(f"smtps://127.0.0.1:{port}", patience=0.5, trust=issued.trust)
        assert names(report) == ["http"]


async def test_ftp_greets_with_the_same_code() -> None:
    async with listening(Script({"ehlo": "530 Please login with USER and PASS."})) as port:
        assert names(await examine(f"127.0.0.1:{port}")) == ["ftp"]


async def test_nobody_says_anything() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(talk) as port:
        report = await examine(f"127.0.0.1:{port}", patience=0.4)
    assert names(report) == ["no-greeting"]


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (Script({"": None}), "closed-at-greeting"),
        (Script({"ehlo": None}), "closed"),
        (Script({"rcpt": None}), "closed"),
        (Script({".": None}), "closed"),
        (Script({"": "421 4.3.2 not now"}), "shutting-down"),
        (
            Script({"": "421 4.7.0 too many concurrent SMTP connections; try again later"}),
            "too-many-connections",
        ),
        (Script({"": "554 no SMTP service here"}), "no-service"),
        (
            Script({"": "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org"}),
            "blocked",
        ),
        (Script({"mail": "421 4.4.2 idle timeout exceeded"}), None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_the_conversation_ends_early(script: Script, name: str | None) -> None:
    async with listening(script) as port:
        report = await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@y.org",), MAIL))
    if name is None:
        assert names(report, "warning") == ["idle"]
    else:
        assert names(report) == [name]
    assert report.delivered == ""


async def test_a_slow_server_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrap_local.doctor.talk.SLOW", 0.05)
    async with listening(Script(pause=0.08)) as port:
        report = await examine(f"127.0.0.1:{port}")
    assert report.healthy
    slow = [finding for finding in report.findings if finding.name == "slow"]
    assert "RCPT TO:<bob@y.org>" in " ".join(finding.means for finding in slow)
    assert all(step.seconds >= 0.08 for step in report.steps if step.stage != "connect")


async def test_a_reply_that_does_not_come() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.read()

    async with listening(talk) as port:
        assert names(await examine(f"127.0.0.1:{port}", patience=0.3)) == ["silence"]


# ---- TLS ------------------------------------------------------------------------------------------------------------

TLS = ("STARTTLS", "SIZE 1000000", "8BITMIME", "SMTPUTF8")


async def test_a_trusted_certificate_both_ways(tmp_path: Path) -> None:
    issued = certificate(tmp_path, names=("127.0.0.1", "localhost"))
    async with listening(Script(extensions=TLS, context=issued.context)) as port:
        report = await examine(f"127.0.0.1:{port}", trust=issued.trust)
    assert (names(report, "fault", "warning"), report.tls[:3]) == ([], "TLS")
    async with listening(Script(), context=issued.context) as port:
        report = await examine(f"smtps://localhost:{port}", trust=issued.trust)
    assert (names(report, "fault"), report.tls[:3]) == ([], "TLS")


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize(
    ("issue", "trusted", "name", "word"),
    [
        ({}, False, "unknown-ca", "Test Authority"),
        ({"authority": False}, False, "self-signed", "127.0.0.1"),
        ({"days": (-9, -2)}, True, "expired", "UTC"),
        ({"days": (2, 9)}, True, "not-yet-valid", "UTC"),
        ({"names": ("mail.example.com",)}, True, "wrong-name", "mail.example.com"),
    ],
)
async def test_a_certificate_that_is_wrong(
    tmp_path: Path, issue: dict[str, object], trusted: bool, name: str, word: str, implicit: bool
) -> None:
    wanted = {"names": ("127.0.0.1",), **issue}
    issued = certificate(tmp_path, **wanted)  # type: ignore[arg-type]
    script = Script(extensions=("SIZE 1",) if implicit else TLS, context=issued.context)
    async with listening(script, context=issued.context if implicit else None) as port:
        scheme = "smtps" if implicit else "smtp"
        report = await examine(f"{scheme}://127.0.0.1:{port}", trust=issued.trust if trusted else "")
    assert names(report) == [name]
    assert word in report.findings[0].means
    assert report.accepted == ("bob@y.org",), "the walk goes on without verifying"


async def test_tls_spoken_to_a_plain_port() -> None:
    async with listening(Script()) as port:
        report = await examine(f"smtps://127.0.0.1:{port}")
    assert names(report) == ["plain-port"]
    assert report.accepted, "the walk goes on without TLS"


async def test_plain_words_to_a_port_that_wants_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrap_local.doctor.reaching.PROBE_AFTER", 0.2)
    issued = certificate(tmp_path)
    async with listening(Script(), context=issued.context) as port:
        report = await examine(f"smtp://127.0.0.1:{port}", trust=issued.trust)
    assert names(report) == ["tls-port"]
    assert report.accepted, "the walk goes on with TLS"


async def test_starttls_that_is_offered_and_refused() -> None:
    async with listening(Script({"starttls": "454 4.7.0 TLS not available"}, extensions=TLS)) as port:
        assert names(await examine(f"127.0.0.1:{port}")) == ["starttls-broken"]


async def test_a_handshake_that_fails() -> None:
    script = Script({"starttls": "220 go on\n220 this is no TLS"}, extensions=TLS)
    async with listening(script) as port:
        assert names(await examine(f"127.0.0.1:{port}")) == ["tls-failed"]


async def test_no_cipher_in_common(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    context = issued.context
    context.set_ciphers("AES128-SHA@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with listening(Script(extensions=TLS, context=context)) as port:
        assert names(await examine(f"127.0.0.1:{port}", trust=issued.trust)) == ["tls-failed"]


async def test_starttls_offered_and_not_used() -> None:
    async with listening(Script(extensions=TLS)) as port:
        report = await examine(f"127.0.0.1:{port}", plain=True)
    assert (names(report), names(report, "warning")) == ([], ["starttls-unused"])


# ---- AUTH -----------------------------------------------------------------------------------------------------------


async def test_auth_inside_tls_only(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    script = Script(extensions=TLS, inside=("AUTH PLAIN", "SMTPUTF8", "8BITMIME"), context=issued.context)
    async with listening(script) as port:
        report = await examine(f"smtp://u:p@127.0.0.1:{port}", trust=issued.trust)
        assert (names(report), names(report, "note")) == ([], ["auth-inside-tls"])
        plain = await examine(f"smtp://u:p@127.0.0.1:{port}", plain=True)
        assert names(plain) == ["auth-needs-tls"]
    assert "AUTH PLAIN AHUAcA==" in script.heard


@pytest.mark.parametrize(
    ("extensions", "reply", "name"),
    [
        (("SIZE 1",), "", "no-auth"),
        (("AUTH XOAUTH2 GSSAPI",), "", "oauth-only"),
        (("AUTH PLAIN LOGIN",), "535 5.7.8 authentication failed", "credentials-wrong"),
        (("AUTH PLAIN",), "535 5.7.8 Application-specific password required", "app-password"),
        (("AUTH PLAIN",), "534 5.7.9 Application-specific password required", "app-password"),
        (("AUTH PLAIN",), "454 4.7.0 Temporary authentication failure", "auth-later"),
        (("AUTH PLAIN",), "538 5.7.11 Encryption required for requested mechanism", "auth-tls-first"),
        (("AUTH PLAIN",), "530 5.7.0 Must issue a STARTTLS command first", "auth-tls-first"),
        (("AUTH PLAIN",), "504 5.5.4 unrecognized authentication type", "mechanism-unknown"),
        (("AUTH=PLAIN",), "535 no", "credentials-wrong"),
    ],
)
async def test_a_login_that_fails(extensions: tuple[str, ...], reply: str, name: str) -> None:
    script = Script({"auth": reply} if reply else {}, extensions=extensions)
    async with listening(script) as port:
        report = await examine(f"smtp://u:secret-word@127.0.0.1:{port}")
    assert names(report) == [name]
    assert "secret-word" not in repr(report)
    assert "AHU" not in repr(report), "the secret in base64"


async def test_after_a_mechanism_that_is_unknown_the_next_is_tried() -> None:
    script = Script({"auth plain": "504 5.5.4 no", "auth login": "334 VXNlcm5hbWU6", "dq==": "334 UGFzc3dvcmQ6",
                     "cA==".lower(): "235 2.7.0 ok"}, extensions=("AUTH PLAIN LOGIN",))  # fmt: skip
    async with listening(script) as port:
        report = await examine(f"smtp://u:p@127.0.0.1:{port}")
    assert report.healthy
    assert [line for line in script.heard if line.startswith("AUTH")] == ["AUTH PLAIN AHUAcA==", "AUTH LOGIN"]


async def test_a_password_never_goes_in_clear_to_another_machine() -> None:
    """The name is not one of this machine, so a password would travel."""
    script = Script(extensions=("AUTH PLAIN",))
    async with listening(script) as port:
        with elsewhere() as host:
            report = await examine(f"smtp://u:p@{host}:{port}")
            assert (names(report), names(report, "warning")) == (["password-in-clear"], ["no-tls"])
            assert not [line for line in script.heard if line.startswith("AUTH")]
            await examine(f"smtp://u:p@{host}:{port}", plain=True)
    assert [line for line in script.heard if line.startswith("AUTH")] == ["AUTH PLAIN AHUAcA=="]


# ---- replies that refuse --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "reply", "name", "again"),
    [
        ("mail", "530 5.7.0 Authentication required", "auth-required", "never"),
        ("mail", "530 5.7.0 Must issue a STARTTLS command first", "auth-tls-first", "never"),
        ("mail", "553 5.1.8 <ann@x.org>: Sender address rejected: Domain not found", "bad-sender-syntax", "never"),
        ("mail", "550 5.1.8 Sender address rejected: Domain not found", "sender-refused", "never"),
        ("mail", "552 5.3.4 Message size exceeds fixed limit", "too-large", "never"),
        ("mail", "452 4.3.1 Insufficient system storage", "server-trouble", "later"),
        ("mail", "450 4.7.1 Client host rejected: cannot find your hostname", "no-reverse-dns", "later"),
        ("mail", "554 Message rejected: Email address is not verified.", "sender-unverified", "never"),
        ("mail", "550 5.7.60 Client does not have permissions to send as this sender", "sender-unverified", "never"),
        ("rcpt", "554 5.7.1 <bob@y.org>: Relay access denied", "relay-denied", "never"),
        ("rcpt", "550 5.7.1 relaying denied", "relay-denied", "never"),
        ("rcpt", "454 4.7.1 Relay access denied", "relay-denied", "later"),
        ("rcpt", "550 5.1.1 <bob@y.org>: Recipient address rejected: User unknown", "unknown-recipient", "never"),
        ("rcpt", "450 4.2.0 <bob@y.org>: Recipient address rejected: Greylisted, see http://x", "greylisted", "later"),
        ("rcpt", "451 4.7.1 Greylisting in action, please come back later", "greylisted", "later"),
        ("rcpt", "452 4.2.2 The email account that you tried to reach is over quota", "mailbox-full", "later"),
        ("rcpt", "452 4.5.3 Too many recipients", "too-many-recipients", "later"),
        ("rcpt", "556 5.1.10 Recipient address has null MX", "null-mx", "never"),
        ("rcpt", "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname", "helo-refused", "never"),
        ("rcpt", "450 4.7.28 Our system has detected an unusual rate of unsolicited mail", "rate-limit", "later"),
        ("rcpt", "451 4.3.0 temporary failure", "server-trouble", "later"),
        ("rcpt", "450 4.0.0 not now", "refused-for-now", "later"),
        ("rcpt", "550 no", "refused-for-good", "never"),
        (".", "550 5.7.26 Unauthenticated email from x.org is not accepted", "authentication-of-domain", "never"),
        (".", "554 5.7.1 Message contains spam or virus", "spam", "never"),
        (".", "552 5.2.3 Message exceeds local size limit", "too-large", "never"),
        ("ehlo", "504 5.5.2 invalid domain in EHLO", "helo-refused", "never"),
    ],
)  # fmt: skip
async def test_a_reply_that_refuses(command: str, reply: str, name: str, again: str) -> None:
    async with listening(Script({command: reply})) as port:
        report = await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@y.org",), MAIL))
    assert names(report) == [name]
    finding = report.findings[0]
    assert (finding.again, finding.evidence) == (again, reply)
    assert finding.rfc.startswith("RFC ")
    assert report.delivered == ""


async def test_one_recipient_of_two() -> None:
    script = Script({"rcpt to:<eve": "550 5.1.1 user unknown"})
    async with listening(script) as port:
        report = await examine(f"127.0.0.1:{port}", Letter("a@x.org", ("eve@z.org", "bob@y.org"), MAIL))
    assert (names(report), report.accepted) == (["unknown-recipient"], ("bob@y.org",))
    assert report.delivered == "250 2.0.0 taken"


async def test_helo_where_ehlo_is_unknown() -> None:
    async with listening(Script({"ehlo": "502 what?"})) as port:
        report = await examine(f"127.0.0.1:{port}")
    assert (report.healthy, names(report, "warning")) == (True, ["no-ehlo"])
    assert report.accepted


# ---- what it can ----------------------------------------------------------------------------------------------------


async def test_size_against_the_limit() -> None:
    async with listening(Script(extensions=("SIZE 1000", "8BITMIME", "SMTPUTF8"))) as port:
        report = await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@y.org",), size=2000))
        assert names(report) == ["size"]
        assert "2000" in report.findings[0].means and "1000" in report.findings[0].means
        assert (await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@y.org",), size=1000))).healthy


async def test_what_is_missing() -> None:
    async with listening(Script(extensions=("PIPELINING",))) as port:
        report = await examine(f"127.0.0.1:{port}")
        assert (report.healthy, names(report, "note")) == (True, ["no-8bitmime", "no-smtputf8"])
        report = await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@exämple.org",)))
        assert names(report) == ["smtputf8-needed"]


async def test_smtputf8_is_said_where_it_is_there() -> None:
    script = Script()
    async with listening(script) as port:
        assert (await examine(f"127.0.0.1:{port}", Letter("änn@x.org", ("bob@y.org",)))).healthy
    assert "MAIL FROM:<änn@x.org> SMTPUTF8" in script.heard


@pytest.mark.parametrize(
    "letter", [Letter("a@x.org>\r\nRCPT TO:<evil", ("b@y.org",)), Letter("a@x.org", ("b\n@y.org",))]
)
async def test_no_command_is_smuggled_in_by_an_address(letter: Letter) -> None:
    script = Script()
    async with listening(script) as port:
        with pytest.raises(BadRequest, match="line break"):
            await examine(f"127.0.0.1:{port}", letter)
    assert not any("evil" in line for line in script.heard)


@contextmanager
def elsewhere() -> Iterator[str]:
    """The name of a host that is not this machine's, and leads here all the same."""
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def here(host: str, *rest: Any, **how: Any) -> Any:
        return await real("127.0.0.1", *rest, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "getaddrinfo", here)
        yield "mail.example.com"


async def test_a_password_is_not_told_to_a_stranger(tmp_path: Path) -> None:
    """Whose certificate nobody vouches for; on this machine there is nobody in between."""
    issued = certificate(tmp_path, names=("mail.example.com", "127.0.0.1"))
    script = Script(extensions=TLS, inside=("AUTH PLAIN", "8BITMIME", "SMTPUTF8"), context=issued.context)
    async with listening(script) as port:
        with elsewhere() as host:
            report = await examine(f"smtp://u:p@{host}:{port}")
            assert (names(report), names(report, "warning")) == (["unknown-ca"], ["password-to-a-stranger"])
            assert not [line for line in script.heard if line.startswith("AUTH")]
            assert names(await examine(f"smtp://u:p@{host}:{port}", trust=issued.trust)) == []
        assert len([line for line in script.heard if line.startswith("AUTH")]) == 1
        assert names(await examine(f"smtp://u:p@127.0.0.1:{port}")) == ["unknown-ca"]
        assert len([line for line in script.heard if line.startswith("AUTH")]) == 2


async def test_who_is_careful_ends_where_tls_is_not_as_it_should_be(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    script = Script(extensions=TLS, context=issued.context)
    letter = Letter("ann@x.org", ("bob@y.org",), MAIL)
    async with listening(script) as port:
        with elsewhere() as host:
            for scheme, name in (("smtp", "unknown-ca"), ("smtps", "plain-port")):
                report = await examine(f"{scheme}://{host}:{port}", letter, careful=True)
                assert (names(report), report.delivered, report.healthy) == ([name], "", False)
        assert not any("DATA" in line for line in script.heard)
        assert (await examine(f"smtp://127.0.0.1:{port}", letter, careful=True)).delivered[:3] == "250"
