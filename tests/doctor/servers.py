"""Servers of every kind on loopback, most of them broken, and certificates that are not what they should be."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mailtrap_local.doctor.drive import Driver
from mailtrap_local.doctor.letter import Letter
from mailtrap_local.doctor.report import Report, report_of
from mailtrap_local.doctor.target import read_target
from mailtrap_local.doctor.walk import Walk
from mailtrap_local.fetch.addresses import Reach

MAIL = b"From: ann@x.org\r\nTo: bob@y.org\r\nSubject: Hello\r\n\r\n.one dot\r\nbody\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@asynccontextmanager
async def listening(
    talk: Talk, *, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server that treats each connection so; its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Script:
    """An SMTP server that answers each command (its beginning, in lower case) as told, and 250 to the rest.

    A reply None hangs up without a word; "tls" behind 220 begins TLS. `pause` is how long each reply takes.
    """

    replies: dict[str, str | None] = field(default_factory=dict)
    extensions: Sequence[str] = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8")
    inside: Sequence[str] | None = None  # the extensions inside TLS, if others
    context: ssl.SSLContext | None = None
    pause: float = 0.0
    heard: list[str] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = writer.get_extra_info("ssl_object") is not None
        if not await self._say(writer, self.replies.get("", "220 script ESMTP")):
            return
        while line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
            self.heard.append(line)
            lowered = line.lower()
            told = {start: reply for start, reply in self.replies.items() if start and lowered.startswith(start)}
            default = self._default(lowered, secure)
            if not await self._say(writer, next(iter(told.values()), default)):
                return
            if lowered == "starttls" and self.context is not None and not told:
                await writer.start_tls(self.context)
                secure = True
            elif lowered == "data" and not told:
                self.heard.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                if not await self._say(writer, self.replies.get(".", "250 2.0.0 taken")):
                    return
            elif lowered == "quit":
                return

    async def _say(self, writer: asyncio.StreamWriter, reply: str | None) -> bool:
        if self.pause:
            await asyncio.sleep(self.pause)
        if reply is None:
            return False
        writer.write(reply.replace("\n", "\r\n").encode() + b"\r\n")
        await writer.drain()
        return not reply.startswith("421")

    def _default(self, line: str, secure: bool) -> str:
        if line.startswith("ehlo"):
            extensions = self.inside if secure and self.inside is not None else self.extensions
            if secure:
                extensions = [each for each in extensions if each != "STARTTLS"]
            lines = ["script", *extensions]
            return "\n".join([*(f"250-{each}" for each in lines[:-1]), f"250 {lines[-1]}"])
        return {"data": "354 go on", "quit": "221 bye", "starttls": "220 go on"}.get(line, "250 2.0.0 OK")


async def examine(
    server: str,
    letter: Letter | None = None,
    *,
    patience: float = 5.0,
    trust: str = "",
    plain: bool = False,
    careful: bool = False,
    mechanism: str = "",
) -> Report:
    """The report of a walk through this server."""
    target = read_target(server, plain=plain, mechanism=mechanism)
    walk = Walk(
        target, letter or Letter("ann@x.org", ("bob@y.org",)), helo="client.example", patience=patience, careful=careful
    )
    await Driver(Reach(internal=True), trust=trust, patience=patience).run(walk)
    return report_of(walk)


def names(report: Report, *levels: str) -> list[str]:
    """The names of the findings of these levels; without one, of the faults."""
    return [finding.name for finding in report.findings if finding.level in (levels or ("fault",))]


@dataclass(frozen=True)
class Issued:
    """A certificate and its key in one PEM file, and what a client must trust for it."""

    file: Path
    trust: str

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context


def certificate(
    folder: Path,
    *,
    names: Sequence[str] = ("127.0.0.1",),
    days: tuple[int, int] = (-1, 30),
    authority: bool = True,
) -> Issued:
    """A certificate for these names (or addresses), valid from and to so many days from now.

    It is signed by an authority made for it, whose certificate is in `trust`; or by itself.
    """
    now = datetime.datetime.now(datetime.UTC)
    begins, ends = (now + datetime.timedelta(days=each) for each in days)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, name = _named("Test Authority"), _named(names[0])
    alternatives = [_alternative(each) for each in names]
    issued = _builder(name, ca_name if authority else name, key, begins, ends)
    issued = issued.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    signed = issued.sign(ca_key if authority else key, hashes.SHA256())
    root = _builder(ca_name, ca_name, ca_key, now - datetime.timedelta(days=2), now + datetime.timedelta(days=90))
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    file, trust = folder / "server.pem", folder / "trust.pem"
    file.write_bytes(_pem(key) + signed.public_bytes(serialization.Encoding.PEM))
    anchor = root.sign(ca_key, hashes.SHA256()) if authority else signed
    trust.write_bytes(anchor.public_bytes(serialization.Encoding.PEM))
    return Issued(file, str(trust))


def _builder(
    name: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime.datetime,
    ends: datetime.datetime,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _alternative(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
