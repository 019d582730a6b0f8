"""The table of diagnoses holds together."""

import re

from mailtrap_local.doctor import phrasebook
from mailtrap_local.doctor.diagnoses import diagnose
from mailtrap_local.doctor.symptom import Symptom
from mailtrap_local.doctor.table import DIAGNOSES, Diagnosis
from mailtrap_local.smtp import auth, replies
from mailtrap_local.smtp.commands import COMMANDS
from mailtrap_local.smtp.extensions import EXTENSIONS

_FACTS = {
    "server", "host", "port", "address", "detail", "fails", "works", "seconds", "step", "names", "issuer", "ends",
    "begins", "remark", "offered", "limit", "size", "sender", "recipient", "mechanism", "status", "scope",
    "configuration",
}  # fmt: skip


def test_rows_are_whole() -> None:
    for row in DIAGNOSES:
        assert re.fullmatch(r"[a-z0-9-]+", row.name), row
        assert row.means.endswith(".") and row.change.endswith("."), row.name
        assert not row.here or row.here.endswith("."), row.name
        assert set(re.findall(r"\{(\w+)\}", row.means + row.change + row.here)) <= _FACTS, row.name
        for pattern in (row.text, row.code, row.status):
            re.compile(pattern)
        assert row.rfc == "" or re.match(r"RFC \d+", row.rfc), row.name


def test_no_row_hides_behind_another() -> None:
    """A row that fits whatever a later one fits would leave that one without use."""

    def swallows(first: Diagnosis, later: Diagnosis) -> bool:
        covers = (not first.stages) or (bool(later.stages) and set(later.stages) <= set(first.stages))
        same = all(getattr(first, name) in ("", getattr(later, name)) for name in ("code", "status", "text"))
        return first.what == later.what and covers and same

    hidden = [
        (first.name, later.name)
        for at, first in enumerate(DIAGNOSES)
        for later in DIAGNOSES[at + 1 :]
        if swallows(first, later)
    ]
    assert hidden == []


def test_every_refusal_is_explained() -> None:
    for code in range(400, 600):
        for stage in ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "quit", "other"):
            [finding] = diagnose([Symptom(stage, "reply", "", code)])
            assert finding.again == ("later" if code < 500 else "never")


def test_every_refusal_of_ours_is_explained_by_more_than_its_class() -> None:
    general = {"refused-for-now", "refused-for-good"}
    stages = {"AUTH": "auth", "BAD_SENDER": "mail", "MAIL": "mail", "RCPT": "rcpt", "BAD_RECIPIENT": "rcpt"}
    for name, reply in vars(replies).items():
        if isinstance(reply, str) and name.isupper() and reply[0] in "45" and name not in ("REFUSED",):
            stage = next((stage for start, stage in stages.items() if name.startswith(start)), "data")
            text = reply[4:]
            symptom = Symptom(stage, "reply", text, int(reply[:3]), text.partition(" ")[0])  # type: ignore[arg-type]
            [finding] = diagnose([symptom], here=True)
            assert finding.name not in general, (name, reply)


def test_the_same_thing_is_said_once() -> None:
    twice = Symptom("rcpt", "reply", "5.1.1 unknown", 550, "5.1.1")
    assert len(diagnose([twice, twice])) == 1


def test_the_phrasebook_knows_what_we_say() -> None:
    """What the front learns to say has to be told in words too: in doctor/phrasebook.py."""
    said = [reply for name, reply in vars(replies).items() if isinstance(reply, str) and name.isupper()]
    statuses = {reply.split()[1][2:] for reply in said if re.match(r"\d{3} \d\.\d+\.\d+ ", reply)}
    parameters = {name for extension in EXTENSIONS for name in (*extension.mail, *extension.rcpt)}
    missing = [
        {name.decode() for name in COMMANDS} - set(phrasebook.COMMANDS),
        {extension.line.split()[0] for extension in EXTENSIONS} - set(phrasebook.EXTENSIONS),
        parameters - set(phrasebook.PARAMETERS),
        {int(reply[:3]) for reply in said} - set(phrasebook.CODES),
        statuses - set(phrasebook.STATUS) - {"0.0"},
        set(auth.MECHANISMS) - set(phrasebook.MECHANISMS),
    ]
    assert missing == [set()] * 6
