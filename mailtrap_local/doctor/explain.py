"""A conversation that was recorded here: what went wrong in it, and each of its lines in words. Pure.

The same table of diagnoses serves as for a walk through a foreign server; only here it is the client that fails, and
this catcher that says so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailtrap_local.doctor import phrasebook
from mailtrap_local.doctor.diagnoses import Finding, diagnose
from mailtrap_local.doctor.phrasebook import NOTHING, Words
from mailtrap_local.doctor.replies import Reply
from mailtrap_local.doctor.symptom import Stage, Symptom, refused
from mailtrap_local.model import Line, Session

_REPLY = re.compile(r"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_STATUS = re.compile(r"([245])\.(\d{1,3}\.\d{1,3})(?:\s|$)")
_STAGES: dict[str, Stage] = {
    "": "greeting",
    "EHLO": "ehlo",
    "HELO": "ehlo",
    "LHLO": "ehlo",
    "STARTTLS": "starttls",
    "AUTH": "auth",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "DATA": "data",
    "BDAT": "data",
    "QUIT": "quit",
}
_HIDDEN = "***"
_TLS_HANDSHAKE = r"\x16\x03"


def explain(session: Session) -> tuple[Finding, ...]:
    """What went wrong in a session, the worst first; nothing for one that went well."""
    return diagnose(symptoms_of(session), here=True)


def symptoms_of(session: Session) -> Iterator[Symptom]:
    """What is to be seen in a session: replies that refuse, remarks, what was offered and left, and how it ended."""
    said: list[str] = []
    offers: dict[str, str] = {}
    for turn in _turns(session.lines):
        if turn.remark is not None:
            facts = {"remark": turn.remark}
            yield Symptom(_STAGES.get(turn.verb, "other"), "remark", turn.remark, line=turn.at, facts=facts)
            continue
        assert turn.reply is not None
        said.append(turn.verb)
        if turn.verb == "EHLO" and turn.reply.good:
            offers |= dict(line.upper().partition(" ")[::2] for line in turn.reply.lines[1:])
        if not turn.reply.good:
            yield refused(_STAGES.get(turn.verb, "other"), turn.reply, line=turn.at)
    for at, line in enumerate(session.lines):
        if line.who == "C" and line.text.startswith(_TLS_HANDSHAKE):
            yield Symptom("greeting", "remark", "the client begins TLS", line=at)
            break
    used = {"MAIL", "AUTH"} & set(said)
    if used and "STARTTLS" in offers and not session.tls:
        yield Symptom("starttls", "offer", "starttls-unused")
    yield from _ending(session, said)


def _ending(session: Session, said: Sequence[str]) -> Iterator[Symptom]:
    if session.state == "timeout":
        yield Symptom("other", "end", "timeout")
    finished = session.state in ("quit", "dropped")
    spoke = any(line.who == "C" for line in session.lines)
    if finished and not spoke and not session.tls:
        yield Symptom("other", "end", "nothing-said")
    elif finished and not session.errors and not session.caught and "MAIL" not in said:
        yield Symptom("other", "end", "brought-nothing")


@dataclass(frozen=True, slots=True)
class _Turn:
    """A whole reply and the command it answers, or a remark. `at` is the line at which it begins."""

    verb: str
    at: int
    reply: Reply | None = None
    remark: str | None = None


def _turns(lines: Sequence[Line]) -> Iterator[_Turn]:
    asked = _Asked()
    pending: list[str] = []
    begins = 0
    for at, line in enumerate(lines):
        if line.who == "C":
            asked.hear(line.text)
        elif line.who == "-":
            yield _Turn(asked.last, at, remark=line.text)
        elif match := _REPLY.fullmatch(line.text):
            begins = begins if pending else at
            pending.append(match[3] or "")
            if match[2] != "-":
                reply = Reply(int(match[1]), tuple(pending))
                yield _Turn(asked.answered(reply.code), begins, reply=reply)
                pending = []


class _Asked:
    """Which command the next reply answers; with pipelining several wait for theirs."""

    def __init__(self) -> None:
        self.last = ""
        self._waiting: list[str] = [""]  # the greeting answers nothing
        self._challenged = False

    def hear(self, text: str) -> None:
        """The client said this."""
        if not self._challenged:
            self.last = _verb(text)
        self._waiting.append(self.last)

    def answered(self, code: int) -> str:
        """The command that a reply with this code answers."""
        verb = self._waiting.pop(0) if self._waiting else self.last
        self._challenged = code == 334  # what comes next is no command
        if code == 354:
            self._waiting.insert(0, verb)  # the message follows, and a reply to it
        return verb


def _verb(text: str) -> str:
    word = text.lstrip().partition(" ")[0].upper()
    return word if word in phrasebook.COMMANDS else "?"


def in_words(lines: Sequence[Line]) -> tuple[Words, ...]:
    """Each line of a transcript in words, NOTHING for those that speak for themselves."""
    asked = _Asked()
    answering = first = ""
    told: list[Words] = []
    for line in lines:
        if line.who == "C":
            asked.hear(line.text)
            told.append(_command(line.text, asked.last))
        elif line.who == "S" and (match := _REPLY.fullmatch(line.text)):
            code, text = int(match[1]), match[3] or ""
            begins = not first
            if begins:
                answering = asked.answered(code)
            told.append(_extension(text) if answering == "EHLO" and not begins else _reply(code, text, answering))
            first = match[1] if match[2] == "-" else ""
        else:
            told.append(NOTHING)
    return tuple(told)


def _command(text: str, verb: str) -> Words:
    if text == _HIDDEN or (verb == "AUTH" and text[:4].upper() != verb):
        return Words("The answer to the challenge; secrets are not kept.", "RFC 4954 section 4")
    known = phrasebook.COMMANDS.get(verb)
    if known is None:
        return Words("Nothing that SMTP knows.", "RFC 5321 section 4.2.4")
    words = text.split()
    if verb == "AUTH" and len(words) > 1:
        return _joined(known, [phrasebook.MECHANISMS.get(words[1].upper(), NOTHING)])
    if verb in ("MAIL", "RCPT"):
        names = [word.partition("=")[0].upper() for word in text.partition(">")[2].split()]
        if verb == "MAIL" and "<>" in text:
            known = Words("Begins a mail without a sender: itself a bounce, which must not bounce again.", known.rfc)
        return _joined(known, [phrasebook.PARAMETERS.get(name, NOTHING) for name in names])
    return known


def _extension(text: str) -> Words:
    keyword = text.replace("=", " ", 1).partition(" ")[0].upper()
    return phrasebook.EXTENSIONS.get(keyword, NOTHING)


def _reply(code: int, text: str, verb: str) -> Words:
    agreed = code in (220, 250)
    known = phrasebook.AGREED.get(verb) if agreed else phrasebook.CODES.get(code)
    known = known or phrasebook.CODES.get(code) or phrasebook.CLASSES[str(code)[0]]
    detail = NOTHING
    if code >= 400:
        known = _joined(known, [phrasebook.CLASSES[str(code)[0]]])
        status = _STATUS.match(text)
        found = phrasebook.STATUS.get(status[2], NOTHING) if status else NOTHING
        detail = Words(f"{status[1]}.{status[2]}: {found.text}.", found.rfc) if status and found.text else NOTHING
    return _joined(known, [detail])


def _joined(first: Words, others: Sequence[Words]) -> Words:
    """Several words as one; an RFC that is named already is not named again."""
    there = [words for words in (first, *others) if words.text]
    texts = list(dict.fromkeys(words.text for words in there))
    rfcs = list(dict.fromkeys(words.rfc for words in there if words.rfc))
    return Words(" ".join(texts), ", ".join(rfcs))
