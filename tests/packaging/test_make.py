"""`make run` on a machine that has Python and make."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.packaging.installed import fetch
from tests.packaging.test_installs import build, unpacked
from tests.tools import ROOT, need


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the project and nothing that was installed."""
    folder = tmp_path_factory.mktemp("fresh")
    return unpacked(build("sdist", folder), folder)


def bare(folder: Path, **more: str) -> dict[str, str]:
    """An environment whose path has the system's commands and a Python, and what says where packages come from."""
    commands = folder / "commands"
    if not commands.exists():
        commands.mkdir()
        (commands / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    return {"PATH": f"{commands}:/usr/bin:/bin", "HOME": str(folder)} | kept | more


@pytest.mark.timeout(300)
async def test_make_run_sets_itself_up_and_the_second_time_starts_at_once(checkout: Path) -> None:
    make = need("make")
    assert "tests/install package" in would_do(make, checkout)
    first = await caught_up(make, checkout, seconds=240)
    assert (checkout / ".venv/bin/mailtrap-local").is_file()
    second = await caught_up(make, checkout, seconds=20)
    assert second < first
    assert "tests/install" not in would_do(make, checkout)


def would_do(make: Path, checkout: Path) -> str:
    """What `make run` is about to do."""
    command = [str(make), "--dry-run", "run"]
    environ = bare(checkout.parent)
    ended = subprocess.run(command, cwd=checkout, env=environ, capture_output=True, text=True, timeout=20, check=True)
    return ended.stdout


async def caught_up(make: Path, checkout: Path, *, seconds: float) -> float:
    """Start by `make run`, fetch the page, end by Ctrl-C; how long it took until the page was there."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(str(make), "run", "ARGS=--smtp-port 0 --http-port 0"),
        cwd=checkout,
        env=bare(checkout.parent),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        lines = [(await asyncio.wait_for(process.stdout.readline(), seconds)).decode() for _ in range(5)]
        web = re.search(r"Web   (\S+)", "".join(lines))
        assert web, lines
        assert b"<html" in await asyncio.to_thread(fetch, web[1])
        return time.perf_counter() - started
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal's Ctrl-C does: to make and what it started
        await asyncio.wait_for(process.wait(), 20)


def test_continuous_integration_runs_make_test_and_says_where_it_is(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$@" "CI=$CI" "$PWD" >>{tmp_path}/asked\n')
    make.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run([str(ROOT / ".ci/run")], cwd=tmp_path, env=environ, capture_output=True, timeout=20, check=True)
    assert (tmp_path / "asked").read_text() == f"test CI=true {ROOT}\n"


def test_uv_is_used_where_it_is(checkout: Path, tmp_path: Path) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    (commands / "uv").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (commands / "uv").chmod(0o755)
    copy = tmp_path / "copy"
    (copy / "tests").mkdir(parents=True)
    shutil.copy(checkout / "tests/install", copy / "tests")
    environ = {"PATH": f"{commands}:/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(
        ["bash", "tests/install", "package"], cwd=copy, env=environ, capture_output=True, timeout=20, check=True
    )
    assert (tmp_path / "asked").read_text().splitlines() == [
        "venv --quiet --clear --python >=3.11 .venv",
        f"pip install --quiet --python {copy}/.venv/bin/python --editable .",
    ]


def test_a_python_that_is_too_old_is_passed_over_and_named(checkout: Path, tmp_path: Path) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    for name in ("bash", "dirname", "sh", "touch", "mkdir"):
        (commands / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (commands / "python3").write_text("#!/bin/sh\nexit 1\n")  # what an old Python says when it is asked for its age
    (commands / "python3").chmod(0o755)
    copy = tmp_path / "copy"
    (copy / "tests").mkdir(parents=True)
    shutil.copy(checkout / "tests/install", copy / "tests")
    environ = {"PATH": str(commands), "HOME": str(tmp_path)}
    ended = subprocess.run(
        ["bash", "tests/install", "package"], cwd=copy, env=environ, capture_output=True, text=True, timeout=20
    )
    assert ended.returncode != 0
    assert "Python 3.11 or newer is needed" in ended.stderr
    (commands / "python3.12").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (commands / "python3.12").chmod(0o755)
    subprocess.run(["bash", "tests/install", "package"], cwd=copy, env=environ, capture_output=True, timeout=20)
    assert "-m venv --clear .venv" in (tmp_path / "asked").read_text()
