"""Symptoms into findings, by the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mailtrap_local.doctor.symptom import Stage, Symptom
from mailtrap_local.doctor.table import DIAGNOSES, Diagnosis, Level


@dataclass(frozen=True, slots=True)
class Finding:
    """A symptom explained. `again` says whether the same thing may work later; `evidence` is what was seen."""

    name: str
    level: Level
    stage: Stage
    means: str
    change: str
    rfc: str
    evidence: str
    again: Literal["", "later", "never"]
    line: int


_UNKNOWN = {"server": "the server", "host": "the host", "sender": "this sender", "seconds": "some"}


class _Facts(dict[str, str]):
    """Facts by name; for one that is not known, words that fit every sentence."""

    def __missing__(self, name: str) -> str:
        return _UNKNOWN.get(name, "unknown")


def diagnose(symptoms: Iterable[Symptom], *, here: bool = False) -> tuple[Finding, ...]:
    """What these symptoms mean, the faults first, each thing once. `here`: the server is this catcher."""
    found: dict[tuple[str, str], Finding] = {}
    for symptom in symptoms:
        row = next((row for row in DIAGNOSES if row.fits(symptom)), None)
        if row is not None:
            finding = _finding(row, symptom, here=here)
            found.setdefault((row.name, finding.means), finding)
    order = ("fault", "warning", "note")
    return tuple(sorted(found.values(), key=lambda finding: order.index(finding.level)))


def _finding(row: Diagnosis, symptom: Symptom, *, here: bool) -> Finding:
    facts = _Facts(symptom.facts)
    change = f"{row.change} {row.here}".rstrip() if here else row.change
    replied = symptom.what == "reply"
    evidence = f"{symptom.code} {symptom.text}".rstrip() if replied else symptom.text
    shown = evidence if replied or symptom.what in ("foreign", "remark") else symptom.facts.get("detail", "")
    return Finding(
        name=row.name,
        level=row.level,
        stage=symptom.stage,
        means=row.means.format_map(facts),
        change=change.format_map(facts),
        rfc=row.rfc,
        evidence=shown,
        again=("later" if symptom.code < 500 else "never") if replied else "",
        line=symptom.line,
    )
