"""The walk through a server: connect, EHLO, TLS, AUTH, MAIL, RCPT, DATA. No I/O: a driver does what it asks for.

Theory of operation
1. `Walk.acts` is a generator: it yields an act (`acts.py`) and is sent its outcome. What happened is a list of steps;
   what went wrong is a list of symptoms, which `diagnoses.py` knows to read.
2. A password is sent only inside TLS with a certificate that is to be trusted, to this machine, or if the target says
   `plain`.
3. Nothing is delivered unless the letter has a content: the walk ends behind RCPT, with RSET and QUIT.
"""

import base64
import binascii
from collections.abc import Generator

from mailtrap_local.doctor import login
from mailtrap_local.doctor.acts import Act, Close, Outcome, Read, Trouble, Write
from mailtrap_local.doctor.letter import Letter, stuffed
from mailtrap_local.doctor.reaching import QUIET, Reaching
from mailtrap_local.doctor.replies import Reply
from mailtrap_local.doctor.symptom import refused
from mailtrap_local.doctor.talk import Acts, Again, Got, Now, Over

_ROUNDS = 5
_HIDDEN = "***"


class Walk(Reaching):
    """One walk through a server with a letter; `helo` is what EHLO says."""

    @property
    def arrived(self) -> bool:
        """Whether the server took what it was to take: a recipient, and the content if that was sent."""
        taken = self.letter.raw is None or (self.delivered is not None and self.delivered.good)
        return bool(self.accepted) and taken

    def acts(self) -> Acts:
        """The walk from beginning to end."""
        try:
            yield from self._resolve()
            for _ in range(_ROUNDS):
                try:
                    yield from self._talk()
                    break
                except Again:
                    continue
        except Over:
            pass
        yield Close()

    @property
    def _fitting(self) -> Letter:
        """The letter as the server of the present connection can take it."""
        return self.letter.fitting(self._now.offers)

    def _talk(self) -> Acts:
        self._now = Now()
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
        raw = self._fitting.raw
        if (yield from self._mail()) and (yield from self._rcpt()) and raw is not None:
            yield from self._data(raw)
        elif self.accepted:
            yield from self._ask("other", "RSET")
        yield from self._quit()

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
            raise Over

    def _look_at_offers(self) -> None:
        offers, letter = self._now.offers, self._fitting
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
        if self._now.tls and not (self._verify or self.target.is_here):
            self._see("auth", "offer", "password-to-a-stranger")
            return
        ours = self._ours(offered)
        for name in ours:
            reply = yield from self._exchange(name)
            if reply.good:
                return
            last = reply.code not in (500, 501, 504) or name == ours[-1]
            if last:
                self._see_refused_login(name, reply)
                return

    def _ours(self, offered: tuple[str, ...]) -> tuple[str, ...]:
        """The mechanisms to try, one after the other."""
        wanted = self.target.mechanism
        if wanted:
            if wanted in offered:
                return (wanted,)
            self._see(
                "auth", "offer", "mechanism-not-offered", facts={"offered": " ".join(offered), "mechanism": wanted}
            )
            return ()
        ours = login.order(offered, secure=self._now.tls)
        if not ours:
            self._see("auth", "offer", "no-mechanism", facts={"offered": " ".join(offered)})
        return ours

    def _see_refused_login(self, name: str, reply: Reply) -> None:
        refusal, self._token_refusal = self._token_refusal, None
        if refusal is None and name in login.BEARER and reply.code == 535:
            refusal = login.TokenRefusal(str(reply), str(reply), "", "")
        if refusal is None:
            self.symptoms.append(refused("auth", reply, facts={**self.facts, "mechanism": name}))
            return
        facts = {"status": refusal.status or "nothing more", "scope": refusal.scope or "of sending mail"}
        configuration = f" (see {refusal.configuration})" if refusal.configuration else ""
        facts |= {"configuration": configuration, "mechanism": name}
        self._see("auth", "offer", refusal.kind, text=refusal.said, facts=facts)

    def _exchange(self, name: str) -> Got:
        """One mechanism, to the reply that ends it."""
        responses = login.MECHANISMS[name](self.target.user, self.target.password)
        first = next(responses)
        initial = "" if first is None else " " + (_base64(first) or "=")
        reply = yield from self._ask("auth", f"AUTH {name}{initial}", shown=f"AUTH {name}{initial and ' ' + _HIDDEN}")
        while reply.code == 334:
            try:
                challenge = base64.b64decode(reply.text, validate=False)
                if name in login.BEARER:
                    self._token_refusal = login.token_refusal(challenge)
                response = responses.send(challenge)
            except (StopIteration, binascii.Error, UnicodeDecodeError, login.ServerUnproved) as error:
                text = str(error) if isinstance(error, login.ServerUnproved) else "a challenge that makes no sense"
                self._see("auth", "offer", "server-unproved", text=text)
                reply = yield from self._ask("auth", "*")
                break
            reply = yield from self._ask("auth", _base64(response or b""), shown=_HIDDEN)
        return reply

    # The letter

    def _mail(self) -> Generator[Act, Outcome, bool]:
        offers, letter = self._now.offers, self._fitting
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
            raise Over
        written = outcome.seconds
        outcome = yield Read(self._patience)
        reply = self._reply("data", f"{len(octets)} bytes", Outcome(outcome.value, written + outcome.seconds))
        self.delivered = reply
        if not reply.good:
            self.symptoms.append(refused("data", reply, facts=self.facts))

    def _quit(self) -> Acts:
        """Whatever comes of it, it is over."""
        yield Write(b"QUIT\r\n")
        outcome = yield Read(QUIET)
        came = str(outcome.value) if isinstance(outcome.value, Reply) else "closed without a reply"
        self._step("quit", "QUIT", came, outcome.seconds)


def _offer(line: str) -> tuple[str, str]:
    """A line of the EHLO reply: the keyword and its parameters; also the `AUTH=` of old."""
    keyword, _, rest = line.strip().replace("AUTH=", "AUTH ", 1).partition(" ")
    return keyword.upper(), rest.strip()


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
