"""The settings table of the README, made from the settings.

`python -m tests.house.settings_table README.md` writes it.
"""

import re
import sys
from pathlib import Path

from mailtrap_local.settings import CONFIG_HELP, CONFIG_VARIABLE, Row, rows

_PLACE = re.compile(r"(<!-- settings: .*? -->\n).*?(<!-- /settings -->)", re.DOTALL)


def table() -> str:
    """Markdown: a row for each setting, and one for the file."""
    lines = ["| flag | default | what it is | environment variable |", "| --- | --- | --- | --- |"]
    lines += [f"| {_flag(row)} | {_default(row)} | {_cell(row.help)} | `{row.variable}` |" for row in rows()]
    lines.append(f"| `--config FILE` | none | {_cell(CONFIG_HELP)} | `{CONFIG_VARIABLE}` |")
    return "\n".join(lines) + "\n"


def renewed(document: str) -> str:
    """The document with the table in its place."""
    return _PLACE.sub(lambda found: found[1] + table() + found[2], document)


def _flag(row: Row) -> str:
    on_by_default = row.kind.switch and row.default
    flag = f"--no-{row.key}" if on_by_default else row.flag
    return f"`{flag} {row.kind.metavar}`".replace(" `", "`").replace("|", "\\|")


def _default(row: Row) -> str:
    in_words = bool(row.unset) and not row.default
    return row.default_text if in_words else f"`{row.default_text}`"


def _cell(text: str) -> str:
    return text.rstrip(".").replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
