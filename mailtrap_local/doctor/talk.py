"""One command and its reply at a time: what was said, what came of it, and what was to be seen in that. No I/O."""

from collections.abc import Generator
from dataclasses import dataclass, field

from mailtrap_local.doctor.acts import Act, Outcome, Read, Trouble, Write
from mailtrap_local.doctor.letter import Letter
from mailtrap_local.doctor.login import TokenRefusal
from mailtrap_local.doctor.replies import Reply
from mailtrap_local.doctor.symptom import Stage, Symptom, refused
from mailtrap_local.doctor.target import Target
from mailtrap_local.errors import BadRequest
from mailtrap_local.fetch.addresses import Endpoint

PATIENCE = 10.0  # seconds for each step; RFC 5321 section 4.5.3.2 allows minutes, and nobody waits for them
SLOW = 2.0  # seconds that a step may take before it is called slow

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
class Now:
    """Where the walk stands on the present connection."""

    tls: bool = False
    offers: dict[str, str] = field(default_factory=dict)


class Over(Exception):
    """The walk cannot go on."""


class Again(Exception):
    """The connection is spent; begin anew."""


class Talk:
    """A conversation with a server, over as many connections as it takes.

    `careful` ends it where TLS is not as it should be, as one must who has something to deliver and nobody to look on;
    with a server on this machine nobody is in between.
    """

    def __init__(
        self, target: Target, letter: Letter, *, helo: str, patience: float = PATIENCE, careful: bool = False
    ) -> None:
        self.target = target
        self.letter = letter
        self.steps: list[Step] = []
        self.symptoms: list[Symptom] = []
        self.accepted: tuple[str, ...] = ()  # recipients that the server took
        self.delivered: Reply | None = None  # the reply to the content, if that was sent
        self.tls = ""
        self.endpoints: tuple[Endpoint, ...] = ()
        self.endpoint: Endpoint | None = None  # the one that took the connection
        self._helo = helo
        self._patience = patience
        self._careful = careful and not target.is_here
        self._security = target.security
        self._verify = True
        self._distrust = ""  # what is wrong with the certificate, until it has been looked at
        self._now = Now()
        self._auth_before_tls: str | None = None
        self._token_refusal: TokenRefusal | None = None  # what the server has just said against a token

    @property
    def facts(self) -> dict[str, str]:
        """What the sentences of every diagnosis may name."""
        return {
            "server": self.target.authority,
            "host": self.target.host,
            "port": str(self.target.port),
            "address": str(self.endpoint or self.target.authority),
            "sender": self.letter.sender or "<>",
            "size": str(self.letter.octets),
        }

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
                raise Over
            return value
        if isinstance(value, Trouble):
            silent = value.kind == "timeout"
            self._step(stage, said, "nothing" if silent else "the connection was closed", outcome.seconds, good=False)
            self._see(stage, "silence" if silent else "closed", facts={"seconds": f"{outcome.seconds:.0f}"})
        else:
            octets = value if isinstance(value, bytes) else b""
            self._step(stage, said, shown_octets(octets), outcome.seconds, good=False)
            self._foreign(stage, octets)
        raise Over

    # What was seen

    def _foreign(self, stage: Stage, octets: bytes) -> None:
        self._see(stage, "foreign", shown_octets(octets))

    def _see(
        self, stage: Stage, what: str, kind: str = "", *, text: str = "", facts: dict[str, str] | None = None
    ) -> None:
        known = {**self.facts, **({"detail": text} if text else {}), **(facts or {})}
        self.symptoms.append(Symptom(stage, what, kind, facts=known))  # type: ignore[arg-type]

    def _step(self, stage: Stage, said: str, came: str, seconds: float, *, good: bool = True) -> None:
        self.steps.append(Step(stage, said, came, seconds, good))
        if good and seconds >= SLOW:
            self._see(stage, "slow", stage, facts={"seconds": f"{seconds:.1f}", "step": said or stage})


def shown_octets(octets: bytes) -> str:
    """The first octets of what is no reply, as text to be seen."""
    text = octets[:200].decode("latin-1").strip()
    return "".join(character if character.isprintable() else "·" for character in text)
