"""移交归档包: everything of an evaluation in one folder that stands for itself, verified, and opened again."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from workbench import files
from workbench.domain.evaluation import Evidence
from workbench.errors import Fault, WorkbenchError
from workbench.exporters.archive_index import Attached, index_page
from workbench.exporters.bag import PAYLOAD, Bag, bag_faults
from workbench.exporters.report_data import ReportData
from workbench.services.exporting import Exporting, ExportJob
from workbench.services.jobs import Progress, silent
from workbench.services.session import Session
from workbench.services.unpacking import gone, unfolded
from workbench.store.creation import DATABASE, EVIDENCE
from workbench.store.evaluations import EvaluationStore
from workbench.store.evidence import Vault
from workbench.store.incoming import Incoming

_DATABASE = f"评价数据/{DATABASE}"
_EVIDENCE, _FILES, _UNLINKED = "佐证", "文件", "未关联指标"
#: Most bytes and entries that a zipped archive may unfold to when it is opened again.
_MOST_BYTES, _MOST_ENTRIES = 64 << 30, 100_000


@dataclass(frozen=True, slots=True)
class Archived:
    """A finished archive."""

    path: Path
    files: int
    bytes: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchiveJob:
    """One archive to be written; made on the session's thread, run on any."""

    path: Path
    fresh: Path
    """Where it grows; the database lies there already."""
    data: ReportData
    exports: tuple[ExportJob, ...]
    evidence: Mapping[str, Path]
    """The file of each evidence item by its id; items without a file are missing."""
    head: str
    zipped: bool

    def run(self, progress: Progress = silent) -> Archived:
        """Write, look over, swap in; nothing stays on failure or when ``progress`` raises.

        Raises :class:`WorkbenchError` with a sentence.
        """
        notices: list[str] = []
        with files.told(self.path, "写归档包"), gone(self.fresh):
            bag = Bag(self.fresh)
            bag.taken_in(_DATABASE)
            steps = len(self.exports) + len(self.data.evidence) + 2
            listed = self._write_exports(bag, steps, progress, notices)
            attached = self._copy_evidence(bag, steps, progress, notices)
            page = index_page(self.data, listed, attached, self.head)
            bag.put(page.encode(), "index.html")
            bag.close(self._info(), self.data.made)
            progress(steps - 1, steps, "核对归档包")
            faults = bag_faults(self.fresh)
            if faults:
                raise WorkbenchError(
                    "archive-differs", f"归档包写出后核对不符：{faults[0]}", "请换一个磁盘或文件夹后重试。"
                )
            if self.zipped:
                self._zip(progress, steps)
            else:
                files.fsync_folder(self.fresh)
                files.swap(self.fresh, self.path)
        return Archived(self.path, len(bag.manifest), bag.bytes, tuple(notices))

    def _write_exports(
        self, bag: Bag, steps: int, progress: Progress, notices: list[str]
    ) -> list[tuple[str, str]]:
        listed = []
        for done, job in enumerate(self.exports):
            progress(done, steps, job.exporter.label)
            written = job.run(lambda *_: progress(done, steps, job.exporter.label))  # noqa: B023 - run at once
            name = f"{_FILES}/{written.path.name}"
            bag.taken_in(name)
            listed.append((f"{job.exporter.label}（{job.exporter.suffix.lstrip('.')}）", name))
            notices += [f"{written.path.name}：{notice}" for notice in written.notices]
        return listed

    def _copy_evidence(self, bag: Bag, steps: int, progress: Progress, notices: list[str]) -> list[Attached]:
        folders = _evidence_folders(self.data)
        attached = []
        for done, item in enumerate(self.data.evidence, start=len(self.exports)):
            progress(done, steps, f"佐证 {item.number}")
            path = ""
            source = self.evidence.get(item.id)
            if item.withheld:
                notices.append(f"佐证 {item.number} 注明原件不外发，没有放入。")
            elif source is None:
                notices.append(f"佐证 {item.number}“{item.title}”的文件缺失，没有放入。")
            else:
                title = files.safe_name(item.title, "佐证")
                path = f"{_EVIDENCE}/{folders[item.id]}/{item.number:03d} {title}{source.suffix}"
                found = bag.add(source, path, lambda *_: progress(done, steps, f"佐证 {item.number}"))  # noqa: B023
                if found != item.sha256:
                    raise WorkbenchError(
                        "evidence-changed",
                        f"佐证 {item.number}“{item.title}”的文件与附上时不同。",
                        "请先在佐证材料页核对文件，恢复后再归档。",
                    )
            attached.append(Attached(item.number, item.title, path, item.sha256))
        return attached

    def _info(self) -> dict[str, str]:
        overview = self.data.evaluation.overview
        return {
            "Source-Organization": overview.agency or "—",
            "External-Description": f"{overview.project} {overview.year} 绩效评价移交归档包",
            "External-Identifier": self.data.evaluation.id,
            "Journal-Head": self.head,
            "Contact-Name": overview.lead or "—",
        }

    def _zip(self, progress: Progress, steps: int) -> None:
        packed = files.beside(self.path)
        try:
            with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(self.fresh.rglob("*")):
                    progress(steps - 1, steps, "压缩")
                    if path.is_file():
                        stored = path.suffix.lower() in {
                            ".jpg",
                            ".jpeg",
                            ".png",
                            ".pdf",
                            ".docx",
                            ".xlsx",
                            ".mp4",
                        }
                        kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                        name = PurePosixPath(self.path.stem, *path.relative_to(self.fresh).parts)
                        archive.write(path, str(name), kind)
            files.fsync_file(packed)
            files.swap(packed, self.path)
        finally:
            packed.unlink(missing_ok=True)


