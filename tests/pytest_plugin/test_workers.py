"""Workers of pytest-xdist never see foreign mail: 200 tests over 8 workers, and every one sends the same subject.

Each test sends by the SMTP user of its inbox and to an address of its own, and then looks at everything that its inbox
has. A session takes about 12 s of processor time, so the suite runs each kind twice; MAILTRAP_LOCAL_TEST_REPEATS=20
runs them that often.
"""

import os

import pytest

from mailtrap_local.pytest_plugin.running import MailtrapServer
from tests.pytest_plugin.project import run

pytest_plugins = "pytester"

WORKERS, TESTS = 8, 200
REPEATS = int(os.environ.get("MAILTRAP_LOCAL_TEST_REPEATS", "2"))
OTHER_PLUGINS = ("hypothesispytest", "django", "anyio")  # whose imports would take most of the time
SUITE = f"""
import pytest
from sending import send

@pytest.mark.parametrize("number", range({TESTS}))
def test_alone(mailtrap, mailtrap_address, number):
    address = mailtrap_address("ann")
    send(mailtrap, body=f"by user, {{number}}.")
    send(mailtrap, body=f"by address, {{number}}.", to=address, login=False)
    found = mailtrap.wait_all(subject="Welcome", count=2, timeout=60)
    assert [each.text.strip() for each in found] == [f"by user, {{number}}.", f"by address, {{number}}."]
    assert mailtrap.wait(to=address).text.strip() == f"by address, {{number}}."
    assert len(mailtrap.messages()) == 2
    mailtrap.clear()
    assert mailtrap.messages() == ()
    mailtrap.expect_none(timeout=0)
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("time", range(REPEATS))
@pytest.mark.parametrize("shared", [False, True], ids=["a server for each worker", "one for all"])
def test_workers_see_no_foreign_mail(
    pytester: pytest.Pytester, mailtrap_server: MailtrapServer, shared: bool, time: int
) -> None:
    pytester.makepyfile(test_it=SUITE)
    url = ("--mailtrap-url", mailtrap_server.url) if shared else ()
    without = [option for name in OTHER_PLUGINS for option in ("-p", f"no:{name}")]
    result = run(pytester, "-n", str(WORKERS), *without, *url, timeout=290)
    result.assert_outcomes(passed=TESTS)
    result.stdout.fnmatch_lines([f"{WORKERS} workers *"])
