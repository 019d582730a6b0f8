"""What the walk found, for people and as JSON."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from mailtrap_local.doctor.diagnoses import Finding, diagnose
from mailtrap_local.doctor.talk import Step
from mailtrap_local.doctor.walk import Walk

_WIDTH = 100
_AGAIN = {"later": "A 4xx reply: trying again later may help.", "never": "A 5xx reply: trying again will not help."}
_SIGNS = {"fault": "FAULT", "warning": "WARN ", "note": "note "}


@dataclass(frozen=True, slots=True)
class Report:
    """A walk that is over. `delivered` is the reply to the message, "" if none was sent or taken."""

    target: str
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[str, ...]
    delivered: str
    tls: str
    arrived: bool

    @property
    def healthy(self) -> bool:
        """Whether nothing kept mail from getting through."""
        return self.arrived and not any(finding.level == "fault" for finding in self.findings)

    @property
    def seconds(self) -> float:
        """How long all steps took together."""
        return sum(step.seconds for step in self.steps)


def report_of(walk: Walk) -> Report:
    """The report of a walk."""
    taken = str(walk.delivered) if walk.delivered is not None and walk.delivered.good else ""
    findings = diagnose(walk.symptoms)
    return Report(walk.target.shown, tuple(walk.steps), findings, walk.accepted, taken, walk.tls, walk.arrived)


def as_json(report: Report) -> str:
    """The report as one JSON object; seconds are numbers, everything else is as in the text."""
    findings = [{key: value for key, value in asdict(each).items() if key != "line"} for each in report.findings]
    whole = {**asdict(report), "findings": findings, "healthy": report.healthy, "seconds": report.seconds}
    return json.dumps(whole, indent=2)


def as_text(report: Report) -> str:
    """The report as lines for a terminal."""
    lines = [f"Doctor of {report.target}", "", *_steps(report.steps), "", *_verdict(report)]
    return "\n".join("".join(each if each.isprintable() else "·" for each in line) for line in lines)


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        said = f"{step.said}  ->  " if step.said else ""
        line = f"  {'ok' if step.good else 'NO':3}{step.stage:9}{step.seconds * 1000:8.0f} ms  {said}{step.came}"
        yield line if len(line) <= 200 else line[:199] + "…"


def _verdict(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield f"{_SIGNS[finding.level]} {finding.name} (at {finding.stage})"
        yield from _wrapped(finding.means)
        yield from _wrapped(f"Change: {finding.change}")
        if finding.again:
            yield from _wrapped(_AGAIN[finding.again])
        if finding.evidence:
            yield from _wrapped(f"Seen: {finding.evidence}")
        if finding.rfc:
            yield from _wrapped(finding.rfc)
        yield ""
    if report.delivered:
        yield f"Delivered: {report.delivered}"
    elif report.healthy:
        yield "Mail gets through: the server took sender and recipient. Nothing was sent (--send does)."
    else:
        yield "Mail does not get through; see the faults above."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="      ", subsequent_indent="      ")
