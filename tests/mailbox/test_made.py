import pytest

from mailtrap_local import limits
from mailtrap_local.errors import BadRequest
from mailtrap_local.mailbox import made
from mailtrap_local.mailbox.made import MadeInboxes


def test_a_fresh_one_has_a_name_that_nobody_guesses() -> None:
    fresh = [made.new(None) for _ in range(100)]
    assert len({each.name for each in fresh}) == len({each.password for each in fresh}) == 100
    assert all(each.address == f"{each.name}@inbox.test" for each in fresh)


@pytest.mark.parametrize(
    ("name", "stem"),
    [("Ann", "ann-"), ("team/blue", "team-blue-"), ("日本", "inbox-"), ("a" * 99, "a" * 32 + "-")],
)
def test_the_address_of_a_named_one_is_plain(name: str, stem: str) -> None:
    address = made.new(name).address
    assert address.startswith(stem) and address.endswith("@inbox.test") and address.isascii()


@pytest.mark.parametrize("name", ["", "  ", "\r\n"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="needs a name"):
        made.new(name)


def test_looking_up() -> None:
    one = made.new("one")
    book = MadeInboxes([one])
    assert book.of_address(one.address.upper()) == "one"
    assert book.of_address(one.address.replace("@", "+signup@")) == "one"
    for other in ("one@inbox.test", "postmaster", "", "@", one.address + ".evil"):
        assert book.of_address(other) is None
    assert book.password("one") == one.password
    assert book.password("two") is None
    book.discard("one")
    assert book.of_address(one.address) is None and book.get("one") is None


def test_the_oldest_are_too_many_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MADE_INBOXES", 2)
    book = MadeInboxes([made.new("one")])
    assert book.surplus() == ()
    book.add(made.new("two"))
    assert book.surplus() == ("one",)
