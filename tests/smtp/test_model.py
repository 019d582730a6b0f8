"""Random command sequences against a model of the protocol: what each reply must be, whatever came before.

The model is written from RFC 5321 section 4.1.4 (order of commands) and the sections of the extensions, and knows
nothing of the implementation.
"""

import asyncio
import base64
import random
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.smtp.wireless import Bench, pieces, replies

LOGIN = base64.b64encode(b"\0ann\0secret").decode()


@dataclass
class Model:
    """Where a session stands, and what the next reply's code must be."""

    hello: str = ""
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    refused: bool = False
    chunks: bytes | None = None  # that came by BDAT
    failed: bool = False  # a chunk was refused
    authenticated: bool = False
    over: bool = False
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)

    def forget(self) -> None:
        self.sender, self.recipients, self.refused = None, [], False
        self.chunks, self.failed = None, False

    def expect(self, command: str) -> list[str]:
        """The codes of the replies to a command, and to the mail behind it where it is DATA."""
        verb, _, argument = command.partition(" ")
        return getattr(self, "on_" + verb.lower())(argument)  # type: ignore[no-any-return]

    def on_ehlo(self, argument: str) -> list[str]:
        if not argument.strip():
            return ["501"]
        self.hello = "ehlo"
        self.forget()
        return ["250"]

    def on_helo(self, argument: str) -> list[str]:
        codes = self.on_ehlo(argument)
        if codes == ["250"]:
            self.hello = "helo"
        return codes

    def on_mail(self, argument: str) -> list[str]:
        if not self.hello or self.sender is not None:
            return ["503"]
        path, _, params = argument.removeprefix("FROM:").partition(" ")
        if not argument.startswith("FROM:"):
            return ["501"]
        if params and self.hello == "helo":
            return ["555"]
        for param in params.split():
            if param.partition("=")[0] not in ("SIZE", "BODY", "SMTPUTF8"):
                return ["555"]
            if param in ("SIZE=", "SIZE=x", "BODY=9BIT", "SMTPUTF8=1"):
                return ["501"]
            if param.startswith("SIZE=9999"):
                return ["552"]
        if not path.isascii() and "SMTPUTF8" not in params.split():
            return ["553"]
        self.sender = path[1:-1]
        return ["250"]

    def on_rcpt(self, argument: str) -> list[str]:
        if self.sender is None or self.chunks is not None:
            return ["503"]
        path, _, params = argument.removeprefix("TO:").partition(" ")
        if path == "<>":
            self.refused = True
            return ["553"]
        if params:
            self.refused = True
            return ["555"]
        self.recipients.append(path[1:-1])
        return ["250"]

    def on_data(self, argument: str) -> list[str]:
        if argument:
            return ["501"]
        if self.sender is None:
            return ["503"]
        if not self.recipients:
            return ["554" if self.refused else "503"]
        if self.chunks is not None:
            return ["503"]
        self.mails.append((self.sender, self.recipients, b"Subject: x\r\n\r\n.dot\r\n"))
        self.forget()
        return ["354", "250"]

    def on_bdat(self, argument: str) -> list[str]:
        """RFC 3030 section 2; a chunk that is refused fails the mail, and is read all the same."""
        if self.sender is None:
            return ["503"]
        if self.failed or not self.recipients:
            code = "503" if self.failed or not self.refused else "554"
            self.failed = True
            return [code]
        self.chunks = (self.chunks or b"") + CHUNK
        if argument.endswith("LAST"):
            self.mails.append((self.sender, self.recipients, self.chunks))
            self.forget()
        return ["250"]

    def on_rset(self, argument: str) -> list[str]:
        if argument:
            return ["501"]
        self.forget()
        return ["250"]

    def on_auth(self, argument: str) -> list[str]:
        if self.hello != "ehlo" or self.authenticated or self.sender is not None:
            return ["503"]
        if not argument.startswith("PLAIN"):
            return ["504" if argument else "501"]
        self.authenticated = True
        return ["235"]

    def on_quit(self, argument: str) -> list[str]:
        if argument:
            return ["501"]
        self.over = True
        return ["221"]

    def on_noop(self, _: str) -> list[str]:
        return ["250"]

    def on_vrfy(self, argument: str) -> list[str]:
        return ["252" if argument else "501"]

    def on_expn(self, _: str) -> list[str]:
        return ["502"]

    def on_help(self, _: str) -> list[str]:
        return ["214"]

    def on_frob(self, _: str) -> list[str]:
        return ["500"]


