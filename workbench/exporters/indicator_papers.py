"""指标工作底稿: one page for each scored indicator – rule, inputs with their origin, derivation, score, reasons, evidence."""

from __future__ import annotations

from workbench.domain.amounts import show_plain
from workbench.domain.entities_records import DocumentRequest, Exchange, Interview, SiteRecord
from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label, evidence_of
from workbench.domain.records import tied_to
from workbench.exporters.document import (
    Align,
    Block,
    Cell,
    Column,
    Heading,
    PageBreak,
    Row,
    Table,
    cells,
    content,
)
from workbench.exporters.records_blocks import signatures
from workbench.exporters.report_data import DeductionRow, ReportData, ScoreRow
from workbench.exporters.report_words import evidence_text, score_text


def indicator_papers(data: ReportData) -> list[Block]:
    """A page for each scored indicator, in the order of the table."""
    blocks: list[Block] = []
    for number, row in enumerate(data.rows, start=1):
        if number > 1:
            blocks.append(PageBreak())
        blocks += _paper(data, row, number)
    return blocks


def _paper(data: ReportData, row: ScoreRow, number: int) -> list[Block]:
    indicator, scored = row.indicator, row.scored
    deducted = "—" if scored.deducted is None else score_text(data, scored.deducted, indicator)
    got = score_text(data, scored.score, indicator)
    place = " › ".join(step.name for step in row.path[:-1])
    standard = indicator.criterion.strip()
    if not standard and indicator.rule is not None:
        standard = indicator.rule.sentence()
    overview, entry = data.evaluation.overview, data.evaluation.entry(indicator.id)
    items = evidence_of(data.evaluation, indicator.id)
    return [
        Heading(2, f"{number:02}　{indicator.name}", numbered=False),
        _table(
            ("项目", f"{overview.project}{f'（{overview.year}）' if overview.year else ''}"),
            ("上级指标", place),
            ("编号", indicator.id),
            ("分值和得分", f"{show_plain(indicator.full_mark)} 分，得 {got} 分，扣 {deducted} 分"),
            ("指标解释", indicator.explanation.strip()),
            ("评分标准", standard),
        ),
        *_inputs(row),
        _table(
            ("计算过程", "\n".join(row.derivation)),
            ("改定理由", (entry.override_reason.strip() or "未写明") if scored.overridden else ""),
            ("扣分", "\n".join(_deduction(data, line) for line in row.deductions) or "无"),
            ("评价依据", row.basis.strip()),
            ("依据来源", row.basis_source.strip()),
            ("佐证材料", "\n".join(map(_item, items)) or f"无。{entry.no_evidence_reason.strip()}"),
            *_records(data, indicator.id),
        ),
        signatures(("编制人", ""), ("日期", ""), ("复核人", ""), ("日期", "")),
    ]


def _table(*facts: tuple[str, str]) -> Table:
    """Label and text, one below the other; a label without text is left out."""
    shown = [(label, text) for label, text in facts if text]
    return Table(
        columns=(Column(0.8, Align.CENTER, label=True), Column(4.7)),
        rows=tuple((Cell(content(label), bold=True), Cell(content(text))) for label, text in shown),
        small=True,
    )


def _inputs(row: ScoreRow) -> list[Block]:
    specs = row.indicator.rule.inputs() if row.indicator.rule is not None else ()
    given = row.scored.given or {}
    rows: list[Row] = []
    for spec in specs:
        found = given.get(spec.key)
        value = found.text if found is not None else ""
        origin = found.origin if found is not None else ""
        rows.append(cells(spec.label, value or "未填", origin))
    if not rows:
        return []
    return [
        Table(
            columns=(Column(2.9), Column(1.1, Align.CENTER), Column(2.2)),
            header=(cells("计分项", "取值", "来源", bold=True),),
            rows=tuple(rows),
            small=True,
        ),
    ]


def _deduction(data: ReportData, row: DeductionRow) -> str:
    reason = row.line.reason.strip().rstrip("。") or "未写原因"
    beside = "；".join(part for part in (row.line.basis.strip(), evidence_text(row.evidence)) if part)
    return f"扣 {score_text(data, row.line.points, row.indicator)} 分：{reason}{f'（{beside}）' if beside else ''}。"


def _item(item: Evidence) -> str:
    about = "，".join(part for part in (item.kind, item.copy, item.page and f"第 {item.page} 页") if part)
    return f"{evidence_label(item)} {item.title}{f'（{about}）' if about else ''}"


def _records(data: ReportData, indicator: str) -> list[tuple[str, str]]:
    """Requests, talks and visits that bear on the indicator."""
    evaluation = data.evaluation
    requests = tied_to(evaluation, "document_request", indicator)
    listed = [
        f"{request.name}（{request.status}）"
        for request in evaluation.listed(DocumentRequest)
        if request.id in requests
    ]
    talks = tied_to(evaluation, "interview", indicator)
    talks |= {line.interview for line in evaluation.listed(Exchange) if line.indicator == indicator}
    visits = tied_to(evaluation, "site_record", indicator)
    said = [talk.title for talk in evaluation.listed(Interview) if talk.id in talks]
    seen = [visit.title for visit in evaluation.listed(SiteRecord) if visit.id in visits]
    return [("对应资料", "\n".join(listed)), ("座谈和现场", "；".join((*said, *seen)))]
