"""Real mail programs against whole servers, by every path that each of them knows: a row a program, a column a path."""

import asyncio
import base64
import email
import email.policy
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from mailtrap_local.faults import read
from mailtrap_local.mailbox import Selection
from mailtrap_local.model import Record, Session
from mailtrap_local.server import Server
from mailtrap_local.settings import Settings
from mailtrap_local.tls import words
from mailtrap_local.tls.authority import Authority
from tests.smtp.programs import ENVELOPE_ID, MB, PROGRAM, Errand, Program, Tls, a_mail, send

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAMS = [pytest.param(program, id=name) for name, program in PROGRAM.items()]
WAYS: tuple[Tls, ...] = ("", "starttls", "implicit")
LOGINS = [
    pytest.param(program, mechanism, tls, id=f"{program}-{mechanism}-{tls or 'plain'}")
    for program in PROGRAM.values()
    for mechanism, tls in zip(program.mechanisms, WAYS * 2, strict=False)
]
LARGE = [
    pytest.param(program, tls, id=f"{program}-{tls}")
    for program, tls in zip(PROGRAM.values(), ("starttls", "implicit") * len(PROGRAM), strict=False)
]
PASSWORD, WRONG = "horse", "battery"
GONE = "550 5.1.1 Nobody of this name lives here"
LATER = "451 4.7.1 Try again later"
GREEK, GERMAN = "δοκιμή@example.com", "jörg@example.com"  # some would encode a domain


@dataclass
class Place:
    """Servers: one as it starts without a setting, one that wants the right password, one that wants TLS too; files."""

    plain: Server
    knowing: Server
    guarded: Server
    authority: Path
    mail: Path
    large: Path
    built: Path

    def login(self, tls: Tls, *, mechanism: str, password: str) -> tuple[Server, Errand]:
        """Where the password counts, with TLS or without."""
        server = self.guarded if tls else self.knowing
        errand = self.errand(tls) if tls else replace(self.errand(), port=server.smtp_port)
        return server, replace(errand, mechanism=mechanism, password=password)

    def errand(self, tls: Tls = "") -> Errand:
        """Without TLS no login either."""
        if not tls:
            return Errand(port=self.plain.smtp_port, mail=self.mail)
        port = self.guarded.smtp_tls_port if tls == "implicit" else self.guarded.smtp_port
        return Errand(
            port=port, mail=self.mail, tls=tls, authority=self.authority, mechanism="PLAIN", password=PASSWORD
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "users").write_text(f"ann:{{PLAIN}}{PASSWORD}\n")
    (folder / "mail").write_bytes(a_mail())
    (folder / "large").write_bytes(a_mail(attachment=10 * MB))
    free = Settings(smtp_port=0, http_port=0, smtp_tls_port=0)
    knowing = replace(free, smtp_auth_file=folder / "users", smtp_auth_required=True)
    guarded = replace(knowing, tls=True, tls_required=True)
    async with Server(free) as plain, Server(knowing) as known, Server(guarded) as strict:
        (folder / "ca.pem").write_text(strict.authority)
        yield Place(plain, known, strict, folder / "ca.pem", folder / "mail", folder / "large", folder)


@pytest_asyncio.fixture(loop_scope="module")
async def place(shared: Place) -> AsyncIterator[Place]:
    """The servers, empty and without faults again after each test."""
    yield shared
    for server in (shared.plain, shared.knowing, shared.guarded):
        server.faults.clear()
        await server.mailbox.delete(Selection())


async def only(server: Server, program: Program, mail: bytes) -> tuple[Record, Session]:
    """The one mail that came, which is this one to the byte, and the session that it came in."""
    page = await server.mailbox.page(Selection())
    assert len(page.summaries) == 1
    message_id = page.summaries[0].id
    raw = await server.mailbox.raw(message_id)
    if program.composes:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert message["Subject"] == "Grüße aus Köln, 你好 🎉"
        (attached,) = message.iter_attachments()
        raw = attached.get_content()
    assert raw == mail
    record = await server.mailbox.record(message_id)
    return record, await server.sessions.get(record.origin.session)


def recipients(record: Record) -> list[str]:
    return [recipient.address for recipient in record.envelope.recipients]


@pytest.mark.parametrize("program", PROGRAMS)
async def test_as_a_program_and_a_server_are_from_the_start(place: Place, program: Program) -> None:
    """Without a setting on either side but the port; to several."""
    errand = replace(place.errand(), recipients=tuple(f"r{number}@example.com" for number in range(20)))
    await send(program, errand, place.built)
    record, session = await only(place.plain, program, errand.content)
    assert record.envelope.mail_from == errand.sender
    assert recipients(record) == list(errand.recipients)
    assert record.origin.protocol in ("ESMTP", "UTF8SMTP")  # Go announces SMTPUTF8 wherever it is offered
    assert session.errors == 0


@pytest.mark.parametrize("program", PROGRAMS)
async def test_10_megabytes_and_any_password(place: Place, program: Program) -> None:
    """Whoever logs in is believed, and found by the name; without TLS."""
    errand = replace(place.errand(), mail=place.large, mechanism=program.mechanisms[0], password="any")
    await send(program, errand, place.built)
    record, _ = await only(place.plain, program, errand.content)
    assert record.origin.protocol in ("ESMTPA", "UTF8SMTPA")
    assert (record.origin.username, record.origin.tls) == ("ann", "")


