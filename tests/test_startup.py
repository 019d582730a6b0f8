"""What a start loads: it bounds how soon the server is there, and is the same on a busy machine as on an idle one."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

READY = """
import asyncio, gc, sys
from mailtrap_local.cli import serve
class Ready(Exception): pass
def greeting(*_): raise Ready
serve.greeting = greeting
try:
    serve.main([])
except Ready:
    print(gc.isenabled(), *sys.modules)
"""
ENVIRONMENT = {"MAILTRAP_LOCAL_SMTP_PORT": "0", "MAILTRAP_LOCAL_HTTP_PORT": "0"}
OURS, ALL = 165, 530  # 149 and 495 were loaded when this was written; 183 and 581 before

# What most servers never need, and who needs it
LATER = {
    "mailtrap_local.bounces": "POST /message/{id}/bounce",
    "mailtrap_local.compat": "the first request for another catcher's API",
    "mailtrap_local.credentials": "password files",
    "mailtrap_local.doctor": "a session that is shown, and the doctor",
    "mailtrap_local.fetch": "webhooks",
    "mailtrap_local.hooks": "a program that embeds us and has hooks",
    "mailtrap_local.client": "commands and tests",
    "mailtrap_local.http.websocket": "the first WebSocket",
    "mailtrap_local.mime.compose": "POST /send",
    "mailtrap_local.mime.preview": "the first preview",
    "mailtrap_local.mime.select": "CSS selectors",
    "mailtrap_local.smtp.auth.scram": "the first AUTH",
    "mailtrap_local.smtp.proxy": "--proxy-protocol",
    "mailtrap_local.smtp.workers": "--smtp-processes",
    "mailtrap_local.tls.identity": "--tls",
    "argparse": "flags",
    "bcrypt": "password files",
    "cryptography": "TLS and argon2",
    "dateutil": "dates in searches",
    "email.policy": "POST /send",
    "PIL": "thumbnails",
    "selectolax": "CSS selectors",
    "tomllib": "files of settings",
    "websockets": "the first WebSocket",
    "zoneinfo": "tz=",
}


def python(code: str, *, environment: dict[str, str], folder: Path) -> str:
    """What a fresh interpreter prints."""
    environ = {**os.environ, **environment}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environ, cwd=folder, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_server_that_is_ready_has_loaded_nothing_that_most_never_need(tmp_path: Path) -> None:
    collecting, *loaded = python(READY, environment=ENVIRONMENT, folder=tmp_path).split()
    assert collecting == "True", "the garbage collector that the start has paused must be on again"
    needless = {
        name: who for name in loaded for late, who in LATER.items() if name == late or name.startswith(f"{late}.")
    }
    assert not needless, f"loaded at the start, and only needed by: {needless}"
    packages = Counter(name.partition(".")[0] for name in loaded)
    ours = sorted(name for name in loaded if name.startswith("mailtrap_local"))
    assert len(ours) <= OURS, f"{len(ours)} modules of ours at the start; is each of these needed there? {ours}"
    assert len(loaded) <= ALL, f"{len(loaded)} modules at the start, by package: {packages.most_common(25)}"
