"""`mailtrap-local send`: a mail to the catcher, from flags, a file or standard input."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mailtrap_local import sendmail
from mailtrap_local.cli import screen
from mailtrap_local.cli.exits import DONE, REFUSED, UNREACHABLE, USAGE, Failure
from mailtrap_local.cli.line import Parser, command, standard_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    import smtplib
    from argparse import Namespace
    from collections.abc import Sequence
    from email.message import EmailMessage

    from mailtrap_local.client import Client

_COMPOSING = ("cc", "reply_to", "subject", "text", "html", "header", "attach")
_ADDRESS = re.compile(r"[^\s<>,]+@[^\s<>,]+")
_QUEUED = re.compile(r"queued as ([0-9A-Za-z]+)")


def describe() -> Parser:
    """Its command line."""
    parser = Parser(
        "send",
        "Send a mail to the catcher, by SMTP as an app would, and print its ID. The mail is made from the\n"
        "flags, or is FILE as it is (- is standard input); then --from and --to are its envelope, and\n"
        "without them its own fields are. SMTP wants CRLF, so bare line ends become that; --http keeps them.",
        missing="(not used)",
        examples=(
            "send --to ann@example.com --subject Hello --text 'Hi Ann'",
            "send --from 'App <app@example.com>' --to ann@example.com --html page.html --attach bill.pdf",
            "send mail.eml",
            "send --http --inbox staging - < mail.eml",
        ),
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a whole mail, header and all; - is standard input")
    parser.add_argument(
        "--from", dest="from_", metavar="ADDRESS", help="the sender; may be 'Ann Lee <ann@example.com>'"
    )
    for name, text in (("to", "a recipient; may repeat"), ("cc", "likewise"), ("bcc", "likewise; no field names it")):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="ADDRESS", help=text)
    parser.add_argument("--reply-to", metavar="ADDRESS", help="where answers go")
    parser.add_argument("--subject", metavar="TEXT", help="the subject")
    parser.add_argument("--text", metavar="TEXT", help="the text; a file is @FILE, standard input @-")
    parser.add_argument("--html", metavar="HTML", help="the HTML, likewise; what ends in .html is a file too")
    parser.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'", help="one more; may repeat")
    parser.add_argument("--attach", action="append", default=[], metavar="FILE", help="a file to attach; may repeat")
    parser.add_argument("--http", action="store_true", help="put it in by HTTP instead: to the byte, with no session")
    parser.add_argument("--smtp", metavar="HOST:PORT", help="where SMTP is; without it the server is asked")
    parser.add_argument("--starttls", action="store_true", help="encrypt, and trust the server's own certificate")
    parser.add_argument("--smtp-auth", metavar="USER:PASSWORD", help="log in; --inbox NAME logs in by that name")
    return parser


def run(client: Client, options: Namespace) -> int:
    """Send it, and print the ID."""
    raw = _given(options) if options.file is not None else _composed(options)
    sender, recipients = _envelope(options, raw)
    if options.http:
        name = client.put(raw, from_=sender, to=recipients)
    else:
        name = _by_smtp(client, options, sender, recipients, sendmail.crlf(raw))
    if options.json:
        screen.write_json({"ID": name})
    else:
        screen.write(screen.cell(name))
    return DONE


def _given(options: Namespace) -> bytes:
    given = [name for name in _COMPOSING if getattr(options, name)]
    if given:
        flag = given[0].replace("_", "-")
        raise Failure(USAGE, f"FILE is a whole mail: --{flag} would change it. Leave one of them out.")
    raw = _read(options.file)
    if not raw:
        raise Failure(USAGE, f"There is no mail in {options.file}.")
    return raw


def _read(name: str) -> bytes:
    return standard_input().read() if name == "-" else Path(name).read_bytes()


def _envelope(options: Namespace, raw: bytes) -> tuple[str, list[str]]:
    recipients = [_bare(each) for each in (*options.to, *options.cc, *options.bcc)]
    if not recipients and options.file is not None:
        recipients = sendmail.header_recipients(raw)
    if not recipients:
        raise Failure(USAGE, "To whom? --to ADDRESS, as often as needed.")
    return _bare(options.from_) if options.from_ is not None else _sender(raw), list(dict.fromkeys(recipients))


def _sender(raw: bytes) -> str:
    from email.parser import BytesHeaderParser
    from email.utils import getaddresses

    fields = BytesHeaderParser().parsebytes(raw).get_all("From", [])
    return next((address for _, address in getaddresses(map(str, fields)) if address), "")


def _bare(text: str) -> str:
    """The address in `Ann <ann@x.org>`, or alone. Raises Failure."""
    _, bracket, rest = text.rpartition("<")
    address = (rest.rstrip().removesuffix(">") if bracket else text).strip()
    if not text.isprintable() or (address and not _ADDRESS.fullmatch(address)):
        raise Failure(USAGE, f"{text!r} is no mail address.")
    return address


def _composed(options: Namespace) -> bytes:
    """The mail that the flags describe. Raises Failure."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import formatdate, make_msgid

    message = EmailMessage(policy=SMTP)
    options.from_ = options.from_ or "mailtrap-local@localhost"
    fields = (
        ("From", options.from_),
        ("To", ", ".join(options.to)),
        ("Cc", ", ".join(options.cc)),
        ("Reply-To", options.reply_to),
        ("Subject", options.subject),
        ("Date", formatdate(localtime=True)),
        ("Message-ID", make_msgid(domain="mailtrap-local")),
        *map(_field, options.header),
    )
    try:
        for name, value in fields:
            if value:
                message[name] = value
        _fill(message, options)
        return message.as_bytes()
    except (ValueError, UnicodeError) as error:  # a line end in a field, two of one that may be there once
        raise Failure(USAGE, f"Such a mail cannot be: {error}.") from None


