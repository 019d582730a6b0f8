"""Real mail servers that have ours as their relay: Postfix and Exim, by every path that they know."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from mailtrap_local.faults import read
from mailtrap_local.mailbox import Selection
from mailtrap_local.model import Record, Session
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.tls.authority import Authority
from tests.smtp.mtas import SENDER, Exim, Postfix, Way, postfix
from tests.smtp.programs import MB, a_mail
from tests.smtp.talking import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

USER, PASSWORD, WRONG = "ann", "horse", "battery"
MAIL = b"Date: Tue, 1 Sep 2026 12:00:00 +0000\r\n" + a_mail()
PATIENCE = 30.0
GONE = "550 5.1.1 Nobody of this name lives here"
LATER = "451 4.7.1 Try again later"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain() -> AsyncIterator[Server]:
    """A server as it starts without a setting, but for LMTP."""
    async with Server(Settings(smtp_port=0, http_port=0, lmtp_port=0)) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server that wants TLS and the right password."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    wanted = Settings(smtp_port=0, http_port=0, smtp_tls_port=0, tls=True, tls_required=True)
    wanted = replace(wanted, smtp_auth_file=folder / "users", smtp_auth_required=True)
    async with Server(wanted) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def _empty(plain: Server, guarded: Server) -> AsyncIterator[None]:
    yield
    for server in (plain, guarded):
        server.faults.clear()
        await server.mailbox.delete(Selection())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the users of mail servers may enter; pytest's are closed to them."""
    with tempfile.TemporaryDirectory(prefix="mtas-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def authority(guarded: Server, folder: Path) -> Path:
    (folder / "ca.pem").write_text(guarded.authority)
    return folder / "ca.pem"


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Path:
    """The certificate of an authority that signed nothing here."""
    (folder / "other.pem").write_text(Authority.made().pem)
    return folder / "other.pem"


async def arrived(server: Server, count: int = 1) -> list[tuple[Record, Session, bytes]]:
    """So many mails, oldest first, each with its session and its source."""
    await server.mailbox.wait(count=count, seconds=PATIENCE)
    found = []
    for summary in await server.mailbox.oldest(Selection()):
        record = await server.mailbox.record(summary.id)
        session = await server.sessions.get(record.origin.session)
        found.append((record, session, await server.mailbox.raw(summary.id)))
    assert len(found) == count
    return found


def verbs(session: Session, verb: str) -> list[str]:
    """The lines of the client that begin so."""
    return [line.text for line in session.lines if line.who == "C" and line.text.split(" ")[0] == verb]


# ---- Postfix --------------------------------------------------------------------------------------------------------

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256")
VERIFIED = {"smtp_tls_security_level": "verify", "smtp_tls_mandatory_protocols": ">=TLSv1.2"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relaying(
    plain: Server, guarded: Server, authority: Path, stranger: Path, folder: Path
) -> AsyncIterator[Postfix]:
    """A Postfix with `plain` as its relayhost, and a way to `guarded` for each domain that is named after one."""
    explicit, implicit = f"[localhost]:{guarded.smtp_port}", f"[localhost]:{guarded.smtp_tls_port}"
    wrapped = {**VERIFIED, "smtp_tls_wrappermode": "yes"}

    def knowing(settings: dict[str, str], mechanism: str) -> dict[str, str]:
        return {**settings, "smtp_sasl_auth_enable": "yes", "smtp_sasl_mechanism_filter": mechanism.lower()}

    ways = [
        Way(domain=f"{mechanism.lower()}.{name}.example", nexthop=nexthop, settings=knowing(settings, mechanism))
        for mechanism in MECHANISMS
        for name, nexthop, settings in (("starttls", explicit, VERIFIED), ("implicit", implicit, wrapped))
    ]
    wrong = {"smtp_sasl_password_maps": f"static:{USER}:{WRONG}"}
    ways += [
        Way(domain="wrong.example", nexthop=explicit, settings={**knowing(VERIFIED, "PLAIN"), **wrong}),
        Way(domain="stranger.example", nexthop=explicit, settings={**VERIFIED, "smtp_tls_CAfile": str(stranger)}),
        Way(domain="lmtp.example", nexthop=f"inet:127.0.0.1:{plain.lmtp_port}", program="lmtp", settings={}),
    ]
    relayhost, login = f"[127.0.0.1]:{plain.smtp_port}", f"{USER}:{PASSWORD}"
    with postfix(
        folder / "postfix", relayhost=relayhost, ways=tuple(ways), authority=authority, login=login
    ) as running:
        yield running


async def take(
    mta: Postfix | Exim,
    mail: bytes = MAIL,
    *,
    to: tuple[str, ...] = ("ann@example.com",),
    said: tuple[str, ...] = (),
    notify: str = "",
) -> None:
    await asyncio.to_thread(mta.take, mail, to=to, said=said, notify=notify)


async def test_postfix_relays_what_it_is_given(plain: Server, relaying: Postfix) -> None:
    await take(relaying)
    ((record, session, raw),) = await arrived(plain)
    assert raw.startswith(b"Received: ") and raw.endswith(MAIL)
    assert (record.envelope.mail_from, record.origin.protocol) == (SENDER, "ESMTP")
    assert "BODY=8BITMIME" in record.envelope.mail_params
    assert session.errors == 0


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_postfix_logs_in(guarded: Server, relaying: Postfix, mechanism: str, tls: str) -> None:
    await take(relaying, to=(f"bob@{mechanism.lower()}.{tls}.example",))
    ((record, session, raw),) = await arrived(guarded)
    assert raw.endswith(MAIL)
    assert (record.origin.protocol, record.origin.username) == ("ESMTPSA", USER)
    assert [line.split()[1] for line in verbs(session, "AUTH")] == [mechanism]


async def test_postfix_relays_10_megabytes(guarded: Server, relaying: Postfix) -> None:
    large = a_mail(attachment=10 * MB)
    await take(relaying, large, to=("bob@plain.starttls.example",))
    ((_, _, raw),) = await arrived(guarded)
    assert raw.endswith(large)


async def test_postfix_relays_to_many_at_once(plain: Server, relaying: Postfix) -> None:
    """In one transaction, whose commands come together (RFC 2920)."""
    everybody = tuple(f"r{number}@example.com" for number in range(40))
    await take(relaying, to=everybody)
    ((record, _, _),) = await arrived(plain)
    assert {recipient.address for recipient in record.envelope.recipients} == set(everybody)


async def test_postfix_speaks_lmtp(plain: Server, relaying: Postfix) -> None:
    await take(relaying, to=("bob@lmtp.example", "cy@lmtp.example"))
    ((record, session, raw),) = await arrived(plain)
    assert raw.endswith(MAIL)
    assert record.origin.protocol == "LMTP"
    assert len(verbs(session, "LHLO")) == 1


async def test_postfix_hands_on_what_was_said_of_a_mail(plain: Server, relaying: Postfix) -> None:
    """RFC 3461 and RFC 6531."""
    said = ("SMTPUTF8", "RET=HDRS", "ENVID=QQ314")
    await take(relaying, to=("jörg@example.com",), said=said, notify="SUCCESS,FAILURE")
    ((record, _, _),) = await arrived(plain)
    (recipient,) = record.envelope.recipients
    assert recipient.address == "jörg@example.com"
    assert {*said, "BODY=8BITMIME"} <= set(record.envelope.mail_params)
    assert "NOTIFY=SUCCESS,FAILURE" in recipient.params
    assert record.origin.protocol == "UTF8SMTP"


async def test_postfix_bounces_what_we_refuse(plain: Server, relaying: Postfix) -> None:
    """To the sender by its relayhost, which is ours; the other recipient has the mail."""
    plain.faults.add(read({"where": "rcpt", "match": "rcpt:=gone@example.com", "reply": GONE}))
    await take(relaying, to=("gone@example.com", "ann@example.com"))
    (first, _, _), (bounce, _, told) = await arrived(plain, 2)
    assert [each.address for each in first.envelope.recipients] == ["ann@example.com"]
    assert (bounce.envelope.mail_from, bounce.envelope.recipients[0].address) == ("", SENDER)
    assert b"Diagnostic-Code: smtp; " + GONE.encode() in told


@pytest.mark.parametrize("where", ["mail", "rcpt", "end-of-data"])
async def test_postfix_tries_again_what_we_put_off(plain: Server, relaying: Postfix, where: str) -> None:
    rule = plain.faults.add(read({"where": where, "reply": LATER, "times": 1})).id
    await take(relaying)
    ((_, _, raw),) = await arrived(plain)
    assert raw.endswith(MAIL)
    assert plain.faults.get(rule).fired == 1


@pytest.mark.parametrize(("domain", "says"), [("wrong.example", "535 5.7.8"), ("stranger.example", "untrusted issuer")])
async def test_postfix_keeps_mail_where_it_must_not_go(
    guarded: Server, relaying: Postfix, domain: str, says: str
) -> None:
    """A wrong password, and a certificate that it does not trust."""
    await take(relaying, to=(f"bob@{domain}",))
    await until(lambda: says in relaying.log)
    assert (await guarded.mailbox.page(Selection())).total == 0


# ---- Exim -----------------------------------------------------------------------------------------------------------

_NUMBERS = itertools.count()
EXIM_MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")


@pytest.fixture
def exim(plain: Server, folder: Path) -> Exim:
    return Exim(folder=folder / f"exim-{next(_NUMBERS)}", port=plain.smtp_port)


def strict(authority: Path, *, implicit: bool) -> tuple[str, ...]:
    """A transport that verifies us."""
    begun = ("protocol = smtps",) if implicit else ("hosts_require_tls = *",)
    verified = (f"tls_verify_certificates = {authority}", "tls_verify_hosts = *", "tls_verify_cert_hostnames = *")
    return (*begun, *verified)


@pytest.mark.parametrize("chunking", [True, False])
async def test_exim_relays_what_it_is_given(plain: Server, exim: Exim, chunking: bool) -> None:
    """With BDAT, as it does from the start, and with DATA."""
    await take(exim if chunking else replace(exim, transport=("hosts_try_chunking =",)))
    ((record, session, raw),) = await arrived(plain)
    assert raw.startswith(b"Received: ") and raw.endswith(MAIL)
    assert (record.envelope.mail_from, record.origin.protocol) == (SENDER, "ESMTP")
    assert (len(verbs(session, "BDAT")) > 0, len(verbs(session, "DATA"))) == (chunking, 0 if chunking else 1)
    assert session.errors == 0


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])
@pytest.mark.parametrize("mechanism", EXIM_MECHANISMS)
async def test_exim_logs_in(guarded: Server, exim: Exim, authority: Path, mechanism: str, implicit: bool) -> None:
    port = guarded.smtp_tls_port if implicit else guarded.smtp_port
    transport = ("hosts_require_auth = *", *strict(authority, implicit=implicit))
    await take(replace(exim, port=port, transport=transport, mechanism=mechanism, login=(USER, PASSWORD)))
    ((record, session, raw),) = await arrived(guarded)
    assert raw.endswith(MAIL)
    assert (record.origin.protocol, record.origin.username) == ("ESMTPSA", USER)
    assert [line.split()[1] for line in verbs(session, "AUTH")] == [mechanism]


