"""What the plugin costs: a session that does not use it, one that does, and each of its tests.

In processor time, of all threads of the session and so of the catcher too. Even that grows while other work shares the
processor, so it is set against a loop that takes 60 ms where nothing else runs, and the best of a few sessions counts.
`pytest -s tests/pytest_plugin/test_costs.py` prints the figures.
"""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.pytest_plugin.project import run

pytest_plugins = "pytester"

TRIES = 4
SLOWNESS = """
import time

def slowness():
    began = time.process_time()
    for _ in range(3_000_000):
        pass
    return max(1.0, (time.process_time() - began) / 0.06)
"""
TIMING = """
import json
import time
from collections import defaultdict
from pathlib import Path

import pytest
from slow import slowness

spent = defaultdict(list, slowness=[slowness()])

@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef, request):
    began = time.process_time()
    yield
    spent[fixturedef.argname].append(time.process_time() - began)

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    began = time.process_time()
    yield
    spent["teardown"].append(time.process_time() - began)

def pytest_sessionfinish():
    spent["slowness"].append(slowness())
    Path("spent.json").write_text(json.dumps(spent))
"""
IMPORTING = """
import time, sys
import pytest
known = set(sys.modules)
began = time.process_time()
import mailtrap_local.pytest_plugin
spent, loaded = time.process_time() - began, sorted(set(sys.modules) - known)
exec(sys.argv[1])
print(spent / slowness(), *loaded)
"""


def best(measure: Callable[[], float], bound: float) -> float:
    """The least of a few measurements; the first within the bound is enough."""
    least = measure()
    for _ in range(TRIES - 1):
        if least <= bound:
            break
        least = min(least, measure())
    return least


def test_a_session_that_does_not_use_it() -> None:
    def milliseconds() -> float:
        ended = subprocess.run(
            [sys.executable, "-c", IMPORTING, SLOWNESS], capture_output=True, text=True, timeout=60, check=True
        )
        seconds, *loaded = ended.stdout.split()
        assert loaded == ["mailtrap_local", "mailtrap_local.pytest_plugin"]
        return float(seconds) * 1000

    cost = best(milliseconds, 10)
    print(f"\n  a session that does not use the plugin: {cost:.2f} ms")
    assert cost <= 10


def test_a_session_that_does_and_each_of_its_tests(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(TIMING)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(60))
        def test_it(mailtrap, number):
            pass
        """
    )
    pytester.makepyfile(slow=SLOWNESS)
    figures: list[float] = []

    def milliseconds_once() -> float:
        run(pytester).assert_outcomes(passed=60)
        spent: dict[str, list[float]] = json.loads((pytester.path / "spent.json").read_text())
        [start] = spent["mailtrap_server"]
        *teardowns, stop = spent["teardown"]
        setups = sorted(spent["mailtrap"])
        scale = 1000 / (sum(spent["slowness"]) / 2)
        figures.append((sum(setups[:-1]) + sum(teardowns)) / len(teardowns) * scale)
        return (start + stop) * scale

    once, each = best(milliseconds_once, 300), min(figures)
    print(f"\n  a session that uses it: {once:.0f} ms once, and {each:.2f} ms each test")
    assert once <= 300
    assert each <= 5
