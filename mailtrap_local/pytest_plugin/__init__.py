"""The pytest plugin: `def test_signup(mailtrap): ...` has a mail catcher with an inbox of its own.

    mailtrap            an inbox of this test alone: SMTP settings, and everything that `Client.inbox()` does
    mailtrap_server     the catcher behind it, in this process, started by the first test that needs it
    mailtrap_address    makes addresses whose mail comes into the test's inbox without any login

`--mailtrap-url URL` uses a running catcher instead, where the inboxes of a test run stand together (`--mailtrap-run
NAME` names it); `--mailtrap-eml DIR` keeps the mail of tests that fail.

Every session with this package installed loads this module, so it imports nothing of ours: that is left to fixtures.
"""

from __future__ import annotations

import contextlib
import gc
import sys

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import Any

    from mailtrap_local.pytest_plugin.inbox import Mailtrap
    from mailtrap_local.pytest_plugin.running import MailtrapServer

_INBOX: pytest.StashKey[Mailtrap] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("mailtrap", "mail catcher")
    group.addoption("--mailtrap-url", metavar="URL", help="Use a running catcher, such as http://localhost:8025.")
    group.addoption("--mailtrap-run", metavar="NAME", help="Name this test run in the running catcher's web page.")
    group.addoption("--mailtrap-eml", metavar="DIR", help="Write the mail of failing tests into this folder.")


@pytest.fixture(scope="session")
def mailtrap_server(pytestconfig: pytest.Config) -> Iterator[MailtrapServer]:
    """The catcher: one for the session (under xdist: for each worker), on free ports of this machine."""
    with as_they_are():
        from mailtrap_local.pytest_plugin import frameworks, inbox  # noqa: F401 - what `mailtrap` needs next
        from mailtrap_local.pytest_plugin.running import serving

    run = pytestconfig.getoption("--mailtrap-run")
    with serving(pytestconfig.getoption("--mailtrap-url"), run=run) as server:
        yield server


@pytest.fixture
def mailtrap(mailtrap_server: MailtrapServer, request: pytest.FixtureRequest) -> Iterator[Mailtrap]:
    """An inbox of this test alone. Django and Flask-Mail send into it; for others it has `smtp_host` and so on."""
    from mailtrap_local.pytest_plugin.frameworks import switched
    from mailtrap_local.pytest_plugin.inbox import Mailtrap

    with Mailtrap(mailtrap_server, test=request.node.name) as inbox, switched(inbox):
        request.node.stash[_INBOX] = inbox
        yield inbox


@pytest.fixture
def mailtrap_address(mailtrap: Mailtrap) -> Callable[..., str]:
    """`mailtrap_address("ann")` is an address of this test alone; mail to it comes into the test's inbox."""
    return mailtrap.address


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """What was caught stands in the report of a test that fails."""
    report: pytest.TestReport = (yield).get_result()
    inbox = item.stash.get(_INBOX, None)
    if report.failed and inbox is not None:
        from mailtrap_local.pytest_plugin.report import add_caught

        add_caught(report, inbox, folder=item.config.getoption("--mailtrap-eml"))


@contextlib.contextmanager
def as_they_are() -> Iterator[None]:
    """Imports in this block leave modules as they are: pytest rewrites the assertions of every module of a package that
    has a plugin, and for the whole server that takes seconds where nothing is cached.

    No garbage is collected meanwhile: imports make none, and to look for it costs a fifth of their time.
    """
    before, collects = list(sys.meta_path), gc.isenabled()
    gc.disable()
    sys.meta_path[:] = [finder for finder in before if type(finder).__module__ != "_pytest.assertion.rewrite"]
    try:
        yield
    finally:
        sys.meta_path[:] = before
        if collects:
            gc.enable()
