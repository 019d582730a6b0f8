"""What a row of the table is."""

import re
from dataclasses import dataclass
from typing import Literal

from mailtrap_local.doctor.symptom import Stage, Symptom, What

Level = Literal["fault", "warning", "note"]

LOOKED_AT = 300  # characters of a text: what it is about is said there, and no pattern gets slow over so few


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A row of the table."""

    name: str
    what: What
    means: str
    change: str
    rfc: str = ""
    level: Level = "fault"
    stages: tuple[Stage, ...] = ()
    code: str = ""
    status: str = ""
    text: str = ""
    here: str = ""

    def fits(self, symptom: Symptom) -> bool:
        """Whether this is what the symptom is of."""
        if self.what != symptom.what or (self.stages and symptom.stage not in self.stages):
            return False
        if self.code and not re.fullmatch(self.code, str(symptom.code)):
            return False
        if self.status and not re.fullmatch(self.status, symptom.status):
            return False
        return not self.text or re.search(self.text, symptom.text[:LOOKED_AT], re.IGNORECASE) is not None
