from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local import ids


@given(st.integers(1, ids.MAX_SEQ))
def test_an_id_carries_its_seq(seq: int) -> None:
    message_id = ids.message_id(seq)
    assert len(message_id) == ids.LENGTH
    assert message_id.isascii() and message_id.isalnum()
    assert ids.seq_of(message_id) == seq


@given(st.integers(1, ids.MAX_SEQ - 1))
def test_ids_sort_in_the_order_of_arrival(seq: int) -> None:
    assert ids.message_id(seq) < ids.message_id(seq + 1)


def test_two_ids_of_one_seq_differ() -> None:
    assert len({ids.message_id(7) for _ in range(1000)}) == 1000


@given(st.text(max_size=30))
def test_any_text_is_an_id_or_none(text: str) -> None:
    seq = ids.seq_of(text)
    assert seq is None or 0 < seq <= ids.MAX_SEQ


def test_what_cannot_be_an_id_has_no_seq() -> None:
    for text in ("", "latest", "../../etc/passwd", "0" * 22, "z" * 22, "é" * 22):
        assert ids.seq_of(text) is None
