"""The commands (RFC 5321 section 4.1.1), each a function of the connection and the argument.

A command returns its reply, or None if the reply comes later. It raises Rejection to refuse.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mailtrap_local import limits
from mailtrap_local.model import Recipient
from mailtrap_local.smtp import auth, paths, replies
from mailtrap_local.smtp.extensions import MAIL_PARAMETERS, RCPT_PARAMETERS, UNDER_TLS, Check, read_parameters
from mailtrap_local.smtp.paths import BadPath, BadSyntax, Path
from mailtrap_local.smtp.replies import Rejection
from mailtrap_local.smtp.transaction import Chunk
from mailtrap_local.smtp.xclient import read_client

if TYPE_CHECKING:
    from mailtrap_local.smtp.session import SmtpProtocol

Run = Callable[["SmtpProtocol", bytes], str | None]

# Plain addresses, which nearly all are; every other path goes through paths.parse
_PLAIN = rb":<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>(?: +([\x20-\x7e]*))?"
_PLAIN_FROM = re.compile(rb"(?i:FROM)" + _PLAIN)
_PLAIN_TO = re.compile(rb"(?i:TO)" + _PLAIN)
_CHUNK = re.compile(rb" *([0-9]{1,20})(?: +(LAST))? *", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it does, and its syntax as HELP tells it."""

    run: Run
    syntax: str


