"""The analysis of a report: every indicator with its points, basis, calculation and deductions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.domain.amounts import show_plain
from workbench.domain.form import Indicator
from workbench.domain.scoring import IndicatorScore
from workbench.exporters.document import Block, Heading, Inline, ListItems, Marker, Paragraph, content
from workbench.exporters.report_data import DeductionRow, ReportData, ScoreRow
from workbench.exporters.report_words import evidence_text, paragraphs, score_text


def analysis(data: ReportData) -> list[Block]:
    """Headings of all levels with what is said about each scored indicator."""
    rows = {row.indicator.id: row for row in data.rows}
    blocks: list[Block] = []
    for root in data.evaluation.form.roots:
        _analyse(data, root, rows, blocks)
    return blocks


def analysis_of(number: int) -> Callable[[ReportData], list[Block]]:
    """The analysis of one first-level indicator (from 1), below a heading that the outline gives."""

    def build(data: ReportData) -> list[Block]:
        roots = data.evaluation.form.roots
        if number > len(roots):
            return []
        rows = {row.indicator.id: row for row in data.rows}
        blocks: list[Block] = []
        for child in data.evaluation.form.children(roots[number - 1].id):
            _analyse(data, child, rows, blocks)
        return blocks

    return build


def by_level1(data: ReportData) -> list[Block]:
    """Each first-level indicator with its points, score and every deduction in words."""
    blocks: list[Block] = []
    for root in data.evaluation.form.roots:
        scored = data.scores[root.id]
        got = score_text(data, scored.score)
        lost = scored.deducted or 0
        head = f"{root.name}指标分值 {show_plain(root.full_mark)} 分，评价得分 {got} 分"
        blocks.append(Heading(2, f"{head}，扣 {show_plain(lost)} 分" if lost else head))
        below = {leaf.id for leaf in data.evaluation.form.leaves_below(root.id)}
        lines = [line for line in data.deductions if line.indicator.id in below]
        blocks += [
            Paragraph((*content(f"{line.indicator.name}："), *_deduction_item(data, line))) for line in lines
        ]
        if not lines:
            blocks += paragraphs("未扣分。" if scored.score is not None else "尚未评分。")
    return blocks


def _analyse(
    data: ReportData, indicator: Indicator, rows: Mapping[str, ScoreRow], blocks: list[Block]
) -> None:
    level = min(indicator.level + 1, 4)
    scored = data.scores[indicator.id]
    head = f"{indicator.name}情况" if indicator.level == 1 else indicator.name
    blocks.append(Heading(level, f"{head}{_points(data, scored)}"))
    if (row := rows.get(indicator.id)) is not None:
        blocks.extend(leaf_paragraphs(data, row))
    for child in data.evaluation.form.children(indicator.id):
        _analyse(data, child, rows, blocks)


def _points(data: ReportData, scored: IndicatorScore) -> str:
    got = "未评分" if scored.score is None else f"得 {score_text(data, scored.score, scored.indicator)} 分"
    return f"（{show_plain(scored.full_mark)} 分，{got}）"


def leaf_paragraphs(data: ReportData, row: ScoreRow) -> list[Block]:
    """What is said about one scored indicator: basis, calculation, override, deductions."""
    blocks = paragraphs(row.basis)
    outcome, scored = row.scored.outcome, row.scored
    if outcome is not None and outcome.expression and scored.computed is not None and _calculates(scored):
        # Some rules end with their verdict (…，得 0 分): it is said once, with the form's digits.
        steps = outcome.expression.removesuffix("，得 0 分")
        blocks += paragraphs(
            f"计算过程：{steps}，得 {score_text(data, scored.computed, scored.indicator)} 分。"
        )
    if scored.overridden:
        entry = data.evaluation.entry(row.indicator.id)
        computed = (
            "未能计算"
            if scored.computed is None
            else f"为 {score_text(data, scored.computed, scored.indicator)} 分"
        )
        reason = entry.override_reason.strip().rstrip("。") or "未写明"
        blocks += paragraphs(
            f"按评分标准计算{computed}，改定为 {score_text(data, entry.override, scored.indicator)} 分，理由：{reason}。"
        )
    if row.deductions:
        blocks.append(
            ListItems(tuple(_deduction_item(data, line) for line in row.deductions), Marker.CIRCLED)
        )
    return blocks


def _calculates(scored: IndicatorScore) -> bool:
    """Only a calculation from amounts is worth a sentence; adding up 评价要点 is not."""
    rule = scored.indicator.rule
    return rule is not None and any(spec.kind in {"percent", "money", "number"} for spec in rule.inputs())


def _deduction_item(data: ReportData, row: DeductionRow) -> tuple[Inline, ...]:
    reason = row.line.reason.strip().rstrip("。") or "（未写原因）"
    proof = f"（{evidence_text(row.evidence)}）" if row.evidence else ""
    return content(f"扣 {score_text(data, row.line.points, row.indicator)} 分：{reason}{proof}。")
