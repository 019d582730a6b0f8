"""Who we are to TLS clients: contexts with a certificate, ours or the user's.

A certificate of our own is for localhost and the names by which containers and this machine reach us. A client that
asks for another local name (a compose service, a name under `.test`) gets one for that name, made when it asks.
"""

import contextlib
import ipaddress
import os
import socket
import ssl
import tempfile
from collections import OrderedDict
from pathlib import Path

from mailtrap_local.errors import SettingError
from mailtrap_local.settings import Settings
from mailtrap_local.tls.authority import Authority
from mailtrap_local.tls.channel import Object

NAMES = ("localhost", "*.localhost", "mailtrap", "mailtrap-local", "host.docker.internal", "host.containers.internal")
ADDRESSES = ("127.0.0.1", "::1")
_LOCAL = (".localhost", ".test", ".internal", ".local", ".cluster.local", ".home.arpa")
_NAMES_KEPT = 100
_PROTOCOLS = ["smtp"]  # registered with nobody, and a client that names others is served all the same


class Identity:
    """The context for new connections. `authority` is None where the user gave a certificate."""

    def __init__(self, context: ssl.SSLContext, authority: Authority | None, names: tuple[str, ...]) -> None:
        self.context = context
        self.authority = authority
        self._names = frozenset(names)
        self._others: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        context.sni_callback = self._asked

    @classmethod
    def of(cls, settings: Settings, *, authority: Authority | None = None) -> "Identity":
        """As the settings have it, or with this authority of ours. Raises SettingError, StartError."""
        if settings.tls_cert is not None:
            return cls(_given(settings.tls_cert, settings.tls_key), None, ())
        if authority is None:
            authority = Authority.kept(settings.database) if settings.database else Authority.made()
        names = certified_names(settings)
        return cls(_context_of(authority.leaf(names)), authority, names)

    def _asked(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        """A client asked for a server name."""
        if not name or not isinstance(connection, Object):
            return
        connection.asked = name
        lower = name.lower()
        known = lower in self._names
        connection.covered = self.authority is not None and (known or _is_local(lower))
        if self.authority is None or known or not connection.covered:
            return
        if lower not in self._others:
            self._others[lower] = _context_of(self.authority.leaf([lower, *sorted(self._names)]))
            if len(self._others) > _NAMES_KEPT:
                self._others.popitem(last=False)
        connection.context = self._others[lower]


def certified_names(settings: Settings) -> tuple[str, ...]:
    """What the certificate is for: names and addresses."""
    hosts = [host for host in settings.host if not ipaddress.ip_address(host).is_unspecified]
    reached = _own_addresses() if settings.exposed else []
    names = (*NAMES, settings.hostname.rstrip("."), socket.gethostname())
    return tuple(dict.fromkeys([*(name.lower() for name in names if _fits(name)), *ADDRESSES, *hosts, *reached]))


def _own_addresses() -> list[str]:
    """The addresses by which other containers reach this one."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(address[0]) for *_, address in found if "%" not in str(address[0])]


def _fits(name: str) -> bool:
    return name.isascii() and 0 < len(name) <= 253


def _is_local(name: str) -> bool:
    return (
        _fits(name)
        and name.replace("-", "").replace(".", "").replace("_", "").isalnum()
        and ("." not in name or name.endswith(_LOCAL))
    )


def _given(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = _context()
    try:
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        told = (error.reason or str(error)).lower().replace("_", " ")
        files = str(certificate) if key is None else f"{certificate} and {key}"
        raise SettingError(f"tls_cert and tls_key, {files}, cannot be used: {told}.") from None
    except OSError as error:
        wrong = next(
            (file for file in (certificate, key) if file is not None and not os.access(file, os.R_OK)), certificate
        )
        raise SettingError(f"{wrong}, for TLS, cannot be read: {error.strerror}.") from None
    return context


def _context_of(pem: bytes) -> ssl.SSLContext:
    """A context with this key and certificate; the library below us takes them from a file only."""
    context = _context()
    descriptor, name = tempfile.mkstemp(prefix="mailtrap-local-")  # readable by its owner alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        context.load_cert_chain(name)
    finally:
        os.unlink(name)
    return context


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # what a client would resume here is not worth the octets
    context.sslobject_class = Object
    with contextlib.suppress(NotImplementedError):
        context.set_alpn_protocols(_PROTOCOLS)
    return context
