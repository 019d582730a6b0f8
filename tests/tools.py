"""Tools that tests need beside Python: `need("swaks")` is its path.

A tool that is missing skips the test and names itself. In CI (CI=true) it fails the test instead: there `make test`
has to install everything.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

# The virtual environment may hold Node; Debian keeps Postfix's tools outside of a user's path.
SEARCH_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/sbin"])
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def need(name: str) -> Path:
    """The path of a tool: a command, "chromium", "tsc", or a package of tests/node (its folder), a module of Perl, or
    a library of Debian's."""
    found = find(name)
    if found is not None:
        return found
    message = f"needs {name}, which `make tools` could not install here"
    if IN_CI:
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)


def find(name: str) -> Path | None:
    """As `need`, or None where the tool is missing."""
    return _FINDERS.get(name, lambda: _command(name))()


def _command(*names: str) -> Path | None:
    found = (shutil.which(name, path=SEARCH_PATH) for name in names)
    return next((Path(path) for path in found if path), None)


def _chromium() -> Path | None:
    return _command(*_BROWSERS) or _playwrights_chromium()


def _playwrights_chromium() -> Path | None:
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            path = Path(playwright.chromium.executable_path)
    except Exception as error:  # Playwright raises that itself when its driver cannot start
        sys.stderr.write(f"no browser by Playwright: {error}\n")
        return None
    return path if path.is_file() else None


def _inside(path: str) -> Callable[[], Path | None]:
    return lambda: ROOT / path if (ROOT / path).exists() else None


def _file(*paths: str) -> Callable[[], Path | None]:
    return lambda: next((Path(path) for path in paths if Path(path).exists()), None)


def _perl_module(name: str) -> Callable[[], Path | None]:
    """Perl itself, where it has this module."""

    def find_perl() -> Path | None:
        perl = _command("perl")
        found = (
            perl and subprocess.run([perl, f"-M{name}", "-e", "1"], capture_output=True, check=False).returncode == 0
        )
        return perl if found else None

    return find_perl


_FINDERS: dict[str, Callable[[], Path | None]] = {
    "chromium": _chromium,
    "tsc": _inside("web/node_modules/.bin/tsc"),
    "exim4": lambda: _inside(".venv/exim/usr/sbin/exim4")() or _command("exim4", "exim"),
    "libsasl2-modules": lambda: next(Path("/usr/lib").glob("*/sasl2/libscram.so*"), None),
    "PHPMailer": _file("/usr/share/php/libphp-phpmailer"),
    "jakarta-mail": _file("/usr/share/java/jakarta-mail.jar"),
    **{name: _perl_module(name) for name in ("IO::Socket::SSL", "Authen::SASL")},
    **{
        name: _inside(f"tests/node/node_modules/{name}")
        for name in (
            *("nodemailer", "@playwright/test"),
            *("mailpit-api", "mailhog", "cypress-mailpit", "cypress-mailhog", "cypress-maildev"),
        )
    },
}
