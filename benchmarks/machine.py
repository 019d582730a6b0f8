"""The machine and the versions that figures were measured with: without them a figure says little."""

import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers import Catcher

_BUSY = 0.5  # of the cores


def describe(catchers: Sequence[Catcher], *, root: Path | None) -> list[tuple[str, str]]:
    """Rows of name and value, for the head of a report."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    folder = root or Path(tempfile.gettempdir())
    return [
        ("Date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("Processor", f"{_processor()}, {os.cpu_count()} cores; load at the start {load} (1, 5, 15 minutes)"),
        ("Memory", f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Databases on", _file_system(folder)),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}"),
        *((catcher.name, catcher.version(path)) for catcher in catchers if (path := catcher.path())),
    ]


def busy() -> str:
    """What to say of a machine that does other work, or "": its figures are provisional."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < _BUSY * cores:
        return ""
    return (
        f"Provisional: the machine was busy before it began (load {load:.1f} on {cores} cores). Run it again when idle."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _file_system(folder: Path) -> str:
    """The kind of the file system that holds the folder, and what is free there."""
    mounts = (line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines())
    holding = [(point, kind) for point, kind in mounts if folder.resolve().is_relative_to(point)]
    kind = max(holding, key=lambda each: len(each[0]))[1] if holding else "unknown"
    return f"{kind}, {shutil.disk_usage(folder).free / 1e9:.0f} GB free"
