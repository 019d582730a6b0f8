"""Which stages are watched: memory that the server writes and its workers read."""

import mmap
import os
import tempfile
from collections.abc import Collection
from typing import IO

from mailtrap_local.stages import STAGES, Stage

_AT = {stage: index for index, stage in enumerate(STAGES)}


class Watched:
    """An octet for each stage, in a file without a name that processes share. `stage in watched` tells."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._octets = mmap.mmap(file.fileno(), len(STAGES))

    @classmethod
    def made(cls) -> "Watched":
        """A new one, where nothing is watched."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the memory
        file.truncate(len(STAGES))
        return cls(file)

    @classmethod
    def inherited(cls, descriptor: int) -> "Watched":
        """One that another process has made."""
        return cls(os.fdopen(descriptor, "r+b", buffering=0))

    @property
    def descriptor(self) -> int:
        """The file, for a child to inherit."""
        return self._file.fileno()

    def __contains__(self, stage: object) -> bool:
        return self._octets[_AT[stage]] != 0  # type: ignore[index]  # there is no other stage

    def show(self, stages: Collection[Stage]) -> None:
        """These are watched from now on."""
        for stage, index in _AT.items():
            self._octets[index] = stage in stages

    def close(self) -> None:
        """Let go of it."""
        self._octets.close()
        self._file.close()
