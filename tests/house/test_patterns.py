"""Regular expressions mean the same on every Python that is promised.

Python 3.11.0 to 3.11.4 match a possessive repeat of a group, `(?:…)*+`, wrongly where the group can backtrack, and
Debian 12 brings 3.11.2. An atomic group, `(?>(?:…)*)`, says the same and is matched rightly, as is a possessive repeat
of a single character or class.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # private, and the only door to a pattern's tree
from typing import Any

import mailtrap_local

_SINGLE = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY, _constants.CATEGORY}


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every compiled pattern that a module of the package holds, with its name."""
    for found in pkgutil.walk_packages(mailtrap_local.__path__, "mailtrap_local."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{found.name}.{name}", value


def repeats_a_group_possessively(tree: object) -> bool:
    if isinstance(tree, _parser.SubPattern | list | tuple):
        parts = list(tree)
        if len(parts) == 2 and parts[0] is _constants.POSSESSIVE_REPEAT:
            repeated = list(parts[1][2])
            if len(repeated) != 1 or repeated[0][0] not in _SINGLE:
                return True
        return any(repeats_a_group_possessively(part) for part in parts)
    return False


def test_no_pattern_repeats_a_group_possessively() -> None:
    found = dict(patterns())
    assert len(found) > 10
    wrong = [
        name for name, each in found.items() if repeats_a_group_possessively(_parser.parse(each.pattern, each.flags))
    ]
    assert wrong == []


def test_such_a_pattern_would_be_seen() -> None:
    assert repeats_a_group_possessively(_parser.parse("(?:a|bc)*+"))
    assert repeats_a_group_possessively(_parser.parse("x(?:(ab)++)?"))
    assert not repeats_a_group_possessively(_parser.parse("(?>(?:a|bc)*)[^<]*+a++"))
