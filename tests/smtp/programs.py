"""Mail programs that are not ours, each told in the same way what to send: see `Errand`.

A library has a small program in clients/, which finds the errand in its environment (SEND_PORT, SEND_TO and so on) and
leaves with an error that shows the server's reply. Commands have arguments of their own.
"""

import asyncio
import email.policy
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from tests.tools import need

Tls = Literal["", "starttls", "implicit"]
Command = tuple[str | Path, ...]

PROGRAMS = Path(__file__).parent / "clients"
QUICK_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
USER = "ann"
ENVELOPE_ID = "QQ314"
BUILD_SECONDS = 300
SEND_SECONDS = 60
MB = 1024 * 1024
SENDER, RECIPIENT = "app@example.com", "ann@example.com"


def a_mail(*, attachment: int = 0) -> bytes:
    """A mail with dots at line starts, text beyond ASCII, and an attachment of so many bytes."""
    message = EmailMessage(policy=email.policy.SMTP.clone(cte_type="8bit"))
    message["From"], message["To"] = f"Jörg <{SENDER}>", RECIPIENT
    message["Subject"] = "Grüße aus Köln, 你好 🎉"
    message["Message-ID"] = "<1@example.com>"
    message.set_content(".\n..\n.leading dot\nGrüße, 你好 🎉\n...\n", cte="8bit")
    if attachment:
        octets = bytes(range(256)) * (attachment // 256)
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename="größe.bin")
    return message.as_bytes()


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What to send, and how. `options` are parameters of MAIL and RCPT, and ways to send."""

    port: int
    mail: Path
    sender: str = SENDER
    recipients: tuple[str, ...] = (RECIPIENT,)
    tls: Tls = ""
    authority: Path | None = None  # the certificate to trust; None for those of the system
    mechanism: str = ""
    password: str = ""
    options: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        """The mail."""
        return self.mail.read_bytes()

    def environment(self, module: Path | None) -> dict[str, str]:
        """What the programs in clients/ read."""
        told = {
            "PORT": self.port,
            "FILE": self.mail,
            "FROM": self.sender,
            "TO": " ".join(self.recipients),
            "TLS": self.tls,
            "CA": self.authority or "",
            "AUTH": self.mechanism,
            "USER": USER,
            "PASSWORD": self.password,
            "OPTIONS": " ".join(self.options),
            "MODULE": module or "",
        }
        return {f"SEND_{name}": str(value) for name, value in told.items()}


@dataclass(frozen=True, kw_only=True)
class Program:
    """A mail program. `command` is given a folder too, in which `build` has put what it builds."""

    name: str
    needs: tuple[str, ...]
    command: Callable[[Errand, Path], Command]
    build: Callable[[Path], Command] | None = None
    module: str = ""  # of `needs`, the one that its program in clients/ loads
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN", "CRAM-MD5")
    options: tuple[str, ...] = ()
    partly: bool = True  # sends to the recipients that are not refused
    composes: bool = False  # makes a mail of its own with the file attached; else it sends the file as it is
    reads: bool = False  # takes the mail on its standard input, with the line ends of Unix

    def __str__(self) -> str:
        return self.name


async def ran(*command: str | Path, told: dict[str, str] | None = None, stdin: bytes = b"", seconds: int = 60) -> str:
    """The output of a command that must succeed, else an AssertionError with the output."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(told or {})},
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate(stdin)
    finally:
        if process.returncode is None:
            process.kill()
    said = output.decode(errors="replace")
    assert process.returncode == 0, said[-4_000:]
    return said


async def prepare(program: Program, built: Path) -> None:
    """See that all it needs is there, and build it unless that is done."""
    for tool in program.needs:
        need(tool)
    done = built / f"{program.name}.built"
    if program.build is not None and not done.exists():
        await ran(*program.build(built), seconds=BUILD_SECONDS)
        done.touch()


async def send(program: Program, errand: Errand, built: Path) -> str:
    """Send it; what the program said. AssertionError with that if it failed."""
    await prepare(program, built)
    told = errand.environment(need(program.module) if program.module else None)
    return await ran(
        *program.command(errand, built),
        told=told,
        stdin=as_unix(errand.content) if program.reads else b"",
        seconds=SEND_SECONDS,
    )


def as_unix(mail: bytes) -> bytes:
    """With the line ends that files have on Unix."""
    return mail.replace(b"\r\n", b"\n")


def _python(name: str) -> Callable[[Errand, Path], Command]:
    return lambda _errand, _built: (sys.executable, PROGRAMS / name)


def _interpreted(interpreter: str, name: str) -> Callable[[Errand, Path], Command]:
    return lambda _errand, _built: (need(interpreter), PROGRAMS / name)


def _go(_errand: Errand, built: Path) -> Command:
    return (built / "by_net_smtp",)


def _build_go(built: Path) -> Command:
    return (need("go"), "build", "-o", built / "by_net_smtp", PROGRAMS / "by_net_smtp.go")


def _java(_errand: Errand, built: Path) -> Command:
    return (need("java"), *QUICK_JAVA, "-cp", f"{built}:{_jars()}", "ByJakartaMail")


def _build_java(built: Path) -> Command:
    return (need("javac"), "-cp", _jars(), "-d", built, PROGRAMS / "ByJakartaMail.java")


def _jars() -> str:
    mail = need("jakarta-mail")
    return f"{mail}:{mail.with_name('jakarta-activation.jar')}"


