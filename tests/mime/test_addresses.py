"""Address lists, the good and the broken."""

import time

import pytest

from mailtrap_local.mime.addresses import addresses
from mailtrap_local.model import Address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" , ;", []),
        ("ann@x.org", [("", "ann@x.org")]),
        ("<ann@x.org>", [("", "ann@x.org")]),
        ("Ann <ann@x.org>, Bob <bob@x.org>", [("Ann", "ann@x.org"), ("Bob", "bob@x.org")]),
        ("Ann <ann@x.org>; bob@x.org", [("Ann", "ann@x.org"), ("", "bob@x.org")]),
        (
            "Friends: ann@x.org, Bob <bob@x.org>;, carl@x.org",
            [("", "ann@x.org"), ("Bob", "bob@x.org"), ("", "carl@x.org")],
        ),
        ("undisclosed-recipients:;", []),
        ('"Ann \\"A\\" Example" <ann@x.org>', [('Ann "A" Example', "ann@x.org")]),
        ('"=?utf-8?q?=C3=84nn?=" <ann@x.org>', [("Änn", "ann@x.org")]),
        ("=?utf-8?q?A=2C_B?= <ann@x.org>", [("A, B", "ann@x.org")]),
        ("=?utf-8?q?Ann_=3Cann=40x.org=3E?=", [("Ann", "ann@x.org")]),
        ("<@a.org,@b.org:ann@x.org>", [("", "ann@x.org")]),
        ("Ann ann@x.org", [("Ann", "ann@x.org")]),
        ("Ann <ann@x.org", [("Ann", "ann@x.org")]),
        ("Ann <ann@x.org> Bob <bob@x.org>", [("Ann", "ann@x.org"), ("Bob", "bob@x.org")]),
        ("Ann Example", [("Ann Example", "")]),
        ("postmaster", [("", "postmaster")]),
        ("Ann <>", [("Ann", "")]),
        ("ann @ x.org", [("", "ann@x.org")]),
        ("Änn <änn@ü.org>", [("Änn", "änn@ü.org")]),
        ('"unclosed <ann@x.org>', [("unclosed", "ann@x.org")]),
    ],
)
def test_lists(text: str, found: list[tuple[str, str]]) -> None:
    assert addresses(text) == tuple(Address(name, address) for name, address in found)


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        "<",
        '"',
        "\\",
        ",",
        ":",
        "a@b.org, ",
        "=?",
        '"a" ',
        "@",
        "<a",
        "a ",
        " ",
        "a\t",
        '"\\',
        "<@",
        "<@a,@b:",
    ],
)
def test_lists_are_read_in_linear_time_without_recursion(piece: str) -> None:
    began = time.perf_counter()
    addresses(piece * (200_000 // len(piece)))
    assert time.perf_counter() - began < 5.0


def test_a_port_is_no_source_route() -> None:
    assert addresses("<a@b.org:25>") == (Address("", "a@b.org:25"),)
    assert addresses("< @a,@b:c@d>") == (Address("", "c@d"),)
