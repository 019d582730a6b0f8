"""docs/smtp.md tells the truth."""

import subprocess
import sys
from pathlib import Path

from mailtrap_local.credentials import Credentials
from mailtrap_local.settings import rows
from mailtrap_local.smtp.admission import Anyone, AskedUsers, KnownUsers
from mailtrap_local.smtp.extensions import EXTENSIONS
from tests.docs.recipe import DOCS, blocks

PAGE = (DOCS / "smtp.md").read_text()


def block(language: str) -> str:
    [found] = [each.text for each in blocks("smtp") if each.language == language]
    return found


def row(words: str) -> list[str]:
    """The mechanisms that the table has for those users."""
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| {words}")]
    return line.split("`")[-2].split()


def test_the_program_that_embeds_it_runs() -> None:
    ended = subprocess.run([sys.executable, "-c", block("python")], capture_output=True, text=True, timeout=60)
    assert ended.stdout.strip().isdigit(), ended.stderr


def test_the_password_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(block("text"))
    users = Credentials.from_file(tmp_path / "users")
    assert users.password("bob") == "hunter2"


def test_the_mechanisms(tmp_path: Path) -> None:
    assert row("anyone") == list(Anyone.mechanisms)
    assert row("those whom") == list(AskedUsers.mechanisms)
    for words, stored in (("users of", "{SHA}" + "A" * 27 + "="), ("the same with plain", "{PLAIN}x")):
        (file := tmp_path / "users").write_text(f"ann:{stored}\n")
        users = KnownUsers(Credentials.from_file(file), made=lambda _: None)
        assert row(words) == list(users.mechanisms)


def test_the_extensions_are_those_that_there_are() -> None:
    for extension in EXTENSIONS:
        assert f"`{extension.line.split()[0]}`" in PAGE


def test_the_switches_are_settings() -> None:
    flags = {each.flag for each in rows()}
    named = {word.strip("`,()").split("`")[0] for word in PAGE.replace("|", " ").split() if word.startswith("`--")}
    assert named and named <= flags, named - flags
