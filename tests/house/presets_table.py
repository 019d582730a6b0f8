"""The table of fault presets, made from the presets.

`python -m tests.house.presets_table docs/faults.md` writes it.
"""

import re
import sys
from pathlib import Path

from mailtrap_local.faults import read
from mailtrap_local.faults.presets import PRESETS

_PLACE = re.compile(r"(<!-- presets: .*? -->\n).*?(<!-- /presets -->)", re.DOTALL)


def table() -> str:
    """Markdown: a row for each preset."""
    lines = ["| preset | what happens | where | like |", "| --- | --- | --- | --- |"]
    for preset in PRESETS.values():
        fault = read({"preset": preset.name})
        code = f" {fault.reply[:3]}" if fault.reply else ""
        lines.append(f"| `{preset.name}` | {preset.summary} | `{fault.where}`{code} | {preset.like} |")
    return "\n".join(lines) + "\n"


def renewed(document: str) -> str:
    """The document with the table in its place."""
    return _PLACE.sub(lambda found: found[1] + table() + found[2], document)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
