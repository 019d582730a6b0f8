"""A tool that is missing skips its test by name, and fails it in continuous integration."""

import sys
from pathlib import Path

import pytest

from tests import tools


def test_a_tool_that_is_there_is_found() -> None:
    assert tools.need(Path(sys.executable).name).is_file()


def test_a_missing_tool_skips_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "IN_CI", False)
    with pytest.raises(pytest.skip.Exception, match="needs no-such-tool"):
        tools.need("no-such-tool")


def test_in_ci_it_fails_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "IN_CI", True)
    with pytest.raises(pytest.fail.Exception, match="needs no-such-tool"):
        tools.need("no-such-tool")
