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
    Cell,
    Column,
    Document,
    Heading,
    Metadata,
    Paragraph,
    Row,
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
    """One indicator: its place and score, below it a table from the standard to the effect on the total."""
    worked = list(told.steps)
    if told.expression and told.computed:
        worked.append(f"{told.expression} → {told.computed}（{told.rounding}）")
    if told.missing:
        worked.append(f"还缺：{'、'.join(told.missing)}")
    rows: list[Row] = []
    for name, lines in (
        ("评价标准", told.criterion.strip().splitlines()),
        (f"执行（{told.rule}）", [told.sentence]),
    ):
        rows += _wide(name, lines)
    rows += [cells(line.name, line.text or "未填写", origin_text(line)) for line in told.inputs]
    for name, lines in (
        ("计算", worked),
        ("改定", [told.override.removeprefix("改定：")]),
        ("计分轮次", [told.counting]),
        ("各轮得分", list(told.stage_lines)),
        ("对总分的影响", list(told.effect)),
    ):
        rows += _wide(name, lines)
    return [
        Heading(2, f"{told.place}　{told.score or '未评'} / {told.full_mark} 分", numbered=False),
        Table(
            columns=(Column(2.4, label=True), Column(1.8, Align.RIGHT), Column(6)),
            rows=tuple(rows),
            small=True,
        ),
    ]


def _wide(name: str, lines: list[str]) -> list[Row]:
    """A row whose text takes both columns; none for empty text."""
    text = "\n".join(line.strip() for line in lines if line.strip())
    return [(Cell(content(name)), Cell(content(text), col_span=2, align=Align.LEFT))] if text else []


def origin_text(line: InputLine) -> str:
    """Where an input came from, with the linked value that a typed one stands beside."""
    parts = [line.origin]
    if line.typed_beside:
        parts.append(f"取数值 {line.linked}（{line.linked_origin}），以手工填写为准")
    if line.fault:
        parts.append(line.fault)
    return "；".join(part for part in parts if part)
