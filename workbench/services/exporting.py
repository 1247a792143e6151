"""Export: freeze what is to be printed, write it beside, read it back, swap it in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbench.domain.checks import Finding
from workbench.domain.entities_survey import Sheet
from workbench.domain.evaluation import Evaluation, Evidence
from workbench.domain.regions import Region
from workbench.domain.sheet_numbers import SheetRange
from workbench.errors import WorkbenchError
from workbench.exporters import BUREAU_WORKBOOK, EXPORTERS
from workbench.exporters.bureau_forms import BureauForm
from workbench.exporters.kit import Exporter, Kit, Progress, Written
from workbench.exporters.layouts import Layouts
from workbench.exporters.outlines import read_outline
from workbench.exporters.report_data import ReportData, Seen, Sights, freeze
from workbench.files import beside, clear_abandoned, fsync_file, swap, told
from workbench.importers.word_document import read_document
from workbench.importers.workbooks import read_workbook
from workbench.services.export_log import ExportLog
from workbench.services.file_names import NAME_SCHEME, named, scheme_fault
from workbench.services.guarded import guarded
from workbench.services.jobs import silent
from workbench.services.session import Session
from workbench.store.evaluations import EvaluationStore

#: Bytes of a firm's own document; a letterhead needs far less.
_LARGEST_BASE = 20_000_000


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished file: where it is, how large, and what the person should know about it."""

    path: Path
    size: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One file to be written; made on the session's thread, run on any. Values only."""

    exporter: Exporter
    data: ReportData
    path: Path
    kit: Kit

    def run(self, progress: Progress = silent) -> Exported:
        """Write the file; on any failure or cancellation an older file of that name stays whole.

        Raises :class:`WorkbenchError` with a sentence, or what ``progress`` raises.
        """
        doing = f"导出“{self.exporter.label}”"
        with told(self.path, doing):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise WorkbenchError(
                    "is-folder", f"{doing}时发现同名文件夹：{self.path}。", "请换一个文件名。"
                )
            clear_abandoned(self.path.parent)
            fresh = beside(self.path)
            with _gone_unless_swapped(fresh):
                self._try_base(progress)
                data = replace(self.data, sights=_watched(self.data, progress))
                written = self.exporter.write(data, fresh, self.kit, progress)
                _read_back(fresh, written, self.exporter.label)
                fsync_file(fresh)
                size = fresh.stat().st_size
                swap(fresh, self.path)
        return Exported(self.path, size, written.notices)

    def _try_base(self, progress: Progress) -> None:
        """A firm's base document is a stranger's file too: a child opens it before this process does."""
        base = self.kit.base_document
        if base is not None and self.exporter.based:
            guarded(use_base, base, self.kit.fonts, progress=progress)


def use_base(base: Path, fonts: Path) -> int:
    """Try a firm's base document, for a child; raises :class:`WorkbenchError` when none can be made on it."""
    from workbench.exporters.report_docx import try_base

    read_document(base)
    return try_base(base, fonts)


def _watched(data: ReportData, progress: Progress) -> Sights | None:
    """The pictures, saying which one is drawn, so that hundreds of photos can be watched and stopped."""
    sights, drawn, items = data.sights, count(1), len(data.evidence)
    if sights is None:
        return None

    def region(item: Evidence, place: Region) -> Seen:
        number = next(drawn)
        progress(number, max(items, number), f"正在准备第 {number} 幅图片")
        return sights.region(item, place)

    def whole(items: Sequence[Evidence], edge: int, progress: Progress = progress) -> Sequence[Seen]:
        return sights.whole(items, edge, progress)

    return Sights(region, whole)


