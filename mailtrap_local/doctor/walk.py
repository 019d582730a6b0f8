"""The walk through a server: connect, EHLO, TLS, AUTH, MAIL, RCPT, DATA. No I/O: a driver does what it asks for.

Theory of operation
1. `Walk.acts` is a generator: it yields an act (`acts.py`) and is sent its outcome. What happened is a list of steps;
   what went wrong is a list of symptoms, which `diagnoses.py` knows to read.
2. A trouble with TLS ends a connection and not the walk: it begins anew in the way that works (without verifying, with
   TLS from the start, without it), so that what comes behind is seen as well.
3. After a silence at the greeting TLS is tried on a connection of its own, since a server that waits for TLS says
   nothing; a server of another protocol is made to show itself by an EHLO.
4. A password is sent only inside TLS, to this machine, or if the target says `plain`.
5. Nothing is delivered unless the letter has a content: the walk ends behind RCPT, with RSET and QUIT.
"""

import base64
import binascii
from collections.abc import Generator
from dataclasses import dataclass, field

from mailtrap_local.doctor import login
from mailtrap_local.doctor.acts import (
    Act,
    Close,
    Connect,
    Outcome,
    Probe,
    Read,
    Resolve,
    Secure,
    Secured,
    Trouble,
    Write,
)
from mailtrap_local.doctor.certificate import complaint, read_certificate
from mailtrap_local.doctor.letter import Letter, stuffed
from mailtrap_local.doctor.replies import Reply
from mailtrap_local.doctor.symptom import Stage, Symptom, refused
from mailtrap_local.doctor.target import Target, is_loopback
from mailtrap_local.errors import BadRequest
from mailtrap_local.fetch.addresses import Endpoint

PATIENCE = 10.0  # seconds for each step; RFC 5321 section 4.5.3.2 allows minutes, and nobody waits for them
PROBE_AFTER = 3.0  # seconds of silence after which a server is suspected to wait for TLS
SLOW = 2.0  # seconds that a step may take before it is called slow
_ROUNDS = 5
_QUIET = 3.0
_HIDDEN = "***"

