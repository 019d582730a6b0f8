"""However the package is installed, it brings the web page."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from mailtrap_local.api.modules import as_sent
from tests.packaging.installed import STATIC, Environment, bare_environment, page_served_by, static_files
from tests.tools import ROOT


def build(target: str, folder: Path, *, root: Path = ROOT) -> Path:
    """The archive that the checkout, or an unpacked sdist, is built into."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100)
    assert ended.returncode == 0, ended.stderr
    return next(folder.glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


async def check(environment: Environment, *, static: Path) -> None:
    """The page is where it should be, whole, and served."""
    package, found = environment.where()
    assert found == static
    assert static_files(found) == static_files(STATIC)
    served = await page_served_by(
        environment.bin / "mailtrap-local",
        *("--smtp-port", "0", "--http-port", "0"),
        folder=environment.folder,
        environ=bare_environment(),
    )
    assert served["static/main.js"] == as_sent((STATIC / "main.js").read_bytes())
    assert b"<html" in served[""]
    assert package.name == "mailtrap_local"


def packaged(environment: Environment) -> Path:
    """Where an installation that is not editable has the page."""
    package, _ = environment.where()
    assert package.is_relative_to(environment.folder)
    return package / "web" / "static"


async def test_from_the_checkout(tmp_path: Path) -> None:
    environment = Environment.make(tmp_path / "venv")
    environment.install(str(ROOT))
    await check(environment, static=packaged(environment))


async def test_from_an_sdist(sdist: Path, tmp_path: Path) -> None:
    environment = Environment.make(tmp_path / "venv")
    environment.install(str(sdist))
    await check(environment, static=packaged(environment))


async def test_from_a_wheel(wheel: Path, tmp_path: Path) -> None:
    environment = Environment.make(tmp_path / "venv")
    environment.install(str(wheel))
    await check(environment, static=packaged(environment))


async def test_editable_reads_the_checkout(tmp_path: Path) -> None:
    environment = Environment.make(tmp_path / "venv")
    environment.install("--editable", str(ROOT))
    package, _ = environment.where()
    assert package == ROOT / "mailtrap_local"
    await check(environment, static=STATIC)


def test_the_sdist_brings_all_that_developing_needs_and_no_node_modules(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "Makefile", "LICENSE", "CHANGELOG.md", "Dockerfile", "web/package.json"} <= names
    assert {"tests/conftest.py", "tests/install", "tests/node/package.json", "mailtrap_local/py.typed"} <= names
    assert not [name for name in names if "node_modules" in name or "__pycache__" in name]


def test_an_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    root = unpacked(sdist, tmp_path)
    again = build("wheel", tmp_path / "wheel", root=root)
    assert contents(again) == contents(wheel)


def unpacked(sdist: Path, folder: Path) -> Path:
    """The folder that an sdist unpacks to; by tar, since tarfile's safe way is missing in early 3.11."""
    subprocess.run(["tar", "-xf", str(sdist), "-C", str(folder)], check=True, timeout=60)
    return folder / sdist.name.removesuffix(".tar.gz")


def contents(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}
