"""The wait benchmark asks what it says, and reads an answer to its end."""

import pytest

from benchmarks import wait
from benchmarks.peers import CATCHERS, FILE, MEMORY
from benchmarks.process import Failed
from mailtrap_local.search.syntax import parse


def test_the_others_wait_by_all_kinds_of_terms_and_none_is_misread() -> None:
    queries = [parse(form.format(7), now=10**15) for form in wait._QUERIES]
    assert [query.warnings for query in queries] == [()] * len(queries)
    kinds = {type(term).__name__ for query in queries for term in getattr(query.root, "children", (query.root,))}
    assert kinds == {"Contains", "HeaderField", "Pattern"}


def test_ours_alone_wait() -> None:
    assert [each.name for each in CATCHERS if each.waits] == [FILE, MEMORY]


def test_a_request() -> None:
    line = wait.request('subject:"[1]"', since="a-1", seconds=30).split(b"\r\n")[0]
    assert line == b"GET /api/v1/wait?query=subject%3A%22%5B1%5D%22&timeout=30&since=a-1 HTTP/1.1"


def test_an_answer_is_whole_by_its_length() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    assert [wait.whole(piece) for piece in (head[:10], head, head + b"abc", head + b"abcd")] == [False] * 3 + [True]
    with pytest.raises(Failed, match="without its length"):
        wait.whole(b"HTTP/1.1 200 OK\r\n\r\n")
