"""Reaching a server: its name, a connection, TLS, and a greeting. No I/O.

1. A trouble with TLS ends a connection and not the walk: it begins anew in the way that works (without verifying, with
   TLS from the start, without it), so that what comes behind is seen as well.
2. After a silence at the greeting TLS is tried on a connection of its own, since a server that waits for TLS says
   nothing; a server of another protocol is made to show itself by an EHLO.
"""

from collections.abc import Generator

from mailtrap_local.doctor.acts import Act, Connect, Outcome, Probe, Read, Resolve, Secure, Secured, Trouble, Write
from mailtrap_local.doctor.certificate import complaint, read_certificate
from mailtrap_local.doctor.replies import Reply
from mailtrap_local.doctor.symptom import Stage, refused
from mailtrap_local.doctor.talk import Acts, Again, Over, Talk, shown_octets
from mailtrap_local.doctor.target import is_loopback
from mailtrap_local.fetch.addresses import Endpoint

PROBE_AFTER = 3.0  # seconds of silence after which a server is suspected to wait for TLS
QUIET = 3.0  # seconds to wait for words that may not come


class Reaching(Talk):
    """What comes before the first command."""

    def _resolve(self) -> Acts:
        outcome = yield Resolve(self.target.host, self.target.port)
        value = outcome.value
        if isinstance(value, Trouble):
            self._step("resolve", self.target.host, value.detail, outcome.seconds, good=False)
            self._see("resolve", "resolve", value.kind)
            raise Over
        assert isinstance(value, tuple)
        self.endpoints = value
        addresses = ", ".join(each.address for each in value)
        if addresses != self.target.host:
            self._step("resolve", self.target.host, addresses, outcome.seconds)

    def _connect(self) -> Acts:
        failed: list[tuple[Endpoint, Trouble]] = []
        for endpoint in (self.endpoint,) if self.endpoint else self.endpoints:
            outcome = yield Connect(endpoint)
            if not isinstance(outcome.value, Trouble):
                self._step("connect", str(endpoint), "connected", outcome.seconds)
                self.endpoint = endpoint
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
        self.endpoint = failed[-1][0]
        other = _other_loopback(failed)
        if kind == "refused" and other is not None:
            outcome = yield Connect(other)
            if not isinstance(outcome.value, Trouble):
                kind = "other-family"
                self._step("connect", str(other), "connected", outcome.seconds)
        facts = {"detail": detail, "works": other.address if other else "", "fails": failed[0][0].address}
        self._see("connect", "connect", kind, facts=facts)
        raise Over

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
            if self._careful:
                self._see(stage, "certificate", self._distrust)
                raise Over
            raise Again
        if stage == "tls" and value.kind in ("no-tls", "closed", "timeout"):
            plainly = yield from self._speaks_plainly()
            self._see(stage, "tls", "plain-port" if plainly else "no-tls", text=value.detail)
            if self._careful:
                raise Over
            self._security = "starttls"
            raise Again
        self._see(stage, "tls", value.kind, text=value.detail)
        raise Over

    def _speaks_plainly(self) -> Generator[Act, Outcome, bool]:
        """Whether the port greets without TLS. Raises Over if it does not, with the symptom."""
        assert self.endpoint is not None
        if isinstance((yield Connect(self.endpoint)).value, Trouble):
            return False
        outcome = yield Read(PROBE_AFTER)
        if isinstance(outcome.value, Reply):
            return True
        if isinstance(outcome.value, bytes) and outcome.value:
            self._foreign("tls", outcome.value)
            raise Over
        yield Write(b"EHLO doctor\r\n")
        outcome = yield Read(QUIET)
        if isinstance(outcome.value, bytes) and outcome.value:
            self._foreign("tls", outcome.value)
        else:
            self._see("tls", "tls", "no-tls")
        raise Over

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
            raise Over

    def _suspect_tls(self) -> Acts:
        """The server waits; perhaps for TLS."""
        assert self.endpoint is not None
        outcome = yield Probe(self.endpoint, self.target.host)
        if isinstance(outcome.value, Secured):
            self._step("greeting", "", "nothing: the server waits for TLS", outcome.seconds, good=False)
            self._see("greeting", "tls", "tls-port")
            self._security = "tls"
            raise Again

    def _mute(self, seconds: float) -> Acts:
        """No greeting came. What does it say when it is spoken to?"""
        yield Write(b"EHLO doctor\r\n")
        outcome = yield Read(QUIET)
        if isinstance(outcome.value, bytes) and outcome.value:
            self._step("greeting", "EHLO doctor", shown_octets(outcome.value), seconds, good=False)
            self._foreign("greeting", outcome.value)
        else:
            self._step("greeting", "", "nothing", seconds, good=False)
            self._see("greeting", "silence", facts={"seconds": f"{seconds:.0f}"})
        raise Over


def _other_loopback(failed: list[tuple[Endpoint, Trouble]]) -> Endpoint | None:
    """The loopback address that was not tried, where one was."""
    tried = {endpoint.address for endpoint, _ in failed}
    for one, other in (("127.0.0.1", "::1"), ("::1", "127.0.0.1")):
        if tried == {one}:
            return Endpoint(other, failed[0][0].port)
    return None
