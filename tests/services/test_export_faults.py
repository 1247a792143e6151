"""Output onto a full, locked, read-only or vanished place: a sentence, the old file whole, nothing half beside it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.store.test_faults import _fill, _limit, _tmpfs, _unlimit
from workbench import files
from workbench.domain.bureau import Binding
from workbench.domain.compiler import compile_form
from workbench.errors import WorkbenchError
from workbench.exporters import EXPORTERS
from workbench.exporters.bureau_forms import BureauForm
from workbench.exporters.kit import Kit, Progress, Write, Written
from workbench.exporters.report_data import ReportData
from workbench.services.archiving import Archiving
from workbench.services.catalog import Catalog
from workbench.services.export_log import FILE, ExportLog
from workbench.services.exporting import Exporting
from workbench.services.parts import local_now
from workbench.services.previewing import Previewing
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY

HAN = re.compile("[\u4e00-\u9fff]")
OLD = "原来的文件".encode()
BUREAU = "bureau-workbook"
#: One of each way of writing; all of them with WORKBENCH_ALL_EXPORTS=1.
FEW = ("score-sheet", "report", "report-docx", "answers", "working-papers", "questionnaires", BUREAU)
KINDS = (*EXPORTERS, BUREAU) if os.environ.get("WORKBENCH_ALL_EXPORTS") else FEW


@dataclass
class Desk:
    """An open evaluation, and what writes files of it."""

    session: Session
    exporting: Exporting
    form: BureauForm

    def write(self, kind: str, folder: Path, first: Callable[[], None] | None = None) -> Path:
        """Export over ``folder/旧.*``, doing something ``first`` once it has begun; the place it was written to."""
        suffix = ".xlsx" if kind == BUREAU else EXPORTERS[kind].suffix
        path = folder / f"旧{suffix}"
        job = (
            self.exporting.bureau_job(self.session, self.form, path)
            if kind == BUREAU
            else self.exporting.job(self.session, kind, path)
        )
        if first is not None:
            job = replace(job, exporter=replace(job.exporter, write=_after(first, job.exporter.write)))
        return job.run().path


def _after(first: Callable[[], None], write: Write) -> Write:
    def begun(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        first()
        return write(data, path, kit, progress)

    return begun


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    import openpyxl

    place = tmp_path_factory.mktemp("数据")
    catalog = Catalog(
        ROOT / "forms", place, compile_form=compile_form, clock=lambda: 0.0, now=local_now, keeping=BRIEFLY
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    blank = place / "空白.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "总分"
    book.save(blank)
    form = BureauForm(
        "表样",
        blank,
        hashlib.sha256(blank.read_bytes()).hexdigest(),
        (Binding(book.active.title, 1, 2, "total"),),
    )
    yield Desk(session, Exporting(ROOT / "resources", local_now), form)
    session.close()


Full = Callable[[], contextlib.AbstractContextManager[None]]


@pytest.fixture(params=["file-limit", "small-disk"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Full]]:
    """A folder, and what leaves no room in it as long as it lasts."""

    @contextlib.contextmanager
    def limited() -> Iterator[None]:
        # It holds for every file of the process, the one that the tests' own output may go to as well.
        _limit(tmp_path)
        try:
            yield
        finally:
            _unlimit()

    with contextlib.ExitStack() as kept:
        # Not every user may mount: the limit on files says the same.
        mounted = kept.enter_context(_tmpfs()) if request.param == "small-disk" else None
        if mounted is None:
            yield tmp_path, limited
        else:
            yield mounted, lambda: contextlib.nullcontext(_fill(mounted))


def old_in(folder: Path, suffix: str = "") -> None:
    for one in [suffix] if suffix else [".xlsx", ".pdf", ".docx"]:
        (folder / f"旧{one}").write_bytes(OLD)


def refused(write: Callable[[], object], folder: Path) -> WorkbenchError:
    """It is refused with a sentence that says what and where; old files are whole, nothing lies beside them."""
    with pytest.raises(WorkbenchError) as caught:
        write()
    told = caught.value
    assert HAN.search(told.what), told
    assert told.remedy
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            assert path.name == "filler" or path.read_bytes() == OLD, path
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk(kind: str, desk: Desk, disk: tuple[Path, Full]) -> None:
    folder, full = disk
    old_in(folder)
    with full():
        told = refused(lambda: desk.write(kind, folder), folder)
    assert told.code == "disk-full"
    assert "磁盘已满" in told.what


@pytest.mark.parametrize("kind", KINDS)
def test_a_stick_that_is_pulled_out_midway(kind: str, desk: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "U 盘"
    stick.mkdir()

    told = refused(lambda: desk.write(kind, stick, lambda: shutil.rmtree(stick)), tmp_path)
    assert told.code == "not-found"
    assert "U盘" in told.remedy


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_open_elsewhere(
    kind: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_in(tmp_path)

    def held(self: Path, target: Path) -> Path:
        error = PermissionError(errno.EACCES, "The process cannot access the file", str(target))
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "replace", held)
    told = refused(lambda: desk.write(kind, tmp_path), tmp_path)
    assert told.code == "file-open"
    assert "WPS" in told.remedy
    assert str(tmp_path) in told.what


def test_a_place_that_can_only_be_read(desk: Desk) -> None:
    with _tmpfs() as mounted:
        if mounted is None:
            told = files.world_error(OSError(errno.EROFS, ""), Path("/盘"), "导出")
            assert told.code == "read-only"
            return
        old_in(mounted)
        subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
        for kind in KINDS:
            assert refused(lambda kind=kind: desk.write(kind, mounted), mounted).code == "read-only"  # type: ignore[misc]


@pytest.mark.parametrize("winerror", [3, 21, 53, 1167])
def test_a_drive_that_windows_has_lost_is_said_to_be_gone(winerror: int) -> None:
    error = PermissionError(errno.EACCES, "not ready")
    error.winerror = winerror  # type: ignore[attr-defined]
    told = files.world_error(error, Path("E:/导出"), "导出")
    assert told.code == "not-found"


# ── the archive and the preview ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["folder", "zip", "sealed"])
def test_an_archive_onto_a_full_disk_leaves_nothing(way: str, desk: Desk, disk: tuple[Path, Full]) -> None:
    folder, full = disk
    old_in(folder, ".xlsx")
    archiving = Archiving(desk.exporting, local_now)

    def write() -> None:
        archiving.job(
            desk.session,
            folder / "包",
            kinds=("score-sheet",),
            zipped=way == "zip",
            password="一句记得住的话 2022" if way == "sealed" else "",
        ).run()

    with full():
        told = refused(write, folder)
    assert told.code in {"disk-full", "disk-error"}
    home = desk.session.memory.folder.parent  # type: ignore[attr-defined]
    assert not [path for path in home.iterdir() if path.name.startswith(files.UNFINISHED)]


@pytest.mark.parametrize("way", ["folder", "zip", "sealed"])
def test_an_archive_whose_stick_is_pulled_out_or_that_is_open_elsewhere(
    way: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archiving = Archiving(desk.exporting, local_now)
    stick = tmp_path / "U 盘"
    stick.mkdir()

    def write(progress: Callable[[int, int, str], None]) -> None:
        archiving.job(
            desk.session,
            stick / "包",
            kinds=("score-sheet",),
            zipped=way == "zip",
            password="一句记得住的话 2022" if way == "sealed" else "",
        ).run(progress)

    def pull(_done: int, _total: int, _what: str) -> None:
        shutil.rmtree(stick, ignore_errors=True)

    assert refused(lambda: write(pull), tmp_path).code == "not-found"
    stick.mkdir(exist_ok=True)
    replace_ = Path.replace

    def held(self: Path, target: Path) -> Path:
        if Path(target).parent != stick:
            return replace_(self, target)
        error = PermissionError(errno.EACCES, "in use", str(target))
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "replace", held)
    assert refused(lambda: write(lambda *_: None), stick).code == "file-open"
    home = desk.session.memory.folder.parent  # type: ignore[attr-defined]
    assert not [path for path in home.iterdir() if path.name.startswith(files.UNFINISHED)]


def test_a_preview_on_a_full_disk_is_a_sentence(desk: Desk, disk: tuple[Path, Full]) -> None:
    folder, full = disk
    (folder / "占位").write_bytes(OLD)
    job = Previewing(desk.exporting, folder / "缓存").job(desk.session, "score-sheet")
    with full(), pytest.raises(WorkbenchError) as caught:
        job.run()
    assert caught.value.code == "disk-full"


# ── what a killed run leaves ─────────────────────────────────────────────────────────────────────

_KILLED = """
import os, signal, sys
from pathlib import Path
from workbench import files
path = files.beside(Path(sys.argv[1]))
path.write_bytes(b"half")
folder = files.beside(Path(sys.argv[2]))
(folder / "data").mkdir(parents=True)
(folder / "data" / "one").write_bytes(b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_export_left_goes_with_the_next_one(desk: Desk, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "旧.xlsx"), str(tmp_path / "包")]
    subprocess.run(command, cwd=ROOT, check=False)
    assert len(list(tmp_path.iterdir())) == 2
    own = [
        ".~lock.旧.xlsx#",
        ".~旧.xlsx",
        "~$旧.xlsx",
        ".~旧.xlsx.备份",
        ".~草稿.12345678x",
        "旧.xlsx.12345678",
    ]
    for name in own:
        (tmp_path / name).write_bytes(OLD)
    written = desk.write("score-sheet", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*own, written.name}


