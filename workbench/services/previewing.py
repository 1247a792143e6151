"""Look at an export page by page before it is written."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.files import told
from workbench.services.export_choices import ExportChoices
from workbench.services.exporting import Exporting, ExportJob
from workbench.services.jobs import Progress, silent
from workbench.services.session import Session
from workbench.store.evaluations import EvaluationStore
from workbench.store.scratch import room

_FOLDER = "预览"
#: Bytes that an export may take while it is drawn.
_ROOM = 128 << 20
#: pdfium may be used by one thread at a time.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Preview:
    """Pages that can be drawn; ``note`` says what they don't show."""

    path: Path | bytes = field(repr=False)
    """The pages as a PDF, in memory where the evaluation is locked."""
    pages: int
    note: str = ""
    notices: tuple[str, ...] = ()

    def page(self, number: int, width: int) -> bytes:
        """Page ``number`` (from 0) as a PNG of this width in pixels."""
        import io

        import pypdfium2 as pdfium

        with _DRAWING, contextlib.closing(pdfium.PdfDocument(self.path)) as document:
            page = document[number]
            image = page.render(scale=width / page.get_width()).to_pil()
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """One preview to be made; made on the session's thread, run on any."""

    job: ExportJob
    folder: Path
    note: str
    private: bool = False
    """Whether nothing of it may stay on a disk: the evaluation is locked."""

    def run(self, progress: Progress = silent) -> Preview:
        """Write the file into the cache and turn it into pages. Raises as :meth:`ExportJob.run`."""
        if self.private:
            with told(self.folder, "准备预览"), room(_ROOM) as place:
                return self._in_memory(self._made(place, progress))
        with told(self.folder, "准备预览"):
            self.folder.mkdir(parents=True, exist_ok=True)
            place = Path(tempfile.mkdtemp(dir=self.folder))
        return self._made(place, progress)

    @staticmethod
    def _in_memory(preview: Preview) -> Preview:
        path = preview.path
        return replace(preview, path=path if isinstance(path, bytes) else path.read_bytes())

    def _made(self, place: Path, progress: Progress) -> Preview:
        written = replace(self.job, path=place / self.job.path.name).run(progress)
        path = written.path
        if path.suffix == ".xlsx":
            path = self._paged(path)
        return Preview(path, _pages(path), self.note, written.notices)

    def _paged(self, workbook: Path) -> Path:
        from workbench.exporters.report_file import fonts_for
        from workbench.exporters.report_pdf import render_pdf
        from workbench.exporters.workbook_pages import workbook_document

        document = workbook_document(workbook, self.job.exporter.label)
        pages, _ = render_pdf(document, fonts=fonts_for(self.job.kit))
        path = workbook.with_suffix(".pdf")
        path.write_bytes(pages)
        return path


def _pages(path: Path) -> int:
    import pypdfium2 as pdfium

    try:
        with _DRAWING, contextlib.closing(pdfium.PdfDocument(path)) as document:
            return len(document)
    except pdfium.PdfiumError as error:
        raise WorkbenchError(
            "no-preview", f"“{path.name}”画不出预览（{error}）。", "请直接导出后查看。"
        ) from error


class Previewing:
    """Makes preview jobs; the files lie in the cache and go when the window or the next run clears them."""

    def __init__(self, exporting: Exporting, cache: Path) -> None:
        self._exporting = exporting
        self._folder = cache / _FOLDER

    def job(self, session: Session, kind: str, choices: ExportChoices = ExportChoices()) -> PreviewJob:  # noqa: B008 - frozen
        """Freeze the session's state for looking at one kind of file. Raises as :meth:`Exporting.job`."""
        exporter, note = self._exporting.kind(kind), ""
        if exporter.suffix == ".docx":
            same = self._twin(exporter.key)
            kind, note = same, "内容与 Word 文件相同；在 Word 中分页可能略有不同。"
        elif exporter.suffix == ".xlsx":
            note = "按页示意单元格内容；分页以 Excel 或 WPS 中为准。"
        path = self._folder / self._exporting.file_name(session, kind)
        private = isinstance(session.memory, EvaluationStore) and session.memory.key is not None
        frozen = self._exporting.job(session, kind, path, **asdict(choices))
        return PreviewJob(frozen, self._folder, note, private)

    def can_show(self, kind: str) -> bool:
        """Whether this kind can be looked at."""
        exporter = self._exporting.kind(kind)
        return exporter.suffix in {".pdf", ".xlsx"} or bool(self._twin(kind))

    def _twin(self, kind: str) -> str:
        """The PDF of the same document: ``report`` of ``report-docx``."""
        twin = kind.removesuffix("-docx")
        known = {one.key: one.suffix for one in self._exporting.kinds()}
        return twin if known.get(twin) == ".pdf" else ""

    def clear(self) -> None:
        """Forget what was made."""
        shutil.rmtree(self._folder, ignore_errors=True)
