"""佐证摘引 .pdf and .docx: the excerpts as a file of their own."""

from __future__ import annotations

from pathlib import Path

from workbench.exporters.evidence_excerpts import excerpt_document
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_file import fonts_for


def write_excerpts(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write 佐证摘引 as a PDF."""
    from workbench.exporters.report_pdf import render_pdf

    progress(0, 1, "摘取佐证图片")
    pages, summary = render_pdf(excerpt_document(data), fonts=fonts_for(kit), progress=progress)
    path.write_bytes(pages)
    return Written(tuple(f"图片“{name}”无法读取，没有印出。" for name in summary.unreadable_pictures))


def write_excerpts_docx(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write 佐证摘引 as a Word file."""
    from workbench.exporters.report_docx import render_docx

    progress(0, 1, "摘取佐证图片")
    written, summary = render_docx(
        excerpt_document(data), fonts=fonts_for(kit), base=kit.base_document, progress=progress
    )
    path.write_bytes(written)
    return Written(tuple(f"图片“{name}”无法读取，没有印出。" for name in summary.unreadable_pictures))