@pytest.mark.parametrize(("program", "tls"), LARGE)
async def test_10_megabytes_under_tls(place: Place, program: Program, tls: Tls) -> None:
    errand = replace(place.errand(tls), mail=place.large)
    await send(program, errand, place.built)
    record, session = await only(place.guarded, program, errand.content)
    assert record.origin.protocol in ("ESMTPSA", "UTF8SMTPSA")
    assert record.origin.username == "ann"
    assert record.origin.tls.startswith("TLSv1.")
    assert session.tls.startswith(record.origin.tls + ", ")


@pytest.mark.parametrize(("program", "mechanism", "tls"), LOGINS)
async def test_a_login(place: Place, program: Program, mechanism: str, tls: Tls) -> None:
    """The password counts, the mechanism is the one that was asked for, and the transcript holds no secret."""
    server, errand = place.login(tls, mechanism=mechanism, password=PASSWORD)
    await send(program, errand, place.built)
    record, session = await only(server, program, errand.content)
    assert record.origin.username == "ann"
    lines = [line.text for line in session.lines]
    assert [line.split()[1] for line in lines if line.startswith("AUTH ")] == [mechanism]
    assert PASSWORD not in "\n".join(lines)
    assert base64.b64encode(f"\0ann\0{PASSWORD}".encode()).decode() not in "\n".join(lines)


@pytest.mark.parametrize(("program", "mechanism", "tls"), LOGINS)
async def test_a_wrong_password(place: Place, program: Program, mechanism: str, tls: Tls) -> None:
    server, errand = place.login(tls, mechanism=mechanism, password=WRONG)
    with pytest.raises(AssertionError, match="(?i)535|login denied|could not authenticate|AuthenticationFailed"):
        await send(program, errand, place.built)
    assert (await server.mailbox.page(Selection())).total == 0
    assert (await newest_ended(server)).username == ""


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_certificate_that_is_not_trusted(
    place: Place, program: Program, tls: Tls, tmp_path: Path, strangers: str
) -> None:
    """The program leaves, and the session says what to do about it."""
    (tmp_path / "other.pem").write_text(strangers)
    with pytest.raises(AssertionError):
        await send(program, replace(place.errand(tls), authority=tmp_path / "other.pem"), place.built)
    session = await newest_ended(place.guarded)
    assert (session.username, session.caught) == ("", 0)
    assert words.TRUST in "\n".join(line.text for line in session.lines if line.who == "-")


async def newest_ended(server: Server) -> Session:
    """The newest session, once it is over."""
    for _ in range(2_000):
        session = (await server.sessions.page(limit=1))[0]
        if session.state != "open":
            return session
        await asyncio.sleep(0.005)
    raise TimeoutError


@pytest.fixture(scope="module")
def strangers() -> Iterator[str]:
    """The certificate of an authority that signed nothing here."""
    yield Authority.made().pem


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_recipient_that_is_refused(place: Place, program: Program) -> None:
    """The program shows the reply; the others get the mail, unless it gives up."""
    rule = place.plain.faults.add(read({"where": "rcpt", "match": "rcpt:=gone@example.com", "reply": GONE})).id
    errand = replace(place.errand(), recipients=("ann@example.com", "gone@example.com", "bob@example.com"))
    try:
        said = await send(program, errand, place.built)
    except AssertionError as failed:
        said = str(failed)
    assert "Nobody of this name lives here" in said
    assert place.plain.faults.get(rule).fired == 1
    if not program.partly:
        assert (await place.plain.mailbox.page(Selection())).total == 0
        return
    record, _ = await only(place.plain, program, errand.content)
    assert recipients(record) == ["ann@example.com", "bob@example.com"]


@pytest.mark.parametrize("where", ["rcpt", "end-of-data"])
@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_mail_that_is_put_off_and_sent_again(place: Place, program: Program, where: str) -> None:
    place.plain.faults.add(read({"where": where, "reply": LATER, "times": 1}))
    with pytest.raises(AssertionError, match="Try again later"):
        await send(program, place.errand(), place.built)
    await send(program, place.errand(), place.built)
    await only(place.plain, program, place.errand().content)


PARAMETERS = {
    "8BITMIME": "BODY=8BITMIME",
    "SMTPUTF8": "SMTPUTF8",
    "RET": "RET=HDRS",
    "ENVID": f"ENVID={ENVELOPE_ID}",
}


@pytest.mark.parametrize("program", [each for each in PROGRAMS if PROGRAM[str(each.id)].options])
async def test_what_a_program_says_of_its_mail(place: Place, program: Program, tmp_path: Path) -> None:
    """RFC 6152, 6531, 3461, 3030 and 2920: all that it knows of them at once."""
    errand = replace(place.errand(), options=program.options)
    if "CHUNKING" in program.options:  # Jakarta Mail doubles leading dots in chunks too, where nobody takes them away
        errand = replace(errand, mail=tmp_path / "mail")
        errand.mail.write_bytes(a_mail().replace(b"\r\n.", b"\r\n-"))
    if "SMTPUTF8" in program.options:
        errand = replace(errand, sender=GERMAN, recipients=(GREEK, "ann@example.com"))
    await send(program, errand, place.built)
    record, session = await only(place.plain, program, errand.content)
    assert (record.envelope.mail_from, recipients(record)) == (errand.sender, list(errand.recipients))
    wanted = {PARAMETERS[option] for option in program.options if option in PARAMETERS}
    assert wanted <= set(record.envelope.mail_params)
    for recipient in record.envelope.recipients:
        assert ("NOTIFY=SUCCESS,FAILURE" in recipient.params) == ("NOTIFY" in program.options)
    assert any(line.text.startswith("BDAT ") for line in session.lines) == ("CHUNKING" in program.options)
    assert session.errors == 0
