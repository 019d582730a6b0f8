"""The README tells the truth: its table, its commands and its examples are tried."""

import ast
import asyncio
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from markdown_it import MarkdownIt

from mailtrap_local import cli, sendmail
from mailtrap_local.cli.line import Parser
from mailtrap_local.cli.table import COMMANDS, SERVE
from mailtrap_local.settings import load, rows
from tests.house.settings_table import renewed, table
from tests.tools import ROOT, SEARCH_PATH, need

if TYPE_CHECKING:
    from mailtrap_local.server import Server

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    tokens = MarkdownIt().parse(README)
    found = [token.content for token in tokens if token.type == "fence" and token.info == language]
    assert found
    return found


TALKING = [name for name in COMMANDS if name not in (SERVE, "sendmail", "doctor")]


def describe(name: str) -> Parser:
    """The command line of a command that talks to a server."""
    parser: Parser = __import__(COMMANDS[name].module, fromlist=["describe"]).describe()
    return parser


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def test_the_first_screen_says_how_to_run_and_how_to_test() -> None:
    first = "\n".join(README.splitlines()[:30])
    assert re.search(r"^make run\b", first, flags=re.MULTILINE)
    assert re.search(r"^make test\b", first, flags=re.MULTILINE)
    assert "localhost:1025" in first
    assert "http://localhost:8025" in first


def test_the_settings_table_is_the_settings() -> None:
    assert table() in README, "run `make docs`"
    assert renewed(README) == README
    assert all(row.variable in README for row in rows())


def test_every_make_target_exists() -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README, flags=re.MULTILINE))
    assert {"run", "test"} <= named <= make_targets()


def test_every_make_target_is_explained() -> None:
    ended = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True)
    assert {f"make {target} " in ended.stdout for target in make_targets()} == {True}


def test_every_flag_in_the_text_exists(pytestconfig: pytest.Config) -> None:
    known = {row.flag for row in rows()} | {f"--no-{row.key}" for row in rows() if row.kind.switch} | {"--config"}
    missing = object()
    of_plugin = ("--mailtrap-url", "--mailtrap-run", "--mailtrap-eml")
    known |= {flag for flag in of_plugin if pytestconfig.getoption(flag, missing) is not missing}
    known |= {flag for name in TALKING for flag in describe(name)._option_string_actions}
    text = README.replace("mypy --strict", "mypy")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known


def test_mailtrap_local_commands_are_understood() -> None:
    found = re.findall(r"`(mailtrap-local [^`]*)`|\| (mailtrap-local .*)", README)
    lines = [shlex.split(next(filter(None, each)))[1:] for each in found]
    assert len(lines) >= 3
    for line in lines:
        if line[:1] == ["sendmail"]:
            sendmail.read_order(line[1:])
        elif line[0] in (*TALKING, "doctor"):
            describe(line[0]).parse_args(line[1:])
        else:
            cli.parser().parse_args(line)


def test_the_settings_file_does_what_its_command_line_does(tmp_path: Path) -> None:
    [command] = re.findall(r"the same as `mailtrap-local ([^`]+)`", README)
    flags = vars(cli.parser().parse_args(shlex.split(command)))
    del flags["command"]
    (tmp_path / "mailtrap-local.toml").write_text(blocks("toml")[0])
    from_file = load({}, environ={}, directory=tmp_path)
    assert from_file == load(flags, environ={}, directory=tmp_path / "empty")
    assert from_file != load({}, environ={}, directory=tmp_path / "empty")


def test_the_toml_is_toml() -> None:
    for block in blocks("toml"):
        tomllib.loads(block)


def test_compose_publishes_on_loopback_only_and_sets_what_exists(tmp_path: Path) -> None:
    [block] = blocks("yaml")
    services = yaml.safe_load(block)["services"]
    assert services["mailtrap"]["ports"] == ["127.0.0.1:1025:1025", "127.0.0.1:8025:8025"]
    environ = services["mailtrap"]["environment"]
    assert set(environ) <= {row.variable for row in rows()}
    load({}, environ=environ, directory=tmp_path)
    assert services["app"]["environment"]["MAIL_HOST"] == "mailtrap"


async def test_every_shell_example_runs(server: "Server") -> None:
    """Those beside make, a block in one shell: with the ports of a server of our own, and failing on any HTTP error."""
    need("curl")
    examples = [
        "\n".join(line for line in block.splitlines() if not line.startswith("make ")) for block in blocks("sh")
    ]
    assert sum(map(bool, examples)) >= 4
    environ = {
        "PATH": SEARCH_PATH,
        "HOME": "/nonexistent",
        "MAILTRAP_LOCAL_SMTP_PORT": str(server.smtp_port),
        "MAILTRAP_LOCAL_URL": server.url,
    }
    for example in examples:
        changed = example.replace("localhost:8025", f"localhost:{server.http_port}").replace("curl ", "curl --fail ")
        process = await asyncio.create_subprocess_exec(
            *("bash", "-o", "pipefail", "-e", "-c", changed),
            env=environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, f"{example}\n{out.decode()}{err.decode()}"


async def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [block] = [each for each in blocks("python") if "async with" in each]  # tests/test_pytest_plugin.py runs the other
    code = compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    await eval(code, {})
    assert re.fullmatch(r"\d+ http://127\.0\.0\.1:\d+/\n", capsys.readouterr().out)


def test_every_route_in_the_table_exists() -> None:
    from mailtrap_local.api.table import ROUTES

    named = re.findall(r"^\| `(GET|POST|PUT|DELETE|WS) (/\S+?)`(.*?) \|", README, flags=re.MULTILINE)
    assert len(named) >= 10
    known = {re.sub(r"\{\w+\}", "{}", route.path) for route in ROUTES}
    for _, path, more in named:
        stem = path.partition("?")[0]
        parent = stem.rpartition("/")[0]
        others = re.findall(r"`(/\S+)`", more)
        for each in (stem, *others):
            asked = each if each.startswith("/api") or each == "/readyz" else parent + each
            assert re.sub(r"\{\w+\}", "{}", asked).replace("/latest", "/{}") in known, asked


def test_searches_in_the_table_are_understood_and_none_is_left_out() -> None:
    from mailtrap_local.search.filters import FILTERS
    from mailtrap_local.search.syntax import parse

    section = README[README.index("## Searching") : README.index("## Security")]
    written = [
        each for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for each in re.findall("`(.*?)`", row)
    ]
    assert {each.partition(":")[0] for each in written if ":" in each} == set(FILTERS)
    for each in written:
        query = parse(each + "x" * each.endswith(":"), now=1_800_000_000_000_000)
        assert query.warnings == (), each


def test_links_to_files_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http|#)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