def ehlo(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """EHLO: names the client, announces the extensions, and ends a mail that is under way (section 4.1.4)."""
    _only(smtp, lmtp=False)
    return _hello(smtp, argument, extended=True)


def helo(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """HELO: as EHLO, without extensions."""
    _only(smtp, lmtp=False)
    return _hello(smtp, argument, extended=False)


def lhlo(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """LHLO: as EHLO, under LMTP (RFC 2033 section 4.1)."""
    _only(smtp, lmtp=True)
    return _hello(smtp, argument, extended=True)


def _only(smtp: "SmtpProtocol", *, lmtp: bool) -> None:
    if smtp.door.lmtp is not lmtp:
        raise Rejection(replies.UNKNOWN_COMMAND if lmtp else replies.NEED_LHLO)


def _hello(smtp: "SmtpProtocol", argument: bytes, *, extended: bool) -> str | None:
    name = argument.strip()
    if not name or _CONTROL.search(name):
        raise Rejection(replies.NEED_HOSTNAME)
    host_name = name.decode("utf-8", "replace")
    if "helo" in smtp.watched:
        return smtp.at("helo", partial(_greet, smtp, host_name, extended=extended), helo=host_name)
    return _greet(smtp, host_name, extended=extended)


def _greet(smtp: "SmtpProtocol", host_name: str, *, extended: bool) -> str:
    smtp.session.host_name = smtp.conversation.helo = host_name
    smtp.session.extended_smtp = extended
    smtp.reset()
    if not extended:
        return "250 " + smtp.front.hostname
    return smtp.front.ehlo if smtp.tls is None else smtp.front.ehlo_secure


def mail(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """MAIL (section 4.1.1.2): begins a mail; its parameters are those of the extensions."""
    if smtp.session.host_name is None:
        raise Rejection(replies.NEED_HELLO)
    if smtp.front.auth_required and not smtp.session.authenticated:
        raise Rejection(replies.AUTH_NEEDED)
    transaction = smtp.envelope
    if transaction.mail_from is not None:
        raise Rejection(replies.NESTED_MAIL)
    path = _path(smtp, argument, pattern=_PLAIN_FROM, keyword=b"FROM:")
    values = _parameters(smtp, path, MAIL_PARAMETERS) if path.params else {}
    if values:
        if int(values.get("SIZE", "0")) > smtp.front.max_message_size:
            raise Rejection(replies.TOO_LARGE)
        if smtp.tls is None and not UNDER_TLS.isdisjoint(values):
            raise Rejection(replies.UNKNOWN_PARAMETER)
    if "SMTPUTF8" not in values and not path.address.isascii():
        raise Rejection(replies.NEED_SMTPUTF8)
    if "mail" in smtp.watched:
        return smtp.at("mail", partial(_begin, smtp, path, values), mail_from=path.address)
    return _begin(smtp, path, values)


def _begin(smtp: "SmtpProtocol", path: Path, values: Mapping[str, str]) -> str:
    transaction = smtp.envelope
    if values:
        transaction.smtp_utf8 = "SMTPUTF8" in values
        transaction.binary = values.get("BODY", "").upper() == "BINARYMIME"
    transaction.mail_from = path.address
    transaction.mail_options.extend(path.params)
    smtp.wasted -= 1
    return replies.MAIL_OK


def rcpt(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """RCPT (section 4.1.1.3): adds a recipient; its parameters are those of DSN (RFC 3461)."""
    transaction = smtp.envelope
    if transaction.mail_from is None:
        raise Rejection(replies.NEED_MAIL if smtp.session.host_name else replies.NEED_HELLO)
    if transaction.chunks is not None:
        raise Rejection(replies.RCPT_AFTER_BDAT)
    if len(transaction.recipients) >= limits.RECIPIENTS:
        raise Rejection(replies.TOO_MANY_RECIPIENTS)
    transaction.refused += 1
    path = _path(smtp, argument, pattern=_PLAIN_TO, keyword=b"TO:")
    if not path.address:
        raise Rejection(replies.BAD_RECIPIENT)
    if path.params:
        _parameters(smtp, path, RCPT_PARAMETERS)
    if not transaction.smtp_utf8 and not path.address.isascii():
        raise Rejection(replies.NEED_SMTPUTF8)
    if "rcpt" in smtp.watched:
        return smtp.at("rcpt", partial(_add, smtp, path), recipient=path.address)
    return _add(smtp, path)


def _add(smtp: "SmtpProtocol", path: Path) -> str:
    transaction = smtp.envelope
    transaction.refused -= 1
    transaction.recipients.append(Recipient(path.address, path.params))
    smtp.wasted -= 1
    return replies.RCPT_OK


def _path(smtp: "SmtpProtocol", argument: bytes, *, pattern: re.Pattern[bytes], keyword: bytes) -> Path:
    plain = pattern.fullmatch(argument)
    if plain is not None and len(plain[1]) <= limits.PATH:
        params = plain[2]
        return Path(plain[1].decode(), tuple(params.decode().split()) if params else ())
    sender = keyword == b"FROM:"
    try:
        path = paths.parse(argument, keyword=keyword)
    except BadSyntax:
        raise Rejection(replies.MAIL_SYNTAX if sender else replies.RCPT_SYNTAX) from None
    except BadPath:
        raise Rejection(replies.BAD_SENDER if sender else replies.BAD_RECIPIENT) from None
    if len(path.address) > limits.PATH:
        raise Rejection(replies.BAD_SENDER if sender else replies.BAD_RECIPIENT)
    for remark in path.remarks:
        smtp.conversation.remark(remark)
    return path


def _parameters(smtp: "SmtpProtocol", path: Path, known: Mapping[str, Check]) -> dict[str, str]:
    return read_parameters(path.params, known if smtp.session.extended_smtp else {})


def data(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """DATA (section 4.1.1.4): the mail follows. Not where RFC 3030 asks for BDAT."""
    _no_argument(argument)
    transaction = smtp.envelope
    if transaction.mail_from is None:
        raise Rejection(replies.NEED_MAIL if smtp.session.host_name else replies.NEED_HELLO)
    if not transaction.recipients:
        raise Rejection(replies.NO_VALID_RCPT if transaction.refused else replies.NEED_RCPT)
    if transaction.binary:
        raise Rejection(replies.BINARY_BY_BDAT)
    if transaction.chunks is not None:
        raise Rejection(replies.DATA_AFTER_BDAT)
    return smtp.at("data", smtp.expect_mail) if "data" in smtp.watched else smtp.expect_mail()


def bdat(smtp: "SmtpProtocol", argument: bytes) -> None:
    """BDAT (RFC 3030): so many octets follow, and make up the mail with those of other chunks.

    They are read whatever the answer is, so they never become commands; where their number cannot be told, the
    connection ends.
    """
    said = _CHUNK.fullmatch(argument)
    if said is None:
        smtp.hang_up("refused", replies.BDAT_SYNTAX)
        return
    transaction = smtp.envelope
    refusal = ""
    if transaction.failed:
        refusal = replies.CHUNK_LOST
    elif transaction.mail_from is None:
        refusal = replies.NEED_MAIL if smtp.session.host_name else replies.NEED_HELLO
    elif not transaction.recipients:
        refusal = replies.NO_VALID_RCPT if transaction.refused else replies.NEED_RCPT
    smtp.expect_chunk(Chunk(int(said[1]), said[2] is not None, refusal))


def authenticate(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """AUTH (RFC 4954): opens an exchange, or ends it at once if the initial response says all."""
    session = smtp.session
    smtp.auth_tried = True
    if not session.extended_smtp:
        raise Rejection(replies.NEED_EHLO)
    if session.authenticated:
        raise Rejection(replies.AUTH_TWICE)
    if smtp.front.auth_tls_only and smtp.tls is None:
        raise Rejection(replies.AUTH_NEEDS_TLS)
    if smtp.envelope.mail_from is not None:
        raise Rejection(replies.AUTH_IN_MAIL)
    return respond(smtp, auth.begin(argument, offered=smtp.front.admission.mechanisms), None)


def respond(smtp: "SmtpProtocol", exchange: auth.Exchange, response: bytes | None) -> str | None:
    """Go on with an exchange: the next challenge, or the outcome. `response` is decoded, None at the start."""
    smtp.exchange = None
    step = auth.advance(exchange, response)
    while isinstance(step, auth.Question):
        answer = smtp.front.admission.answer(step)
        if isinstance(answer, Awaitable):
            smtp.defer(_respond_later(smtp, exchange, answer))
            return None
        step = auth.advance(exchange, answer)
    if isinstance(step, str):
        smtp.exchange = exchange
        return step
    admit = partial(_admit, smtp, step)
    return smtp.at("auth", admit, user=step.user) if "auth" in smtp.watched else admit()


async def _respond_later(smtp: "SmtpProtocol", exchange: auth.Exchange, answer: Awaitable[auth.Answer]) -> str | None:
    try:
        step = auth.advance(exchange, await answer)
        while isinstance(step, auth.Question):
            following = smtp.front.admission.answer(step)
            step = auth.advance(exchange, await following if isinstance(following, Awaitable) else following)
    except Rejection as rejection:
        return rejection.reply
    if isinstance(step, str):
        smtp.exchange = exchange
        return step
    admit = partial(_admit, smtp, step)
    return await smtp.later_at("auth", admit, user=step.user) if "auth" in smtp.watched else admit()


def _admit(smtp: "SmtpProtocol", admitted: auth.Admitted) -> str:
    smtp.session.authenticated = True
    smtp.conversation.username = admitted.user
    return replies.AUTHENTICATED


def starttls(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """STARTTLS (RFC 3207): what follows goes through TLS."""
    _no_argument(argument)
    if smtp.front.identity is None:
        raise Rejection(replies.NOT_IMPLEMENTED)
    if not smtp.session.extended_smtp:
        raise Rejection(replies.NEED_EHLO)
    if smtp.tls is not None:
        raise Rejection(replies.TLS_TWICE)
    smtp.start_tls(replies.BEGIN_TLS)
    return None


def xclient(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """XCLIENT (postfix.org, XCLIENT_README): the client speaks for another, and all begins anew."""
    if not smtp.front.xclient:
        raise Rejection(replies.NOT_IMPLEMENTED)
    if smtp.envelope.mail_from is not None:
        raise Rejection(replies.NESTED_MAIL)
    smtp.stand_for(read_client(argument))
    return None


def rset(smtp: "SmtpProtocol", argument: bytes) -> str:
    """RSET (section 4.1.1.5): forgets the mail that is under way."""
    _no_argument(argument)
    smtp.reset()
    return replies.OK


def noop(_smtp: "SmtpProtocol", _argument: bytes) -> str:
    """NOOP (section 4.1.1.9)."""
    return replies.OK


def vrfy(_smtp: "SmtpProtocol", argument: bytes) -> str:
    """VRFY (section 4.1.1.6): says nothing, since everybody exists here."""
    if not argument.strip():
        raise Rejection(replies.NEED_STRING)
    return replies.VRFY_NOT_SAID


def not_implemented(_smtp: "SmtpProtocol", _argument: bytes) -> str:
    """A command that we know and do not have."""
    return replies.NOT_IMPLEMENTED


def help_(_smtp: "SmtpProtocol", argument: bytes) -> str:
    """HELP (section 4.1.1.8)."""
    command = COMMANDS.get(argument.strip().upper())
    if command is not None:
        return "214 2.0.0 " + command.syntax
    return "214-2.0.0 This server catches mail and delivers none of it. Commands:\n214 2.0.0 " + _NAMES


def quit_(smtp: "SmtpProtocol", argument: bytes) -> str | None:
    """QUIT (section 4.1.1.10)."""
    _no_argument(argument)
    leave = partial(smtp.hang_up, "quit", replies.BYE)
    if "quit" in smtp.watched:
        return smtp.at("quit", leave)
    leave()
    return None


def _no_argument(argument: bytes) -> None:
    if argument and not argument.isspace():
        raise Rejection(replies.NO_ARGUMENT)


COMMANDS = {
    b"EHLO": Command(ehlo, "EHLO hostname"),
    b"HELO": Command(helo, "HELO hostname"),
    b"LHLO": Command(lhlo, "LHLO hostname (under LMTP, instead of EHLO)"),
    b"MAIL": Command(mail, "MAIL FROM:<address> [parameters]: " + " ".join(MAIL_PARAMETERS)),
    b"RCPT": Command(rcpt, "RCPT TO:<address> [parameters]: " + " ".join(RCPT_PARAMETERS)),
    b"DATA": Command(data, "DATA"),
    b"BDAT": Command(bdat, "BDAT octets [LAST]"),
    b"RSET": Command(rset, "RSET"),
    b"NOOP": Command(noop, "NOOP [anything]"),
    b"AUTH": Command(authenticate, "AUTH mechanism [initial-response]"),
    b"VRFY": Command(vrfy, "VRFY user"),
    b"EXPN": Command(not_implemented, "EXPN list (not implemented)"),
    b"HELP": Command(help_, "HELP [command]"),
    b"QUIT": Command(quit_, "QUIT"),
    b"XCLIENT": Command(xclient, "XCLIENT name=value ... (where EHLO offers it)"),
    b"STARTTLS": Command(starttls, "STARTTLS (where EHLO offers it)"),
}
_NAMES = " ".join(sorted(name.decode() for name, command in COMMANDS.items() if command.run is not not_implemented))
