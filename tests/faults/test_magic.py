"""Addresses that say what goes wrong."""

import pytest

from mailtrap_local.faults.magic import fault_of


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("bounce@x.org", "rcpt reply 550 None 0"),
        ("BOUNCE+552@x.org", "rcpt reply 552 None 0"),
        ("bounce+550+data@x.org", "end-of-data reply 550 None 0"),
        ("bounce+x2@x.org", "rcpt reply 550 2 0"),
        ("defer@x.org", "rcpt reply 451 None 0"),
        ("defer+451x2@x.org", "rcpt reply 451 2 0"),
        ("defer+data+421x1+2s@x.org", "end-of-data reply 421 1 2"),
        ("slow@x.org", "rcpt delay - None 10"),
        ("slow+5s@x.org", "rcpt delay - None 5"),
        ("slow+0.25sx3@x.org", "rcpt delay - 3 0.25"),
        ("drop@x.org", "rcpt disconnect - None 0"),
        ("drop+rst@x.org", "rcpt disconnect rst None 0"),
        ("blackhole@x.org", "rcpt blackhole - None 0"),
    ],
)
def test_what_they_say(address: str, expected: str) -> None:
    fault = fault_of(address)
    assert fault is not None
    what = fault.reply[:3] or ("rst" if fault.reset else "-")
    assert f"{fault.where} {fault.action} {what} {fault.times} {fault.seconds:g}" == expected
    assert fault.name == address.lower().partition("@")[0] + "@"


@pytest.mark.parametrize(
    "address",
    """
    ann@x.org bouncer@x.org bounce+451@x.org defer+550@x.org bounce+250@x.org bounce+5500@x.org bounce+blue@x.org
    slow+fast@x.org slow+999s@x.org drop+550@x.org bounce+x0@x.org ann+bounce@x.org bounce bounce+2s@x.org
    """.split(),
)
def test_every_other_address_is_a_plain_one(address: str) -> None:
    assert fault_of(address) is None
