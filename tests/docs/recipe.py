"""A recipe of docs/ as its reader follows it: files are written as they stand, and commands are run, in their order.

What differs is where things are: the ports are those of a catcher of the test's own, and what a recipe installs is
there already.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

from mailtrap_local.pytest_plugin.running import MailtrapServer
from tests.tools import ROOT, SEARCH_PATH

DOCS = ROOT / "docs"
_INSTALLS = re.compile(r"(?:pip|npm) install ")
_SECONDS = 200


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is ("" if it is none), and what stands in it."""

    language: str
    title: str
    text: str


@dataclass
class Reader:
    """Somebody who follows recipes in a folder, with a catcher that listens elsewhere than the recipe says."""

    folder: Path
    catcher: MailtrapServer
    moved: dict[str, str] = field(default_factory=dict)  # other ports that the recipe names, and commands

    def follow(self, name: str) -> None:
        """The recipe from its beginning to its end."""
        for block in blocks(name):
            if block.title:
                self.write(block.title, block.text)
            elif block.language == "sh":
                for line in block.text.splitlines():
                    self.run(line)

    def write(self, title: str, text: str) -> None:
        """A file of the recipe."""
        path = self.folder / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.here(text), encoding="utf-8")

    def run(self, line: str) -> str:
        """A command of the recipe; what it printed. Fails if it does."""
        if _INSTALLS.match(line):
            return ""
        ended = subprocess.run(
            ["bash", "-c", self.here(line)],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{line}\n{ended.stdout[-4000:]}{ended.stderr[-4000:]}"
        return ended.stdout

    def here(self, text: str) -> str:
        """The text with the addresses that hold here."""
        web = self.catcher.url.removeprefix("http://").rstrip("/")
        places = {
            "localhost:8025": web,
            "mailtrap:8025": web,
            "port: 1025": f"port: {self.catcher.smtp_port}",
            'EMAIL_PORT = "localhost", 1025': f'EMAIL_PORT = "localhost", {self.catcher.smtp_port}',
            **self.moved,
        }
        for place, found in places.items():
            text = text.replace(place, found)
        return text

    def environment(self) -> Mapping[str, str]:
        """Nothing of this session's pytest; `mailtrap-local sendmail` finds the catcher by its setting."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "DJANGO_"))
        }
        return {
            **kept,
            "PATH": SEARCH_PATH,
            "MAILTRAP_LOCAL_SMTP_PORT": str(self.catcher.smtp_port),
        }


def blocks(name: str) -> Iterator[Block]:
    """The fenced blocks of a recipe, in their order."""
    for token in MarkdownIt().parse((DOCS / f"{name}.md").read_text(encoding="utf-8")):
        if token.type == "fence":
            language, _, rest = token.info.partition(" ")
            title = re.fullmatch(r'title="([\w./-]+)"', rest)
            yield Block(language, title[1] if title else "", token.content)


def block(name: str, title: str) -> str:
    """What stands in one file of a recipe."""
    [found] = [each.text for each in blocks(name) if each.title == title]
    return found
