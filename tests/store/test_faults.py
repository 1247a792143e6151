"""A full, faulty or read-only disk: each edit is saved whole or not at all, and work goes on afterwards."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.store.conftest import Desk
from workbench.domain.evaluation import Entity, Member, Overview
from workbench.errors import WorkbenchError
from workbench.store import ballast, database
from workbench.store.creation import BACKUPS
from workbench.store.evaluations import Keeping

DISK = 3 * 1024 * 1024
NO_BALLAST = Keeping(backup=False, ballast=0)


@dataclass
class Disk:
    """A place that can be filled up and freed again."""

    folder: Path
    fill: Callable[[], None]
    free: Callable[[], None]


@contextlib.contextmanager
def _tmpfs() -> Iterator[Path | None]:
    """A small disk of its own, where this user may mount one."""
    folder = tempfile.mkdtemp()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], capture_output=True, check=False
    )
    try:
        yield Path(folder) if done.returncode == 0 else None
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def _limit(folder: Path) -> None:
    """No file may grow past the largest one there is."""
    largest = max((path.stat().st_size for path in folder.rglob("*") if path.is_file()), default=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


def _unlimit() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _kinds() -> list[str]:
    with _tmpfs() as mounted:
        return ["file-limit"] if mounted is None else ["file-limit", "small-disk"]


KINDS = _kinds()


@pytest.fixture(params=KINDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "file-limit":
        yield Disk(tmp_path, lambda: _limit(tmp_path), _unlimit)
        _unlimit()
        return
    with _tmpfs() as mounted:
        assert mounted is not None
        yield Disk(mounted, lambda: _fill(mounted), (mounted / "filler").unlink)


def test_on_a_full_disk_nothing_is_lost_and_work_goes_on(disk: Disk) -> None:
    desk = Desk(disk.folder / "评价")
    folder = desk.create()
    session = desk.session(folder)
    session.put(Member(id="0", name="甲"))
    disk.fill()
    codes: list[str] = []
    saved = 1
    while len(codes) < 3:
        try:
            session.put(Member(id=str(saved), name="乙" * 500))
            saved += 1
        except WorkbenchError as error:
            codes.append(error.code)
    assert set(codes) <= {"disk-full", "disk-error"}
    assert len(session.evaluation.table(Member)) == saved
    session.close()

    again = desk.session(folder)  # while the disk is still full
    assert len(again.evaluation.table(Member)) == saved
    disk.free()
    again.put(Member(id="free", name="丙"))
    again.close()
    session = desk.session(folder)
    assert session.evaluation.get(Member, "free") == Member(id="free", name="丙")
    assert len(session.evaluation.table(Member)) == saved + 1
    desk.close()


def test_a_creation_on_a_full_disk_leaves_nothing(disk: Disk) -> None:
    desk = Desk(disk.folder / "评价")
    desk.data.mkdir()
    disk.fill()
    with pytest.raises(WorkbenchError) as caught:
        desk.create(entities=tuple(Member(id=str(n), name="甲" * 500) for n in range(100)))
    assert caught.value.code in {"disk-full", "disk-error"}
    assert list(desk.data.iterdir()) == []
    disk.free()
    desk.open(desk.create())
    desk.close()


def test_the_ballast_saves_the_edit_in_hand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = desk.create()
    size = 64 * 1024
    session = desk.session(folder, keeping=Keeping(backup=False, ballast=size))
    assert (folder / BACKUPS / ballast.BALLAST).is_file()
    faulty = _faulty(desk, session, sqlite3.SQLITE_FULL, times=1)
    session.put(Member(id="m", name="甲"))
    assert faulty.raised == 1
    (notice,) = session.notices()
    assert "预留空间" in notice
    assert not (folder / BACKUPS / ballast.BALLAST).exists()
    session.close()
    assert desk.session(folder).evaluation.get(Member, "m") is not None


class _Faulty:
    """A connection whose COMMIT reports an error, before or after it was done."""

    def __init__(self, connection: sqlite3.Connection, code: int, times: int, *, done: bool) -> None:
        self._connection = connection
        self._code = code
        self._times = times
        self._done = done
        self.raised = 0

    def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        if statement == "COMMIT" and self.raised < self._times:
            self.raised += 1
            if self._done:
                self._connection.execute(statement)
            error = sqlite3.OperationalError("injected")
            error.sqlite_errorcode = self._code
            raise error
        return self._connection.execute(statement, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def _faulty(desk: Desk, session: object, code: int, times: int = 1, *, done: bool = False) -> _Faulty:
    store = session.memory
    faulty = _Faulty(store._connection, code, times, done=done)
    store._pen._connection = faulty
    return faulty


def test_an_edit_whose_fsync_failed_is_told_and_not_half_there(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    _faulty(desk, session, sqlite3.SQLITE_IOERR_FSYNC)
    with pytest.raises(WorkbenchError, match="磁盘读写出错"):
        session.put(Member(id="m", name="甲"))
    assert session.evaluation.get(Member, "m") is None
    session.put(Member(id="n", name="乙"))
    session.close()
    assert list(desk.session(folder).evaluation.table(Member)) == ["n"]


def test_an_edit_that_arrived_although_an_error_was_reported_counts(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    _faulty(desk, session, sqlite3.SQLITE_IOERR_FSYNC, done=True)
    session.put(Member(id="m", name="甲"))
    session.put(Member(id="m", name="乙"))
    session.undo()
    session.close()
    assert desk.session(folder).evaluation.get(Member, "m") == Member(id="m", name="甲")


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody move or delete what is open")
def test_nothing_is_called_saved_in_a_folder_that_was_moved_or_deleted(desk: Desk) -> None:
    folder = desk.create()
    session = desk.session(folder)
    away = folder.with_name("移走的")
    folder.rename(away)
    with pytest.raises(WorkbenchError, match="不在原处，这次修改没有保存") as told:
        session.put(Member(id="1", name="没有存"))
    assert told.value.code == "folder-gone"
    assert session.evaluation.get(Member, "1") is None
    shutil.copytree(away, folder)  # another copy in its place is not what is open
    with pytest.raises(WorkbenchError, match="不在原处"):
        session.put(Member(id="1", name="没有存"))
    shutil.rmtree(folder)
    away.rename(folder)
    session.put(Member(id="1", name="放回后"))
    session.close()
    again = desk.session(folder)
    assert again.evaluation.get(Member, "1") == Member(id="1", name="放回后")
    shutil.rmtree(folder)
    with pytest.raises(WorkbenchError, match="不在原处"):
        again.put(Member(id="2", name="没有存"))


def test_a_store_that_strayed_from_its_session_writes_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = desk.create()
    session = desk.session(folder)
    _faulty(desk, session, sqlite3.SQLITE_IOERR_WRITE, done=True)
    gone = sqlite3.OperationalError("injected")
    gone.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN

    def unreachable(*_: object) -> sqlite3.Connection:
        raise gone

    with monkeypatch.context() as patched:
        patched.setattr(database, "connect", unreachable)
        for code in ("disk-error", "read-only"):
            with pytest.raises(WorkbenchError) as caught:
                session.put(Member(id="m", name="甲"))
            assert caught.value.code == code
    for _ in range(2):
        with pytest.raises(WorkbenchError, match="重新打开"):
            session.put(Member(id="n", name="乙"))
    session.close()
    again = desk.session(folder)
    assert list(again.evaluation.table(Member)) == ["m"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_BUSY, "already-open"),
        (sqlite3.SQLITE_FULL, "disk-full"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "read-only"),
        (sqlite3.SQLITE_CANTOPEN, "read-only"),
        (sqlite3.SQLITE_IOERR_WRITE, "disk-error"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_NOTADB, "damaged"),
    ],
)
def test_the_worlds_errors_are_sentences(code: int, expected: str, tmp_path: Path) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    with pytest.raises(WorkbenchError) as caught, database.told(tmp_path, "保存"):
        raise error
    assert caught.value.code == expected
    assert caught.value.remedy


@pytest.mark.parametrize("code", [sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE])
def test_our_own_errors_stay_bugs(code: int, tmp_path: Path) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    with pytest.raises(sqlite3.OperationalError), database.told(tmp_path, "保存"):
        raise error


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with _read_only(tmp_path) as (desk, folder, lock):
        lock()
        with pytest.raises(WorkbenchError) as caught:
            desk.open(folder)
        assert caught.value.code == "read-only"
        with pytest.raises(WorkbenchError) as caught:
            desk.create("另一个")
        assert caught.value.code == "read-only"


@contextlib.contextmanager
def _read_only(tmp_path: Path) -> Iterator[tuple[Desk, Path, Callable[[], None]]]:
    """A mounted disk turned read-only for root, whom permissions do not stop; otherwise permissions."""
    if os.geteuid() != 0:
        desk = Desk(tmp_path / "评价")
        folder = desk.create()

        def lock() -> None:
            for path in (folder, folder.parent):
                path.chmod(0o555)
            for path in folder.iterdir():
                path.chmod(0o444 if path.is_file() else 0o555)

        yield desk, folder, lock
        for path in (folder.parent, folder, *folder.iterdir()):
            path.chmod(0o755)
        return
    with _tmpfs() as mounted:
        root = mounted or tmp_path
        desk = Desk(root / "评价")
        folder = desk.create()

        def lock() -> None:
            if mounted is not None:
                subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
                return
            # Root without the right to mount: the directory refuses by its own flag.
            for path in (folder / "evaluation.db", folder, folder.parent):
                subprocess.run(["chattr", "+i", str(path)], check=True)

        yield desk, folder, lock
        if mounted is None:
            for path in (folder.parent, folder, folder / "evaluation.db"):
                subprocess.run(["chattr", "-i", str(path)], check=True)


def test_a_file_error_while_creating_is_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanished(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "mkdir", vanished)
    entities: tuple[Entity, ...] = (Overview(),)
    with pytest.raises(WorkbenchError, match="读写出错"):
        desk.create(entities=entities)
