"""Fuzzing: sessions of rubbish that knows SMTP, by the hundred thousand. `make fuzz ARGS="--sessions N --seed N"`.

Each session must raise nothing, log nothing, answer in well-formed replies, leave nothing open, and keep only mail that
was between a DATA and its CRLF.CRLF. A session that breaks that is printed with the seed that makes it again.
"""

import argparse
import asyncio
import logging
import random
import re
import sys
import time
from collections.abc import Sequence

from mailtrap_local.settings import Settings
from mailtrap_local.smtp.commands import COMMANDS
from mailtrap_local.smtp.door import LMTP, PLAIN
from tests.smtp.wireless import Bench, pieces, replies

REPLY = re.compile(r"(?:[2-5][0-5][0-9]-[ -~]*\n)*[2-5][0-5][0-9] [ -~]+|334 ")
_DATA = re.compile(rb"data[ \t]*\r?\n", re.IGNORECASE)
_BDAT = re.compile(rb"bdat +(?P<size>[0-9]{1,6})(?P<last> +last)? *\r?\n", re.IGNORECASE)
_TLS_ALERT = b"\x15\x03"
_DOUBLED = re.compile(rb"(?:\A|(?<=\r\n))\.")
_LMTP = b"LHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nRCPT TO:<g@h.i>\r\nDATA\r\n"
_LINES = (
    b"EHLO x", b"EHLO x", b"HELO x", b"EHLO", b"EHLO \xff\xfe", b"EHLO [127.0.0.1]", b"LHLO x",
    b"MAIL FROM:<a@b.c>", b"MAIL FROM:<a@b.c>", b"MAIL FROM:<>", b"MAIL FROM:<a@b.c> SIZE=99999999999999",
    b"MAIL FROM:<a@b.c> BODY=8BITMIME SMTPUTF8", b"MAIL FROM:<a@b.c> AUTH=<> =", b"MAIL FROM: <a@b.c>",
    "MAIL FROM:<ü@ö.c> SMTPUTF8".encode(), b"mail from:<@x,@y:a@b.c>", b"MAIL FROM:a@b.c\x00",
    b"MAIL FROM:<a@b.c> RET=HDRS ENVID=a+2Bb", b"MAIL FROM:<a@b.c> MT-PRIORITY=3 BY=120;R REQUIRETLS",
    b"RCPT TO:<d@e.f>", b"RCPT TO:<d@e.f>", b"RCPT TO:<postmaster>", b"RCPT TO:<>", b'RCPT TO:<"a b"@c>',
    b"RCPT TO:<d@e.f> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;d@e.f", b"RCPT TO:<d@" + b"e" * 2_000 + b">",
    b"DATA", b"DATA", b"DATA x", b"RSET", b"NOOP", b"NOOP " + b"x" * 5_000, b"VRFY a", b"EXPN l", b"HELP", b"HELP MAIL",
    b"QUIT", b"STARTTLS", b"STARTTLS x", b"BDAT 5", b"BDAT 5 LAST", b"BDAT 99999999999999999999 LAST", b"BDAT -1",
    b"BDAT 5\r\nabc\r\nBDAT 5 LAST\r\n.\r\n.\r", b"BDAT 0 LAST", b"BDAT 2000 LAST", b"BDAT 2 LAST\r\n\r\nNOOP",
    b"MAIL FROM:<a@b.c> BODY=BINARYMIME", b"MAIL FROM:<a@b.c> BODY=BINARYMIME\r\nRCPT TO:<d@e.f>",
    b"XCLIENT ADDR=1.2.3.4", b"XCLIENT ADDR=IPV6:::1 PORT=9 LOGIN=a+40b", b"XCLIENT ADDR=x",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 9 10", b"GET / HTTP/1.1", b"POST / HTTP/1.1",
    b"AUTH PLAIN", b"AUTH PLAIN AGEAYg==", b"AUTH PLAIN =", b"AUTH LOGIN", b"AUTH LOGIN YQ==", b"AUTH CRAM-MD5",
    b"AUTH SCRAM-SHA-256 biwsbj1hLHI9Yg==", b"AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ==", b"AUTH OAUTHBEARER =",
    _LMTP[:-2], b"AUTH X",
    b"AUTH", b"*", b"YQ==", b"=", b"not base64!", b"\x16\x03\x01\x02\x00\x01\x00", b"", b" ", b"\t",
    b"x" * 20_000,
)  # fmt: skip
_MAILS = (
    b"Subject: x\r\n\r\nhello\r\n.\r\n", b"\r\n.\r\n", b".\r\n", b"..\r\n.\r\n", b"a\n.\nb\r\n.\r\n",
    b"a\r.\rb\r\n.\r\n",
    b"a\n.\r\nMAIL FROM:<evil@b.c>\r\n.\r\n", b"a\r\n.\nRCPT TO:<evil@b.c>\r\n.\r\n", b"\x00\xff" * 50 + b"\r\n.\r\n",
    b"x" * 70_000 + b"\r\n.\r\n", b".\r\n.\r\n", b"\r.\r\n.\r\n", b"no end",
)  # fmt: skip
_ENDS = (b"\r\n",) * 12 + (b"\n", b"\r", b"", b"\r\r\n", b"\n\r", b"\x00\r\n")
_SETTINGS = (
    Settings(),
    Settings(),
    Settings(max_message_size=1024),
    Settings(smtp_auth_required=True),
    Settings(tls=True),
)
_SANE = (b"EHLO x\r\n", b"MAIL FROM:<a@b.c>\r\n", b"RCPT TO:<d@e.f>\r\n", b"DATA\r\n")


