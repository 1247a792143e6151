"""评价报告 .pdf: the outline of the form, the report as a document, the document as pages."""

from __future__ import annotations

from pathlib import Path

from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.outlines import read_outline
from workbench.exporters.report import build_report
from workbench.exporters.report_data import ReportData


def write_report(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the report of one frozen state; says which characters could not be printed."""
    from workbench.exporters.fonts import FontBook, system_font_folders
    from workbench.exporters.report_pdf import render_pdf

    outline = read_outline(kit.outlines / f"{data.evaluation.form.outline}.toml")
    machine = system_font_folders() if kit.machine_fonts else ()
    fonts = FontBook(kit.fonts, user=kit.fonts / "user", system=machine)
    pages, summary = render_pdf(build_report(data, outline), fonts=fonts, progress=progress)
    path.write_bytes(pages)
    missing = [
        f"字体中没有“{glyph.char}”（{glyph.code}），见“{glyph.context}”，印出的是空框，请改写或安装含此字的字体。"
        for glyph in summary.missing_glyphs
    ]
    unread = [f"图片“{name}”无法读取，报告中没有印出。" for name in summary.unreadable_pictures]
    return Written((*missing, *unread))
