"""Requests to others: real servers on loopback, polite and not."""

import asyncio
import time
from pathlib import Path

import pytest

from mailtrap_local.errors import BadRequest, Refused, Unreachable
from mailtrap_local.fetch.addresses import Reach
from mailtrap_local.fetch.http import Caps, Outgoing, ask, read_url
from tests.doctor.servers import Talk, certificate, listening

HERE = Reach(internal=True)


def answering(*answers: bytes, heard: list[bytes] | None = None) -> Talk:
    """A server that gives each connection the next answer."""
    left = list(answers)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        body = await reader.readexactly(length)
        if heard is not None:
            heard.append(head + body)
        writer.write(left.pop(0))
        await writer.drain()

    return talk


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: 1\r\n\r\nhello"


async def test_a_request_and_its_answer() -> None:
    heard: list[bytes] = []
    async with listening(answering(OK, heard=heard)) as port:
        request = Outgoing("POST", f"http://127.0.0.1:{port}/a b?c=d", b"body", {"Content-Type": "text/plain"})
        answer = await ask(request, reach=HERE)
    assert (answer.status, answer.body, answer.whole, answer.headers["x-one"]) == (200, b"hello", True, "1")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    expected = f"POST /a%20b?c=d HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: mailtrap-local/"
    assert head.decode().startswith(expected)
    assert b"content-type: text/plain" in head.lower() and body == b"body"


async def test_internal_hosts_need_the_switch() -> None:
    async with listening(answering(OK)) as port:
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(Refused, match="--allow-internal"):
                await ask(Outgoing("GET", f"http://{host}:{port}/"), reach=Reach())


async def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads outside when it is judged and inside a moment later (DNS rebinding)."""
    asked: list[str] = []
    opened: list[str] = []

    async def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", port))]

    async def opening(host: str, port: int, **_: object) -> None:
        opened.append(host)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
    monkeypatch.setattr(asyncio, "open_connection", opening)
    with pytest.raises(Unreachable):
        await ask(Outgoing("GET", "http://rebind.example/"), reach=Reach())
    assert (asked, opened) == (["rebind.example"], ["8.8.8.8"])


async def test_each_redirect_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(answering(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n")) as port:
        real = Reach.allows
        monkeypatch.setattr(Reach, "allows", lambda self, address: address == "127.0.0.1" or real(self, address))
        with pytest.raises(Refused, match=r"169\.254\.169\.254"):
            await ask(Outgoing("GET", f"http://127.0.0.1:{port}/"), reach=Reach(), caps=Caps(redirects=3))


async def test_redirects_are_followed_as_far_as_allowed() -> None:
    heard: list[bytes] = []
    moved = b"HTTP/1.1 303 See\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n"
    async with listening(answering(moved, moved, OK, moved, heard=heard)) as port:
        url = f"http://127.0.0.1:{port}/"
        answer = await ask(Outgoing("POST", url, b"x"), reach=HERE, caps=Caps(redirects=2))
        assert (answer.status, answer.url) == (200, f"{url}next")
        assert heard[1].startswith(b"GET /next ") and b"content-length" not in heard[1]
        assert (await ask(Outgoing("GET", url), reach=HERE)).status == 303


async def test_size_is_capped() -> None:
    large = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500_000
    async with listening(answering(large)) as port:
        answer = await ask(Outgoing("GET", f"http://127.0.0.1:{port}/"), reach=HERE, caps=Caps(body=1000))
    assert (len(answer.body), answer.whole) == (1000, False)


async def test_time_is_capped_drop_by_drop() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with listening(drip) as port:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="within 0.3 s"):
            await ask(Outgoing("GET", f"http://127.0.0.1:{port}/"), reach=HERE, caps=Caps(seconds=0.3))
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"220 mail ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000,
    ],
    ids=["nothing", "SMTP", "half", "endless head"],
)
async def test_what_is_no_answer(answer: bytes) -> None:
    async with listening(answering(answer)) as port:
        with pytest.raises(Unreachable):
            await ask(Outgoing("GET", f"http://127.0.0.1:{port}/"), reach=HERE)


async def test_nobody_there() -> None:
    async with listening(answering(OK)) as port:
        pass
    with pytest.raises(Unreachable, match="cannot be reached"):
        await ask(Outgoing("GET", f"http://127.0.0.1:{port}/"), reach=HERE)


async def test_tls_is_verified(tmp_path: Path) -> None:
    issued = certificate(tmp_path)
    async with listening(answering(OK), context=issued.context) as port:
        url = f"https://127.0.0.1:{port}/"
        with pytest.raises(Unreachable, match="certificate verify failed"):
            await ask(Outgoing("GET", url), reach=HERE)
        assert (await ask(Outgoing("GET", url), reach=HERE, trust=issued.trust)).status == 200
        with pytest.raises(Unreachable, match="certificate"):
            await ask(Outgoing("GET", f"https://localhost:{port}/"), reach=HERE, trust=issued.trust)


@pytest.mark.parametrize(
    "url", ["", "ftp://x/", "file:///etc/passwd", "http://", "//x", "http://u:p@x/", "http://x:99999/", "http://[::1"]
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(BadRequest):
        read_url(url)


@pytest.mark.parametrize("bad", ["a\r\nb", "a\nX-Evil: 1", "\0"])
async def test_no_header_is_smuggled_in(bad: str) -> None:
    heard: list[bytes] = []
    async with listening(answering(OK, heard=heard)) as port:
        url = f"http://127.0.0.1:{port}/"
        with pytest.raises(BadRequest):
            await ask(Outgoing("GET", url, headers={"X": bad}), reach=HERE)
        answer = await ask(Outgoing("GET", f"{url}{bad}"), reach=HERE)
    assert answer.status == 200
    assert b"\nx-evil" not in heard[-1].lower()
