"""Listening sockets: one port on several addresses, and clear words when that cannot be.

A family that the machine lacks is skipped and named; a port busy on any address is an error; port 0 takes one number
that is free on all of them.

Processes that serve one port have a socket each (SO_REUSEPORT), among which Linux spreads the connections. Elsewhere
they share one, and whoever is free takes the next connection.
"""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from mailtrap_local import limits
from mailtrap_local.errors import PortBusy, StartError

_BACKLOG = 2048
_DESCRIPTORS = limits.SMTP_CONNECTIONS + 5_000  # those of web clients, of the store, and of what is sent on
_TRIES = 50
_SPREADS = sys.platform == "linux"
_ABSENT = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT}


@dataclass(frozen=True, slots=True)
class Listening:
    """Sockets that listen on one port; `skipped` are the hosts whose address family this machine lacks."""

    sockets: tuple[socket.socket, ...]
    port: int
    skipped: tuple[str, ...]
    path: Path | None = None  # of a Unix socket
    more: tuple[tuple[socket.socket, ...], ...] = ()  # the same addresses again, for other processes

    def of(self, process: int) -> tuple[socket.socket, ...]:
        """The sockets for one of several processes, counted from 0."""
        sets = (self.sockets, *self.more)
        return sets[process % len(sets)]

    def close(self) -> None:
        """Stop to listen."""
        for sockets in (self.sockets, *self.more):
            for each in sockets:
                each.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def listen(hosts: Sequence[str], port: int, *, purpose: str, setting: str, processes: int = 1) -> Listening:
    """Listen on every host, for so many processes. `purpose` and `setting` ("SMTP", "smtp_port") serve the words of an
    error.

    Raises PortBusy, StartError.
    """
    tries = 1 if port else _TRIES
    for attempt in range(1, tries + 1):
        try:
            return _listen_once(hosts, port, processes)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and attempt < tries:
                continue  # the free number of one address is taken on another: take the next
            raise _explained(error, port, purpose, setting) from error
    raise AssertionError("unreachable")


def listen_unix(path: Path, *, purpose: str, setting: str) -> Listening:
    """Listen on a Unix socket at this path, which `unlink` removes at the end. One that a killed process left is
    replaced. Raises PortBusy, StartError."""
    flag = "--" + setting.replace("_", "-")
    if not hasattr(socket, "AF_UNIX"):
        raise StartError(f"this system has no Unix sockets; leave {flag} out")
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            _remove_stale(path, purpose, flag)
        bound.setblocking(False)
        bound.bind(str(path))
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise StartError(
            f"cannot listen on {path} for {purpose}: {error.strerror or error}; choose another {flag}"
        ) from None
    except StartError:
        bound.close()
        raise
    return Listening((bound,), 0, (), path)


def _remove_stale(path: Path, purpose: str, flag: str) -> None:
    """Remove a socket that nobody listens on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise PortBusy(f"{path} for {purpose} is in use by another program; stop it, or choose another {flag}")


def _listen_once(hosts: Sequence[str], port: int, processes: int) -> Listening:
    opened: list[socket.socket] = []
    more: list[tuple[socket.socket, ...]] = []
    skipped: list[str] = []
    try:
        for host in hosts:
            try:
                opened.append(_bind(host, port))
            except OSError as error:
                if error.errno not in _ABSENT:
                    raise
                skipped.append(host)
                continue
            port = opened[-1].getsockname()[1]
        if not opened:
            raise OSError(errno.EADDRNOTAVAIL, f"this machine has none of the addresses {', '.join(hosts)}")
        for _ in range(processes - 1 if _SPREADS else 0):
            more.append(tuple(map(_bind_again, opened)))
        for each in (*opened, *chain(*more)):
            each.listen(_BACKLOG)
    except OSError:
        for each in (*opened, *chain(*more)):
            each.close()
        raise
    return Listening(tuple(opened), port, tuple(skipped), more=tuple(more))


def _bind_again(bound: socket.socket) -> socket.socket:
    """Another socket on an address. The first was bound alone, so that a port which others have is told of."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    host, port = bound.getsockname()[:2]
    return _bind(host, port, again=True)


def _bind(host: str, port: int, *, again: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer of two writes waits 40 ms
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait for old connections
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if again:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.setblocking(False)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _explained(error: OSError, port: int, purpose: str, setting: str) -> StartError:
    flag = "--" + setting.replace("_", "-")
    if error.errno == errno.EADDRINUSE:
        holder = next(_holders(port), "another program")
        return PortBusy(
            f"port {port} for {purpose} is taken by {holder};"
            f" stop it, or choose another port with {flag} (0 picks a free one)"
        )
    if error.errno == errno.EACCES:
        return StartError(f"this user may not listen on port {port} for {purpose}; choose one above 1023 with {flag}")
    return StartError(f"cannot listen on port {port} for {purpose}: {error.strerror}")


def _holders(port: int) -> Iterator[str]:
    """Who listens on the port, as far as this system tells (Linux: /proc/net/tcp and the open files of processes)."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return
    for process in Path("/proc").glob("[0-9]*"):
        if not inodes.isdisjoint(_open_files(process)):
            yield f"{(process / 'comm').read_text().strip()} (process {process.name})"


def _open_files(process: Path) -> Iterator[str]:
    try:
        files = list((process / "fd").iterdir())
    except OSError:
        return  # of another user, or gone
    for file in files:
        with contextlib.suppress(OSError):  # closed since the listing
            yield os.readlink(file)


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue  # no such table here
        for line in lines:
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{columns[9]}]"


def allow_connections() -> None:
    """Let this process have as many connections as the system allows; shells begin with 1,024 on many systems."""
    try:
        import resource
    except ImportError:
        return  # Windows, which has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # macOS refuses what is above a bound of the kernel's
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
