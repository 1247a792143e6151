"""Backups by the hour of work, and a second copy of everything on a stick or a share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from workbench import files
from workbench.errors import Fault, WorkbenchError
from workbench.services.jobs import Progress, silent
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.store import backups, conversion
from workbench.store.creation import BACKUPS, DATABASE, EVIDENCE, SUMMARY
from workbench.store.database import is_plain
from workbench.store.evaluations import EvaluationStore
from workbench.store.evidence import Vault
from workbench.store.locked_file import DataKey
from workbench.store.locking import KEY_FILE, MARK, key_places

_ABOUT = "说明.txt"
#: Beside the copied database: up to which line of the history it goes.
_MARK = ".second-copy.json"
_ABOUT_TEXT = """这是评价“{name}”的第二份。
本机的数据损坏或丢失时，把这个文件夹整个复制到数据文件夹，在程序中打开即可。
佐证只增不减；evaluation.db 每次备份时整份替换。请勿在这里直接编辑。
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """A second copy that is complete: how many files were new, and when."""

    new_files: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyJob:
    """Bring a second copy up to date; made on the session's thread, run on any."""

    evaluation: Path
    database: Path
    """A verified backup that nothing writes to any more."""
    target: Path
    at: datetime
    key: DataKey | None = None
    """Of a locked evaluation: then nothing stays in clear at the second place either."""
    mark: str = ""
    """Which state it is, for whoever comes to this place next."""

    def run(self, progress: Progress = silent) -> Copied:
        """Copy what the second copy lacks, each file beside and swapped; nothing in it is ever deleted but what an
        evaluation that got a password left in clear, or one that lost it left encrypted, once its twin is there.

        Raises :class:`WorkbenchError` when the place is away or full; what was copied before stays.
        """
        if not self.target.parent.is_dir():
            raise WorkbenchError(
                "second-copy-away",
                f"第二份的位置不在：{self.target.parent}。",
                "请插上 U 盘或连上共享文件夹；本机的数据不受影响。",
            )
        with files.told(self.target, "存第二份"):
            self.target.mkdir(exist_ok=True)
            lacking = [path for path in self._evidence() if not self._has(path)]
            for done, path in enumerate(lacking):
                progress(done, len(lacking) + 1, "存第二份")
                self._copy(path, self.target / path.relative_to(self.evaluation))
            turning = self._turns()
            if turning:  # until all is done, the database there says which of both states it is in
                files.write_beside(self.target / MARK, b"")
            if self.key is not None:
                self._copy_key_file()
            self._copy(self.database, self.target / DATABASE)
            if self.mark:
                files.write_beside(self.target / _MARK, self.mark.encode())
            if self.key is not None:
                self._lock_leftovers(self.key, progress)
                (self.target / MARK).unlink(missing_ok=True)
            elif turning:
                needed = [path.name[:64] for path in Vault(self.evaluation / EVIDENCE).stored()]
                conversion.tidy(self.target, None, needed=needed)
            about = self.target / _ABOUT
            if not about.exists():
                files.write_beside(about, _ABOUT_TEXT.format(name=self.evaluation.name).encode())
        return Copied(len(lacking), self.at)

    def _turns(self) -> bool:
        """Whether the copy was in clear and is to be locked, or the other way round."""
        if self.key is None:
            return any(place.is_file() for place in key_places(self.target))
        database = self.target / DATABASE
        return database.is_file() and is_plain(database)

    def _copy_key_file(self) -> None:
        """Before the database: without this file it could never be opened."""
        source = next((path for path in key_places(self.evaluation) if path.is_file()), None)
        kept = self.target / KEY_FILE
        if source is not None and not (kept.is_file() and kept.read_bytes() == source.read_bytes()):
            self._copy(source, kept)

    def _lock_leftovers(self, key: DataKey, progress: Progress) -> None:
        """What an earlier copy left in clear goes, once it stands there encrypted too."""
        for place in self.target, self.target / BACKUPS:
            for path in (*place.glob("*.db-wal"), *place.glob("*.db-journal")):
                path.unlink(missing_ok=True)
        (self.target / SUMMARY).unlink(missing_ok=True)
        plain, locked = Vault(self.target / EVIDENCE), Vault(self.target / EVIDENCE, key)
        for path in sorted(plain.stored()):
            progress(0, 0, "加密第二份中原有的佐证")
            answer = locked.add(path, path.name, silent)
            if isinstance(answer, Fault):
                raise WorkbenchError(
                    "second-copy-plain", f"第二份里还有未加密的佐证：{answer.what}", answer.remedy
                )
            path.unlink()

    def _evidence(self) -> list[Path]:
        return sorted((self.evaluation / EVIDENCE).glob("[0-9a-f][0-9a-f]/*"))

    def _has(self, path: Path) -> bool:
        """Evidence is named by its content: the same name and size is the same file."""
        kept = self.target / path.relative_to(self.evaluation)
        return kept.is_file() and kept.stat().st_size == path.stat().st_size

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            files.fsync_folder(target.parent.parent)
        fresh = files.beside(target)
        try:
            shutil.copyfile(source, fresh)
            files.fsync_file(fresh)
            files.swap(fresh, target)
        finally:
            fresh.unlink(missing_ok=True)


class Safekeeping:
    """Knows when a backup is due and where the second copy goes."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now

    @property
    def minutes(self) -> int:
        """Minutes of work between backups."""
        return self._settings.number("backup_minutes")

    @property
    def second_place(self) -> Path | None:
        """Where second copies go, if the person chose a place."""
        chosen = self._settings.text("second_copy").strip()
        return Path(chosen).expanduser() if chosen else None

    def back_up(self, session: Session) -> None:
        """Make a verified backup when something changed since the last. Raises :class:`WorkbenchError`."""
        if isinstance(session.memory, EvaluationStore):
            session.memory.back_up()

    def copy_job(self, session: Session) -> CopyJob | None:
        """The job that brings the second copy up to date; nothing when none is wanted or nothing is kept.

        Makes a backup first. Raises :class:`WorkbenchError`: a place inside the evaluation or among the
        evaluations is refused, for it would be lost with them.
        """
        store, place = session.memory, self.second_place
        if place is None or not isinstance(store, EvaluationStore):
            return None
        home = store.folder.resolve()
        if place.resolve().is_relative_to(home.parent):
            raise WorkbenchError(
                "second-copy-here",
                f"第二份不能放在数据文件夹里：{place}。",
                "请在设置里另选 U 盘或共享文件夹。",
            )
        store.back_up()
        kept = [one for one in backups.listed(home / BACKUPS) if not one.abandoned]
        if not kept:
            return None
        newest = kept[0]
        mark = json.dumps({"length": newest.length, "head": store.hash_at(newest.length)})
        return CopyJob(home, newest.path, _own_place(place, store), self._now(), store.key, mark)


def _own_place(place: Path, store: EvaluationStore) -> Path:
    """The folder for the second copy: one that holds an earlier state of this evaluation, or none yet.

    Colleagues may use one share, and evaluations of one name or copies of one evaluation meet there.
    """
    name = store.folder.resolve().name
    for number in count(1):
        found = place / (name if number == 1 else f"{name}（{number}）")
        known = _mark_in(found)
        if known is None or store.hash_at(known[0]) == known[1]:
            return found
    raise AssertionError  # the loop has no end


def _mark_in(folder: Path) -> tuple[int, str] | None:
    """Which state a second copy holds: the number and hash of its newest line; nothing where nobody said so."""
    try:
        found = json.loads((folder / _MARK).read_bytes())
        return int(found["length"]), str(found["head"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