@contextlib.contextmanager
def _gone_unless_swapped(fresh: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _read_back(path: Path, written: Written, label: str) -> None:
    """Compare a workbook's cells with what was to be written; a difference is never handed over."""
    if not written.cells:
        return
    book = read_workbook(path)
    for sheet, wanted in written.cells.items():
        found = {
            (row.number, column): cell.text for row in book.rows(sheet) for column, cell in row.cells.items()
        }
        for place, text in wanted.items():
            if found.get(place, "") != text:
                raise WorkbenchError(
                    "read-back",
                    f"导出“{label}”后核对不一致：“{sheet}”表第 {place[0]} 行第 {place[1]} 列。",
                    "原有文件没有改动。请把此情况告诉软件维护人员。",
                )


class Exporting:
    """Makes export jobs; knows the resources folder and the clock, keeps nothing."""

    def __init__(
        self,
        resources: Path,
        clock: Callable[[], datetime],
        exporters: Mapping[str, Exporter] = EXPORTERS,
        *,
        machine_fonts: bool = False,
        sights: Callable[[Session], Sights | None] = lambda _: None,
        author: Callable[[], str] = lambda: "",
        base_document: Callable[[], str] = lambda: "",
        scheme: Callable[[], str] = lambda: NAME_SCHEME,
        own: Path | None = None,
        own_layouts: Path | None = None,
    ) -> None:
        """``sights`` gives the pictures of an evaluation's evidence, ``author`` who exports, ``own`` and
        ``own_layouts`` are the folders with the firm's own outlines and layouts, ``base_document`` the path
        of the .docx that Word reports are written on, empty for none, ``scheme`` how files are called.
        """
        self._own, self._own_layouts = own, own_layouts
        self._sights = sights
        self._scheme = scheme
        self._author = author
        self._base_document = base_document
        self._machine_fonts = machine_fonts
        self._resources = resources
        self._clock = clock
        self._exporters = exporters

    def kinds(self) -> list[Exporter]:
        """Every kind of file that can be made."""
        return list(self._exporters.values())

    def documents(self) -> dict[tuple[str, str], list[Exporter]]:
        """The kinds by heading and document: what comes as PDF and as Word is one document."""
        kinds = self.kinds()
        headings = list(dict.fromkeys(kind.group for kind in kinds))
        found: dict[tuple[str, str], list[Exporter]] = {}
        for kind in sorted(kinds, key=lambda kind: headings.index(kind.group)):
            found.setdefault((kind.group, kind.document), []).append(kind)
        return found

    def kind(self, key: str) -> Exporter:
        """One kind by its key; raises :class:`WorkbenchError` for others."""
        if key not in self._exporters:
            known = "、".join(self._exporters)
            raise WorkbenchError("no-exporter", f"没有名为“{key}”的导出种类。", f"可用：{known}。")
        return self._exporters[key]

    def _kit(self) -> Kit:
        base = self._base_document().strip()
        return Kit(
            self._resources,
            machine_fonts=self._machine_fonts,
            own_outlines=self._own,
            own_layouts=self._own_layouts,
            base_document=Path(base).expanduser() if base else None,
        )

    def annex_titles(self, outline: str) -> tuple[str, ...]:
        """The titles of the annexes that reports of an outline print; none for an outline that can't be used."""
        try:
            read = read_outline(self._kit().outline(outline))
        except WorkbenchError:
            return ()
        return tuple(annex.title for annex in read.annexes)

    def file_name(self, session: Session, kind: str, scheme: str = "") -> str:
        """The name that the scheme gives a file of this kind, safe on every system.

        Without a ``scheme`` the one of the settings counts, where it can be used.
        """
        exporter = self.kind(kind)
        return self.name_of(session, exporter.label, scheme) + exporter.suffix

    @property
    def scheme(self) -> str:
        """How files are called now: as the settings say, unless that can't be used."""
        wanted = self._scheme()
        return NAME_SCHEME if scheme_fault(wanted) else wanted

    def name_of(self, session: Session, label: str, scheme: str = "") -> str:
        """The name, without a suffix, of whatever is handed over under a label; ``scheme`` as :meth:`file_name`."""
        scheme = scheme or self.scheme
        overview = session.evaluation.overview
        values = {
            "project": overview.project or session.evaluation.form.title,
            "year": overview.year,
            "label": label,
            "unit": overview.evaluated_unit,
            "agency": overview.agency,
            "date": self._clock().strftime("%Y%m%d"),
            "total": str(session.scores.total),
        }
        return named(scheme, values, label)

    def layouts(self) -> list[tuple[str, str, bool]]:
        """Every layout of score sheets that can be used: its key, its label, whether it locks its formulas."""
        layouts = Layouts(self._resources / "layouts", self._own_layouts)
        found = []
        for key in layouts.names():
            with contextlib.suppress(WorkbenchError):
                layout = layouts.load(key)
                found.append((key, layout.label, layout.protected))
        return found

    def check_base(self, path: Path) -> None:
        """Whether Word files can be written on a document, looked at in a child process.

        Raises :class:`WorkbenchError` with the reason when they can't.
        """
        with told(path, "打开底稿文档"):
            if path.stat().st_size > _LARGEST_BASE:
                raise WorkbenchError(
                    "bad-base-document",
                    f"底稿文档“{path.name}”有 {path.stat().st_size / 1_000_000:.0f} MB，太大了。",
                    "底稿只取页眉页脚和样式，请删去正文和图片后另存。",
                )
        guarded(use_base, path, self._resources / "fonts")

    @property
    def base(self) -> Path | None:
        """The document that Word files are written on now, whether it is there or not."""
        return self._kit().base_document

    def job(
        self,
        session: Session,
        kind: str,
        path: Path,
        *,
        layout: str = "",
        findings: Sequence[Any] = (),
        sheets: SheetRange | None = None,
        only: str = "",
        base: Path | None = None,
        private: bool = False,
        locked: bool | None = None,
        without_empty: bool = False,
    ) -> ExportJob:
        """Freeze the session's state for one file; ``path`` gets the kind's suffix when it has none.

        ``private`` leaves out what single respondents said; a kind that lists nothing else is refused.
        ``sheets`` says which numbered sheets of which questionnaire are printed, ``only`` which indicator,
        ``base`` a .docx to write a Word file on instead of the one in the settings. ``locked`` says whether
        formulas are locked where the layout should not decide, ``without_empty`` leaves out accompanying sheets
        that have nothing to say.
        """
        exporter = self.kind(kind)
        if private and exporter.personal:
            raise WorkbenchError(
                "personal",
                f"“{exporter.label}”列有受访者的回答或姓名。",
                "不含受访者明细时不能导出这种文件。",
            )
        if path.suffix.lower() != exporter.suffix:
            path = path.with_name(path.name + exporter.suffix)
        data = freeze(
            _withholding_sheets(session.evaluation) if private else session.evaluation,
            session.scores,
            findings=findings,
            made=self._clock(),
            sights=self._sights(session),
            history=_history(session),
        )
        data = replace(data, private=private)
        kit = replace(
            self._kit(),
            layout=layout,
            sheets=sheets,
            only=only,
            locked=locked,
            without_empty=without_empty,
        )
        if base is not None:
            kit = replace(kit, base_document=base)
        return ExportJob(exporter, data, path, kit)

    def note(
        self, log: ExportLog, session: Session, kind: str, path: Path, findings: Sequence[Finding] = ()
    ) -> None:
        """Enter a file that was written in the evaluation's log. Raises :class:`WorkbenchError`."""
        log.add(
            path,
            kind,
            by=self._author(),
            at=self._clock(),
            total=str(session.scores.total),
            findings=findings,
            head=_history(session)[1],
        )

    def bureau_file_name(self, session: Session, title: str) -> str:
        """The name of a filled form of the bureau, safe on every system."""
        return self.name_of(session, title) + BUREAU_WORKBOOK.suffix

    def bureau_job(
        self, session: Session, form: BureauForm, path: Path, *, findings: Sequence[Any] = ()
    ) -> ExportJob:
        """Freeze the session's state for filling the bureau's own workbook."""
        data = freeze(session.evaluation, session.scores, findings=findings, made=self._clock())
        kit = replace(self._kit(), bureau=form)
        return ExportJob(BUREAU_WORKBOOK, data, path.with_suffix(BUREAU_WORKBOOK.suffix), kit)

    def export(self, session: Session, kind: str, path: Path, progress: Progress = silent) -> Exported:
        """Freeze and write at once, for callers without a window."""
        return self.job(session, kind, path).run(progress)


def _withholding_sheets(evaluation: Evaluation) -> Evaluation:
    """The same evaluation, the scans of filled-in sheets marked as not to be handed out."""
    scans = {sheet.evidence for sheet in evaluation.listed(Sheet)}
    marked = {
        item.id: replace(item, withheld=item.withheld or item.id in scans)
        for item in evaluation.listed(Evidence)
    }
    return replace(evaluation, tables=MappingProxyType({**evaluation.tables, "evidence": marked}))


def _history(session: Session) -> tuple[int, str]:
    """How many edits the evaluation's history holds and the hash of the newest; none where none is kept."""
    store = session.memory
    return (store.length, store.head) if isinstance(store, EvaluationStore) else (0, "")