def _evidence_folders(data: ReportData) -> dict[str, str]:
    """The folder of each evidence item: that of the first indicator that it proves."""
    by_number = {item.number: item.id for item in data.evidence}
    found: dict[str, str] = {}
    for order, row in enumerate(data.rows, start=1):
        for number in row.evidence:
            name = files.safe_name(row.indicator.name, row.indicator.id)
            found.setdefault(by_number[number], f"{order:02d} {name}")
    return {item.id: found.get(item.id, _UNLINKED) for item in data.evidence}


class Archiving:
    """Writes, verifies and opens archives."""

    def __init__(self, exporting: Exporting, now: Callable[[], datetime]) -> None:
        self._exporting = exporting
        self._now = now

    def file_name(self, session: Session, *, zipped: bool) -> str:
        """The archive's usual name."""
        overview = session.evaluation.overview
        name = f"{overview.project or session.evaluation.form.title}{overview.year}_移交归档包"
        return files.safe_name(name, "移交归档包") + (".zip" if zipped else "")

    def job(
        self,
        session: Session,
        path: Path,
        *,
        kinds: Sequence[str] = (),
        findings: Sequence[object] = (),
        zipped: bool = False,
    ) -> ArchiveJob:
        """Freeze everything for an archive at ``path``, which must not exist; without ``kinds``, every export.

        Raises :class:`WorkbenchError` when something is there already or the disk refuses.
        """
        store = session.memory
        if not isinstance(store, EvaluationStore):
            raise WorkbenchError("not-kept", "这项评价没有保存在磁盘上，不能归档。", "请先保存评价。")
        if zipped and path.suffix.lower() != ".zip":
            path = path.with_name(f"{path.name}.zip")
        if path.exists():
            raise WorkbenchError(
                "archive-exists", f"已有同名归档包：{path}。", "归档包不覆盖，请换一个名称。"
            )
        fresh = files.beside(path)
        with files.told(path, "写归档包"):
            fresh.mkdir(parents=True)
        try:
            store.snapshot(fresh / PAYLOAD / _DATABASE)
            exports = [
                self._exporting.job(
                    session,
                    kind,
                    fresh / PAYLOAD / _FILES / self._exporting.file_name(session, kind),
                    findings=findings,
                )
                for kind in kinds or [one.key for one in self._exporting.kinds()]
            ]
            vault = Vault(store.evidence_folder)
            found = {item.id: vault.path_of(item.sha256) for item in session.evaluation.listed(Evidence)}
            return ArchiveJob(
                path,
                fresh,
                exports[0].data,
                tuple(exports),
                {id_: source for id_, source in found.items() if source is not None},
                store.head,
                zipped,
            )
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def verify(self, path: Path) -> list[str]:
        """What is wrong with an archive (folder or zip), in words; empty when it is as it was written."""
        with self._unfolded(path) as folder:
            return bag_faults(folder)

    def reopen(self, path: Path, folder: Path) -> Path:
        """Make an evaluation folder of an archive that is whole; whole or not at all.

        Raises :class:`WorkbenchError` naming the first fault otherwise.
        """
        if folder.exists():
            raise WorkbenchError("exists", f"已有同名文件夹：{folder}。", "请换一个名称。")
        with self._unfolded(path) as bag:
            faults = bag_faults(bag)
            if faults:
                raise WorkbenchError(
                    "archive-damaged", f"归档包“{path.name}”已改动或损坏：{faults[0]}", "请用另一份归档包。"
                )
            database = bag / PAYLOAD / PurePosixPath(_DATABASE)
            if not database.is_file():
                raise WorkbenchError(
                    "no-data", f"归档包“{path.name}”里没有评价数据。", "请确认归档包来自本程序。"
                )
            fresh = files.beside(folder)
            with files.told(folder, "打开归档包"), gone(fresh):
                fresh.mkdir(parents=True)
                shutil.copyfile(database, fresh / DATABASE)
                files.fsync_file(fresh / DATABASE)
                kept = sorted(p for p in (bag / PAYLOAD / _EVIDENCE).rglob("*") if p.is_file())
                answers = Vault(fresh / EVIDENCE).add_all([Incoming(p, p.name) for p in kept], silent)
                refused = [answer for answer in answers if isinstance(answer, Fault)]
                if refused:
                    raise WorkbenchError(
                        "disk-error", f"打开归档包时佐证没有全部取出：{refused[0].what}", refused[0].remedy
                    )
                files.fsync_folder(fresh)
                files.swap(fresh, folder)
        return folder

    @contextmanager
    def _unfolded(self, path: Path) -> Iterator[Path]:
        """The folder of an archive; a zip is unfolded beside it for the while, with caps and within it."""
        if path.is_dir():
            yield path
            return
        with unfolded(
            path, path.parent, "归档包", most_bytes=_MOST_BYTES, most_entries=_MOST_ENTRIES
        ) as fresh:
            found = sorted(fresh.glob("*/bagit.txt")) + sorted(fresh.glob("bagit.txt"))
            if not found:
                raise WorkbenchError("no-bag", f"“{path.name}”里没有归档包。", "请选择本程序写出的归档包。")
            yield found[0].parent