def _swaks(errand: Errand, built: Path) -> Command:
    # it makes the line ends of SMTP itself, the last one too
    mail = built / "swaks.mail"
    mail.write_bytes(as_unix(errand.content).removesuffix(b"\n"))
    where = ("--server", "localhost", "--port", str(errand.port))
    envelope = ("--from", errand.sender, "--to", ",".join(errand.recipients))
    begun = {"": (), "starttls": ("--tls",), "implicit": ("--tls-on-connect",)}[errand.tls]
    verified = ("--tls-verify", "--tls-ca-path", errand.authority) if errand.authority else ()
    login = ("--auth", errand.mechanism, "--auth-user", USER, "--auth-password", errand.password)
    ahead = ("--pipeline",) if "PIPELINING" in errand.options else ()
    return (
        *(need("swaks"), *where, *envelope, *begun, *verified, *(login if errand.mechanism else ())),
        *(*ahead, "--suppress-data", "--data", f"@{mail}"),
    )


def _curl(errand: Errand, _built: Path) -> Command:
    url = f"{'smtps' if errand.tls == 'implicit' else 'smtp'}://localhost:{errand.port}"
    envelope = ["--mail-from", errand.sender, "--mail-rcpt-allowfails", "--upload-file", errand.mail]
    for recipient in errand.recipients:
        envelope += ["--mail-rcpt", recipient]
    verified = ("--ssl-reqd", *(("--cacert", errand.authority) if errand.authority else ())) if errand.tls else ()
    bearer = errand.mechanism in ("XOAUTH2", "OAUTHBEARER")
    user = ("--user", USER, "--oauth2-bearer", errand.password) if bearer else ("--user", f"{USER}:{errand.password}")
    login = (*user, "--login-options", f"AUTH={errand.mechanism}") if errand.mechanism else ()
    return (need("curl"), "-sS", "-v", url, *verified, *login, *envelope)


def _msmtp(errand: Errand, _built: Path) -> Command:
    where = ("--host=localhost", f"--port={errand.port}", "--timeout=30")
    tls = (f"--tls={'on' if errand.tls else 'off'}", f"--tls-starttls={'on' if errand.tls == 'starttls' else 'off'}")
    trust = (f"--tls-trust-file={errand.authority}",) if errand.authority else ()
    login = (f"--auth={errand.mechanism.lower()}", f"--user={USER}", f"--passwordeval=echo {errand.password}")
    notify = ("--dsn-return=hdrs", "--dsn-notify=success,failure") if "RET" in errand.options else ()
    nothing_added = ("--set-from-header=off", "--set-date-header=off", "--set-msgid-header=off")
    spoken = ("--protocol=lmtp",) if "LMTP" in errand.options else ()
    return (
        *(need("msmtp"), "--debug", *where, *tls, *trust, *(login if errand.mechanism else ())),
        *(*notify, *nothing_added, *spoken, "--domain=client.example", f"--from={errand.sender}", "--"),
        *errand.recipients,
    )


PYTHONS = ("8BITMIME", "SMTPUTF8", "RET", "ENVID", "NOTIFY")
MSMTPS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER")

PROGRAM = {
    program.name: program
    for program in (
        Program(name="smtplib", needs=(), command=_python("by_smtplib.py"), options=PYTHONS),
        Program(
            name="aiosmtplib",
            needs=(),
            command=_python("by_aiosmtplib.py"),
            mechanisms=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"),
            options=PYTHONS,
        ),
        Program(
            name="nodemailer",
            needs=("node", "nodemailer"),
            command=_interpreted("node", "by_nodemailer.js"),
            module="nodemailer",
            mechanisms=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"),
            options=PYTHONS,
        ),
        Program(
            name="PHPMailer",
            needs=("php", "PHPMailer"),
            command=_interpreted("php", "by_phpmailer.php"),
            module="PHPMailer",
            mechanisms=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"),
            options=("NOTIFY",),
            composes=True,
        ),
        Program(
            name="net-smtp",
            needs=("ruby",),
            command=_interpreted("ruby", "by_net_smtp.rb"),
            options=PYTHONS,
            partly=False,
        ),
        Program(
            name="Net-SMTP",
            needs=("perl", "IO::Socket::SSL", "Authen::SASL"),
            command=_interpreted("perl", "by_net_smtp.pl"),
            options=("8BITMIME", "RET", "ENVID", "NOTIFY"),
        ),
        Program(
            name="go",
            needs=("go",),
            command=_go,
            build=_build_go,
            options=("8BITMIME", "SMTPUTF8"),
            partly=False,
        ),
        Program(
            name="jakarta-mail",
            needs=("java", "javac", "jakarta-mail"),
            command=_java,
            build=_build_java,
            mechanisms=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"),
            options=("SMTPUTF8", "RET", "NOTIFY", "CHUNKING"),  # it says 8BITMIME only of what it encoded anew
        ),
        Program(name="swaks", needs=("swaks",), command=_swaks, options=("PIPELINING",)),
        Program(
            name="curl",
            needs=("curl",),
            command=_curl,
            mechanisms=(
                "PLAIN",
                "LOGIN",
                "CRAM-MD5",
                "OAUTHBEARER",
            ),  # which it prefers to XOAUTH2 where both are offered
            options=("SMTPUTF8",),
        ),
        Program(
            name="msmtp",
            needs=("msmtp",),
            command=_msmtp,
            mechanisms=MSMTPS,
            options=("RET", "NOTIFY"),
            partly=False,
            reads=True,
        ),
    )
}
