"""Which addresses may be reached.

A name is resolved first, each of its addresses is judged, and the connection goes to an address that was judged: what
the name leads to a moment later changes nothing (DNS rebinding). An address is judged by where it leads: one that wraps
an IPv4 address is as good as that.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from mailtrap_local.errors import Refused, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect to: an address as text, and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far we go: to global addresses, and to all others only where `internal` says so."""

    internal: bool = False

    def allows(self, address: str) -> bool:
        """Whether this address may be connected to."""
        return self.internal or is_global(address)

    async def endpoints(self, host: str, port: int) -> tuple[Endpoint, ...]:
        """The addresses of a host that may be connected to, in the order to try them.

        Raises Unreachable if the host has none at all, Refused if it has none that is allowed.
        """
        found = await resolve(host, port)
        allowed = tuple(each for each in found if self.allows(each.address))
        if not allowed:
            raise Refused(
                f"{host} leads to {found[0].address}, which is no global address; "
                "start mailtrap-local with --allow-internal to let it reach such hosts."
            )
        return allowed


async def resolve(host: str, port: int) -> tuple[Endpoint, ...]:
    """Every address of a host, each once. Raises Unreachable."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise Unreachable(f"{host}: {_why(error)}.") from error
    except (UnicodeError, ValueError, OverflowError) as error:
        raise Unreachable(f"{host[:200]!r} is no name of a host: {error}.") from error
    return endpoints_of([name for *_, name in found])


def endpoints_of(names: Sequence[tuple[object, ...]]) -> tuple[Endpoint, ...]:
    """Socket names as endpoints, each once."""
    return tuple(dict.fromkeys(Endpoint(str(address), int(str(port))) for address, port, *_ in names))


def _why(error: socket.gaierror) -> str:
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return "there is no such name in the DNS"
    if error.errno == socket.EAI_AGAIN:
        return "the DNS does not answer"
    return f"the name cannot be resolved ({error.strerror})"


def is_global(text: str) -> bool:
    """Whether an address is one of the public Internet, as is the IPv4 address that it may wrap."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # with a zone (fe80::1%eth0), and so not global
    return all(_is_public(each) for each in leads_to(address))


def leads_to(address: Address) -> tuple[Address, ...]:
    """Where packets to this address end: itself, or the IPv4 addresses inside (RFC 6052, 3056, 4380, 4291)."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    if address.sixtofour is not None:
        return (address, address.sixtofour)
    if address.teredo is not None:
        return (address, *address.teredo)
    return (address,)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
