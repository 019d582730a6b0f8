"""Child processes of our own: how they are started, and the frames that go to them and come from them.

A child runs one function of this package until what it reads ends: when its parent wants that, or has gone. Ctrl-C is
the parent's business.
"""

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def spawn(module: str, function: str, **streams: Any) -> "subprocess.Popen[bytes]":
    """Start a process that runs `module.function()`. `streams` as subprocess.Popen has them. Raises OSError."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from {module} import {function}; {function}()"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        **streams,
    )


def begin() -> None:
    """What a child does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def frame(*pieces: bytes) -> bytes:
    """A frame of these pieces: its length before them."""
    return b"".join((_LENGTH.pack(sum(map(len, pieces))), *pieces))


class Frames:
    """Takes frames off a stream of bytes that comes in any pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """More has come; the frames that are whole now."""
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._buffer, at)
            end = at + _LENGTH.size + size
            if len(self._buffer) < end:
                break
            yield bytes(memoryview(self._buffer)[at + _LENGTH.size : end])
            at = end
        del self._buffer[:at]


def read(stream: IO[bytes]) -> bytes:
    """Wait for the next frame of a pipe. Raises EOFError at the end."""
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(length)
    whole = stream.read(size)
    if len(whole) < size:
        raise EOFError
    return whole


def write(stream: IO[bytes], *frames: bytes) -> None:
    """Put frames into a pipe. Raises OSError if nobody reads them."""
    for each in frames:
        stream.write(_LENGTH.pack(len(each)))
        stream.write(each)
    stream.flush()