def test_what_somebody_is_writing_now_stays(tmp_path: Path) -> None:
    now = datetime(2022, 12, 15, tzinfo=UTC).timestamp()
    mine = files.beside(tmp_path / "报告.pdf")
    other = mine.with_name(
        re.sub(r"\.[0-9a-f]{4}", ".0000" if ".0000" not in mine.name else ".0001", mine.name)
    )
    older = tmp_path / ".~报告.pdf.0123abcd"
    for path, age in ((mine, 7_200), (other, 60), (older, 60)):
        path.write_bytes(b"half")
        os.utime(path, (now - age, now - age))
    files.clear_abandoned(tmp_path, now)
    assert {path.name for path in tmp_path.iterdir()} == {mine.name, other.name, older.name}
    files.clear_abandoned(tmp_path, now + 3_600)
    assert {path.name for path in tmp_path.iterdir()} == {mine.name}
    files.clear_abandoned(tmp_path, now + 86_400)
    assert not list(tmp_path.iterdir())


# ── the log ──────────────────────────────────────────────────────────────────────────────────────


def noted(folder: Path, path: Path) -> None:
    ExportLog(folder).add(path, "report", by="甲", at=datetime(2022, 12, 15, tzinfo=UTC), total="92.47")


def test_the_log_takes_short_writes_and_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "报告.pdf"
    path.write_bytes(OLD)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    noted(tmp_path, path)
    before = (tmp_path / FILE).read_bytes()
    left = [20]

    def full(handle: int, data: bytes) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, "full")
        left[0] -= 7
        return write(handle, data[:7])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(WorkbenchError, match="磁盘已满"):
        noted(tmp_path, path)
    assert (tmp_path / FILE).read_bytes() == before
    monkeypatch.setattr(os, "write", write)
    with (tmp_path / FILE).open(
        "ab"
    ) as file:  # a run that was killed in the middle of a line and of a character
        file.write(json.dumps({"at": "2022", "file": "报"}, ensure_ascii=False).encode()[:-4])
    noted(tmp_path, path)
    assert [one.file for one in ExportLog(tmp_path).listed()] == ["报告.pdf", "报告.pdf"]
