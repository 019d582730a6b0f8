"""`mailtrap-local doctor SERVER`: the walk through a server from the command line.

Exit code 0: mail gets through. 1: something keeps it from that. 2: what was asked for makes no sense.
"""

import argparse
import asyncio
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mailtrap_local.doctor.drive import Driver
from mailtrap_local.doctor.letter import Letter
from mailtrap_local.doctor.login import BEARER, MECHANISMS
from mailtrap_local.doctor.report import Report, as_json, as_text, report_of
from mailtrap_local.doctor.talk import PATIENCE
from mailtrap_local.doctor.target import Target, read_target
from mailtrap_local.doctor.walk import Walk
from mailtrap_local.errors import BadRequest
from mailtrap_local.fetch.addresses import Reach
from mailtrap_local.kinds import duration, size
from mailtrap_local.limits import GB
from mailtrap_local.mime.compose import compose
from mailtrap_local.model import Address

PROGRAM = "mailtrap-local doctor"
NEEDS_CHANGE, WRONG_LINE = 1, 2
_EPILOG = """\
examples:
  mailtrap-local doctor smtp://app:secret@mail.example.com:587 --to ann@example.com
  mailtrap-local doctor smtps://mail.example.com --size 20MB
  mailtrap-local doctor localhost:1025 --send
  mailtrap-local doctor smtp://ann%40example.com:TOKEN@smtp.example.com --auth-mechanism XOAUTH2

exit codes:
  0  mail gets through
  1  something keeps it from that
  2  the command line is wrong"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End the program with code 2 and a sentence."""
        sys.stderr.write(f"{self.prog}: {message}. `{self.prog} --help` explains it.\n")
        raise SystemExit(WRONG_LINE)


def describe() -> argparse.ArgumentParser:
    """Its command line."""
    parser = _Parser(
        prog=PROGRAM,
        description="Walk through a mail server (connect, EHLO, TLS, AUTH, MAIL, RCPT), and say in words what is\n"
        "wrong and what to change. Nothing is delivered unless --send.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_arguments(parser)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code."""
    try:
        return _run(describe().parse_args(arguments))
    except BadRequest as error:
        sys.stderr.write(f"{PROGRAM}: {error}\n")
        return WRONG_LINE


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("server", metavar="SERVER", help="smtp://user:pass@host:port, smtps://…, or host:port")
    parser.add_argument("--from", dest="sender", metavar="ADDRESS", help="who sends (default: the user, if an address)")
    parser.add_argument(
        "--to", action="append", default=[], metavar="ADDRESS", help="recipient, may repeat (default: the sender)"
    )
    parser.add_argument("--size", default="0", help="ask whether a message of this size would be taken, such as 20MB")
    parser.add_argument("--send", action="store_true", help="send a small mail; without this nothing is delivered")
    parser.add_argument("--message", metavar="FILE", help="with --send: send this file (an .eml) instead")
    parser.add_argument("--helo", metavar="NAME", help="the name that EHLO gives (default: this machine's)")
    parser.add_argument("--ca", metavar="FILE", default="", help="certificates (PEM) to trust beside the system's")
    parser.add_argument("--plain", action="store_true", help="use no STARTTLS, and send a password without TLS")
    parser.add_argument(
        "--auth-mechanism",
        metavar="NAME",
        default="",
        help=f"how to log in: {', '.join(MECHANISMS)}; with {' and '.join(BEARER)} the password is the token",
    )
    parser.add_argument("--timeout", default=f"{PATIENCE:g}s", help="how long each step may take (default: 10s)")
    parser.add_argument("--json", action="store_true", help="tell it as JSON")


def _run(options: argparse.Namespace) -> int:
    """Walk, tell, and return the exit code. Raises BadRequest."""
    target = read_target(options.server, plain=options.plain, mechanism=options.auth_mechanism)
    letter = _letter(options, target)
    patience = _read(duration(0.1, 3600), options.timeout, "--timeout", "a time such as 30s")
    if options.ca and not Path(options.ca).is_file():
        raise BadRequest(f"--ca {options.ca} is no file; give one with certificates in PEM.")
    walk = Walk(target, letter, helo=options.helo or _own_name(), patience=patience)
    driver = Driver(Reach(internal=True), trust=options.ca, patience=patience)
    asyncio.run(driver.run(walk))
    report = report_of(walk)
    _tell(report, json=options.json)
    return 0 if report.healthy else NEEDS_CHANGE


def _own_name() -> str:
    """What EHLO says: this machine's name if it is a full one, else the literal that RFC 5321 section 4.1.4 allows."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


def _letter(options: argparse.Namespace, target: Target) -> Letter:
    sender = options.sender if options.sender is not None else _default_sender(target)
    recipients = tuple(options.to) or (sender,)
    for address in (sender, *recipients):
        if any(character in "<>" or not character.isprintable() for character in address):
            raise BadRequest(f"{address!r} is no address: give it without angle brackets and control characters.")
    if not all(recipients):
        raise BadRequest("a mail from the null sender needs a recipient: give --to ADDRESS.")
    wanted = int(_read(size(0, GB), options.size, "--size", "a size such as 20MB"))
    return Letter(sender, recipients, _content(options, sender, recipients), wanted)


def _default_sender(target: Target) -> str:
    if "@" in target.user:
        return target.user
    named = any(character.isalpha() for character in target.host) and "." in target.host and ":" not in target.host
    return f"postmaster@{target.host}" if named else "postmaster@example.com"


def _content(options: argparse.Namespace, sender: str, recipients: Sequence[str]) -> bytes | None:
    if not options.send:
        if options.message:
            raise BadRequest("--message is sent with --send only; give both.")
        return None
    if options.message:
        try:
            return Path(options.message).read_bytes()
        except OSError as error:
            raise BadRequest(f"--message {options.message} cannot be read: {error.strerror}.") from None
    return compose(
        sender=Address("", sender or recipients[0]),
        to=[Address("", each) for each in recipients],
        subject="A test by mailtrap-local doctor",
        text="This mail was sent to see whether mail gets through. It does.\n",
    )


def _read(kind: object, text: str, flag: str, allowed: str) -> float | int:
    try:
        return kind.read(text)  # type: ignore[attr-defined, no-any-return]
    except ValueError:
        raise BadRequest(f"{flag} {text} is not understood; give {allowed}.") from None


def _tell(report: Report, *, json: bool) -> None:
    """On standard output; characters that its encoding lacks are escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    text = (as_json(report) if json else as_text(report)) + "\n"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
