"""HTTP/1.1 without I/O: what is sent, and how an answer is read, in whatever pieces it comes."""

import pytest

from mailtrap_local.client import MailtrapError, Unreachable
from mailtrap_local.client.http11 import Answer, Incoming, Place, Request

FIXED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" + FIXED
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
TO_THE_END = b"HTTP/1.0 200 OK\r\n\r\nhello"


def whole(data: bytes, size: int, *, end: bool = False) -> Incoming:
    incoming = Incoming()
    pieces = [data[start : start + size] for start in range(0, len(data), size)] + ([b""] if end else [])
    told = [incoming.feed(piece) for piece in pieces]
    assert told == [False] * (len(told) - 1) + [True]
    return incoming


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("data", "status", "body", "reusable"),
    [
        (FIXED, 200, b"hello", True),
        (CHUNKED, 404, b"hello", True),
        (INTERIM, 200, b"hello", True),
        (EMPTY, 204, b"", True),
        (FIXED.replace(b"5\r\n\r\n", b"5\r\nConnection: close\r\n\r\n"), 200, b"hello", False),
    ],
)
def test_answers_in_pieces(data: bytes, status: int, body: bytes, reusable: bool, size: int) -> None:
    incoming = whole(data, size)
    answer = incoming.answer()
    assert (answer.status, answer.body, incoming.reusable) == (status, body, reusable)


@pytest.mark.parametrize("size", [1, 1000])
def test_a_body_that_ends_with_the_connection(size: int) -> None:
    incoming = whole(TO_THE_END, size, end=True)
    assert incoming.answer() == Answer(200, {}, b"hello")
    assert not incoming.reusable


@pytest.mark.parametrize("data", [b"", FIXED[:-1], CHUNKED[:-1], FIXED[:20]])
def test_a_connection_that_ends_too_early(data: bytes) -> None:
    incoming = Incoming()
    if data:
        assert not incoming.feed(data)
    with pytest.raises(Unreachable, match="before it had answered"):
        incoming.feed(b"")
    assert incoming.begun == bool(data)


@pytest.mark.parametrize(
    "data",
    [
        b"220 localhost ESMTP mailtrap-local\r\n\r\n",
        b"HTTP/1.1 nonsense\r\n\r\n",
        b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http(data: bytes) -> None:
    with pytest.raises(Unreachable, match="no HTTP server"):
        Incoming().feed(data)


@pytest.mark.parametrize(
    ("url", "shown", "inbox"),
    [
        ("http://localhost:8025", "http://localhost:8025", ""),
        ("http://localhost:8025/", "http://localhost:8025", ""),
        ("localhost:8025", "http://localhost:8025", ""),
        ("http://mailtrap", "http://mailtrap:80", ""),
        ("https://mail.test/base", "https://mail.test:443/base", ""),
        ("http://[::1]:8025/mail/", "http://[::1]:8025/mail", ""),
        ("http://ann:pass%3Aword@localhost:8025", "http://localhost:8025", ""),
        ("http://localhost:8025/inbox/a%20b", "http://localhost:8025/inbox/a%20b", "a b"),
        ("http://localhost:8025/mail/inbox/x/", "http://localhost:8025/mail/inbox/x", "x"),
    ],
)
def test_places(url: str, shown: str, inbox: str) -> None:
    place = Place.parse(url)
    assert (place.url, place.inbox) == (shown, inbox)


@pytest.mark.parametrize("url", ["https://", "http://", "http://localhost:port", "ftp://x", "http://[::1"])
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(MailtrapError, match="no URL of a catcher"):
        Place.parse(url)


def test_requests() -> None:
    place = Place.parse("http://ann:pw@localhost:8025/mail/inbox/a%2Fb")
    request = Request("POST", "/api/v1/wait", [("query", 'to:"ä" &'), ("to", "x")], b"{}")
    assert place.encode(request) == (
        b"POST /mail/inbox/a%2Fb/api/v1/wait?query=to%3A%22%C3%A4%22+%26&to=x HTTP/1.1\r\n"
        b"Host: localhost:8025\r\nAccept: */*\r\nAuthorization: Basic YW5uOnB3\r\n"
        b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert place.encode(Request("GET", "/api/v1/info", everywhere=True)).startswith(
        b"GET /mail/api/v1/info HTTP/1.1\r\n"
    )
