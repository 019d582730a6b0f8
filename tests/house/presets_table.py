"""The tables of presets, made from them: of the faults, and of the rate limits.

`python -m tests.house.presets_table docs/faults.md` writes it.
"""

import re
import sys
from pathlib import Path

from mailtrap_local.faults import read
from mailtrap_local.faults.presets import PRESETS
from mailtrap_local.rates.presets import RATE_PRESETS

_PLACE = re.compile(r"(<!-- presets: .*? -->\n).*?(<!-- /presets -->)", re.DOTALL)
_RATES = re.compile(r"(<!-- rate presets: .*? -->\n).*?(<!-- /rate presets -->)", re.DOTALL)


def table() -> str:
    """Markdown: a row for each fault preset."""
    lines = ["| preset | what happens | where | like |", "| --- | --- | --- | --- |"]
    for preset in PRESETS.values():
        fault = read({"preset": preset.name})
        code = f" {fault.reply[:3]}" if fault.reply else ""
        like = f"[{preset.like}]({preset.source})" if preset.source else preset.like
        lines.append(f"| `{preset.name}` | {preset.summary} | `{fault.where}`{code} | {like} |")
    return "\n".join(lines) + "\n"


def rates() -> str:
    """Markdown: a row for each preset of rate limits."""
    lines = ["| preset | how much | what is not published |", "| --- | --- | --- |"]
    for preset in RATE_PRESETS.values():
        lines.append(f"| [`{preset.name}`]({preset.source}) | {preset.summary} | {preset.note} |")
    return "\n".join(lines) + "\n"


def renewed(document: str) -> str:
    """The document with the tables in their places."""
    document = _PLACE.sub(lambda found: found[1] + table() + found[2], document)
    return _RATES.sub(lambda found: found[1] + rates() + found[2], document)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