def session(random_: random.Random) -> bytes:
    """The octets of one client: mostly lines in an order that gets somewhere, and rubbish among and within them."""
    octets = bytearray(b"".join(_SANE[: random_.randrange(5)]) if random_.random() < 0.6 else b"")
    for _ in range(random_.randrange(1, 14)):
        chance = random_.random()
        if chance < 0.2:
            octets += random_.choice(_MAILS)
        elif chance < 0.25:
            octets += random_.randbytes(random_.randrange(1, 40))
        else:
            octets += random_.choice(_LINES) + random_.choice(_ENDS)
    for _ in range(random_.choice((0, 0, 0, 1, 2, 8))):
        at = random_.randrange(len(octets) + 1)
        octets[at : at + random_.choice((0, 1, 1, 1, 30))] = random_.choice((b"", random_.randbytes(1)))
    return bytes(octets)


class Broken(AssertionError):
    """A session did not go as it must."""


class _Loud(logging.Handler):
    """Keeps what was logged: a session has no business to log anything."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(self.format(record))


async def run(sessions: int, *, seed: int) -> dict[str, int]:
    """Have so many sessions; what they came to, by how they ended. Raises Broken."""
    loud = _Loud()
    logging.getLogger("mailtrap_local").addHandler(loud)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: loud.records.append(repr(context)))
    benches = [Bench(settings) for settings in _SETTINGS]
    ended: dict[str, int] = {"mails": 0}
    try:
        for number in range(seed, seed + sessions):
            bench = benches[number % len(benches)]
            state = await _one(bench, random.Random(number), number)
            if loud.records:
                raise Broken(f"seed {number} was logged: {loud.records}")
            ended[state] = ended.get(state, 0) + 1
            ended["mails"] += len(bench.mailbox.arrivals)
            bench.mailbox.arrivals.clear()
            bench.shelf.kept.clear()  # or a million transcripts would be held
    finally:
        logging.getLogger("mailtrap_local").removeHandler(loud)
        loop.set_exception_handler(None)
        for bench in benches:
            await bench.sessions.close()
    return ended


async def _one(bench: Bench, random_: random.Random, seed: int) -> str:
    octets = session(random_)
    protocol, line = bench.connect(LMTP if random_.random() < 0.1 else PLAIN)
    try:
        async with asyncio.timeout(20):
            await bench.say(protocol, line, pieces(octets, random_))
            if random_.random() < 0.5:
                await bench.settle(protocol)
            if random_.random() < 0.5 and not line.is_closing():
                if not protocol.eof_received():
                    line.close()
            else:
                line.lose(ConnectionResetError() if random_.random() < 0.5 else None)
            await bench.settle(protocol)
            line.close()  # as a client does that has read what it wanted
            await bench.settle(protocol)
        _judge(bench, protocol.conversation.session().state, bytes(line.said))
        _judge_mails([arrival.raw for arrival in bench.mailbox.arrivals], octets)
    except Exception as error:
        raise Broken(f"seed {seed}: {error!r} after {octets!r}") from error
    return protocol.conversation.session().state


def _judge(bench: Bench, state: str, said: bytes) -> None:
    said, _, _alert = said.partition(_TLS_ALERT)
    for reply in replies(said):
        assert REPLY.fullmatch(reply), f"malformed reply {reply!r}"
        codes = {each[:3] for each in reply.split("\n")}
        assert len(codes) == 1, f"a reply with several codes: {reply!r}"
    assert state != "open", "the session is still open"
    assert bench.front.connections == 0, "a connection is left"
    assert bench.front.budget.used == 0, "octets in flight are left"
    assert all(arrival.envelope.recipients for arrival in bench.mailbox.arrivals), "a mail without a recipient"


def _judge_mails(mails: Sequence[bytes], octets: bytes) -> None:
    """Each must be what follows a line DATA up to the first CRLF.CRLF, without the dots that were doubled, or the
    octets behind some lines BDAT."""
    sent = set()
    for line in _DATA.finditer(octets):
        mail = octets[line.end() :]
        end = (b"\r\n" + mail).find(b"\r\n.\r\n")
        if end >= 0:
            sent.add(_DOUBLED.sub(b"", mail[:end]))
    chunks = [
        (line["last"] is not None, octets[line.end() : line.end() + int(line["size"])])
        for line in _BDAT.finditer(octets)
        if line.end() + int(line["size"]) <= len(octets)
    ]
    strange = [mail for mail in mails if mail not in sent and not _is_made_of(mail, chunks)]
    assert not strange, f"kept {strange}"


def _is_made_of(mail: bytes, chunks: Sequence[tuple[bool, bytes]]) -> bool:
    """Whether these are some of the chunks in their order, up to a last one."""
    for at, (last, chunk) in enumerate(chunks):
        if (last and mail == chunk) or (mail.startswith(chunk) and _is_made_of(mail[len(chunk) :], chunks[at + 1 :])):
            return True
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="make fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first session; the others follow")
    wanted = parser.parse_args(arguments)
    began = time.perf_counter()
    ended = asyncio.run(run(wanted.sessions, seed=wanted.seed))
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{wanted.sessions} sessions in {seconds:.0f} s, {len(COMMANDS)} commands known: {ended}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
