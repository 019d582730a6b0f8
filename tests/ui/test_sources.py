"""What the browser gets: types hold, modules are small, generated files are fresh, the page is strict."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from mailtrap_local.api.modules import as_sent
from tests.tools import ROOT, need

WEB = ROOT / "web"
STATIC = WEB / "static"
MODULES = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)


def run(*command: str | Path) -> str:
    """What a command complains of; "" if it is content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_types_hold() -> None:
    assert run(need("tsc"), "--project", WEB) == ""


def test_vendored_file_is_what_the_script_makes() -> None:
    need("tsc")  # npm has been here
    assert run(need("node"), WEB / "vendor.mjs", "--check") == ""


def test_every_module_is_named_in_the_page() -> None:
    assert run(need("node"), WEB / "preload.mjs", "--check") == ""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_are_small_and_safe(module: Path) -> None:
    text = module.read_text()
    assert len(text.splitlines()) < 200
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


# esbuild reads both, the module and what goes out of it, and prints what it read without comments.
SAME = f"""
const {{ transformSync }} = require({json.dumps(str(WEB / "node_modules/esbuild"))});
const read = (text) => transformSync(text, {{ loader: "js", minifyWhitespace: true, legalComments: "none" }}).code;
const modules = JSON.parse(require("fs").readFileSync(0));
console.log(modules.filter(({{ text, sent }}) => read(text) !== read(sent)).map(({{ name }}) => name).join());
"""


def test_what_goes_out_is_the_module_without_comments_and_indentation() -> None:
    need("tsc")  # npm has been here
    texts = [(path.name, path.read_text()) for path in MODULES]
    modules = [{"name": name, "text": text, "sent": as_sent(text.encode()).decode()} for name, text in texts]
    done = subprocess.run(
        [need("node"), "-e", SAME], input=json.dumps(modules), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
    for module in modules:
        assert len(module["text"].split("\n")) == len(module["sent"].split("\n")), "a debugger names other lines"
    assert not any("/** " in module["sent"] for module in modules)
    indented = [
        sum(map(len, re.findall(r"^ +", text, flags=re.MULTILINE)))
        for text in ("".join(module[which] for module in modules) for which in ("text", "sent"))
    ]
    assert indented[1] < indented[0] / 2, "what is left of it is in templates"


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", page)
    for sheet in (STATIC / "css").iterdir():
        assert not re.search(r"@import|url\(|gradient\(", sheet.read_text()), sheet


def test_parts_use_roles_never_the_palette() -> None:
    base = (STATIC / "css" / "base.css").read_text()
    palette, roles = base.split("/* Second tier")
    names = set(re.findall(r"(--[\w-]+):", palette))
    assert "--paper" in roles and len(names) > 20
    for sheet in ("layout.css", "parts.css"):
        used = set(re.findall(r"var\((--[\w-]+)", (STATIC / "css" / sheet).read_text()))
        assert not used & names, sheet


def test_it_is_small() -> None:
    """60 KB of gzip: all modules as one, since how they are cut into files is for who reads them."""
    shipped = gzip.compress(b"".join(as_sent(path.read_bytes()) for path in sorted(STATIC.rglob("*.js"))))
    assert len(shipped) <= 60_000
