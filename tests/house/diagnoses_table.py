"""The list of diagnoses in docs/doctor.md: `python -m tests.house.diagnoses_table docs/doctor.md` writes it anew."""

import re
import sys
from pathlib import Path

from mailtrap_local.doctor.table import DIAGNOSES

_PLACE = re.compile(r"(<!-- diagnoses -->\n).*?(<!-- /diagnoses -->)", re.DOTALL)
_FACT = re.compile(r"\{(\w+)\}")


def table() -> str:
    """Markdown: a row for each diagnosis, those of one name together."""
    first = {row.name: row for row in reversed(DIAGNOSES)}
    names = dict.fromkeys(row.name for row in DIAGNOSES)
    lines = ["| diagnosis | means | written in |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {_cell(first[name].means)} | {first[name].rfc} |" for name in names]
    return "\n".join(lines) + "\n"


def renewed(document: str) -> str:
    """The document with the list in its place."""
    return _PLACE.sub(lambda found: found[1] + table() + found[2], document)


def _cell(text: str) -> str:
    return _FACT.sub(r"*\1*", text).replace("|", "\\|")


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
