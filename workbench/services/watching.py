"""A folder that is watched for new files (a phone's, a scanner's): what came, and has stopped growing."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import Fault
from workbench.services.dropped_files import MOST_FILES, files_in
from workbench.services.session import Session
from workbench.services.settings import Settings

#: A file has come whole when its size and time stood still this long, in seconds.
SETTLE_SECONDS = 2.0
_SETTING = "watched_folders"
#: Evaluations whose folder is remembered; the oldest are forgotten.
_MOST_REMEMBERED = 50

#: Size in bytes and time of the last change in nanoseconds.
_State = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look into the folder found."""

    ready: tuple[Path, ...] = ()
    """New files that are whole; they are told once, and again only when they change."""
    growing: int = 0
    """New files that are still being written."""
    gone: bool = False
    """The folder can't be read now: a cable was pulled, a share went away."""


class FolderWatch:
    """Looks into one folder and those in it. What lies there at the first look is left alone; nothing is written.

    One look at a time, from any thread.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told: dict[Path, _State] = {}
        self._coming: dict[Path, tuple[_State, float]] = {}
        self._begun = False

    def look(self, now: float) -> Look:
        """Look once; ``now`` is the time in seconds of any steady clock."""
        found = self._states()
        if found is None:
            self._coming.clear()
            return Look(gone=True)
        if not self._begun:
            self._begun = True
            self._told = found
            return Look()
        coming: dict[Path, tuple[_State, float]] = {}
        ready: list[Path] = []
        for path, state in found.items():
            if self._told.get(path) == state:
                continue
            before = self._coming.get(path)
            since = before[1] if before is not None and before[0] == state else now
            if state[0] > 0 and now - since >= SETTLE_SECONDS:
                self._told[path] = state
                ready.append(path)
            else:
                coming[path] = (state, since)
        self._coming = coming
        return Look(tuple(ready), len(coming))

    def _states(self) -> dict[Path, _State] | None:
        """Every file with its state; nothing when the folder itself can't be read."""
        try:
            next(self.folder.iterdir(), None)
        except OSError:
            return None
        found: dict[Path, _State] = {}
        for path in files_in(self.folder):
            if isinstance(path, Fault):
                continue  # a folder below that is closed to us holds nothing that could come in
            with contextlib.suppress(OSError):  # gone between the two calls
                held = path.stat()
                found[path] = (held.st_size, held.st_mtime_ns)
            if len(found) >= MOST_FILES:
                break
        return found


class Watching:
    """Which folder each evaluation watches, remembered on this machine alone."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self._settings = settings
        self._session = session

    def remembered(self) -> Path | None:
        """The folder that this evaluation last watched, if it is still wanted."""
        kept = self._kept().get(self._session.evaluation.id)
        return Path(kept) if isinstance(kept, str) and kept else None

    def remember(self, folder: Path | None) -> None:
        """Keep the folder for the next time, or forget it. Raises :class:`WorkbenchError` of the disk."""
        kept = {key: value for key, value in self._kept().items() if key != self._session.evaluation.id}
        if folder is not None:
            kept[self._session.evaluation.id] = str(folder)
        latest = dict(list(kept.items())[-_MOST_REMEMBERED:])
        self._settings.put(_SETTING, json.dumps(latest, ensure_ascii=False))

    def _kept(self) -> dict[str, object]:
        with contextlib.suppress(ValueError):
            found = json.loads(self._settings.text(_SETTING) or "{}")
            if isinstance(found, dict):
                return found
        return {}