CHUNK = b"QUIT\r\n.\r\n"
GOOD = ("EHLO x", "HELO x", "MAIL FROM:<a@b.c>", "MAIL FROM:<>", "RCPT TO:<d@e.f>", "RCPT TO:<g@h.i>", "DATA",
        f"BDAT {len(CHUNK)}", f"BDAT {len(CHUNK)} LAST")  # fmt: skip
OTHERS = (
    "EHLO", "HELO  ", "MAIL <a@b.c>", "MAIL FROM:<a@b.c> SIZE=100", "MAIL FROM:<a@b.c> SIZE=x",
    "MAIL FROM:<a@b.c> SIZE=",
    "MAIL FROM:<a@b.c> SIZE=99999999999", "MAIL FROM:<a@b.c> BODY=8BITMIME SMTPUTF8", "MAIL FROM:<a@b.c> BODY=9BIT",
    "MAIL FROM:<ü@b.c>", "MAIL FROM:<ü@b.c> SMTPUTF8", "MAIL FROM:<a@b.c> FROB=1", "MAIL FROM:<a@b.c> SMTPUTF8=1",
    "RCPT TO:<>", "RCPT TO:<d@e.f> FROB", "DATA now", "RSET", "RSET x", f"AUTH PLAIN {LOGIN}", "AUTH FROB", "AUTH",
    "NOOP", "NOOP x", "VRFY ann", "VRFY", "EXPN l", "HELP", "HELP DATA", "QUIT now", "FROB x",
)  # fmt: skip
COMMAND = st.one_of(st.sampled_from(GOOD), st.sampled_from(OTHERS), st.sampled_from(GOOD), st.just("QUIT"))


@settings(max_examples=400, deadline=None)
@given(commands=st.lists(COMMAND, max_size=25), seed=st.integers(0, 1_000))
@example(commands=["EHLO x", "MAIL FROM:<>", "RCPT TO:<d@e.f>", "DATA", "DATA", "QUIT", "NOOP"], seed=1)
@example(commands=["HELO x", "MAIL FROM:<a@b.c> SIZE=100"], seed=1)
@example(commands=["EHLO x", "MAIL FROM:<>", "RCPT TO:<d@e.f>", *GOOD[-2:], "DATA"], seed=1)
@example(commands=["EHLO x", "MAIL FROM:<>", "RCPT TO:<d@e.f>", GOOD[-2], "RCPT TO:<d@e.f>", "DATA", GOOD[-1]], seed=1)
def test_every_reply_is_the_one_that_the_model_expects(commands: list[str], seed: int) -> None:
    """All is sent at once, in pieces cut by chance: pipelining may change nothing."""
    asyncio.run(_hold(commands, seed))


async def _hold(commands: list[str], seed: int) -> None:
    model = Model()
    octets, expected = bytearray(), ["220"]
    for command in commands:
        octets += command.encode() + b"\r\n" + CHUNK * command.startswith("BDAT")
        if model.over:
            continue
        codes = model.expect(command)
        expected += codes
        if "354" in codes:
            octets += b"Subject: x\r\n\r\n..dot\r\n.\r\n"
    bench = Bench()
    protocol, line = bench.connect()
    await bench.say(protocol, line, pieces(bytes(octets), random.Random(seed)))
    await bench.settle(protocol)
    assert [reply[:3] for reply in replies(bytes(line.said))] == expected
    caught = [
        (arrival.envelope.mail_from, [to.address for to in arrival.envelope.recipients], arrival.raw)
        for arrival in bench.mailbox.arrivals
    ]
    assert caught == model.mails
    line.close()
    await bench.settle(protocol)
    await bench.sessions.close()
