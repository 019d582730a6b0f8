"""What the linters, the type checkers and the layers say."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import ROOT, need


def silent(*command: str | Path) -> None:
    """Run a checker; its complaints are the test's."""
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert ended.returncode == 0, f"{Path(command[0]).name}:\n{ended.stdout}{ended.stderr}"


def test_ruff() -> None:
    silent(sys.executable, "-m", "ruff", "check", "--quiet", "--output-format", "concise", ".")


@pytest.mark.timeout(300)
def test_mypy_strict() -> None:
    silent(sys.executable, "-m", "mypy")


def test_layers() -> None:
    silent(need("lint-imports"), "--no-logo")


def test_tsc() -> None:
    silent(need("tsc"), "--project", "web")
