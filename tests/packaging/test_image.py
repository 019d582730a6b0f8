"""The container image, as far as it can be built without a container engine.

The Dockerfile's instructions are read and its install steps are run, with the image's paths mapped into a folder, in
an environment that is empty but for Python; then the entry point is started with the image's environment.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pytest

from mailtrap_local.settings import load
from tests.packaging.installed import STATIC, page_served_by, static_files
from tests.tools import ROOT

DOCKERFILE = ROOT / "Dockerfile"


@dataclass
class Stage:
    """One FROM and what follows it."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [text for name, text in self.steps if name == instruction]

    @property
    def environment(self) -> dict[str, str]:
        return dict(part.split("=", 1) for text in self.all("ENV") for part in shlex.split(text))


def stages() -> list[Stage]:
    """The stages of the Dockerfile, with continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    found: list[Stage] = []
    for line in filter(None, re.sub(r"\\\n\s*", " ", text).splitlines()):
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        else:
            found[-1].steps.append((instruction, rest.strip()))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Image:
    """A folder that stands for the root of the image's file system."""

    root: Path

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def mapped(self, text: str) -> str:
        """The text with the image's own folders replaced by ours."""
        return re.sub(r"(?<![\w.])/(?=(?:src|opt|data)\b)", f"{self.root}/", text)

    def build(self) -> None:
        for stage in stages():
            folder = self.root
            for instruction, text in stage.steps:
                if instruction == "WORKDIR":
                    folder = self.at(text)
                    folder.mkdir(parents=True, exist_ok=True)
                elif instruction == "COPY" and not text.startswith("--from"):
                    self.copy(shlex.split(text), folder)
                elif instruction == "RUN":
                    self.run(text, folder)

    def copy(self, names: list[str], folder: Path) -> None:
        *sources, target = names
        for source in sources:
            assert in_context(source), f"{source} is kept out of the build by .dockerignore"
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, folder / target, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy(ROOT / source, folder / target)

    def run(self, command: str, folder: Path) -> None:
        tools = self.root / "tools"
        if not tools.exists():
            tools.mkdir()
            (tools / "python").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
            for name in ("useradd", "chown"):  # they would change this machine
                (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{self.root}/done\n')
                (tools / name).chmod(0o755)
        environ = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(self.root)}
        environ |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        ended = subprocess.run(
            ["/bin/sh", "-c", self.mapped(command)],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert ended.returncode == 0, ended.stderr + ended.stdout


def in_context(name: str) -> bool:
    """Whether .dockerignore lets a path into the build: the last pattern that matches decides."""
    kept = True
    for pattern in (ROOT / ".dockerignore").read_text().split():
        bare = pattern.removeprefix("!")
        if fnmatch(name, bare) or name.startswith(f"{bare}/"):
            kept = pattern.startswith("!")
    return kept


@pytest.mark.timeout(400)
async def test_the_install_steps_work_in_an_empty_environment_and_the_entry_point_starts(tmp_path: Path) -> None:
    image = Image(tmp_path / "image")
    image.build()
    final = stages()[-1]
    assert "mailtrap" in (image.root / "done").read_text()
    packages = next(image.at("/opt/mailtrap-local/lib").glob("python*")) / "site-packages"
    assert static_files(packages / "mailtrap_local/web/static") == static_files(STATIC)

    [entry_point] = json.loads(final.all("ENTRYPOINT")[0])
    port = free_port()
    environ = {name: image.mapped(value) for name, value in final.environment.items()} | {
        "MAILTRAP_LOCAL_HOST": "127.0.0.1",  # a test does not open this machine to others
        "MAILTRAP_LOCAL_SMTP_PORT": "0",
        "MAILTRAP_LOCAL_HTTP_PORT": str(port),
    }
    command = shutil.which(entry_point, path=environ["PATH"])
    assert command is not None
    health = [shutil.which("python", path=environ["PATH"]) or "", *health_command(final)[1:]]
    assert health[0].startswith(str(image.root))
    folder = image.at("/data")

    def check(code: int) -> None:
        assert subprocess.run(health, env=environ, cwd=folder, timeout=30, check=False).returncode == code

    check(1)
    served = await page_served_by(Path(command), folder=folder, environ=environ, meanwhile=lambda: check(0))
    assert b"<html" in served[""]


def health_command(stage: Stage) -> list[str]:
    [text] = stage.all("HEALTHCHECK")
    command = json.loads(text.partition("CMD ")[2])
    assert isinstance(command, list)
    return command


def test_the_image_is_slim_has_no_node_and_runs_as_nobody_in_particular() -> None:
    build, final = stages()
    assert build.base == final.base
    assert re.fullmatch(r"python:3\.\d+-slim", final.base)
    assert final.all("COPY") == ["--from=build /opt/mailtrap-local /opt/mailtrap-local"]
    assert "node" not in DOCKERFILE.read_text().lower().replace("neither node", "")
    assert final.all("USER")[-1] not in {"", "0", "root"}
    assert final.all("EXPOSE") == ["1025 1465 8025"]


def test_signals_reach_the_process() -> None:
    """The entry point is in exec form, so that the process is the container's first and gets its signals."""
    assert json.loads(stages()[-1].all("ENTRYPOINT")[0]) == ["mailtrap-local"]
    assert stages()[-1].all("STOPSIGNAL") == []  # SIGTERM, the default, is what we end on


def test_its_environment_is_all_it_needs(tmp_path: Path) -> None:
    settings = load({}, environ=stages()[-1].environment, directory=tmp_path)
    assert settings.host == ("0.0.0.0", "::")
    assert settings.allow_anonymous
    assert (settings.smtp_port, settings.http_port) == (1025, 8025)


def test_nothing_but_what_is_copied_enters_the_build() -> None:
    assert not in_context(".venv")
    assert not in_context("web/node_modules")
    assert not in_context("tests/conftest.py")
    assert in_context("web/static/index.html")
