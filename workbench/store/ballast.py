"""A file that keeps some of the disk free, given up so that the edit in hand can still be saved."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

BALLAST = ".ballast"
SIZE = 16 * 1024 * 1024
#: It is laid only where this many times its size would still be free.
_ROOM = 8


def lay(folder: Path, size: int = SIZE) -> bool:
    """Make sure that the ballast lies in ``folder``; false when there is no room or no right."""
    path = folder / BALLAST
    try:
        if path.exists() and path.stat().st_size == size:
            return True
        if shutil.disk_usage(folder).free < _ROOM * size:
            return False
        with path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)  # NTFS and exFAT take the room at once
    except OSError:
        release(folder)
        return False
    return True


def release(folder: Path) -> bool:
    """Give the room up; false when there was none to give."""
    try:
        (folder / BALLAST).unlink()
    except OSError:
        return False
    return True
