"""核验意见 .pdf and .xlsx: every finding with figures, effect and remedy; what was let stand, and why."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.checks import CATALOGUE, Finding, Severity
from workbench.exporters.document import Block, Cover, Document, Heading, Metadata
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_file import fonts_for
from workbench.exporters.review_annexes import checks_report, effect_text, internal_review, opinion_letter
from workbench.exporters.sheet_paper import BODY, HEAD, MIDDLE, NOTE, TITLE, Book

_TITLE = "核验意见"
_HEADS = ("编号", "核验项", "级别", "位置", "发现", "详细说明", "现为", "应为", "相差", "影响", "处理办法")
_WIDTHS = (7, 16, 7, 26, 40, 40, 18, 18, 14, 24, 30)


def write_checks_report(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the findings as a paper of its own, with opinions and the internal review behind them."""
    from workbench.exporters.report_pdf import render_pdf

    overview = data.evaluation.overview
    blocks: list[Block] = [Heading(1, _TITLE), *checks_report(data)]
    for heading, body in (("征求意见与采纳情况", opinion_letter(data)), ("内部复核", internal_review(data))):
        if body:
            blocks += [Heading(1, heading), *body]
    document = Document(
        title=f"{overview.project}{_TITLE}",
        blocks=tuple(blocks),
        cover=Cover(
            subtitle=(f"（{overview.year} 年度）",) if overview.year else (),
            facts=tuple(
                (label, value)
                for label, value in (
                    ("被评价单位", overview.evaluated_unit),
                    ("评价机构", overview.agency),
                    ("主评人", overview.lead),
                )
                if value
            ),
            foot=(f"{data.made.year} 年 {data.made.month} 月 {data.made.day} 日",),
        ),
        header=f"{overview.project}{_TITLE}",
        metadata=Metadata(author=overview.agency, subject=_TITLE, created=data.made),
    )
    pages, summary = render_pdf(document, fonts=fonts_for(kit), progress=progress)
    path.write_bytes(pages)
    return Written(
        tuple(f"字体中没有“{glyph.char}”（{glyph.code}），印出的是空框。" for glyph in summary.missing_glyphs)
    )


def write_checks_workbook(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the findings that stand and those that were let stand, one sheet each."""
    overview = data.evaluation.overview
    book = Book(kit.fonts, data.made)
    book.describe(f"{overview.project}{_TITLE}", overview.agency)
    findings: tuple[Finding, ...] = data.findings
    standing = [finding for finding in findings if not finding.waived]
    page = book.page(_TITLE, _WIDTHS)
    page.wide_row(f"{overview.project}{_TITLE}", TITLE, 30)
    counts = "　".join(
        f"{severity.label} {sum(1 for f in standing if f.severity is severity)} 条" for severity in Severity
    )
    page.wide_row(f"{counts}　已放行 {len(findings) - len(standing)} 条", NOTE)
    header = page.row([(text, HEAD) for text in _HEADS], least=24)
    for finding in standing:
        page.row(
            [
                (finding.code, MIDDLE),
                (CATALOGUE.get(finding.code, finding.title), BODY),
                (finding.severity.label, MIDDLE),
                (finding.where or "整份评价", BODY),
                (finding.message, BODY),
                (finding.detail, BODY),
                (finding.found, BODY),
                (finding.expected, BODY),
                (finding.difference, BODY),
                (effect_text(finding), BODY),
                (finding.remedy, BODY),
            ],
            parted=True,
        )
    if not standing:
        page.wide_row("没有发现问题。", NOTE)
    page.finish(header=header, freeze=f"A{header + 1}", landmark=overview.project)
    progress(1, 2, "正在写放行的发现")
    _waived(book, data, [finding for finding in findings if finding.waived])
    path.write_bytes(book.data())
    return Written(tuple(book.checked.notices), book.checked.cells)


def _waived(book: Book, data: ReportData, waived: list[Finding]) -> None:
    page = book.page("放行的发现", (7, 7, 26, 46, 46, 12))
    page.wide_row("放行的发现及理由", TITLE, 30)
    header = page.row(
        [(text, HEAD) for text in ("编号", "级别", "位置", "发现", "放行理由", "放行人")], least=24
    )
    for finding in waived:
        waiver = finding.waiver
        page.row(
            [
                (finding.code, MIDDLE),
                (finding.severity.label, MIDDLE),
                (finding.where or "整份评价", BODY),
                (finding.message, BODY),
                (waiver.reason if waiver is not None else "", BODY),
                (waiver.by if waiver is not None else "", MIDDLE),
            ],
            parted=True,
        )
    if not waived:
        page.wide_row("没有放行的发现。", NOTE)
    page.finish(header=header, freeze=f"A{header + 1}", landmark=data.evaluation.overview.project)