@pytest.mark.parametrize("chunking", [True, False])
async def test_exim_relays_10_megabytes(plain: Server, exim: Exim, chunking: bool) -> None:
    large = MAIL + a_mail(attachment=10 * MB)
    await take(exim if chunking else replace(exim, transport=("hosts_try_chunking =",)), large)
    ((_, _, raw),) = await arrived(plain)
    assert raw.endswith(large)


async def test_exim_speaks_lmtp(plain: Server, exim: Exim) -> None:
    assert plain.lmtp_port is not None
    await take(
        replace(exim, port=plain.lmtp_port, transport=("protocol = lmtp",)), to=("a@example.com", "b@example.com")
    )
    ((record, _, raw),) = await arrived(plain)
    assert raw.endswith(MAIL)
    assert record.origin.protocol == "LMTP"
    assert len(record.envelope.recipients) == 2


async def test_exim_hands_on_what_was_said_of_a_mail(plain: Server, exim: Exim) -> None:
    said = ("SMTPUTF8", "RET=HDRS", "ENVID=QQ314")
    await take(exim, to=("jörg@example.com",), said=said, notify="SUCCESS,FAILURE")
    ((record, _, _),) = await arrived(plain)
    (recipient,) = record.envelope.recipients
    assert recipient.address == "jörg@example.com"
    assert set(said) <= set(record.envelope.mail_params)
    assert "NOTIFY=SUCCESS,FAILURE" in recipient.params


