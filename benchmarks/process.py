"""Processes that a benchmark starts: in a session of their own, and ended with all their children."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

_POLL_SECONDS = 0.002
_STOP_SECONDS = 5.0
_OWN_SETTINGS = ("MAILTRAP_LOCAL_", "MP_", "MAILDEV_", "PYTHONDONTWRITEBYTECODE")


class Failed(Exception):
    """A run that gave no figure, and why, in one sentence."""


class Process:
    """A running command. Leaving the block ends it and whatever it started."""

    def __init__(self, command: Sequence[str], *, folder: Path) -> None:
        self.command = list(command)
        self.folder = folder
        self.started = 0.0
        self._log = folder / "output.log"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        tree = list(_handles(self.pid))
        try:
            self._signal(signal.SIGTERM)
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # it gets the signal below, which nothing survives
        finally:
            self._signal(signal.SIGKILL)
            self._process.wait()
            for handle in tree:
                select.select([handle], [], [], _STOP_SECONDS)  # readable once that process has ended
                os.close(handle)

    @property
    def pid(self) -> int:
        """The number of the command itself."""
        return self._process.pid

    def await_port(self, port: int, *, seconds: float = 20.0) -> None:
        """Wait until the port accepts a connection. Raises Failed if the process ends or the time is over."""
        deadline = time.perf_counter() + seconds
        while not _accepts(port):
            self.check()
            if time.perf_counter() > deadline:
                raise Failed(f"{self.command[0]} did not listen on port {port} within {seconds:.0f} s")
            time.sleep(_POLL_SECONDS)  # a port that opens sends no event

    def check(self) -> None:
        """Raises Failed if the process has ended, with the last line that it wrote."""
        if self._process.poll() is not None:
            lines = self._log.read_text(errors="replace").strip().splitlines() or ["without a word"]
            raise Failed(f"{Path(self.command[0]).name} ended with {self._process.returncode}: {lines[-1][:200]}")

    def resident(self) -> int:
        """Bytes of memory resident, summed over the process and its descendants."""
        return sum(_resident(pid) for pid in _tree(self.pid))

    def cpu_seconds(self) -> float:
        """Processor time that the process and its descendants have used. It is little moved by what else runs."""
        return sum(_cpu_seconds(pid) for pid in _tree(self.pid))

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # all of the group have ended
            os.killpg(self._process.pid, number)


def environment() -> dict[str, str]:
    """This environment without what would set the catchers up otherwise. Python keeps what it compiles, as it does."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OWN_SETTINGS)}


def free_ports(count: int) -> list[int]:
    """Loopback ports that are free now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):  # it ends while we look
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _tree(int(child))


def _handles(pid: int) -> Iterator[int]:
    """A file descriptor for each process of the tree, to wait for its end."""
    for member in _tree(pid):
        with contextlib.suppress(ProcessLookupError):  # ended since
            yield os.pidfd_open(member)


def _resident(pid: int) -> int:
    try:
        return resident_bytes(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0  # ended since


def _cpu_seconds(pid: int) -> float:
    try:
        return cpu_ticks(Path(f"/proc/{pid}/stat").read_text()) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0  # ended since


def cpu_ticks(stat: str) -> int:
    """User and system time of a `/proc/PID/stat`, in clock ticks. The command's name in it may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def resident_bytes(rollup: str) -> int:
    """The `Rss` of a `/proc/PID/smaps_rollup`, in bytes. Raises StopIteration when it has none."""
    return next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Rss:"))
