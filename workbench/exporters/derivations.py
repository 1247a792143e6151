"""计分推导 .pdf: how every score came about, indicator by indicator, or that of a single one."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.amounts import show_plain
from workbench.domain.derivation import Derivation, InputLine, derive
from workbench.domain.form import show_score
from workbench.errors import WorkbenchError
from workbench.exporters.document import (
    Align,
    Block,
    Column,
    Document,
    Heading,
    Metadata,
    Paragraph,
    Table,
    cells,
    content,
)
from workbench.exporters.kit import Kit, Progress, Written
from workbench.exporters.report_data import ReportData

TITLE = "计分推导"


def write_derivations(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
    """Write the derivations of all scored indicators, or of ``kit.only``; says which characters had no face."""
    from workbench.exporters.report_file import fonts_for
    from workbench.exporters.report_pdf import render_pdf

    document = build_derivations(data, kit.only)
    pages, summary = render_pdf(document, fonts=fonts_for(kit), progress=progress)
    path.write_bytes(pages)
    return Written(
        tuple(f"字体中没有“{glyph.char}”（{glyph.code}），印出的是空框。" for glyph in summary.missing_glyphs)
    )


def build_derivations(data: ReportData, only: str = "") -> Document:
    """The document; raises :class:`WorkbenchError` when ``only`` is no scored indicator."""
    evaluation, scores = data.evaluation, data.scores
    form, overview = evaluation.form, evaluation.overview
    leaves = [leaf for leaf in form.leaves if only in {"", leaf.id}]
    if not leaves:
        raise WorkbenchError("no-indicator", f"没有编号为“{only}”的末级指标。", "请核对编号。")
    blocks: list[Block] = []
    if not only:
        grade = f"，等级“{scores.grade.name}”" if scores.complete and scores.grade is not None else ""
        blocks.append(
            Paragraph(
                content(
                    f"总分 {show_score(form, scores.total)} / {show_plain(scores.full)} 分{grade}；"
                    f"以“{overview.counting_stage}”得分为准。以下逐项列出评分标准、取数及来源、计算、取整和得分。"
                )
            )
        )
    path: tuple[str, ...] = ()
    for leaf in leaves:
        above = tuple(one.name for one in form.path(leaf.id)[:-1])
        if not only and above[:1] != path[:1]:
            blocks.append(Heading(1, above[0] if above else leaf.name))
        path = above
        blocks += _blocks(derive(evaluation, scores, leaf.id))
    title = f"{overview.project}{TITLE}" if not only else f"{leaves[0].name}{TITLE}"
    return Document(
        title=title,
        blocks=tuple(blocks),
        cover=None,
        header=f"{overview.project}{TITLE}",
        metadata=Metadata(author=overview.agency, subject=TITLE, created=data.made),
    )


def _blocks(told: Derivation) -> list[Block]:
    score = told.score or "未评"
    found: list[Block] = [
        Heading(2, f"{told.place}　{score} / {told.full_mark} 分", numbered=False),
    ]
    if told.criterion:
        found += [_line("评价标准", line) for line in told.criterion.strip().splitlines() if line.strip()][:1]
        found += [
            Paragraph(content(line.strip()))
            for line in told.criterion.strip().splitlines()[1:]
            if line.strip()
        ]
    if told.rule:
        found.append(_line(f"执行（{told.rule}）", told.sentence))
    if told.inputs:
        found.append(
            Table(
                columns=(Column(3, label=True), Column(2, Align.RIGHT), Column(5)),
                header=(cells("数据", "取值", "来源", bold=True),),
                rows=tuple(
                    cells(line.name, line.text or "未填写", origin_text(line)) for line in told.inputs
                ),
                small=True,
            )
        )
    found += [Paragraph(content(step)) for step in told.steps]
    if told.expression and told.computed:
        found.append(_line("计算", f"{told.expression} → {told.computed}（{told.rounding}）"))
    if told.missing:
        found.append(_line("还缺", "、".join(told.missing)))
    found += [Paragraph(content(line)) for line in (told.override, told.counting) if line]
    if told.stage_lines:
        found.append(_line("各轮得分", "；".join(told.stage_lines)))
    found += [Paragraph(content(line)) for line in told.effect]
    return found


def _line(name: str, text: str) -> Paragraph:
    return Paragraph(content(f"{name}：{text}"))


def origin_text(line: InputLine) -> str:
    """Where an input came from, with the linked value that a typed one stands beside."""
    parts = [line.origin]
    if line.typed_beside:
        parts.append(f"取数值 {line.linked}（{line.linked_origin}），以手工填写为准")
    if line.fault:
        parts.append(line.fault)
    return "；".join(part for part in parts if part)
