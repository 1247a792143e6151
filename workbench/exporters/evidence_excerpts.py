"""佐证摘引: each marked region as a cut-out picture with its number, its place and what it proves."""

from __future__ import annotations

from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label, target_label
from workbench.domain.regions import Marked, marked_by
from workbench.exporters.document import (
    Block,
    Column,
    Document,
    Figure,
    Heading,
    Metadata,
    Paragraph,
    Picture,
    Table,
    cells,
    content,
)
from workbench.exporters.report_data import ReportData

_NARROWEST = 0.35


def excerpts(data: ReportData) -> list[tuple[Marked, Evidence | None]]:
    """Every region with the item that may be shown for it: itself, its redacted copy, or none."""
    evaluation = data.evaluation
    copies: dict[str, list[Evidence]] = {}
    for item in data.evidence:
        if item.derived_from and not item.withheld:
            copies.setdefault(item.derived_from, []).append(item)
    marked = marked_by(evaluation, evaluation.links(from_kind="evidence"))
    said = {(m.evidence.id, m.link.place, m.link.to_kind, m.link.to_id) for m in marked}
    found: list[tuple[Marked, Evidence | None]] = []
    for mark in marked:
        item = mark.evidence
        if not item.withheld:
            found.append((mark, item))
            continue
        same = (mark.link.place, mark.link.to_kind, mark.link.to_id)
        if any((copy.id, *same) in said for copy in copies.get(item.id, ())):
            continue  # the copy has the region itself
        newest = copies.get(item.id, [])
        found.append((mark, newest[-1] if newest else None))
    return found


def excerpt_annex(data: ReportData) -> list[Block]:
    """The annex of a report; nothing when no region is marked."""
    blocks: list[Block] = []
    before = ""
    for mark, shown in excerpts(data):
        item = shown or mark.evidence
        if before != item.id:
            before = item.id
            blocks.append(Heading(3, f"{_named(item)}　{item.title}", numbered=False))
        blocks += _excerpt(data, mark, shown)
    return blocks


def _named(item: Evidence) -> str:
    return f"{evidence_label(item)}（{item.index}）" if item.index else evidence_label(item)


def _excerpt(data: ReportData, mark: Marked, shown: Evidence | None) -> list[Block]:
    evaluation, region = data.evaluation, mark.region
    proved = target_label(evaluation, mark.link.to_kind, mark.link.to_id)
    words = f"第 {region.page} 页，用于{proved}"
    said = f"：{mark.link.note.rstrip('。')}。" if mark.link.note else "。"
    blocks: list[Block] = [Paragraph(content(f"{words}{said}"))]
    if shown is None:
        blocks.append(Paragraph(content("原件不外发，未附图。")))
    elif data.sights is not None:
        picture = data.sights.region(shown, region)
        if picture is None:
            blocks.append(Paragraph(content("此件不能成图，请查阅原件。")))
        else:
            share = min(1.0, max(_NARROWEST, region.width * 1.1))
            caption = f"{evidence_label(shown)}第 {region.page} 页"
            blocks.append(Figure(Picture(picture, caption), caption, f"excerpt:{mark.link.id}", share))
    return blocks


def excerpt_document(data: ReportData) -> Document:
    """The excerpts as a document of their own, with a list in front."""
    overview = data.evaluation.overview
    found = excerpts(data)
    rows = tuple(
        cells(
            str(number),
            _named(shown or mark.evidence),
            mark.evidence.title,
            str(mark.region.page),
            target_label(data.evaluation, mark.link.to_kind, mark.link.to_id),
            mark.link.note,
        )
        for number, (mark, shown) in enumerate(found, 1)
    )
    listed = Table(
        columns=(Column(0.6), Column(1.3), Column(2), Column(0.6), Column(2.2), Column(2.4)),
        header=(cells("序号", "佐证号", "名称", "页码", "用于", "说明", bold=True),),
        rows=rows,
        small=True,
    )
    body: list[Block] = (
        [listed, *excerpt_annex(data)] if found else [Paragraph(content("尚未框选任何佐证。"))]
    )
    return Document(
        title=f"{overview.project}\n佐证摘引",
        blocks=tuple(body),
        header=f"{overview.project}　佐证摘引",
        metadata=Metadata(author=overview.agency, subject="佐证摘引", created=data.made),
    )
