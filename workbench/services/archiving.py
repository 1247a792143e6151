"""移交归档包: everything of an evaluation in one folder that stands for itself, verified, and opened again."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from workbench import files
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Evidence
from workbench.errors import Fault, WorkbenchError
from workbench.exporters.archive_index import Attached, index_page
from workbench.exporters.bag import PAYLOAD, Bag, bag_faults
from workbench.exporters.report_data import ReportData
from workbench.services.exporting import Exporting, ExportJob
from workbench.services.firm_keys import read_private, read_public
from workbench.services.guarded import guarded
from workbench.services.jobs import Progress, silent
from workbench.services.session import Session
from workbench.services.unpacking import gone, unfolded
from workbench.store.creation import DATABASE, EVIDENCE
from workbench.store.evaluations import EvaluationStore
from workbench.store.evidence import Changed, Vault
from workbench.store.incoming import Incoming
from workbench.store.sealed import (
    SUFFIX,
    Opener,
    SealedReader,
    SealedWriter,
    demand_strong,
    is_sealed,
)

_DATABASE = f"评价数据/{DATABASE}"
_EVIDENCE, _FILES, _UNLINKED = "佐证", "文件", "未关联指标"
#: What a sealed file says is inside.
_CONTENT = "bag+zip"
_PACKED_ALREADY = {".jpg", ".jpeg", ".png", ".heic", ".pdf", ".docx", ".xlsx", ".mp4"}
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
    vault: Vault
    """Where the files of evidence are."""
    head: str
    zipped: bool
    private: bool = False
    """Whether respondents' answers, sheets and the evaluation's data stay out."""
    password: str = field(default="", repr=False)
    """Seals the archive when it is not empty."""
    firm: bytes = b""
    """The firm's public key, which then opens it too."""

    def run(self, progress: Progress = silent) -> Archived:
        """Write, look over, swap in; nothing stays on failure or when ``progress`` raises.

        Raises :class:`WorkbenchError` with a sentence.
        """
        notices: list[str] = []
        with files.told(self.path, "写归档包"), gone(self.fresh):
            bag = Bag(self.fresh)
            if self.private:
                notices.append(
                    "不含受访者明细：没有放入评价数据、工作底稿、答卷明细和座谈记录，不能由此包重新打开评价。"
                )
            else:
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
            if self.password:
                self._seal(progress, steps)
            elif self.zipped:
                self._zip(progress, steps)
            else:
                files.fsync_tree(self.fresh)
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
            if item.withheld:
                notices.append(
                    f"佐证 {item.number} {'是答卷原件或' if self.private else ''}注明原件不外发，没有放入。"
                )
            elif not self.vault.has(item.sha256):
                notices.append(f"佐证 {item.number}“{item.title}”的文件缺失，没有放入。")
            else:
                title = files.safe_name(item.title, "佐证") + self.vault.extension_of(item.sha256)
                path = f"{_EVIDENCE}/{folders[item.id]}/{item.number:03d} {title}"
                if self._put_in(bag, item, path, partial(progress, done, steps)) != item.sha256:
                    raise WorkbenchError(
                        "evidence-changed",
                        f"佐证 {item.number}“{item.title}”的文件与附上时不同。",
                        "请先在佐证材料页核对文件，恢复后再归档。",
                    )
            attached.append(Attached(item.number, item.title, path, item.sha256))
        return attached

    def _put_in(self, bag: Bag, item: Evidence, path: str, progress: Callable[[str], None]) -> str:
        """Copy one file of the vault; returns the SHA-256 of what was copied, empty for a damaged one."""
        try:
            source = self.vault.open(item.sha256)
            if source is None:
                return ""
            with source:
                return bag.add(source, path, lambda *_: progress(f"佐证 {item.number}"))
        except Changed:
            return ""

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
            with packed.open("xb") as file:
                self._pack(file, progress, steps)
            files.fsync_file(packed)
            files.swap(packed, self.path)
        finally:
            packed.unlink(missing_ok=True)

    def _seal(self, progress: Progress, steps: int) -> None:
        """Zip straight into the sealed file: nothing in clear ever lies at its place."""
        packed = files.beside(self.path)
        try:
            with packed.open("xb") as file:
                sealed = SealedWriter(file, _CONTENT, self.password, self.firm)
                self._pack(sealed, progress, steps)
                sealed.finish()
            files.fsync_file(packed)
            progress(steps - 1, steps, "核对加密的归档包")
            with SealedReader(packed, sealed.key) as inside, zipfile.ZipFile(inside) as archive:
                bad = archive.testzip()
            if bad is not None:
                raise WorkbenchError(
                    "archive-differs", f"归档包写出后核对不符：{bad}。", "请换一个磁盘或文件夹后重试。"
                )
            files.swap(packed, self.path)
        finally:
            packed.unlink(missing_ok=True)

    def _pack(self, target: IO[bytes] | SealedWriter, progress: Progress, steps: int) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.fresh.rglob("*")):
                progress(steps - 1, steps, "压缩")
                if path.is_file():
                    stored = path.suffix.lower() in _PACKED_ALREADY
                    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                    name = PurePosixPath(self.path.stem, *path.relative_to(self.fresh).parts)
                    archive.write(path, str(name), kind)


