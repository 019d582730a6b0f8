"""SECURITY.md 9: the web page and its files."""

import re

import httpx

from mailtrap_local.api.ui import CSP, static_folder
from mailtrap_local.server import Server
from tests.asking import at, exchange, running

OUTSIDE = """
../package.json ..%2fpackage.json %2e%2e/package.json css none.js %00 /etc/passwd %2fetc%2fpasswd css/../../package.json
..%5cpackage.json
""".split()
PAGES = ("", "view/abc", "view/latest2", "inbox/team", "inbox/team/", "inbox/team/view/abc")


async def test_every_address_of_the_ui_serves_the_page_under_its_policy(client: httpx.AsyncClient) -> None:
    for path in PAGES:
        page = await client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
        assert page.headers["content-security-policy"] == CSP
        assert "{{base}}" not in page.text
        assert 'data-base=""' in page.text
    assert "unsafe" not in CSP
    assert "frame-ancestors 'none'" in CSP


async def test_the_page_finds_its_files_under_the_base_path() -> None:
    async with running(base_path="/mail") as (server, client):
        for path in ("/mail", "/mail/", "/mail/inbox/team"):
            page = await client.get(at(server, path))
            files = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
            assert 'data-base="/mail"' in page.text
            assert files
            for file in files:
                assert file.startswith("/mail/static/"), file
        assert (await client.get(at(server, "/mail/static/icon.svg"))).status_code == 200
        for path in ("/", "/mai", "/mailbox", "/static/icon.svg", "/%6dail/"):
            assert (await client.get(at(server, path))).status_code == 404, path


async def test_static_files_are_kept_and_asked_about(client: httpx.AsyncClient) -> None:
    first = await client.get("static/css/base.css")
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    assert first.headers["content-type"].startswith("text/css")
    again = await client.get("static/css/base.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    changed = await client.get("static/css/base.css", headers={"If-None-Match": 'W/"other"'})
    assert changed.content == first.content == (static_folder() / "css" / "base.css").read_bytes()
    script = await client.get("static/theme.js")
    assert script.headers["content-type"].startswith("text/javascript")


async def test_nothing_outside_the_folder_is_served(client: httpx.AsyncClient, server: Server) -> None:
    for path in OUTSIDE:
        status, _, body = await exchange(server, f"GET /static/{path} HTTP/1.1\nHost: localhost")
        assert (status, body) == (404, b"404 page not found"), path
