"""Replies that users write."""

import pytest

from mailtrap_local.errors import BadRequest
from mailtrap_local.faults.reply import checked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("451 4.7.1 Try again later", None),
        ("550", "550 "),
        ("554 no enhanced code", None),
        ("421-4.7.28 one\n421 4.7.28 two", None),
        ("421 one\n421 two\n421-three", "421-one\n421-two\n421 three"),
        ("452 " + "x" * 506, None),
        ("450 2.5 is no enhanced code", None),
    ],
)
def test_what_is_a_reply(text: str, said: str | None) -> None:
    assert checked(text) == (said or text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no reply"),
        ("later", "is no reply"),
        ("4511 x", "is no reply"),
        ("45 x", "is no reply"),
        ("250 2.0.0 Ok", "4yz or 5yz"),
        ("354 go", "4yz or 5yz"),
        ("999 x", "4yz or 5yz"),
        ("451 5.7.1 x", "begins with 4"),
        ("550-5.1.1 x\n550 4.1.1 x", "begins with 5"),
        ("451 x\n452 x", "the same code"),
        ("451 x\r\n250 Ok", "printable ASCII"),
        ("451 x\r451 y", "printable ASCII"),
        ("451 x\n", "is no reply"),
        ("451 gr\xfc\xdfe", "printable ASCII"),
        ("451 \x1b[2J", "printable ASCII"),
        ("451 " + "x" * 507, "510 characters"),
        ("\n".join(["451 x"] * 21), "20 lines"),
    ],
)
def test_what_is_none(text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        checked(text)
