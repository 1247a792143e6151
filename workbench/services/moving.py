"""The data folder on another disk: copied, compared byte by byte, then named in the settings; the old one is kept.

Nothing of the old folder is changed before the new one is whole on its disk. It then gets another name, so
that nobody goes on working in it by mistake, and is deleted by nobody but the person.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.installs import clean_environment
from workbench.services.catalog import Catalog
from workbench.services.jobs import Progress, silent
from workbench.services.settings import Settings
from workbench.services.unpacking import gone
from workbench.services.updating import start_program
from workbench.store.creation import DATABASE
from workbench.store.database import held

_BLOCK = 1 << 20
#: Beyond what is copied, so much (bytes) stays free.
_ROOM = 64 << 20
MOVED_FROM = "（已移走）"


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the data lies from the next start on, and where the old folder is kept."""

    new: Path
    old: Path
    files: int
    bytes: int

    def sentence(self) -> str:
        """What happened and what is left to do, for a person."""
        return (
            f"已移到“{self.new}”：{self.files:,} 个文件，{self.bytes / (1 << 20):,.1f} MB，逐个核对一致。"
            f"原来的留在“{self.old}”，确认无误后可自行删除。"
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file to be moved: where below the folder, and what its size and time were at the start."""

    name: Path
    size: int
    changed: int


class Moving:
    """Moves the folder that holds the evaluations and the firm's own things."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog, self._settings = catalog, settings

    @property
    def data(self) -> Path:
        """The folder as it is now."""
        return self._catalog.data

    def fit(self, place: Path) -> Path:
        """The folder that would be made in ``place``, once it is found to do.

        Raises :class:`WorkbenchError`: an evaluation is open, too little room, one folder in the other.
        """
        data = self.data
        target = place if not place.exists() or not any(place.iterdir()) else place / data.name
        with files.told(place, "移动数据文件夹"):
            here, there = data.resolve(), target.resolve()
            if here == there or here.is_relative_to(there) or there.is_relative_to(here):
                raise WorkbenchError(
                    "inside", f"“{target}”与现在的数据文件夹互相包含。", "请选择别处的文件夹。"
                )
            if target.exists() and any(target.iterdir()):
                raise WorkbenchError(
                    "not-empty", f"“{target}”里已有别的文件。", "请选择一个空文件夹，或先把它们移开。"
                )
            for database in sorted(data.glob(f"*/{DATABASE}")):
                if self._catalog.is_open(database.parent) or held(database):
                    raise WorkbenchError(
                        "still-open",
                        f"“{database.parent.name}”正开着，不能移动。",
                        "请先回到首页，并关闭其他窗口。",
                    )
            need = sum(entry.size for entry in self._entries()) + _ROOM
            free = shutil.disk_usage(_existing(target)).free
        if free < need:
            raise WorkbenchError(
                "disk-full",
                f"“{target}”所在的磁盘只剩 {free >> 20:,} MB，需要 {need >> 20:,} MB。",
                "请清理磁盘，或选择另一个磁盘。",
            )
        return target

    def move(self, place: Path, progress: Progress = silent) -> Moved:
        """Copy, compare, name the new folder in the settings; on any failure all is as it was.

        Raises as :meth:`fit`, for a disk that fails or returns something else than was written, and what
        ``progress`` raises. The program that runs must be started anew afterwards.
        """
        target, data = self.fit(place), self.data
        entries = list(self._entries())
        total = sum(entry.size for entry in entries)
        fresh = files.beside(target)
        with files.told(target, "移动数据文件夹"), gone(fresh):
            fresh.mkdir(parents=True)
            written = self._copy(entries, fresh, total, progress)
            self._compare(entries, written, fresh, total, progress)
            files.fsync_tree(fresh)
            if target.exists():
                target.rmdir()  # found empty
            files.swap(fresh, target)
        try:
            self._settings.put("data_folder", str(target))
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        return Moved(target, _put_aside(data), len(entries), total)

    def _entries(self) -> Iterator[_Entry]:
        """Every file but those of the run (log, cache, settings), which may lie there too and stay."""
        data = self.data
        for path in sorted(data.rglob("*")) if data.is_dir() else []:
            name = path.relative_to(data)
            if name.parts[0].startswith(".") or path.is_symlink() or not path.is_file():
                continue
            stat = path.stat()
            yield _Entry(name, stat.st_size, stat.st_mtime_ns)

    def _copy(self, entries: list[_Entry], fresh: Path, total: int, progress: Progress) -> dict[Path, str]:
        """SHA-256 of what was read, by name."""
        done, digests = 0, {}
        for entry in entries:
            target = fresh / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with (self.data / entry.name).open("rb") as source, target.open("xb") as to:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    to.write(block)
                    done += len(block)
                    progress(done, 2 * total, "复制")
            os.utime(target, ns=(entry.changed, entry.changed))
            digests[entry.name] = digest.hexdigest()
        return digests

    def _compare(
        self, entries: list[_Entry], written: dict[Path, str], fresh: Path, total: int, progress: Progress
    ) -> None:
        done = total
        for entry in entries:
            digest = hashlib.sha256()
            with (fresh / entry.name).open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
                    done += len(block)
                    progress(done, 2 * total, "核对")
            if digest.hexdigest() != written[entry.name]:
                raise WorkbenchError(
                    "copy-differs",
                    f"“{entry.name}”写到新位置后读回不一致，没有移动。",
                    "新的磁盘可能有问题，请换一个。",
                )
        if list(self._entries()) != entries:
            raise WorkbenchError(
                "changed-meanwhile",
                "移动时数据文件夹里有改动，没有移动。",
                "请关闭其他窗口和同步软件后重试。",
            )


def start_again() -> None:
    """Start another run of this copy of the program, and leave it alone."""
    frozen = getattr(sys, "frozen", False)
    call = [sys.executable] if frozen else [sys.executable, "-m", "workbench"]
    place = None if frozen else Path(__file__).resolve().parents[2]
    start_program(call, clean_environment(os.environ), place)


def _existing(path: Path) -> Path:
    """The nearest folder above that is there."""
    return path if path.exists() else _existing(path.parent)


def _put_aside(data: Path) -> Path:
    """Give the old folder another name; where something of it is in use it keeps its own."""
    if any(one.name.startswith(".") for one in data.iterdir()):
        return data  # log and settings of this run lie in it
    aside = files.free_name(data.parent, f"{data.name}{MOVED_FROM}")
    with contextlib.suppress(OSError):
        data.rename(aside)
        return aside
    return data
