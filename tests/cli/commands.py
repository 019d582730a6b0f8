"""Running commands as a user does: in a process of their own, through pipes or at a terminal."""

import asyncio
import json
import os
import pty
import signal
import sys
import termios
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailtrap_local.server import Server
from tests.tools import ROOT

COMMAND = (sys.executable, "-m", "mailtrap_local")


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    octets: bytes
    err: str

    @property
    def out(self) -> str:
        return self.octets.decode()

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """The one value that was printed."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    def fine(self) -> "Ended":
        """This one, which went well and complained of nothing."""
        assert (self.code, self.err) == (0, ""), self
        return self


def environment(server: Server | None = None, **more: str) -> dict[str, str]:
    """The environment of a shell that has none of our variables but the server's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MAILTRAP_LOCAL_", "COLUMNS"))}
    where = {"MAILTRAP_LOCAL_URL": server.url} if server else {}
    return {**ours, "PYTHONPATH": str(ROOT), "TERM": "xterm", **where, **more}


@asynccontextmanager
async def started(
    server: Server | None, *arguments: str, folder: Path | None = None, **environ: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that is running; it is killed at the end of the block if it still is."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, *arguments),
        cwd=folder,
        env=environment(server, **environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def command(
    server: Server | None, *arguments: str, given: bytes = b"", folder: Path | None = None, **environ: str
) -> Ended:
    """A command run to its end."""
    async with started(server, *arguments, folder=folder, **environ) as process:
        out, err = await asyncio.wait_for(process.communicate(given), 60)
        return Ended(process.returncode or 0, out, err.decode())


async def at_terminal(
    server: Server,
    *arguments: str,
    columns: int = 100,
    typed: bytes = b"",
    until: bytes = b"",
    interrupt: bool = False,
    **environ: str,
) -> tuple[int, bytes]:
    """A command run at a terminal of so many columns: its code, and every octet that reached the terminal.

    Once the terminal shows `until`, `typed` is put in, or the command gets a SIGINT. Line ends are told as LF.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST  # LF stays LF
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, *arguments), env=environment(server, **environ), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = bytearray()

    def read() -> None:
        nonlocal typed, interrupt
        while True:
            try:
                octets = os.read(ours, 65_536)
            except OSError:  # the other end has gone
                return
            if not octets:
                return
            seen.extend(octets)
            if typed and until in seen:
                os.write(ours, typed)
                typed = b""
            if interrupt and until in seen:
                process.send_signal(signal.SIGINT)
                interrupt = False

    reading = asyncio.create_task(asyncio.to_thread(read))
    try:
        code = await asyncio.wait_for(process.wait(), 60)
        await asyncio.wait_for(reading, 10)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(ours)
    return code, bytes(seen)


async def interrupted(process: asyncio.subprocess.Process) -> Ended:
    """Ctrl-C for a command that is running."""
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    return Ended(process.returncode or 0, out, err.decode())


def rows(ended: Ended) -> Sequence[Mapping[str, Any]]:
    """The JSON values that were printed, one a line."""
    return [json.loads(line) for line in ended.lines]
