"""Every recipe in docs/ works as it stands."""

import json
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mailtrap_local.pytest_plugin.inbox import Mailtrap
from mailtrap_local.pytest_plugin.running import MailtrapServer
from mailtrap_local.settings import rows
from tests.docs.recipe import DOCS, Reader, block, blocks
from tests.tools import ROOT, need

pytestmark = pytest.mark.timeout(300)

# What needs an engine that is not here: its file, and the schema that the file is held to.
ENGINES = {
    "docker-compose": ("compose.yaml", "vendor.compose-spec"),
    "github-actions": (".github/workflows/test.yml", "vendor.github-workflows"),
    "gitlab-ci": (".gitlab-ci.yml", "vendor.gitlab-ci"),
}


@pytest.fixture
def reader(tmp_path: Path, mailtrap_server: MailtrapServer) -> Reader:
    return Reader(tmp_path, mailtrap_server)


@pytest.mark.parametrize("name", ["flask", "fastapi", "extraction"])
def test_python(reader: Reader, name: str) -> None:
    reader.follow(name)


def test_django(reader: Reader, mailtrap_server: MailtrapServer) -> None:
    before = mailtrap_server.client.cursor()
    reader.follow("django")
    sent = mailtrap_server.client.wait(to="ann@example.com", since=before)
    assert sent.subject.startswith("Test email from ")


def test_playwright(reader: Reader) -> None:
    """With the Chromium of this machine, which the recipe does not name."""
    (reader.folder / "node_modules").symlink_to(need("@playwright/test").parent.parent)
    need("nodemailer")
    chromium = {"executablePath": str(need("chromium")), "args": ["--no-sandbox"]}
    (reader.folder / "here.config.mjs").write_text(
        "import recipe from './playwright.config.mjs';\n"
        f"export default {{ ...recipe, use: {{ ...recipe.use, launchOptions: {json.dumps(chromium)} }} }};\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    reader.moved = {"3000": port, "playwright test": "playwright test --config here.config.mjs"}
    reader.follow("playwright")


def test_php(reader: Reader, mailtrap_server: MailtrapServer) -> None:
    need("php")
    need("curl")
    before = mailtrap_server.client.cursor()
    reader.follow("php")
    sent = mailtrap_server.client.wait(subject="Welcome", since=before)
    assert (sent.text.strip(), sent.from_.address) == ("Hello Ann", "shop@example.com")


@pytest.mark.parametrize("name", ENGINES)
def test_what_an_engine_reads_is_valid(tmp_path: Path, name: str) -> None:
    title, schema = ENGINES[name]
    file = tmp_path / "file.yaml"
    file.write_text(block(name, title))
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def steps(name: str) -> list[str]:
    """The commands that an engine runs."""
    title, _ = ENGINES[name]
    read = yaml.safe_load(block(name, title))
    if name == "docker-compose":
        return [service["command"] for service in read["services"].values() if "command" in service]
    if name == "gitlab-ci":
        return [*read["test"]["before_script"], *read["test"]["script"]]
    return [step["run"] for step in read["jobs"]["test"]["steps"] if "run" in step]


@pytest.mark.parametrize("name", ENGINES)
def test_what_an_engine_runs_passes(
    reader: Reader, mailtrap: Mailtrap, mailtrap_server: MailtrapServer, name: str
) -> None:
    """The app and its tests are those of the Flask recipe; their mail comes to the catcher that runs beside them."""
    for title in ("app.py", "test_signup.py"):
        reader.write(title, block("flask", title))
    before = mailtrap_server.client.cursor()
    commands = steps(name)
    assert any(command.startswith("pytest ") for command in commands)
    for command in commands:
        reader.run(command)
    assert (
        mailtrap_server.client.wait(subject="Welcome", since=before)
        .inbox.partition(".")[2]
        .startswith("test-signup-welcomes-")
    )


@pytest.mark.parametrize("name", ["github-actions", "gitlab-ci"])
def test_the_mail_of_a_failing_test_is_where_the_engine_looks(reader: Reader, name: str) -> None:
    reader.write("app.py", block("flask", "app.py"))
    reader.write("test_signup.py", block("flask", "test_signup.py").replace('"Hello Ann"', '"Bye"'))
    [command] = [each for each in steps(name) if each.startswith("pytest ")]
    with pytest.raises(AssertionError, match="1 failed"):
        reader.run(command)
    [kept] = (reader.folder / "mail").rglob("*.eml")
    assert b"Hello Ann" in kept.read_bytes()


def test_compose_publishes_on_loopback_only_and_sets_what_exists() -> None:
    services = yaml.safe_load(block("docker-compose", "compose.yaml"))["services"]
    assert all(port.startswith("127.0.0.1:") for port in services["mailtrap"]["ports"])
    named = set(re.findall(r"MAILTRAP_LOCAL_\w+", (DOCS / "docker-compose.md").read_text()))
    assert named <= {row.variable for row in rows()}
    [command] = [each.text for each in blocks("docker-compose") if each.language == "sh"]
    words = shlex.split(command)
    assert words[:3] == ["docker", "compose", "run"]
    assert words[-1] in services


def test_each_recipe_is_listed_and_run() -> None:
    page, text = (DOCS / "README.md").read_text(), Path(__file__).read_text()
    recipes = re.findall(r"^\| .* \| \[(\S+)\.md\]\(\1\.md\) \|$", page, re.MULTILINE)
    assert len(recipes) == 8
    assert all(f'"{name}"' in text for name in recipes)
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} == set(re.findall(r"\]\((\S+\.md)\)", page))
    assert "docs/README.md" in (ROOT / "README.md").read_text()


def test_recipes_are_short() -> None:
    """As a person would paste them."""
    for path in (DOCS / f"{name}.md" for name in ("django", "flask", "fastapi", "playwright", "php", *ENGINES)):
        longest = max((each.text.count("\n") for each in blocks(path.stem)), default=0)
        assert longest <= 30, path.name
