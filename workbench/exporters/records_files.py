"""Field records and working papers of indicators as documents of their own, .pdf and .docx."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.domain.entities_records import Interview, Sampling, SiteRecord
from workbench.exporters.document import (
    Block,
    Document,
    LandscapeSection,
    Metadata,
    PageBreak,
    Paragraph,
    content,
)
from workbench.exporters.indicator_papers import indicator_papers
from workbench.exporters.kit import Kit, Progress, Write, Written
from workbench.exporters.records_blocks import (
    interview_blocks,
    line_of,
    receipt,
    request_table,
    requests,
    sampling_blocks,
    site_record_blocks,
)
from workbench.exporters.report_data import ReportData

#: What makes the blocks of one kind of paper.
Build = Callable[[ReportData], list[Block]]


def request_list(data: ReportData) -> list[Block]:
    """The list, or an empty one."""
    return requests(data) or [LandscapeSection((request_table(()), *receipt()))]


def interview_papers(data: ReportData) -> list[Block]:
    """Every interview on pages of its own, or an empty form."""
    talks = data.evaluation.listed(Interview) or [Interview(id="")]
    return _paged([interview_blocks(data, talk, level=1) for talk in talks])


def site_papers(data: ReportData) -> list[Block]:
    """Every visit and every sampling on pages of its own, or an empty form of each."""
    evaluation = data.evaluation
    visits, samples = evaluation.listed(SiteRecord), evaluation.listed(Sampling)
    if not visits and not samples:
        visits, samples = [SiteRecord(id="")], [Sampling(id="")]
    return _paged(
        [
            *(site_record_blocks(data, record, level=1) for record in visits),
            *(sampling_blocks(data, sampling, level=1) for sampling in samples),
        ]
    )


def _paged(papers: list[list[Block]]) -> list[Block]:
    blocks: list[Block] = []
    for number, paper in enumerate(papers):
        blocks += [PageBreak(), *paper] if number else paper
    return blocks


def paper(data: ReportData, title: str, build: Build) -> Document:
    """A document with its title, the project and the two sides above, then the papers."""
    overview = data.evaluation.overview
    year = f"（{overview.year}）" if overview.year else ""
    head: list[Block] = [
        Paragraph(line_of(f"项目：{overview.project or '＿＿＿＿＿＿'}{year}"), indent=False),
        Paragraph(
            line_of(
                f"被评价单位：{overview.evaluated_unit or '＿＿＿＿＿＿'}",
                f"评价机构：{overview.agency}" if overview.agency else "",
            ),
            indent=False,
        ),
    ]
    body = build(data)
    if build is indicator_papers:  # every one of them names the project itself
        head = []
    if len(body) == 1 and isinstance(
        body[0], LandscapeSection
    ):  # one piece, so that no portrait page begins it
        body = [LandscapeSection((*head, *body[0].blocks))]
        head = []
    return Document(
        title=title,
        blocks=(*head, *(body or [Paragraph(content("无。"))])),
        header=f"{overview.project}{title}",
        metadata=Metadata(author=overview.agency, subject=title, created=data.made),
    )


def as_pdf(title: str, build: Build) -> Write:
    """A writer of one kind of paper as .pdf."""

    def write(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        from workbench.exporters.report_file import fonts_for
        from workbench.exporters.report_pdf import render_pdf

        document = paper(data, title, build)
        pages, summary = render_pdf(document, fonts=fonts_for(kit), progress=progress)
        path.write_bytes(pages)
        missing = [
            f"字体中没有“{glyph.char}”（{glyph.code}），见“{glyph.context}”，印出的是空框。"
            for glyph in summary.missing_glyphs
        ]
        return Written((*missing, *_unread(title, summary.unreadable_pictures)))

    return write


def as_docx(title: str, build: Build) -> Write:
    """A writer of one kind of paper as .docx."""

    def write(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        from workbench.exporters.report_docx import render_docx
        from workbench.exporters.report_file import fonts_for

        document = paper(data, title, build)
        written, summary = render_docx(
            document, fonts=fonts_for(kit), base=kit.base_document, progress=progress
        )
        path.write_bytes(written)
        return Written(_unread(title, summary.unreadable_pictures))

    return write


def _unread(title: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"图片“{name}”无法读取，{title}中没有印出。" for name in names)


#: Key → title and builder of every kind of paper.
PAPERS: dict[str, tuple[str, Build]] = {
    "request-list": ("资料清单", request_list),
    "interviews": ("座谈记录", interview_papers),
    "site-records": ("现场勘查、尽调和抽样记录", site_papers),
    "indicator-papers": ("指标工作底稿", indicator_papers),
}
