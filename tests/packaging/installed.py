"""An empty environment to install into, and what is asked of an installation."""

import asyncio
import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.tools import ROOT

STATIC = ROOT / "web" / "static"


def static_files(folder: Path) -> set[str]:
    """Every file of the web page, by its path from the folder."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@dataclass(frozen=True)
class Environment:
    """A virtual environment that has our dependencies (those of the running one) and not us."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @classmethod
    def make(cls, folder: Path) -> "Environment":
        venv.create(folder, with_pip=False)
        packages = next((folder / "lib").glob("python*")) / "site-packages"
        # The path itself is added, and not what its own .pth files add: an editable install of ours is not seen.
        (packages / "running.pth").write_text(sysconfig.get_path("purelib") + "\n")
        return cls(folder)

    def install(self, *what: str) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install"]
        offline = ["--no-deps", "--no-build-isolation", "--ignore-installed", "--quiet", "--no-index"]
        ended = subprocess.run(
            [*pip, *offline, "--disable-pip-version-check", *what], capture_output=True, text=True, timeout=100
        )
        assert ended.returncode == 0, ended.stderr

    def where(self) -> tuple[Path, Path]:
        """The folder of the package, and the folder of the web page."""
        code = (
            "import json, mailtrap_local, mailtrap_local.api.ui as ui; "
            "print(json.dumps([mailtrap_local.__path__[0], str(ui.static_folder())]))"
        )
        ended = subprocess.run(
            [str(self.bin / "python"), "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
            env=bare_environment(),
        )
        assert ended.returncode == 0, ended.stderr
        package, static = json.loads(ended.stdout)
        return Path(package), Path(static)


def bare_environment(**more: str) -> dict[str, str]:
    """Nothing of the test run's environment but where commands are."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent"} | more


async def page_served_by(
    command: Path,
    *arguments: str,
    folder: Path,
    environ: dict[str, str],
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, bytes]:
    """Start the server, and fetch its page and main module; `meanwhile` runs beside it. It must end well."""
    process = await asyncio.create_subprocess_exec(
        *(str(command), *arguments), cwd=folder, env=environ, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        lines = [(await asyncio.wait_for(process.stdout.readline(), 30)).decode() for _ in range(5)]
        web = re.search(r"Web   (\S+)", "".join(lines))
        assert web, lines
        fetched = {path: await asyncio.to_thread(fetch, web[1] + path) for path in ("", "static/main.js", "readyz")}
        await asyncio.to_thread(meanwhile)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 10)
    assert process.returncode == 0
    return fetched


def fetch(url: str) -> bytes:
    """The body of a 200."""
    with urllib.request.urlopen(url, timeout=10) as response:
        assert response.status == 200
        return bytes(response.read())
