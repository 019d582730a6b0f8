"""Files that are made whole or not at all, and that never replace one."""

from __future__ import annotations

import os

from mailtrap_local.cli.archive.ledger import MODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def make(target: Path, octets: bytes, *, by_way_of: Path) -> bool:
    """Make a file by way of another name in the same file system. False if the name holds something else already.

    What a killed run left under the other name, which is of our own making, is written anew.
    """
    if target.exists() or target.is_symlink():
        return is_same(target, octets)
    by_way_of.unlink(missing_ok=True)
    with open(os.open(by_way_of, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
        file.write(octets)
    try:
        os.link(by_way_of, target)  # unlike a rename this fails where the name is taken meanwhile
    except FileExistsError:
        return is_same(target, octets)
    except OSError:  # a file system without hard links
        os.rename(by_way_of, target)
        return True
    finally:
        by_way_of.unlink(missing_ok=True)
    return True


def is_same(path: Path, octets: bytes) -> bool:
    """Whether a file holds just these octets."""
    return path.is_file() and path.stat().st_size == len(octets) and path.read_bytes() == octets
