"""The calls without any I/O: waits longer than the server holds one, and answers that cannot be."""

import json
from collections.abc import Callable, Generator
from typing import Any

import pytest

from mailtrap_local.client import CursorGone, MailtrapError, Missing, NoMatch, ServerRefused, TooManyMatches, model
from mailtrap_local.client.core import Calls, Steps
from mailtrap_local.client.fields import mail_fields
from mailtrap_local.client.http11 import Answer, Place, Request

FOUND = {"messages": [{"ID": "1"}], "cursor": "c-9"}
TIMEOUT = {"error": "timeout", "message": "", "messages": [], "near_misses": [], "cursor": "c-5"}
SILENT: dict[str, Any] = {"messages": [], "cursor": "c-5"}
INBOXES = {"inboxes": [{"Name": "default", "Total": 2}, {"Name": "mine", "Total": 1}]}


def said(status: int, value: object) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(value).encode())


class Clock:
    """Time that passes as the server is said to hold a wait."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def driven(steps: Steps[Any], clock: Clock, server: Callable[[Request], Answer]) -> tuple[Any, list[Request]]:
    asked: list[Request] = []
    generator: Generator[Request, Answer, Any] = steps
    try:
        request = next(generator)
        while True:
            asked.append(request)
            answer = server(request)
            clock.now += request.seconds if answer.status == 404 or "exact" in dict(request.query) else 0
            request = generator.send(answer)
    except StopIteration as end:
        return end.value, asked


def calls(clock: Clock) -> Calls[str]:
    return Calls(Place.parse("http://localhost/inbox/mine"), lambda wire, cursor: f"{wire['ID']} {cursor}", clock=clock)


def held(asked: list[Request]) -> list[str]:
    return [dict(request.query)["timeout"] for request in asked]


def wait(clock: Clock, *, count: int = 1, exact: bool = False, timeout: float = 150.0) -> Steps[tuple[str, ...]]:
    return calls(clock).wait("", {"subject": "x"}, count=count, exact=exact, since="c-1", timeout=timeout)


def test_a_long_wait_is_asked_again_on_the_same_cursor() -> None:
    clock = Clock()
    answers = iter([said(404, TIMEOUT), said(404, TIMEOUT), said(200, FOUND)])
    found, asked = driven(wait(clock), clock, lambda _: next(answers))
    assert found == ("1 c-9",)
    assert held(asked) == ["60.000", "60.000", "30.000"]
    assert {dict(request.query)["since"] for request in asked} == {"c-1"}
    assert {dict(request.query)["query"] for request in asked} == {'subject:"x"'}


def test_a_short_wait_is_one_request() -> None:
    clock = Clock()
    _, asked = driven(wait(clock, timeout=60), clock, lambda _: said(200, FOUND))
    assert held(asked) == ["60.000"]


def test_only_the_last_silence_counts() -> None:
    clock = Clock()
    found, asked = driven(wait(clock, count=0, exact=True), clock, lambda _: said(200, SILENT))
    assert (found, held(asked)) == ((), ["60.000", "60.000", "30.000"])
    clock = Clock()
    answers = iter([said(200, FOUND), said(404, TIMEOUT), said(200, FOUND)])
    found, asked = driven(wait(clock, exact=True), clock, lambda _: next(answers))
    assert (found, len(asked)) == (("1 c-9",), 3)


def test_what_was_deleted_meanwhile_is_waited_for_again() -> None:
    clock = Clock()
    answers = iter([said(200, SILENT), said(200, FOUND)])
    assert driven(wait(clock), clock, lambda _: next(answers))[0] == ("1 c-9",)


def test_too_much_is_told_at_once() -> None:
    clock = Clock()
    with pytest.raises(TooManyMatches):
        driven(wait(clock, count=0, exact=True), clock, lambda _: said(409, TIMEOUT | {"error": "too many"}))
    assert clock.now < 200


def test_nothing_in_time_is_an_assertion_that_failed() -> None:
    clock = Clock()
    with pytest.raises(AssertionError) as failure:
        driven(wait(clock), clock, lambda request: said(404, TIMEOUT) if "wait" in request.path else said(200, INBOXES))
    assert isinstance(failure.value, NoMatch)
    assert "within 150 s" in str(failure.value)


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), float("inf")])
def test_timeouts_that_cannot_be(timeout: float) -> None:
    with pytest.raises(ValueError, match="number of seconds"):
        next(wait(Clock(), timeout=timeout))


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(404, {"content-type": "text/plain"}, b"404 page not found\n"), Missing, "404: 404 page not found"),
        (Answer(410, {}, b"this cursor is of another database"), CursorGone, "another database"),
        (said(400, {"Error": "no To"}), ServerRefused, "400: no To"),
        (Answer(200, {}, b"<html>"), MailtrapError, "no mailtrap-local"),
        (Answer(503, {}, b"the server is stopping"), ServerRefused, "stopping"),
    ],
)
def test_what_the_server_refuses(answer: Answer, kind: type[Exception], words: str) -> None:
    clock = Clock()
    with pytest.raises(kind, match=words):
        driven(wait(clock), clock, lambda _: answer)


def test_deleting_nothing_asks_for_nothing() -> None:
    assert driven(calls(Clock()).delete(()), Clock(), lambda _: said(200, "ok")) == (None, [])


@pytest.mark.parametrize("name", ["latest", "", "../x", "a/b"])
def test_ids_that_are_none(name: str) -> None:
    for steps in (calls(Clock()).get(name), calls(Clock()).delete((name,))):
        with pytest.raises(ValueError, match="not the id"):
            next(steps)


def test_addresses_with_and_without_names() -> None:
    fields = mail_fields(from_='"Ann Lee" <ann@x.org>', to=["bob@y.org", "Eve <e@z>"], bcc="Hidden <h@z>")
    assert fields["From"] == {"Name": "Ann Lee", "Email": "ann@x.org"}
    assert fields["To"] == [{"Name": "", "Email": "bob@y.org"}, {"Name": "Eve", "Email": "e@z"}]
    assert fields["Bcc"] == ["h@z"]


def test_headers_of_any_case() -> None:
    headers = model.Headers([("Subject", "one"), ("X-A", "1"), ("x-a", "2")])
    assert headers["SUBJECT"] == "one"
    assert headers.all("X-a") == ("1", "2")
    assert (list(headers), len(headers), "Nope" in headers, "x-A" in headers) == (["subject", "x-a"], 2, False, True)
    with pytest.raises(KeyError):
        headers["Nope"]
