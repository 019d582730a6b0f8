"""What the repository says of itself."""

import ast
import re
import sys
import tomllib

from mailtrap_local import __version__
from tests.house.checkout import package_modules, texts
from tests.tools import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]

# Distributions that are imported under another name, and those that another one of ours imports.
IMPORT_NAMES = {"google-re2": "re2", "python-dateutil": "dateutil", "pillow": "PIL"}
IMPORTED_FOR_US = {"httptools", "tzdata"}
ONLY_WHERE_THEY_ARE = {"pytest", "django", "flask_mail"}  # the plugin's hosts: who has none of them needs none of them


def distributions() -> set[str]:
    return {re.split(r"[><=; ]", each)[0] for each in PROJECT["dependencies"]}


def imported() -> set[str]:
    """What the package imports, by the first part of the name."""
    names: set[str] = set()
    for _, module in package_modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"mailtrap_local", "__future__"}


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert versions[0] == __version__
    assert len(versions) == len(set(versions))


def test_each_dependency_says_its_purpose() -> None:
    block = PYPROJECT[PYPROJECT.index("\ndependencies = [") : PYPROJECT.index("[tool.")]
    for line in re.findall(r'^  ".*$', block, flags=re.MULTILINE):
        assert re.search(r'",\s+# \w', line), line


def test_dependencies_are_those_that_are_imported() -> None:
    declared = {IMPORT_NAMES.get(each, each) for each in distributions()}
    assert imported() - ONLY_WHERE_THEY_ARE <= declared
    assert declared - imported() == IMPORTED_FOR_US


def test_the_repository_speaks_of_itself_alone() -> None:
    """No folder of one machine, and no host that a package came from."""
    hosts = ("registry.npm" + "js.org", "files.python" + "hosted.org", "proxy.go" + "lang.org", "deb.deb" + "ian.org")
    words = ("/wo" + "rk/", "/ro" + "ot/", "/home" + "/", *hosts)
    found = [f"{name}: {word}" for name, text in texts() for word in words if word in text]
    assert found == []


def test_failures_are_never_swallowed() -> None:
    """A handler for everything has to say or raise it."""
    found = [
        f"{path.relative_to(ROOT)}:{handler.lineno}"
        for path, module in package_modules()
        for handler in ast.walk(module)
        if isinstance(handler, ast.ExceptHandler) and _is_broad(handler) and _says_nothing(handler)
    ]
    assert found == []


def test_everything_is_not_suppressed() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, module in package_modules()
        for call in ast.walk(module)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith("suppress")
        and {ast.unparse(each) for each in call.args} & {"Exception", "BaseException"}
    ]
    assert found == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}


def _says_nothing(handler: ast.ExceptHandler) -> bool:
    """Neither raises, nor logs, nor hands the exception on."""
    used = {node.id for node in ast.walk(handler) if isinstance(node, ast.Name)}
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    return not raises and "log" not in used and handler.name not in used
