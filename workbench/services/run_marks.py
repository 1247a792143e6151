"""Whether the last run ended as it should: each run keeps a mark in the log folder and takes it away at its end.

The mark is also where faulthandler writes when the process dies in a library (it names files, lines and
functions, never values); such a mark becomes part of ``native-crash.log``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

CRASH_FILE = "native-crash.log"
_MARK = "run-"
_FATAL = ("Fatal Python error", "Windows fatal exception")
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Ended:
    """How runs before this one ended."""

    unclean: bool = False
    """One was cut off: by a crash, a kill, a dead battery."""
    native: bool = False
    """One died inside a library, and wrote where."""


class RunMark:
    """The mark of this run; :meth:`clear` at its orderly end."""

    def __init__(self, folder: Path, version: str, *, faults: bool = True) -> None:
        """Look at the marks of others in ``folder``, then leave one; a disk that refuses leaves none.

        With ``faults`` the mark takes what faulthandler has to tell of this process.
        """
        self._faults = faults
        self._file: TextIO | None = None
        self.ended = Ended()
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self.ended = _look(folder)
            path = folder / f"{_MARK}{os.getpid()}-{secrets.token_hex(4)}.txt"
            self._file = path.open("x", encoding="utf-8")
            self._path = path
            _lock(self._file)
            self._file.write(f"{version}\n")
            self._file.flush()
            if faults:
                faulthandler.enable(self._file)

    def clear(self) -> None:
        """This run ends as it should."""
        if self._file is None:
            return
        if self._faults:
            faulthandler.disable()
        self._file.close()
        self._file = None
        with contextlib.suppress(OSError):
            self._path.unlink()


def _lock(file: TextIO) -> None:
    """Hold the mark while this process lives; on Windows an open file can't be removed anyway."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _look(folder: Path) -> Ended:
    unclean = native = False
    for path in sorted(folder.glob(f"{_MARK}*.txt")):
        with contextlib.suppress(OSError):
            with path.open("r+", encoding="utf-8", errors="replace") as file:
                _lock(file)  # refused: that run is alive
                text = file.read(_LONGEST)
            path.unlink()
            unclean = True
            if any(word in text for word in _FATAL):
                native = True
                with (folder / CRASH_FILE).open("a", encoding="utf-8") as kept:
                    kept.write(f"{text}\n")
    return Ended(unclean, native)
