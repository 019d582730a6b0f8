"""SECURITY.md 10: only global addresses are reached, whatever they are wrapped in."""

import asyncio
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap_local.errors import Refused, Unreachable
from mailtrap_local.fetch.addresses import Endpoint, Reach, is_global

INTERNAL = """
127.0.0.1 127.255.255.254 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.1 198.18.0.1
192.0.2.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1
fec0::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
64:ff9b:1::1 2002:7f00:1::1 2002:a00:1::1 2001:0:7f00:1::1 ::127.0.0.1 localhost 1 0177.0.0.1
""".split()
GLOBAL = "8.8.8.8 1.1.1.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split()


@pytest.mark.parametrize("address", INTERNAL)
def test_internal(address: str) -> None:
    assert not is_global(address)
    assert not Reach().allows(address)
    assert Reach(internal=True).allows(address)


@pytest.mark.parametrize("address", GLOBAL)
def test_global(address: str) -> None:
    assert is_global(address)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_as_good_as_what_is_inside(address: ipaddress.IPv4Address) -> None:
    inside = is_global(str(address))
    number = int(address)
    assert is_global(f"::ffff:{address}") == inside
    assert is_global(str(ipaddress.IPv6Address((0x64FF9B << 96) | number))) == inside
    assert inside or not is_global(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)))


async def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def answer(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)


async def test_of_several_addresses_the_global_ones_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    await resolving(monkeypatch, "10.0.0.1", "8.8.8.8", "8.8.8.8", "::1")
    assert await Reach().endpoints("mixed.example", 25) == (Endpoint("8.8.8.8", 25),)
    assert len(await Reach(internal=True).endpoints("mixed.example", 25)) == 3


async def test_a_name_that_leads_inside_is_refused_with_the_switch_that_allows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await resolving(monkeypatch, "169.254.169.254")
    with pytest.raises(Refused, match=r"169\.254\.169\.254.*--allow-internal"):
        await Reach().endpoints("metadata.example", 80)


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
async def test_a_name_that_cannot_be_resolved(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "why")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)
    with pytest.raises(Unreachable, match=r"gone\.example"):
        await Reach().endpoints("gone.example", 25)


@pytest.mark.parametrize("host", ["a..b", "x" * 300, "nul\0byte", ""])
async def test_what_is_no_name(host: str) -> None:
    with pytest.raises((Unreachable, Refused)):
        await Reach().endpoints(host, 25)
