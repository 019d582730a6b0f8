"""`mailtrap-local sendmail`: what PHP, cron and mail frameworks call `/usr/sbin/sendmail`, delivering to the catcher.

A mail from standard input goes by SMTP to localhost:1025. What changes on the way is what sendmail changes: line ends
become CRLF, and with `-t` the Bcc fields go. Exit codes are those of sysexits.h. It starts once for each mail that an
app sends, so it imports the standard library only, and that as late as it can.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as typing's, whose import would cost more than all of ours
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    Opened = TypeVar("Opened")

EX_OK, EX_USAGE, EX_NOINPUT, EX_UNAVAILABLE, EX_TEMPFAIL = 0, 64, 66, 69, 75

HELP = """\
usage: mailtrap-local sendmail [-t] [-i] [-f FROM] [-S HOST:PORT] [RECIPIENT ...]
       mailtrap-local sendmail -bs [-S HOST:PORT]

Read a mail from standard input and deliver it to the catcher.

  -t            send to the recipients in To, Cc and Bcc too, and take Bcc out
  -i, -oi       a line with a single dot does not end the mail
  -f, -r FROM   the envelope's sender (default: who runs this)
  -S HOST:PORT  where the catcher listens (default: localhost, and the port that
                MAILTRAP_LOCAL_SMTP_PORT names, else 1025)
  -bs           speak SMTP on standard input and output

Sendmail's other options are accepted and change nothing.
"""

_OPTIONS = "A:B:b:C:d:e:F:f:Gh:iL:mN:nO:o:p:R:r:S:sTtUV:vX:"
_SECONDS = 60.0
_REPLY = 4_096  # octets of a reply's line; RFC 5321 section 4.5.3.1.5 allows 512


class Failure(Exception):
    """Why the mail was not delivered, in one sentence, and the exit code that says so."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Order:
    """What the command line asked for. No dataclass: that module takes as long to import as this one to run."""

    def __init__(self, options: list[tuple[str, str]], recipients: list[str]) -> None:
        given = dict(options)
        self.recipients = tuple(recipients)
        self.sender = given.get("-f", given.get("-r"))  # None: who runs this
        self.hosts, self.port = _server(given.get("-S"))  # hosts are tried in this order
        self.from_header = "-t" in given
        self.dot_ends = "-i" not in given and ("-o", "i") not in options
        self.mode = given.get("-b", "m")
        if self.mode not in {"m", "s"}:
            raise Failure(EX_USAGE, f"-b{self.mode} is not offered; only -bm (deliver, the default) and -bs are.")


def main(arguments: Sequence[str]) -> int:
    """Deliver the mail on standard input; the exit code. Never raises for what a user can get wrong."""
    if "--help" in arguments:
        sys.stdout.write(HELP)
        return EX_OK
    try:
        order = read_order(arguments)
        if order.mode == "s":
            return _speak(order)
        _deliver(order, sys.stdin.buffer.read())
    except Failure as failure:
        sys.stderr.write(f"mailtrap-local sendmail: {failure}\n")
        return failure.code
    return EX_OK


def read_order(arguments: Sequence[str]) -> Order:
    """The order that a sendmail command line gives. Raises Failure."""
    from getopt import GetoptError, gnu_getopt

    try:
        options, recipients = gnu_getopt(list(arguments), _OPTIONS)
    except GetoptError as error:
        raise Failure(EX_USAGE, f"{error}; --help lists the options.") from None
    return Order(options, recipients)


def _server(text: str | None) -> tuple[tuple[str, ...], int]:
    """Hosts to try and the port. Localhost is both loopback addresses, whatever the machine's files say."""
    import re

    found = re.fullmatch(r"(?:\[([^]]+)]|([^:]+))(?::([0-9]{1,5}))?", text or "localhost")
    port = int(found[3]) if found and found[3] else _default_port()
    if found is None or not 0 < port < 65_536:
        raise Failure(EX_USAGE, f"-S {text} is not HOST or HOST:PORT.")
    host = found[1] or found[2]
    return ("::1", "127.0.0.1") if host == "localhost" else (host,), port


def _default_port() -> int:
    if not os.environ.get("MAILTRAP_LOCAL_SMTP_PORT"):
        return 1025
    from mailtrap_local.errors import SettingError
    from mailtrap_local.settings import row

    setting = row("smtp_port")
    try:
        port = setting.read(os.environ[setting.variable], source=f"from the environment ({setting.variable})")
    except SettingError as error:
        raise Failure(EX_USAGE, str(error)) from None
    return int(port or setting.default)


