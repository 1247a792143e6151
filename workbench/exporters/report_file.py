"""评价报告 .pdf and .docx: the outline of the form, the report as a document, the document as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.evaluation import Evaluation
from workbench.exporters.document import Document
from workbench.exporters.kit import Kit, Progress, Write, Written
from workbench.exporters.layouts import Layouts
from workbench.exporters.outlines import Outline, read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import ReportData

if TYPE_CHECKING:
    from workbench.exporters.fonts import FontBook


def write_report(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the report of one frozen state; says which characters could not be printed."""
    from workbench.exporters.report_pdf import render_pdf

    pages, summary = render_pdf(_document(data, kit), fonts=fonts_for(kit), progress=progress)
    path.write_bytes(pages)
    missing = [
        f"字体中没有“{glyph.char}”（{glyph.code}），见“{glyph.context}”，印出的是空框，请改写或安装含此字的字体。"
        for glyph in summary.missing_glyphs
    ]
    unused = [f"有一个字体文件没有用上：{reason}" for reason in summary.refused_fonts]
    return Written((*missing, *unused, *_unread(summary.unreadable_pictures)))


def write_report_docx(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the report of one frozen state as a Word file, on the firm's own base document if there is one."""
    from workbench.exporters.report_docx import render_docx

    document = _document(data, kit)
    content, summary = render_docx(document, fonts=fonts_for(kit), base=kit.base_document, progress=progress)
    path.write_bytes(content)
    return Written(_unread(summary.unreadable_pictures))


def _document(data: ReportData, kit: Kit) -> Document:
    layout = Layouts(kit.layouts, kit.own_layouts).load(kit.layout or data.evaluation.form.layout)
    return build_report(replace(data, layout=layout), outline_of(data.evaluation, kit))


def outline_of(evaluation: Evaluation, kit: Kit) -> Outline:
    """The outline that the evaluation chose, else its form's; :class:`WorkbenchError` when it can't be used."""
    return read_outline(kit.outline(evaluation.overview.outline.strip() or evaluation.form.outline))


def report_by(key: str) -> tuple[Write, Write]:
    """Writers of a report by one certain outline, as .pdf and as .docx."""

    def with_outline(data: ReportData) -> ReportData:
        overview = replace(data.evaluation.overview, outline=key)
        tables = {**data.evaluation.tables, "overview": {overview.id: overview}}
        return replace(data, evaluation=replace(data.evaluation, tables=tables))

    def pdf(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        return write_report(with_outline(data), path, kit, progress)

    def docx(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        return write_report_docx(with_outline(data), path, kit, progress)

    return pdf, docx


def fonts_for(kit: Kit) -> FontBook:
    """The faces for a print: the user's own, the machine's if they may be used, the bundled ones."""
    from workbench.exporters.fonts import FontBook, system_font_folders

    machine = system_font_folders() if kit.machine_fonts else ()
    return FontBook(kit.fonts, user=kit.fonts / "user", system=machine)


def _unread(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"图片“{name}”无法读取，报告中没有印出。" for name in names)
