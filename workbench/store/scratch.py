"""Rooms for what must lie in clear for a moment: in memory where there is such a place, gone after use.

A room belongs to the run that made it; one that a cut left behind is swept when the program starts again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

_PREFIX = "workbench-private-"
_MARK = ".held"
#: A room in memory must have so many bytes free, or the ordinary temporary folder is taken.
_ROOM = 64 << 20
#: Seconds in which a room may have no mark yet.
_YOUNG = 60


class Room:
    """A fresh folder that only this user may look into; :meth:`close` empties and removes it."""

    def __init__(
        self, need: int = 0, environ: Mapping[str, str] = os.environ, *, private: bool = True
    ) -> None:
        """``need`` bytes should fit in. ``OSError`` passes."""
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_place(need, environ) if private else None))
        self._mark: IO[bytes] = (self.folder / _MARK).open("xb")
        _hold(self._mark)

    def close(self) -> None:
        """Remove the folder with everything in it. Closing twice is harmless."""
        self._mark.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def room(need: int = 0, *, private: bool = True) -> Iterator[Path]:
    """A room for a while; what is not ``private`` may lie in the ordinary temporary folder. ``OSError`` passes."""
    made = Room(need, private=private)
    try:
        yield made.folder
    finally:
        made.close()


def sweep(environ: Mapping[str, str] = os.environ) -> int:
    """Remove rooms that no living run holds; returns how many."""
    gone = 0
    for place in dict.fromkeys([*_in_memory(environ), Path(tempfile.gettempdir())]):
        for found in sorted(place.glob(f"{_PREFIX}*")):
            with contextlib.suppress(OSError):
                if not found.is_symlink() and found.stat().st_uid == _user() and _abandoned(found):
                    shutil.rmtree(found)
                    gone += 1
    return gone


def _abandoned(found: Path) -> bool:
    """Whether nobody holds a room; raises ``OSError`` when somebody does."""
    mark = found / _MARK
    if not mark.exists():  # it may just be being made
        return time.time() - found.stat().st_mtime > _YOUNG
    with mark.open("r+b") as file:
        _hold(file)
    if sys.platform == "win32":
        mark.unlink()
    return True


def _user() -> int:
    return 0 if sys.platform == "win32" else os.getuid()


def _in_memory(environ: Mapping[str, str]) -> list[Path]:
    """Folders of this user that never reach a disk (but for swap), best first."""
    if not sys.platform.startswith("linux"):
        return []
    named = environ.get("XDG_RUNTIME_DIR", "")
    return [path for path in (Path(named) if named else None, Path("/dev/shm")) if path and path.is_dir()]  # noqa: S108


def _place(need: int, environ: Mapping[str, str]) -> Path | None:
    for place in _in_memory(environ):
        with contextlib.suppress(OSError):
            if os.access(place, os.W_OK) and shutil.disk_usage(place).free > need + _ROOM:
                return place
    return None


def _hold(mark: IO[bytes]) -> None:
    """Keep others from sweeping while this process lives; on Windows an open file can't be removed anyway."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
