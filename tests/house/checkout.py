"""The files that the rules of the house look at."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.tools import ROOT

_NOT_OURS = {".git", ".venv", "node_modules", "__pycache__", "build", "dist", ".hypothesis"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository: what git knows, else (in an unpacked sdist) what lies there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        found = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    else:
        found = (path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts))
    return tuple(path for path in found if path.is_file())


@cache
def package_modules() -> tuple[tuple[Path, ast.Module], ...]:
    """The modules of the package, parsed."""
    paths = sorted((ROOT / "mailtrap_local").rglob("*.py"))
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def texts() -> Iterator[tuple[str, str]]:
    """Every text file with its name; others are left out."""
    for path in files():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, or a mail in another charset
