"""The clients that exist for other catchers, unchanged, against a running server: each of their calls, once.

What does not pass is listed in docs/compatibility.md, and nothing else.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from mailtrap_local.server import Server
from mailtrap_local.store.base import Selection
from tests.asking import RICH, deliver, plain
from tests.compat import python_clients
from tests.tools import ROOT, need

DOCUMENT = ROOT / "docs" / "compatibility.md"
Outcomes = dict[str, str]  # of each call what was wrong; "" if it passed


@dataclass(frozen=True)
class Client:
    """A client from a registry. `script` runs it in Node, `checks` in Python."""

    name: str  # as the document has it
    script: str = ""
    package: str = ""
    below: str = ""  # what its base path ends with, if it takes that apart
    based: bool = True  # whether it takes a base path at all
    checks: Callable[..., tuple[frozenset[str], python_clients.Checks]] | None = None


CLIENTS = (
    Client("npm mailpit-api", "mailpit_api", "mailpit-api"),
    Client("npm cypress-mailpit", "cypress_mailpit", "cypress-mailpit"),
    Client("npm mailhog", "mailhog", "mailhog", below="mailhog/api"),
    Client("npm mailhog without basePath", "mailhog", "mailhog", based=False),
    Client("npm cypress-mailhog", "cypress_mailhog", "cypress-mailhog"),
    Client("npm cypress-maildev", "cypress_maildev", "cypress-maildev"),
    Client("PyPI mailpit-api-client", checks=python_clients.mailpit_api_client),
    Client("PyPI mailhog", checks=python_clients.mailhog_client, based=False),
)


BASED = [client for client in CLIENTS if client.based]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_every_call_of_a_client_passes_or_is_listed(server: Server, client: Client) -> None:
    await _try(server, client, "")


@pytest.mark.parametrize("client", BASED, ids=lambda client: client.name)
async def test_an_inbox_is_a_catcher_of_its_own_for_a_client(server: Server, client: Client) -> None:
    other = await deliver(server, plain("other", to="z@x.org"), inbox="other")
    await _try(server, client, "inbox/team/")
    assert [summary.id for summary in await server.mailbox.newest(Selection())] == [other]


async def _try(server: Server, client: Client, path: str) -> None:
    rich = b"Delivered-To: bob@y.org\r\n" + RICH
    given = {
        "plain": await deliver(server, plain(), to=("bob@y.org", "hidden@z.org"), inbox="team"),
        "rich": await deliver(server, rich, mail_from="zoe@x.org", inbox="team"),
    }
    there, outcomes = await (_in_node if client.script else _in_python)(client, server.url + path, given)
    assert outcomes.keys() == there
    failed = {name: wrong for name, wrong in outcomes.items() if wrong}
    assert failed.keys() == listed().get(client.name, frozenset()), failed


def test_the_list_names_clients_that_are_tried() -> None:
    assert listed().keys() <= {client.name for client in CLIENTS}
    text = DOCUMENT.read_text()
    assert all(f"`{client.name.split()[1]}`" in text for client in CLIENTS)


@cache
def listed() -> dict[str, frozenset[str]]:
    """The calls of each client that the document says do not pass."""
    section = DOCUMENT.read_text().partition("## What does not pass")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return {row[0].replace("`", ""): frozenset(re.findall("`(.+?)`", row[1])) for row in rows[2:]}


async def _in_node(client: Client, url: str, given: dict[str, str]) -> tuple[frozenset[str], Outcomes]:
    need(client.package)
    script = ROOT / "tests" / "node" / f"{client.script}.mjs"
    base = {"basePath": urlsplit(url).path + client.below} if client.below else {}
    passed = json.dumps({"url": url, **given, **base})
    process = await asyncio.create_subprocess_exec(
        need("node"), script, passed, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    told: dict[str, Any] = json.loads(out)
    return frozenset(told["all"]), told["outcomes"]


async def _in_python(client: Client, url: str, given: dict[str, str]) -> tuple[frozenset[str], Outcomes]:
    assert client.checks is not None
    there, checks = client.checks(url, **given)
    return there, {name: await asyncio.to_thread(_wrong, check) for name, check in checks.items()}


def _wrong(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # whatever a client makes of an answer that it does not expect
        return repr(error)
    return ""