def _demand_usable(fresh: Path, path: Path) -> None:
    """Have a child open the evaluation of an archive, so that what a hostile database does hits the child alone."""
    try:
        guarded(_entities, fresh, name=path.name)
    except WorkbenchError as error:
        told = error.what.replace(fresh.name, path.name)
        raise WorkbenchError(
            error.code, f"归档包“{path.name}”里的评价数据不能用：{told}", error.remedy
        ) from error


def _entities(folder: Path) -> int:
    """How many entities an evaluation has; raises as :meth:`EvaluationStore.open`."""
    store = EvaluationStore.open(folder, now=lambda: datetime.now().astimezone(), author=lambda: "")
    try:
        return sum(len(table) for table in store.load(compile_form).tables.values())
    finally:
        store.close()


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

    def __init__(
        self,
        exporting: Exporting,
        now: Callable[[], datetime],
        *,
        firm_key: Callable[[], str] = lambda: "",
        scratch: Path | None = None,
    ) -> None:
        """``firm_key`` is the line of the firm's public key, ``scratch`` where sealed archives are unfolded."""
        self._exporting = exporting
        self._now = now
        self._firm_key = firm_key
        self._scratch = scratch

    @property
    def has_firm_key(self) -> bool:
        """Whether a recovery key of the firm goes into sealed archives."""
        return bool(self._firm_key().strip())

    def file_name(self, session: Session, *, zipped: bool, sealed: bool = False) -> str:
        """The archive's usual name."""
        suffix = SUFFIX if sealed else ".zip" if zipped else ""
        return self._exporting.name_of(session, "移交归档包") + suffix

    def job(
        self,
        session: Session,
        path: Path,
        *,
        kinds: Sequence[str] = (),
        findings: Sequence[object] = (),
        zipped: bool = False,
        password: str = "",
        sealed: bool = False,
        private: bool = False,
    ) -> ArchiveJob:
        """Freeze everything for an archive at ``path``, which must not exist; without ``kinds``, every export.

        With a ``password`` it becomes one sealed file, which the firm's recovery key opens too if there is one;
        ``sealed`` refuses an empty password. ``private`` leaves out what single respondents said, and with it the
        evaluation's own data: such an archive can't be opened again.
        Raises :class:`WorkbenchError` when something is there already, the password is too short, the firm's
        key is none, or the disk refuses.
        """
        store = session.memory
        if not isinstance(store, EvaluationStore):
            raise WorkbenchError("not-kept", "这项评价没有保存在磁盘上，不能归档。", "请先保存评价。")
        firm = b""
        if password or sealed:
            demand_strong(password)
            firm = read_public(self._firm_key())
        suffix = SUFFIX if password else ".zip" if zipped else ""
        if suffix and path.suffix.lower() != suffix:
            path = path.with_name(f"{path.name}{suffix}")
        if path.exists():
            raise WorkbenchError(
                "archive-exists", f"已有同名归档包：{path}。", "归档包不覆盖，请换一个名称。"
            )
        # What is to be sealed grows where it lies in clear already, never on the stick that it goes to.
        fresh = files.beside(store.folder if password else path)
        with files.told(path, "写归档包"):
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in {path.parent, fresh.parent}:
                files.clear_abandoned(folder)
            fresh.mkdir(parents=True)
        try:
            if not private:
                store.snapshot(fresh / PAYLOAD / _DATABASE)
            exports = [
                self._exporting.job(
                    session,
                    kind,
                    fresh / PAYLOAD / _FILES / self._exporting.file_name(session, kind),
                    findings=findings,
                    private=private,
                )
                for kind in kinds
                or [one.key for one in self._exporting.kinds() if not (private and one.personal)]
            ]
            return ArchiveJob(
                path,
                fresh,
                exports[0].data,
                tuple(exports),
                store.vault(),
                store.head,
                zipped,
                private=private,
                password=password,
                firm=firm,
            )
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    @staticmethod
    def is_sealed(path: Path) -> bool:
        """Whether an archive is sealed, so that verifying and opening it take an :meth:`opener`."""
        return is_sealed(path)

    @staticmethod
    def opener(password: str, private_key: Path | None = None) -> Opener:
        """What opens a sealed archive: its password, or the firm's private key with the key's own password.

        Raises :class:`WorkbenchError` when the key can't be read; takes half a second then.
        """
        return Opener(password) if private_key is None else read_private(private_key, password)

    def verify(self, path: Path, opener: Opener | None = None) -> list[str]:
        """What is wrong with an archive (folder, zip, sealed), in words; empty when it is as it was written.

        Raises :class:`WorkbenchError` when it is none, or ``opener`` does not open it.
        """
        with self._unfolded(path, opener) as folder:
            return bag_faults(folder)

    def reopen(self, path: Path, folder: Path, opener: Opener | None = None) -> Path:
        """Make an evaluation folder of an archive that is whole; whole or not at all.

        Raises :class:`WorkbenchError` naming the first fault otherwise, or when ``opener`` does not open it.
        """
        if folder.exists():
            raise WorkbenchError("exists", f"已有同名文件夹：{folder}。", "请换一个名称。")
        with self._unfolded(path, opener) as bag:
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
                _demand_usable(fresh, path)
                files.fsync_tree(fresh)
                files.swap(fresh, folder)
        return folder

    @contextmanager
    def _unfolded(self, path: Path, opener: Opener | None) -> Iterator[Path]:
        """The folder of an archive; a zip is unfolded for the while, with caps and within it.

        A plain one beside itself, a sealed one on this machine's own disk.
        """
        if path.is_dir():
            yield path
            return
        sealed = is_sealed(path)
        if sealed and opener is None:
            raise WorkbenchError("needs-password", f"“{path.name}”已加密。", "请填写密码。")
        with unfolded(
            path,
            self._own_place if sealed else path.parent,
            "归档包",
            most_bytes=_MOST_BYTES,
            most_entries=_MOST_ENTRIES,
            opener=opener if sealed else None,
        ) as fresh:
            found = sorted(fresh.glob("*/bagit.txt")) + sorted(fresh.glob("bagit.txt"))
            if not found:
                raise WorkbenchError("no-bag", f"“{path.name}”里没有归档包。", "请选择本程序写出的归档包。")
            yield found[0].parent

    @property
    def _own_place(self) -> Path:
        """Where a sealed archive is unfolded: on this machine's own disk, never on the stick."""
        if self._scratch is not None and self._scratch.is_dir():
            return self._scratch
        return Path(tempfile.gettempdir())
