"""Bring back a damaged evaluation: the longest history that still vouches for itself, rebuilt whole."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.store import backups, database, journal
from workbench.store.backups import Backup
from workbench.store.creation import BACKUPS, DATABASE, EVIDENCE, rebuild
from workbench.store.database import Damaged, told
from workbench.store.journal import Line
from workbench.store.locked_file import DataKey
from workbench.store.verification import Identity, identify

_LOGS = ("", "-wal", "-journal")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was brought back: from which file, up to which journal line, where the old state lies."""

    source: Path
    length: int
    aside: Path

    @property
    def sentence(self) -> str:
        """What the user should hear."""
        return (
            f"已恢复到第 {self.length} 条修改记录（来自“{self.source.name}”）；"
            f"恢复前的文件保留在“{self.aside.parent.name}/{self.aside.name}”。"
        )


@dataclass(frozen=True, slots=True)
class _Story:
    """As much of a file as its chain of hashes vouches for."""

    source: Path
    identity: Identity
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What going back would give: how many edits the present file vouches for, and its backups."""

    length: int | None
    """Nothing when not even the beginning of the present file can be read."""
    last_edit: str
    """When the last of these edits was made (ISO), empty for none."""
    backups: tuple[Backup, ...]
    """The one that knows most first."""

    @property
    def best(self) -> int | None:
        """The edits that :func:`recover` would bring back at least, if the backups are whole."""
        known = [backup.length for backup in self.backups if not backup.abandoned]
        return max([*known, *([] if self.length is None else [self.length])], default=None)

    def lost(self, backup: Backup) -> int:
        """How many edits that are vouched for going back to ``backup`` would leave behind."""
        return max((self.length or 0) - backup.length, 0)


def outlook(folder: Path, key: DataKey | None = None) -> Outlook:
    """Look at an evaluation that is not open, changing nothing; raises :class:`WorkbenchError` of the disk."""
    with files.told(folder, "查看备份"):
        story = _read(folder / DATABASE, key)
        found = tuple(backups.listed(folder / BACKUPS))
    lines = story.lines if story is not None else []
    return Outlook(None if story is None else len(lines), lines[-1].at if lines else "", found)


def recover(folder: Path, now: datetime, key: DataKey | None = None) -> Recovered:
    """Rebuild the evaluation from its own journal or from a backup, whichever knows more.

    The damaged files are kept aside first. Raises :class:`Damaged` when nothing can be read, and
    :class:`WorkbenchError` when the evaluation is open or the disk refuses.
    """
    with files.told(folder, "恢复评价"), told(folder, "恢复评价"):
        _demand_closed(folder, key)
        aside = _put_aside(folder, now)
        found = backups.listed(folder / BACKUPS)
        best = _longest([aside / DATABASE, *(one.path for one in found if not one.abandoned)], key)
        if best is None:
            best = _longest([one.path for one in found if one.abandoned], key)
        if best is None:
            raise Damaged(f"评价“{folder.name}”的数据文件和各个备份都不能读取。")
        _rebuild_in_place(folder, best, key)
    return Recovered(best.source, len(best.lines), aside)


def restore(folder: Path, backup: Backup, now: datetime, key: DataKey | None = None) -> Recovered:
    """Go back to one backup; the present state, damaged or not, is kept aside first.

    Raises :class:`Damaged` when the backup itself is not whole, changing nothing.
    """
    with files.told(folder, "恢复备份"), told(folder, "恢复备份"):
        _demand_closed(folder, key)
        story = _read(backup.path, key)
        if story is None or len(story.lines) != backup.length:
            raise Damaged(f"备份“{backup.path.name}”已损坏，未作任何改动。")
        aside = _put_aside(folder, now)
        _rebuild_in_place(folder, story, key)
        backups.abandon(folder / BACKUPS, backup)
    return Recovered(backup.path, len(story.lines), aside)


def _longest(paths: Sequence[Path], key: DataKey | None) -> _Story | None:
    """The longest story that any of these files tells."""
    stories = (_read(path, key) for path in paths)
    return max((one for one in stories if one is not None), key=lambda one: len(one.lines), default=None)


def _rebuild_in_place(folder: Path, story: _Story, key: DataKey | None) -> None:
    """Put a new database that tells the story in the place of the present one, after reading it back."""
    fresh = files.beside(folder / DATABASE)
    try:
        rebuild(fresh, story.identity.evaluation, story.identity.form, story.lines, key)
        written = _read(fresh, key)
        if written is None or written.lines != story.lines:
            raise database.corrupt("the rebuilt database does not read back")
        _swap_in(fresh, folder)
    finally:
        for ending in _LOGS:
            files.discard(fresh.with_name(f"{fresh.name}{ending}"))


def _demand_closed(folder: Path, key: DataKey | None) -> None:
    """Refuse while another window has it open; an undamaged one folds its log in and closes."""
    path = folder / DATABASE
    if not path.is_file():
        if (folder / EVIDENCE).is_dir() or (folder / BACKUPS).is_dir():
            return  # the database is gone, its backups may be there
        raise WorkbenchError("not-found", f"文件夹中没有评价数据：{folder}。", "请选择评价文件夹。")
    try:
        database.connect(path, key).close()
    except database.errors() as error:
        sentence = database.world_error(error, folder, "恢复评价")
        if sentence is None or sentence.code != "damaged":
            raise


def _put_aside(folder: Path, now: datetime) -> Path:
    (folder / BACKUPS).mkdir(exist_ok=True)
    aside = files.free_name(folder / BACKUPS, f"恢复前 {now:%Y%m%d-%H%M%S}")
    fresh = files.beside(aside)
    try:
        fresh.mkdir()
        for ending in _LOGS:
            source = folder / f"{DATABASE}{ending}"
            if source.exists():
                shutil.copyfile(source, fresh / source.name)
                files.fsync_file(fresh / source.name)
        files.fsync_folder(fresh)
        files.swap(fresh, aside)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return aside


def _swap_in(fresh: Path, folder: Path) -> None:
    # A log of the old file must not be folded into the new one.
    for ending in _LOGS[1:]:
        (folder / f"{DATABASE}{ending}").unlink(missing_ok=True)
    files.fsync_folder(folder)
    files.swap(fresh, folder / DATABASE)


def _key_for(path: Path, key: DataKey | None) -> DataKey | None:
    """The key that a file needs: a copy in clear may lie among encrypted ones."""
    return None if key is None or database.is_plain(path) else key


def _read(path: Path, key: DataKey | None) -> _Story | None:
    """What a file still tells for certain, read from a copy so that the file stays as it is."""
    if not path.is_file():
        return None
    scratch = files.beside(path.with_name("scratch"))
    scratch.mkdir()
    try:
        for ending in _LOGS:
            source = path.with_name(f"{path.name}{ending}")
            if source.exists():
                shutil.copyfile(source, scratch / source.name)
        with (
            database.doubting(),
            contextlib.closing(
                database.connect(scratch / path.name, _key_for(scratch / path.name, key))
            ) as connection,
        ):
            connection.text_factory = database.lenient
            identity = identify(connection)
            return None if identity is None else _Story(path, identity, _vouched(connection, identity.start))
    except database.errors():
        return None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _vouched(connection: sqlite3.Connection, start: str) -> list[Line]:
    """The lines up to the first that is broken or unreadable."""
    lines: list[Line] = []
    previous = start
    with contextlib.suppress(*database.errors()), database.doubting():
        for line in journal.each(connection):
            if not line.follows(previous, len(lines) + 1):
                break
            lines.append(line)
            previous = line.hash
    return lines
