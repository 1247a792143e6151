"""Dated copies of the database, each verified by opening it, thinned by age."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from workbench import files
from workbench.store import database
from workbench.store.locked_file import DataKey

#: Reasons a backup may be made for, as they stand in its name.
OPENING, MIGRATION, WORK, RESTORE = "打开时", "升级前", "工作中", "恢复前"
#: Stands in the place of the reason of a backup that knows edits which somebody went back from.
ABANDONED = "已退回"

_NAME = re.compile(r"(\d{8}-\d{6})-(\d+)-(.{1,20})\.db")
_STAMP = "%Y%m%d-%H%M%S"
_KEEP_NEWEST = 5
#: Within each age, one backup for each span of time is kept.
_SPANS = (
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=365), timedelta(days=30)),
)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: when it was made by the laptop's clock, how many journal lines it holds, why."""

    path: Path
    at: datetime
    """Local time of the laptop that made it, without a zone."""
    length: int
    reason: str

    @property
    def abandoned(self) -> bool:
        """Whether it knows edits that were gone back from: to be chosen by a person, never by itself."""
        return self.reason == ABANDONED


def abandon(folder: Path, chosen: Backup) -> None:
    """Mark what knows more than the backup that was gone back to; that one counts again.

    The journal goes on from the chosen state, so the longest backup is no longer the one to recover from.
    """
    for one in listed(folder):
        later = one.length > chosen.length
        if one.path == chosen.path and one.abandoned:
            _renamed(one, WORK)
        elif later and not one.abandoned:
            _renamed(one, ABANDONED)


def _renamed(one: Backup, reason: str) -> None:
    path = one.path.with_name(f"{one.at.strftime(_STAMP)}-{one.length}-{reason}.db")
    if not path.exists():
        files.swap(one.path, path)


def listed(folder: Path) -> list[Backup]:
    """The backups in a folder, the one that knows most first; the clock decides only between equals."""
    found = []
    for path in folder.glob("*.db"):
        match = _NAME.fullmatch(path.name)
        if match:
            try:
                at = datetime.strptime(match[1], _STAMP)  # noqa: DTZ007 - the name holds local time
            except ValueError:
                continue
            found.append(Backup(path, at, int(match[2]), match[3]))
    return sorted(found, key=lambda one: (one.length, one.at), reverse=True)


def make(
    connection: sqlite3.Connection,
    folder: Path,
    *,
    length: int,
    at: datetime,
    reason: str,
    key: DataKey | None = None,
) -> Backup | None:
    """Back up the open database, then thin the older ones; nothing when the newest one knows as much.

    Raises :func:`database.errors` or :class:`OSError` when it cannot be made; nothing is thinned then.
    """
    sweep(folder)
    existing = [one for one in listed(folder) if not one.abandoned]
    if existing and existing[0].length == length and reason != MIGRATION:
        return None
    folder.mkdir(exist_ok=True)
    local = at.replace(tzinfo=None, microsecond=0)
    path = folder / f"{local.strftime(_STAMP)}-{length}-{reason}.db"
    fresh = files.beside(path)
    try:
        database.snapshot(connection, fresh, key)
        files.swap(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    made = Backup(path, local, length, reason)
    for old in superfluous(listed(folder), local):
        old.path.unlink(missing_ok=True)
    return made


def superfluous(found: Iterable[Backup], now: datetime) -> list[Backup]:
    """The backups that need not be kept: always the newest five, then one an hour, a day, a month."""
    ordered = sorted(found, key=lambda one: (not one.abandoned, one.length, one.at), reverse=True)
    taken: set[tuple[int, int]] = set()
    gone = []
    for backup in ordered[_KEEP_NEWEST:]:
        age = now - backup.at
        slot = next(
            (
                (index, int((backup.at - datetime.min) / span))  # noqa: DTZ901 - both without a zone
                for index, (oldest, span) in enumerate(_SPANS)
                if age <= oldest
            ),
            None,
        )
        if slot is None or slot in taken:
            gone.append(backup)
        else:
            taken.add(slot)
    return gone


def sweep(folder: Path) -> None:
    """Remove what a cut left half-written."""
    for path in folder.glob(f"{files.UNFINISHED}*"):
        if path.is_file():
            path.unlink(missing_ok=True)
