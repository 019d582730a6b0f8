"""Answers: what errors become, what is packed, and how long bodies go out."""

import inspect

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Message

from mailtrap_local import errors
from mailtrap_local.http import answer
from mailtrap_local.http.answer import accepts_gzip


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("gzip", True),
        ("br, GZIP", True),
        ("gzip;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.00", False),
        ("", False),
    ],
)
def test_gzip_is_used_only_where_it_is_taken(offered: str, taken: bool) -> None:
    fields = [(b"accept-encoding", offered.encode())]
    assert accepts_gzip(HTTPConnection({"type": "http", "headers": fields})) is taken


async def sent(response: object) -> list[Message]:
    """The messages that a response sends."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    await response({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)  # type: ignore[operator]
    return messages


async def test_a_long_body_goes_out_in_pieces_that_are_no_copies() -> None:
    data = bytes(range(256)) * 4_096 * 3
    start, *pieces = await sent(answer.in_chunks(data, media="text/plain"))
    assert dict(start["headers"])[b"content-length"] == str(len(data)).encode()
    assert b"".join(piece["body"] for piece in pieces) == data
    assert len(pieces) > 10
    assert all(piece["body"].obj is data for piece in pieces[:-1])


def test_every_error_of_a_request_has_the_status_that_the_tree_names() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.RequestError)]
    lines = (errors.__doc__ or "").splitlines()
    for kind in kinds:
        line = next((line for line in lines if line.split()[:1] == [kind.__name__] and "HTTP" in line), None)
        if line is not None:
            assert answer.status_of(kind("x")) == int(line.partition("HTTP ")[2][:3]), kind
    assert answer.status_of(errors.BadQuery("x", 3)) == 400
    assert answer.status_of(errors.StoreError("x")) == 507
    assert answer.failure(errors.Busy("try again")).body == b"try again"