def _deliver(order: Order, mail: bytes) -> None:
    if order.dot_ends:
        mail = until_dot(mail)
    if not mail:
        raise Failure(EX_NOINPUT, "there was no mail on standard input.")
    recipients = list(order.recipients)
    if order.from_header:
        recipients += header_recipients(mail)
        mail = without_bcc(mail)
    if not recipients:
        raise Failure(EX_USAGE, "no recipient was given; name one, or use -t to take those of To, Cc and Bcc.")
    sender = _who() if order.sender is None else order.sender.strip().removeprefix("<").removesuffix(">")
    _transmit(order, sender, [_checked(address) for address in dict.fromkeys(recipients)], crlf(mail))


def _checked(address: str) -> str:
    bare = address.strip().removeprefix("<").removesuffix(">")
    if not bare or not bare.isprintable() or "<" in bare or ">" in bare:
        raise Failure(EX_USAGE, f"{address!r} is no mail address.")
    return bare


def _who() -> str:
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as containers have
        user = f"uid{os.getuid()}" if hasattr(os, "getuid") else "nobody"
    return f"{user}@{socket.gethostname() or 'localhost'}"


def crlf(mail: bytes) -> bytes:
    """The mail with each bare LF made CRLF; nothing else changes."""
    import re

    return re.sub(rb"(?<!\r)\n", b"\r\n", mail)


def until_dot(mail: bytes) -> bytes:
    """What comes before a line with a single dot."""
    import re

    end = re.search(rb"^\.\r?$", mail, re.MULTILINE)
    return mail[: end.start()] if end else mail


def header_recipients(mail: bytes) -> list[str]:
    """The addresses in To, Cc and Bcc, or in the Resent ones if there are any (RFC 5322 section 3.6.6)."""
    from email.utils import getaddresses

    fields = [(_name(field), field.partition(b":")[2]) for field in _fields(mail)]
    names = (b"to", b"cc", b"bcc")
    resent = tuple(b"resent-" + name for name in names)
    wanted = resent if any(name in resent for name, _ in fields) else names
    values = [b" ".join(value.splitlines()).decode("utf-8", "replace") for name, value in fields if name in wanted]
    return [address for _, address in getaddresses(values) if address]


def without_bcc(mail: bytes) -> bytes:
    """The mail without its Bcc and Resent-Bcc fields, else byte for byte."""
    fields = _fields(mail)
    kept = b"".join(field for field in fields if _name(field) not in {b"bcc", b"resent-bcc"})
    return kept + mail[sum(map(len, fields)) :]


def _fields(mail: bytes) -> list[bytes]:
    """The header's fields, each with its folded lines and line ends."""
    fields: list[bytes] = []
    for line in _header_lines(mail):
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        else:
            fields.append(line)
    return fields


def _header_lines(mail: bytes) -> list[bytes]:
    lines = []
    start = 0
    while start < len(mail):
        end = mail.find(b"\n", start) + 1 or len(mail)
        if mail[start:end] in {b"\n", b"\r\n"}:
            break
        lines.append(mail[start:end])
        start = end
    return lines


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


def _transmit(order: Order, sender: str, recipients: list[str], mail: bytes) -> None:
    try:
        with _first(order, _greeted) as dialogue:
            refused = dialogue.deliver(sender, recipients, mail)
    except OSError as error:
        raise Failure(EX_TEMPFAIL, f"the connection to port {order.port} broke: {error}.") from None
    if refused:
        address, (code, text) = next(iter(refused.items()))
        others = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise _said_no(code, text, f"the server refused {address}{others}: ")


def _said_no(code: int, text: str, before: str = "the server refused the mail: ") -> Failure:
    return Failure(EX_TEMPFAIL if 400 <= code < 500 else EX_UNAVAILABLE, f"{before}{code} {text}")


def _greeted(connection: socket.socket) -> Dialogue:
    """A dialogue with the server behind the connection, if that wants one. Raises OSError."""
    dialogue = Dialogue(connection)
    code, text = dialogue.heard()
    if code == 220:
        return dialogue
    dialogue.close()
    raise OSError(f"it says {code} {text}")


