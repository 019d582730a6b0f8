"""The table of diagnoses: how each trouble is recognised, what it means, what to change, and where it is written.

A row says what it looks for: the kind of symptom, the stages it can come at, and patterns for code, enhanced status and
text; what is left out fits everything. Rows are tried in order, the special ones before the general ones, and the first
that fits a symptom explains it. `here` adds what to change where the server is this catcher. Words in braces are facts
of the symptom.
"""

from mailtrap_local.doctor.table import clients, reaching, refusals, trust
from mailtrap_local.doctor.table.diagnosis import Diagnosis, Level

DIAGNOSES: tuple[Diagnosis, ...] = (*reaching.ROWS, *trust.ROWS, *refusals.ROWS, *clients.ROWS)

__all__ = ["DIAGNOSES", "Diagnosis", "Level"]