Acts = Generator[Act, Outcome, None]
Got = Generator[Act, Outcome, Reply]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done: what was said, what came of it, how long it took."""

    stage: Stage
    said: str
    came: str
    seconds: float
    good: bool


@dataclass(slots=True)
class _Now:
    """Where the walk stands on the present connection."""

    tls: bool = False
    offers: dict[str, str] = field(default_factory=dict)


class _Over(Exception):
    """The walk cannot go on."""


class _Again(Exception):
    """The connection is spent; begin anew."""


class Walk:
    """One walk. `helo` is what EHLO says; "" lets the driver's connection decide by `local`."""

    def __init__(self, target: Target, letter: Letter, *, helo: str, patience: float = PATIENCE) -> None:
        self.target = target
        self.letter = letter
        self.steps: list[Step] = []
        self.symptoms: list[Symptom] = []
        self.accepted: tuple[str, ...] = ()  # recipients that the server took
        self.delivered: Reply | None = None  # the reply to the content, if that was sent
        self.tls = ""
        self._helo = helo
        self._patience = patience
        self._endpoints: tuple[Endpoint, ...] = ()
        self._endpoint: Endpoint | None = None
        self._security = target.security
        self._verify = True
        self._distrust = ""
        self._now = _Now()
        self._auth_before_tls: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the server took what it was to take: a recipient, and the content if that was sent."""
        taken = self.letter.raw is None or (self.delivered is not None and self.delivered.good)
        return bool(self.accepted) and taken

    @property
    def facts(self) -> dict[str, str]:
        """What the sentences of every diagnosis may name."""
        return {
            "server": self.target.authority,
            "host": self.target.host,
            "port": str(self.target.port),
            "address": str(self._endpoint or self.target.authority),
            "sender": self.letter.sender or "<>",
            "size": str(self.letter.octets),
        }

    def acts(self) -> Acts:
        """The walk from beginning to end."""
        try:
            yield from self._resolve()
            for _ in range(_ROUNDS):
                try:
                    yield from self._talk()
                    break
                except _Again:
                    continue
        except _Over:
            pass
        yield Close()

    def _talk(self) -> Acts:
        self._now = _Now()
        yield from self._connect()
        if self._security == "tls":
            yield from self._secure("tls")
        yield from self._greeting()
        yield from self._hello()
        if self._security == "starttls" and not self._now.tls:
            yield from self._starttls()
        self._look_at_offers()
        if self.target.user:
            yield from self._auth()
        if (yield from self._mail()) and (yield from self._rcpt()) and self.letter.raw is not None:
            yield from self._data(self.letter.raw)
        elif self.accepted:
            yield from self._ask("other", "RSET")
        yield from self._quit()

    # Reaching it

    def _resolve(self) -> Acts:
        outcome = yield Resolve(self.target.host, self.target.port)
        value = outcome.value
        if isinstance(value, Trouble):
            self._step("resolve", self.target.host, value.detail, outcome.seconds, good=False)
            self._see("resolve", "resolve", value.kind)
            raise _Over
        assert isinstance(value, tuple)
        self._endpoints = value
        addresses = ", ".join(each.address for each in value)
        if addresses != self.target.host:
            self._step("resolve", self.target.host, addresses, outcome.seconds)

    def _connect(self) -> Acts:
        failed: list[tuple[Endpoint, Trouble]] = []
        for endpoint in (self._endpoint,) if self._endpoint else self._endpoints:
            outcome = yield Connect(endpoint)
            if not isinstance(outcome.value, Trouble):
                self._step("connect", str(endpoint), "connected", outcome.seconds)
                self._endpoint = endpoint
                self._tell_failed(failed, endpoint)
                return
            failed.append((endpoint, outcome.value))
            self._step("connect", str(endpoint), outcome.value.detail, outcome.seconds, good=False)
        yield from self._unreached(failed)

    def _tell_failed(self, failed: list[tuple[Endpoint, Trouble]], works: Endpoint) -> None:
        """Some addresses of the name do not work, and this one does."""
        if failed:
            facts = {"works": works.address, "fails": ", ".join(each.address for each, _ in failed)}
            here = all(is_loopback(each.address) for each, _ in failed)
            self._see("connect", "connect", "one-family" if here else "some-addresses", facts=facts)

    def _unreached(self, failed: list[tuple[Endpoint, Trouble]]) -> Acts:
        kinds = {trouble.kind for _, trouble in failed}
        kind: str = next((each for each in ("internal", "refused", "timeout", "unreachable") if each in kinds), "other")
        if kind == "unreachable" and all(":" in endpoint.address for endpoint, _ in failed):
            kind = "only-ipv6"
        detail = failed[-1][1].detail
        self._endpoint = failed[-1][0]
        other = _other_loopback(failed)
        if kind == "refused" and other is not None:
            outcome = yield Connect(other)
            if not isinstance(outcome.value, Trouble):
                kind = "other-family"
                self._step("connect", str(other), "connected", outcome.seconds)
        facts = {"detail": detail, "works": other.address if other else "", "fails": failed[0][0].address}
        self._see("connect", "connect", kind, facts=facts)
        raise _Over

    # TLS

    def _secure(self, stage: Stage) -> Acts:
        outcome = yield Secure(self.target.host, self._verify)
        value = outcome.value
        if isinstance(value, Secured):
            self._now.tls = True
            self.tls = f"{value.version} {value.cipher}"
            self._step(stage, "TLS handshake", self.tls, outcome.seconds)
            if self._distrust:
                found = read_certificate(value.certificate)
                self._see(stage, "certificate", self._distrust, facts=found.facts if found else {})
                self._distrust = ""
            return
        assert isinstance(value, Trouble)
        self._step(stage, "TLS handshake", value.detail, outcome.seconds, good=False)
        if value.kind == "certificate":
            self._verify = False
            self._distrust = complaint(value.verify)
            raise _Again
        if stage == "tls" and value.kind in ("no-tls", "closed", "timeout"):
            plainly = yield from self._speaks_plainly()
            self._see(stage, "tls", "plain-port" if plainly else "no-tls", text=value.detail)
            self._security = "starttls"
            raise _Again
        self._see(stage, "tls", value.kind, text=value.detail)
        raise _Over

    def _speaks_plainly(self) -> Generator[Act, Outcome, bool]:
        """Whether the port greets without TLS. Raises _Over if it does not, with the symptom."""
        assert self._endpoint is not None
        if isinstance((yield Connect(self._endpoint)).value, Trouble):
            return False
        outcome = yield Read(PROBE_AFTER)
        if isinstance(outcome.value, Reply):
            return True
        if isinstance(outcome.value, bytes) and outcome.value:
            self._foreign("tls", outcome.value)
            raise _Over
        yield Write(b"EHLO doctor\r\n")
        outcome = yield Read(_QUIET)
        if isinstance(outcome.value, bytes) and outcome.value:
            self._foreign("tls", outcome.value)
        else:
            self._see("tls", "tls", "no-tls")
        raise _Over

    def _starttls(self) -> Acts:
        if "STARTTLS" not in self._now.offers:
            return
        self._auth_before_tls = self._now.offers.get("AUTH")
        reply = yield from self._ask("starttls", "STARTTLS")
        if not reply.good:
            self.symptoms.append(refused("starttls", reply, facts=self.facts))
            return
        yield from self._secure("starttls")
        yield from self._hello()

    # What the server says

    def _greeting(self) -> Acts:
        outcome = yield Read(min(PROBE_AFTER, self._patience))
        seconds = outcome.seconds
        if isinstance(outcome.value, Trouble) and outcome.value.kind == "timeout":
            if not self._now.tls:
                yield from self._suspect_tls()
            outcome = yield Read(max(self._patience - seconds, 0.1))
            seconds += outcome.seconds
            if isinstance(outcome.value, Trouble) and outcome.value.kind == "timeout":
                yield from self._mute(seconds)
        reply = self._reply("greeting", "", Outcome(outcome.value, seconds))
        if not reply.good:
            self.symptoms.append(refused("greeting", reply, facts=self.facts))
            raise _Over

    def _suspect_tls(self) -> Acts:
        """The server waits; perhaps for TLS."""
        assert self._endpoint is not None
        outcome = yield Probe(self._endpoint, self.target.host)
        if isinstance(outcome.value, Secured):
            self._step("greeting", "", "nothing: the server waits for TLS", outcome.seconds, good=False)
            self._see("greeting", "tls", "tls-port")
            self._security = "tls"
            raise _Again

    def _mute(self, seconds: float) -> Acts:
        """No greeting came. What does it say when it is spoken to?"""
        yield Write(b"EHLO doctor\r\n")
        outcome = yield Read(_QUIET)
        if isinstance(outcome.value, bytes) and outcome.value:
            self._step("greeting", "EHLO doctor", _shown(outcome.value), seconds, good=False)
            self._foreign("greeting", outcome.value)
        else:
            self._step("greeting", "", "nothing", seconds, good=False)
            self._see("greeting", "silence", facts={"seconds": f"{seconds:.0f}"})
        raise _Over

    def _hello(self) -> Acts:
        reply = yield from self._ask("ehlo", f"EHLO {self._helo}")
        if reply.good:
            self._now.offers = dict(_offer(line) for line in reply.lines[1:] if line.strip())
            return
        self.symptoms.append(refused("ehlo", reply, facts=self.facts))
        self._now.offers = {}
        if reply.code in (500, 502):
            reply = yield from self._ask("ehlo", f"HELO {self._helo}")
        if not reply.good:
            raise _Over

    def _look_at_offers(self) -> None:
        offers, letter = self._now.offers, self.letter
        if not offers:
            return
        far = not (self._now.tls or self.target.is_here)
        if self._security == "plain" and "STARTTLS" in offers:
            self._see("starttls", "offer", "starttls-unused")
        elif far:
            self._see("starttls", "offer", "no-tls")
        if self._auth_before_tls is None and self._now.tls and self._security == "starttls" and "AUTH" in offers:
            self._see("auth", "offer", "auth-inside-tls")
        if "8BITMIME" not in offers:
            self._see("ehlo", "offer", "no-8bitmime")
        if "SMTPUTF8" not in offers:
            self._see("ehlo", "offer", "smtputf8-needed" if letter.wants_utf8 else "no-smtputf8")
        limit = offers.get("SIZE", "")
        if limit.isdigit() and 0 < int(limit) < letter.octets:
            self._see("mail", "offer", "size", facts={"limit": limit})

    # AUTH

    def _auth(self) -> Acts:
        offered = tuple(self._now.offers.get("AUTH", "").upper().split())
        if not offered:
            later = "STARTTLS" in self._now.offers and not self._now.tls
            self._see("auth", "offer", "auth-needs-tls" if later else "no-auth")
            return
        if not (self._now.tls or self.target.is_here or self._security == "plain"):
            self._see("auth", "offer", "password-in-clear")
            return
        ours = login.order(offered, secure=self._now.tls)
        if not ours:
            self._see("auth", "offer", "no-mechanism", facts={"offered": " ".join(offered)})
            return
        for name in ours:
            reply = yield from self._exchange(name)
            if reply.good:
                return
            last = reply.code not in (500, 501, 504) or name == ours[-1]
            if last:
                self.symptoms.append(refused("auth", reply, facts={**self.facts, "mechanism": name}))
                return

    def _exchange(self, name: str) -> Got:
        """One mechanism, to the reply that ends it."""
        responses = login.MECHANISMS[name](self.target.user, self.target.password)
        first = next(responses)
        initial = "" if first is None else " " + (_base64(first) or "=")
        reply = yield from self._ask("auth", f"AUTH {name}{initial}", shown=f"AUTH {name}{initial and ' ' + _HIDDEN}")
        while reply.code == 334:
            try:
                response = responses.send(base64.b64decode(reply.text, validate=False))
            except (StopIteration, binascii.Error, UnicodeDecodeError, login.ServerUnproved) as error:
                text = str(error) if isinstance(error, login.ServerUnproved) else "a challenge that makes no sense"
                self._see("auth", "offer", "server-unproved", text=text)
                reply = yield from self._ask("auth", "*")
                break
            reply = yield from self._ask("auth", _base64(response or b""), shown=_HIDDEN)
        return reply

    # The letter

    def _mail(self) -> Generator[Act, Outcome, bool]:
        offers, letter = self._now.offers, self.letter
        params = list(letter.params)
        if "SIZE" in offers and letter.octets:
            params.append(f"SIZE={letter.octets}")
        if "SMTPUTF8" in offers and letter.wants_utf8:
            params.append("SMTPUTF8")
        if "8BITMIME" in offers and letter.raw is not None and not letter.raw.isascii():
            params.append("BODY=8BITMIME")
        reply = yield from self._ask("mail", " ".join([f"MAIL FROM:<{letter.sender}>", *params]))
        if not reply.good:
            self.symptoms.append(refused("mail", reply, facts=self.facts))
        return reply.good

    def _rcpt(self) -> Generator[Act, Outcome, bool]:
        for recipient in self.letter.recipients:
            reply = yield from self._ask("rcpt", f"RCPT TO:<{recipient}>")
            if reply.good:
                self.accepted += (recipient,)
            else:
                self.symptoms.append(refused("rcpt", reply, facts={**self.facts, "recipient": recipient}))
        return bool(self.accepted)

    def _data(self, raw: bytes) -> Acts:
        reply = yield from self._ask("data", "DATA")
        if reply.code != 354:
            self.symptoms.append(refused("data", reply, facts=self.facts))
            return
        octets = stuffed(raw)
        outcome = yield Write(octets)
        if isinstance(outcome.value, Trouble):
            self._see("data", "closed")
            raise _Over
        written = outcome.seconds
        outcome = yield Read(self._patience)
        reply = self._reply("data", f"{len(octets)} bytes", Outcome(outcome.value, written + outcome.seconds))
        self.delivered = reply
        if not reply.good:
            self.symptoms.append(refused("data", reply, facts=self.facts))

    def _quit(self) -> Acts:
        """Whatever comes of it, it is over."""
        yield Write(b"QUIT\r\n")
        outcome = yield Read(_QUIET)
        came = str(outcome.value) if isinstance(outcome.value, Reply) else "closed without a reply"
        self._step("quit", "QUIT", came, outcome.seconds)

    # One command

    def _ask(self, stage: Stage, line: str, *, shown: str = "") -> Got:
        if "\r" in line or "\n" in line:  # an address or a name that would become a command of its own
            raise BadRequest(f"{(shown or line)[:200]!r} holds a line break, and was not sent.")
        outcome = yield Write(line.encode() + b"\r\n")
        if not isinstance(outcome.value, Trouble):
            outcome = yield Read(self._patience)
        return self._reply(stage, shown or line, outcome)

    def _reply(self, stage: Stage, said: str, outcome: Outcome) -> Reply:
        """The reply that came; ends the walk if none did, or if it is one that ends the conversation."""
        value = outcome.value
        if isinstance(value, Reply):
            self._step(stage, said, str(value), outcome.seconds, good=value.good)
            if value.code == 421:
                self.symptoms.append(refused(stage, value, facts=self.facts))
                raise _Over
            return value
        if isinstance(value, Trouble):
            silent = value.kind == "timeout"
            self._step(stage, said, "nothing" if silent else "the connection was closed", outcome.seconds, good=False)
            self._see(stage, "silence" if silent else "closed", facts={"seconds": f"{outcome.seconds:.0f}"})
        else:
            octets = value if isinstance(value, bytes) else b""
            self._step(stage, said, _shown(octets), outcome.seconds, good=False)
            self._foreign(stage, octets)
        raise _Over

    # What was seen

    def _foreign(self, stage: Stage, octets: bytes) -> None:
        self._see(stage, "foreign", _shown(octets))

    def _see(
        self, stage: Stage, what: str, kind: str = "", *, text: str = "", facts: dict[str, str] | None = None
    ) -> None:
        known = {**self.facts, **({"detail": text} if text else {}), **(facts or {})}
        self.symptoms.append(Symptom(stage, what, kind, facts=known))  # type: ignore[arg-type]

    def _step(self, stage: Stage, said: str, came: str, seconds: float, *, good: bool = True) -> None:
        self.steps.append(Step(stage, said, came, seconds, good))
        if good and seconds >= SLOW:
            self._see(stage, "slow", stage, facts={"seconds": f"{seconds:.1f}", "step": said or stage})


def _offer(line: str) -> tuple[str, str]:
    """A line of the EHLO reply: the keyword and its parameters; also the `AUTH=` of old."""
    keyword, _, rest = line.strip().replace("AUTH=", "AUTH ", 1).partition(" ")
    return keyword.upper(), rest.strip()


def _other_loopback(failed: list[tuple[Endpoint, Trouble]]) -> Endpoint | None:
    """The loopback address that was not tried, where one was."""
    tried = {endpoint.address for endpoint, _ in failed}
    for one, other in (("127.0.0.1", "::1"), ("::1", "127.0.0.1")):
        if tried == {one}:
            return Endpoint(other, failed[0][0].port)
    return None


def _shown(octets: bytes) -> str:
    text = octets[:200].decode("latin-1").strip()
    return "".join(character if character.isprintable() else "·" for character in text)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
