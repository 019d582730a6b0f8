"""Replies out of octets, however these are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.doctor.replies import LONGEST, NoReply, Reply, ReplyReader

LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).filter(str.isprintable)
REPLIES = st.builds(Reply, st.integers(200, 599), st.lists(LINES, min_size=1, max_size=5).map(tuple))


def written(reply: Reply) -> bytes:
    *others, last = reply.lines
    return "".join([*(f"{reply.code}-{line}\r\n" for line in others), f"{reply.code} {last}\r\n"]).encode()


@given(st.lists(REPLIES, max_size=4), st.lists(st.integers(0, 400), max_size=6))
def test_replies_come_out_as_they_went_in(replies: list[Reply], cuts: list[int]) -> None:
    octets = b"".join(map(written, replies))
    edges = sorted({0, len(octets), *(cut for cut in cuts if cut < len(octets))})
    reader, found = ReplyReader(), []
    for start, end in pairwise(edges):
        reader.feed(octets[start:end])
        while (reply := reader.next()) is not None:
            found.append(reply)
    assert found == replies
    assert reader.rest == b""


@given(st.binary(max_size=400))
def test_any_octets_are_a_reply_or_none(octets: bytes) -> None:
    reader = ReplyReader()
    reader.feed(octets)
    try:
        while (reply := reader.next()) is not None:
            assert 200 <= reply.code <= 599
            assert all(line.isprintable() for line in reply.lines)
    except NoReply as error:
        assert octets.find(error.octets[:50]) >= 0


def test_what_is_in_a_reply() -> None:
    reader = ReplyReader()
    reader.feed(b"550-5.1.1 no\r\n550 5.1.1 such user\n250\r\n")
    reply = reader.next()
    assert reply == Reply(550, ("5.1.1 no", "5.1.1 such user"))
    assert (reply.status, reply.good, str(reply)) == ("5.1.1", False, "550 5.1.1 no 5.1.1 such user")
    assert reader.next() == Reply(250, ("",))


@pytest.mark.parametrize(
    "octets", [b"HTTP/1.1 200 OK\r\n", b"* OK\r\n", b"22", b"2200 x\r\n", b"1" * (LONGEST + 1), b"\x15\x03\x01\x00"]
)
def test_what_is_none(octets: bytes) -> None:
    reader = ReplyReader()
    reader.feed(octets)
    if octets == b"22":
        assert reader.next() is None
    else:
        with pytest.raises(NoReply):
            reader.next()


def test_a_reply_without_end_is_cut_off() -> None:
    reader = ReplyReader()
    reader.feed(b"250-x\r\n" * 1000)
    with pytest.raises(NoReply):
        reader.next()
