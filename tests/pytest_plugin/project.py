"""Test sessions with the plugin, as a user has them: a folder, its tests, and what they send with."""

import re

import pytest

from tests.tools import ROOT

INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""
SEND = """
import smtplib

def send(inbox, subject="Welcome", to="ann@x.org", body="hi", login=True):
    with smtplib.SMTP(inbox.smtp_host, inbox.smtp_port, timeout=60) as session:
        if login:
            session.login(inbox.smtp_user, inbox.smtp_password)
        head = f"From: app@x.org\\r\\nTo: {to}\\r\\nSubject: {subject}\\r\\n"
        session.sendmail("app@x.org", [to], f"{head}\\r\\n{body}\\r\\n")
"""


def run(pytester: pytest.Pytester, *options: str, timeout: float = 100) -> pytest.RunResult:
    """A session with the plugin as its entry point loads it, and warnings as errors."""
    pytester.makeini(INI)
    pytester.makepyfile(sending=SEND)
    pytester.syspathinsert()
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options, timeout=timeout)


def example() -> str:
    """The first Python of the README: the test that people paste."""
    found = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert found
    assert "def test_" in found[1]
    return found[1]
