"""List-Unsubscribe taken apart, and whether one click is offered (RFC 8058)."""

import pytest

from mailtrap_local.mime.unsubscribe import unsubscribe
from mailtrap_local.model import Header, OneClick

ONE_CLICK = "List-Unsubscribe=One-Click"
SIGNED = "v=1; a=rsa-sha256; d=x.org; s=k; h=From:To:List-Unsubscribe:List-Unsubscribe-Post; bh=x; b=y"


def fields(**named: str) -> list[Header]:
    return [Header(name.replace("_", "-"), value, value) for name, value in named.items()]


@pytest.mark.parametrize(
    ("header", "links", "wrong"),
    [
        ("", (), ""),
        ("<mailto:a@x.org?subject=u>", ("mailto:a@x.org?subject=u",), ""),
        ("<https://x.org/u> ,\n <mailto:a@x.org>", ("https://x.org/u", "mailto:a@x.org"), ""),
        ("https://x.org/u", (), "enclosed"),
        ("<https://x.org/u> <mailto:a@x.org>", (), "commas"),
        ("<https://x.org/a b>", (), "space"),
        ("<javascript:alert(1)>", (), "neither"),
    ],
)
def test_the_links(header: str, links: tuple[str, ...], wrong: str) -> None:
    found = unsubscribe(fields(List_Unsubscribe=header))
    assert (found.header, found.links, bool(found.error), wrong in found.error) == (header, links, bool(wrong), True)


def test_the_request_of_one_click() -> None:
    found = unsubscribe(
        fields(
            List_Unsubscribe="<mailto:u@x.org>, <https://x.org/u?a=1>",
            List_Unsubscribe_Post=ONE_CLICK,
            DKIM_Signature=SIGNED,
        )
    )
    assert found.one_click == OneClick("https://x.org/u?a=1", ONE_CLICK, "application/x-www-form-urlencoded")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("header", "post", "offered", "problem"),
    [
        ("<https://x.org/u>", "", False, "no List-Unsubscribe-Post"),
        ("<https://x.org/u>", "yes", False, "exactly"),
        ("<https://x.org/u>", "list-unsubscribe=one-click", True, "DKIM"),
        ("<http://x.org/u>", ONE_CLICK, False, "https"),
        ("<mailto:u@x.org>", ONE_CLICK, False, "https"),
        ("<https://x.org/u>, <https://y.org/u>", ONE_CLICK, True, "more than one"),
        ("nonsense", ONE_CLICK, False, "enclosed"),
        ("", ONE_CLICK, False, "nothing without"),
    ],
)
def test_what_keeps_it_from_working(header: str, post: str, offered: bool, problem: str) -> None:
    found = unsubscribe(fields(List_Unsubscribe=header, List_Unsubscribe_Post=post))
    assert (found.one_click is not None) is offered
    assert problem in " ".join(found.problems)


def test_a_signature_must_cover_both() -> None:
    partly = SIGNED.replace(":List-Unsubscribe-Post", "")
    both = fields(List_Unsubscribe="<https://x.org/u>", List_Unsubscribe_Post=ONE_CLICK, DKIM_Signature=partly)
    assert "DKIM" in " ".join(unsubscribe(both).problems)
    twice = [*both, Header("list-unsubscribe", "<https://y.org>", "")]
    assert "more than once" in " ".join(unsubscribe(twice).problems)
    assert unsubscribe([]).problems == ()