class Dialogue:
    """The client's side of SMTP (RFC 5321), as much as one mail takes: smtplib takes four times as long to import.

    Every method raises OSError when the connection breaks.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._replies = connection.makefile("rb")
        self._offers: frozenset[str] = frozenset()

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._replies.close()
        self._connection.close()

    def deliver(self, sender: str, recipients: list[str], mail: bytes) -> dict[str, tuple[int, str]]:
        """Send a mail whose lines end with CRLF; the recipients that were refused, with the reply. Raises Failure."""
        self._hello()
        self._ask(f"MAIL FROM:<{sender}>{self._parameters([sender, *recipients], mail)}", wanted=250)
        refused = {}
        for address in recipients:
            code, text = self._say(f"RCPT TO:<{address}>")
            if code not in (250, 251):
                refused[address] = code, text
            if code == 421:
                break
        if len(refused) < len(recipients):
            self._ask("DATA", wanted=354)
            end = b".\r\n" if mail.endswith(b"\r\n") else b"\r\n.\r\n"
            self._connection.sendall(_dotted(mail) + end)
            code, text = self.heard()
            if code != 250:
                raise _said_no(code, text)
        self._say("QUIT")
        return refused

    def heard(self) -> tuple[int, str]:
        """The next reply: its code, and its lines as one."""
        code, lines = self._reply()
        return code, " ".join(" ".join(lines).split())

    def _reply(self) -> tuple[int, list[str]]:
        lines = []
        while True:
            line = self._replies.readline(_REPLY)
            if not line.endswith(b"\n") or not line[:3].isdigit():
                raise OSError("the server hung up" if not line else "that was no reply of SMTP")
            lines.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                return int(line[:3]), lines

    def _hello(self) -> None:
        self._connection.sendall(b"EHLO localhost\r\n")
        code, lines = self._reply()
        if code == 250:
            self._offers = frozenset(line.partition(" ")[0].upper() for line in lines)
        else:
            self._ask("HELO localhost", wanted=250)

    def _parameters(self, addresses: list[str], mail: bytes) -> str:
        found = ""
        if "SIZE" in self._offers:
            found += f" SIZE={len(mail)}"
        if "8BITMIME" in self._offers and not mail.isascii():
            found += " BODY=8BITMIME"
        if not "".join(addresses).isascii():
            if "SMTPUTF8" not in self._offers:
                raise Failure(EX_UNAVAILABLE, "the server takes no addresses beyond ASCII (SMTPUTF8).")
            found += " SMTPUTF8"
        return found

    def _ask(self, command: str, *, wanted: int) -> None:
        code, text = self._say(command)
        if code != wanted:
            raise _said_no(code, text)

    def _say(self, command: str) -> tuple[int, str]:
        self._connection.sendall(command.encode() + b"\r\n")
        return self.heard()


def _dotted(mail: bytes) -> bytes:
    """The mail with a dot before each line that begins with one (RFC 5321 section 4.5.2)."""
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if mail.startswith(b".") else stuffed


def _speak(order: Order) -> int:
    """Carry SMTP between standard input and output and the server, until the server ends it."""
    import threading

    connection = _first(order, lambda connection: connection)
    connection.settimeout(None)
    threading.Thread(target=_pump_in, args=(connection,), daemon=True).start()
    try:
        while received := connection.recv(65_536):
            sys.stdout.buffer.write(received)
            sys.stdout.buffer.flush()
    except OSError as error:
        raise Failure(EX_TEMPFAIL, f"the connection to port {order.port} broke: {error}.") from None
    return EX_OK


def _pump_in(connection: socket.socket) -> None:
    import socket

    try:
        while sent := os.read(sys.stdin.fileno(), 65_536):
            connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the server has gone, and the other direction says so


def _first(order: Order, begin: Callable[[socket.socket], Opened]) -> Opened:
    """What begins on the first of the order's hosts that is there. Raises Failure when none is."""
    import socket

    reasons = []
    for host in order.hosts:
        try:
            return begin(socket.create_connection((host, order.port), timeout=_SECONDS))
        except OSError as error:
            reasons.append(f"{host}: {error.strerror or error}")
    raise Failure(
        EX_TEMPFAIL, f"nothing answers on port {order.port} ({'; '.join(reasons)}). Is mailtrap-local running?"
    )