async def test_exim_bounces_what_we_refuse(plain: Server, exim: Exim) -> None:
    plain.faults.add(read({"where": "rcpt", "match": "rcpt:=gone@example.com", "reply": GONE}))
    await take(exim, to=("gone@example.com", "ann@example.com"))
    (first, _, _), (bounce, _, told) = await arrived(plain, 2)
    assert [each.address for each in first.envelope.recipients] == ["ann@example.com"]
    assert (bounce.envelope.mail_from, bounce.envelope.recipients[0].address) == ("", SENDER)
    assert GONE.encode() in told


@pytest.mark.parametrize("where", ["mail", "rcpt", "end-of-data"])
async def test_exim_tries_again_what_we_put_off(plain: Server, exim: Exim, where: str) -> None:
    plain.faults.add(read({"where": where, "reply": LATER, "times": 1}))
    await take(exim)
    assert (await plain.mailbox.page(Selection())).total == 0
    await asyncio.to_thread(exim.try_again)
    ((_, _, raw),) = await arrived(plain)
    assert raw.endswith(MAIL)


async def test_exim_keeps_mail_where_it_must_not_go(
    guarded: Server, exim: Exim, authority: Path, stranger: Path
) -> None:
    """A wrong password, and a certificate that it does not trust."""
    transport = ("hosts_require_auth = *", *strict(authority, implicit=False))
    wrong = replace(exim, port=guarded.smtp_port, transport=transport, mechanism="PLAIN", login=(USER, WRONG))
    await take(wrong)
    assert "535 5.7.8" in wrong.log
    distrusting = replace(exim, folder=exim.folder / "other", port=guarded.smtp_port)
    distrusting = replace(distrusting, transport=strict(stranger, implicit=False))
    await take(distrusting)
    assert "certificate" in distrusting.log
    assert (await guarded.mailbox.page(Selection())).total == 0