def _fill(message: EmailMessage, options: Namespace) -> None:
    text, html = _content(options.text or "", ""), _content(options.html or "", ".html")
    if text or not html:
        message.set_content(text)
    if text and html:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    for name in options.attach:
        from mimetypes import guess_type

        main, _, sub = (guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(Path(name).read_bytes(), main, sub, filename=os.path.basename(name))


def _content(given: str, ending: str) -> str:
    if given.startswith("@"):
        name = given[1:]
    elif ending and given.endswith(ending) and "<" not in given:
        name = given
    else:
        return given
    try:
        return _read(name).decode()
    except UnicodeDecodeError as error:
        raise Failure(USAGE, f"{name} is no UTF-8 text: {error.reason} at octet {error.start}.") from None


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!-9;-~]+", name):
        raise Failure(USAGE, f"--header {text!r} is not 'NAME: VALUE'.")
    return name, value.strip()


def _by_smtp(client: Client, options: Namespace, sender: str, recipients: Sequence[str], raw: bytes) -> str:
    """The ID that the server's reply names; "" if it names none. Raises Failure."""
    import smtplib

    host, port = _smtp(client, options)
    where = f"{host}:{port}"
    try:
        with smtplib.SMTP(host, port, local_hostname="localhost", timeout=30) as smtp:
            smtp.ehlo()
            if options.starttls:
                _encrypt(smtp, client, host)
            _log_in(smtp, client, options)
            beyond = not "".join((sender, *recipients)).isascii()
            more = " SMTPUTF8" * beyond + " BODY=8BITMIME" * (not raw.isascii())
            for line in (f"MAIL FROM:<{sender}>{more}", *(f"RCPT TO:<{each}>" for each in recipients)):
                smtp.command_encoding = "utf-8"
                _accepted(line.partition(":<")[0], smtp.docmd(line))
            return _id_of(_accepted("the mail", smtp.data(raw)))
    except smtplib.SMTPResponseException as error:
        raise _said_no("the connection", error.smtp_code, error.smtp_error) from None
    except (smtplib.SMTPException, UnicodeError) as error:
        raise Failure(REFUSED, f"SMTP at {where}: {error}.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(
            UNREACHABLE, f"No SMTP server answers at {where} ({reason}). Is `mailtrap-local` running?"
        ) from None


def _smtp(client: Client, options: Namespace) -> tuple[str, int]:
    if not options.smtp:
        return client.smtp_address()
    found = re.fullmatch(r"(?:\[([^]]+)]|([^:]+)):([0-9]{1,5})", options.smtp)
    if not found:
        raise Failure(USAGE, f"--smtp {options.smtp!r} is not HOST:PORT.")
    return found[1] or found[2], int(found[3])


def _encrypt(smtp: smtplib.SMTP, client: Client, host: str) -> None:
    """Go on under TLS (RFC 3207), with the certificate that the server says is to be trusted. Raises Failure."""
    import ssl

    try:
        smtp.starttls(context=ssl.create_default_context(cadata=client.authority()))
    except ssl.SSLError as error:
        raise Failure(REFUSED, f"No TLS with {host}: {error.reason or error}.") from None
    smtp.ehlo()


def _log_in(smtp: smtplib.SMTP, client: Client, options: Namespace) -> None:
    import smtplib

    login = options.smtp_auth or (f"{client.smtp_user}:{client.smtp_user}" if client.smtp_user else "")
    if login:
        user, colon, password = login.partition(":")
        if not colon:
            raise Failure(USAGE, "--smtp-auth takes USER:PASSWORD.")
        try:
            smtp.login(user, password)
        except smtplib.SMTPAuthenticationError as error:
            raise _said_no(f"the login of {user!r}", error.smtp_code, error.smtp_error) from None


def _accepted(what: str, reply: tuple[int, bytes]) -> bytes:
    code, text = reply
    if not 200 <= code < 300:
        raise _said_no(what, code, text)
    return text


def _said_no(what: str, code: int, text: bytes | str) -> Failure:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return Failure(REFUSED, f"The server refused {what}: {code} {' '.join(words.split())}")


def _id_of(reply: bytes) -> str:
    found = _QUEUED.search(reply.decode("utf-8", "replace"))
    return found[1] if found else ""


main = command(describe, run)
