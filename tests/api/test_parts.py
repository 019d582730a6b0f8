"""SECURITY.md 8 and 13: parts of a mail are files, never pages; and the thumbnails of image parts."""

import asyncio
import re

import httpx
import pytest

from mailtrap_local.http.isolation import disposition
from mailtrap_local.server import Server
from tests.api.test_thumbnail import is_blank, pixels
from tests.asking import RICH, deliver, plain


def of_type(*fields: str, body: str = "x") -> bytes:
    return (
        "From: a@x.org\r\nMIME-Version: 1.0\r\n" + "".join(f"{field}\r\n" for field in fields) + f"\r\n{body}"
    ).encode()


async def part(server: Server, client: httpx.AsyncClient, *fields: str) -> httpx.Response:
    message_id = await deliver(server, of_type(*fields))
    answer = await client.get(f"api/v1/message/{message_id}/part/0")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer


PASSIVE = """
text/plain image/png image/jpeg application/pdf application/octet-stream application/json text/csv text/calendar
message/rfc822 application/vnd.openxmlformats-officedocument.wordprocessingml.document application/zip x-made/up
""".split()
ACTIVE = """
text/html TEXT/HTML application/xhtml+xml image/svg+xml text/xml application/xml application/atom+xml text/javascript
application/javascript application/x-javascript text/ecmascript text/css application/wasm text/xsl
application/mathml+xml application/rdf+xml application/xslt+xml text/javascript1.5 application/xml-dtd
""".split()


async def test_the_declared_type_is_kept_and_what_a_browser_runs_is_not(
    server: Server, client: httpx.AsyncClient
) -> None:
    for declared in PASSIVE:
        answer = await part(server, client, f"Content-Type: {declared}")
        assert answer.headers["content-type"].partition(";")[0] == declared
        assert "x-part-type" not in answer.headers
    for declared in ACTIVE:
        answer = await part(server, client, f"Content-Type: {declared}; charset=utf-8")
        assert answer.headers["content-type"] == "application/octet-stream", declared
        assert answer.headers["x-part-type"] == declared.lower()


async def test_a_type_that_is_none_becomes_one_that_does_nothing(server: Server, client: httpx.AsyncClient) -> None:
    for declared in ("text/ht ml", "nonsense", "a/b/c", "te<xt/html", "\u00e4/b", "text/", "/html"):
        answer = await part(server, client, f"Content-Type: {declared}")
        assert re.fullmatch(r"(text/plain|application/octet-stream)(; charset=[\w-]+)?", answer.headers["content-type"])


async def test_the_charset_is_told_as_declared(server: Server, client: httpx.AsyncClient) -> None:
    answer = await part(server, client, "Content-Type: text/plain; charset=ISO-8859-1")
    assert answer.headers["content-type"] == "text/plain; charset=iso-8859-1"
    answer = await part(server, client, 'Content-Type: text/plain; charset="a\\"b c"')
    assert "charset" not in answer.headers["content-type"]


async def test_parts_are_decoded(server: Server, client: httpx.AsyncClient) -> None:
    await deliver(server, RICH)
    assert (await client.get("api/v1/message/latest/part/2")).content == b"attached"
    dot = await client.get("api/v1/message/latest/part/1.2")
    assert (dot.headers["content-type"], dot.content[:4]) == ("image/png", b"\x89PNG")
    evil = await client.get("api/v1/message/latest/part/3")
    assert evil.headers["content-disposition"] == "attachment; filename=\"evil.html\"; filename*=UTF-8''evil.html"


@pytest.mark.parametrize(
    "name",
    ["a\r\nX-Evil: 1", '"; filename=evil.html; x="', "../../etc/passwd", "grüße €.txt", "a\x00b", "", "😀" * 300],
)
async def test_no_name_from_a_mail_reaches_a_header_unescaped(name: str) -> None:
    value = disposition(name)
    assert re.fullmatch(r"attachment(; filename=\"[\w. -]*\"; filename\*=UTF-8''[\w.%~-]*)?", value, re.ASCII)


async def test_hostile_names_come_back_as_one_file_name(server: Server, client: httpx.AsyncClient) -> None:
    for name in ("=?utf-8?q?a=0D=0AX-Evil=3A_1?=", "..%2f..%2fpasswd", "=?utf-8?q?a=22=3B?= b"):
        answer = await part(server, client, "Content-Type: a/b", f'Content-Disposition: attachment; filename="{name}"')
        assert "x-evil" not in answer.headers


async def test_thumbnails_of_parts(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    answer = await client.get(f"api/v1/message/{message_id}/part/1.2/thumb")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    pixels(answer.content)
    assert is_blank((await client.get(f"api/v1/message/{message_id}/part/2/thumb")).content)
    for missing in (f"{message_id}/part/9", "0000000000000000000000/part/0"):
        assert (await client.get(f"api/v1/message/{missing}/thumb")).status_code == 400


async def test_many_thumbnails_at_once(server: Server, client: httpx.AsyncClient) -> None:
    message_id = await deliver(server, RICH)
    path = f"api/v1/message/{message_id}/part/1.2/thumb"
    answers = await asyncio.gather(*(client.get(path) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_large_part_comes_whole(server: Server, client: httpx.AsyncClient) -> None:
    body = b"0123456789" * 300_000
    await deliver(server, plain(more="Content-Type: application/x-big\r\n").replace(b"some text", body))
    answer = await client.get("api/v1/message/latest/part/0")
    assert answer.content == body + b"\r\n"
    assert answer.headers["content-length"] == str(len(body) + 2)


async def test_a_name_without_end_keeps_no_file_from_its_reader(server: Server, client: httpx.AsyncClient) -> None:
    declared = 'Content-Disposition: attachment; filename="' + "\u00fc" * 40_000 + '.pdf"'
    answer = await part(server, client, declared, "Content-Type: application/pdf")
    assert len(answer.headers["content-disposition"]) < 2_000
    assert answer.headers["content-disposition"].endswith("%C3%BC.pdf")
    assert disposition("x" * 300 + ".") == disposition("x" * 200)
