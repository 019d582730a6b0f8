"""The walk through servers that others wrote: Postfix in its many strictnesses, and its sink."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mailtrap_local.doctor.letter import Letter
from tests.doctor.postfix import free_port, postfix, wait_for
from tests.doctor.servers import MAIL, Issued, certificate, examine, names
from tests.tools import need

RULES = "inline:{ {grey@here.example = 450 4.7.1 Greylisted for 300 seconds} {spam@here.example = 554 5.7.1 spam} }"
SERVICES = {
    "plain": {},
    "tls": {"smtpd_tls_security_level": "may"},
    "tls-only": {"smtpd_tls_security_level": "encrypt"},
    "implicit": {"smtpd_tls_wrappermode": "yes", "smtpd_tls_security_level": "encrypt"},
    "strict": {
        "smtpd_helo_required": "yes",
        "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname",
        "smtpd_sender_restrictions": "reject_non_fqdn_sender",
        "smtpd_recipient_restrictions": f"check_recipient_access {RULES}, permit",
    },
    "few": {"smtpd_client_connection_count_limit": "1"},
    "bare": {"smtpd_discard_ehlo_keywords": "8bitmime, smtputf8, dsn, chunking"},
    "closed": {"smtpd_client_restrictions": "reject", "smtpd_delay_reject": "no"},
    "auth-wanted": {"smtpd_client_restrictions": "permit_sasl_authenticated, reject"},
}


@pytest.fixture(scope="module")
def issued() -> Iterator[Issued]:
    with tempfile.TemporaryDirectory() as folder:
        yield certificate(Path(folder), names=("127.0.0.1",))


@pytest.fixture(scope="module")
def ports(issued: Issued) -> Iterator[dict[str, int]]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # Postfix's daemons are not root
        with postfix(Path(folder), SERVICES, certificate=issued.file) as found:
            yield found


BOB = Letter("ann@x.org", ("bob@here.example",))


async def test_it_is_well_and_takes_a_mail(ports: dict[str, int]) -> None:
    report = await examine(f"127.0.0.1:{ports['plain']}", Letter(BOB.sender, BOB.recipients, MAIL))
    assert (names(report, "fault", "warning"), report.delivered[:3]) == ([], "250")


@pytest.mark.parametrize(
    ("service", "letter", "name"),
    [
        ("plain", Letter("ann@x.org", ("bob@y.org",)), "relay-denied"),
        ("plain", Letter("ann@x.org", ("eve@here.example",)), "unknown-recipient"),
        ("plain", Letter("ann@x.org", ("bob@here.example",), size=200_000), "size"),
        ("plain", Letter("ann@x.org", ("bob@here.example",), MAIL + b"line\r\n" * 30_000), "size"),
        ("strict", Letter("ann", ("bob@here.example",)), "bad-sender-syntax"),
        ("strict", Letter("ann@x.org", ("grey@here.example",)), "greylisted"),
        ("strict", Letter("ann@x.org", ("spam@here.example",)), "spam"),
        ("bare", Letter("änn@x.org", ("bob@here.example",)), "smtputf8-needed"),
    ],
)
async def test_what_it_refuses(ports: dict[str, int], service: str, letter: Letter, name: str) -> None:
    report = await examine(f"127.0.0.1:{ports[service]}", letter)
    assert names(report)[0] == name, report.steps
    assert report.delivered == ""


async def test_tls(ports: dict[str, int], issued: Issued) -> None:
    well = await examine(f"smtp://127.0.0.1:{ports['tls']}", BOB, trust=issued.trust)
    assert (names(well, "fault", "warning"), well.tls[:5]) == ([], "TLSv1")
    well = await examine(f"smtps://127.0.0.1:{ports['implicit']}", BOB, trust=issued.trust)
    assert (names(well, "fault", "warning"), well.tls[:5]) == ([], "TLSv1")
    assert names(await examine(f"smtp://127.0.0.1:{ports['tls']}", BOB)) == ["unknown-ca"]
    assert names(await examine(f"smtp://localhost:{ports['tls']}", BOB, trust=issued.trust)) == ["wrong-name"]
    assert names(await examine(f"smtps://127.0.0.1:{ports['tls']}", BOB, trust=issued.trust)) == ["plain-port"]
    assert names(await examine(f"smtp://127.0.0.1:{ports['implicit']}", BOB, trust=issued.trust)) == ["tls-port"]
    unused = await examine(f"smtp://127.0.0.1:{ports['tls-only']}", BOB, plain=True)
    assert (names(unused), names(unused, "warning")) == (["auth-tls-first"], ["starttls-unused"])


async def test_a_login_where_there_is_none(ports: dict[str, int]) -> None:
    assert names(await examine(f"smtp://u:p@127.0.0.1:{ports['plain']}", BOB)) == ["no-auth"]


async def test_too_many_connections(ports: dict[str, int]) -> None:
    _, held = await asyncio.open_connection("127.0.0.1", ports["few"])
    try:
        await asyncio.sleep(0.3)  # until the anvil has counted it
        assert names(await examine(f"127.0.0.1:{ports['few']}", BOB)) == ["too-many-connections"]
    finally:
        held.close()


async def test_a_server_that_takes_nobody(ports: dict[str, int]) -> None:
    report = await examine(f"127.0.0.1:{ports['closed']}", BOB)
    assert not report.healthy
    assert report.findings[0].again == "never"


@asynccontextmanager
async def sink(*flags: str) -> AsyncIterator[int]:
    """Postfix's smtp-sink, told to misbehave."""
    port = free_port()
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    command = (str(need("smtp-sink")), *user, *flags, f"127.0.0.1:{port}", "10")
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    try:
        await asyncio.to_thread(wait_for, port)
        yield port
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        (("-q", "rcpt"), "closed"),
        (("-q", "connect"), "closed-at-greeting"),
        (("-Q", "mail"), "refused-for-now"),
        (("-f", "rcpt"), "command-failed"),
        (("-r", "rcpt"), "refused-for-now"),
        (("-f", "."), "command-failed"),
        (("-W", "rcpt:3"), "silence"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
async def test_a_sink_that_misbehaves(flags: tuple[str, ...], name: str) -> None:
    async with sink(*flags) as port:
        report = await examine(f"127.0.0.1:{port}", Letter("ann@x.org", ("bob@y.org",), MAIL), patience=1.5)
    assert not report.healthy
    assert names(report)[0] == name, (report.findings, report.steps)
