"""The annexes of a report: survey results, score table, problem list, summary, evidence list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from workbench.domain.amounts import show, show_percent
from workbench.domain.evaluation import KIND_LABELS, Deduction, Link
from workbench.exporters.annex_tables import (
    fund_income,
    fund_spending,
    results_summary,
    target_suggestions,
    work_summary,
)
from workbench.exporters.document import (
    Align,
    Block,
    Cell,
    Column,
    Row,
    Table,
    cells,
    content,
)
from workbench.exporters.evidence_excerpts import excerpt_annex
from workbench.exporters.photos import photo_annex
from workbench.exporters.records_blocks import interviews, requests, site_records
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_words import score_text
from workbench.exporters.review_annexes import checks_report, internal_review, opinion_letter
from workbench.exporters.score_annex import score_annex
from workbench.exporters.survey_annex import survey_annex

AnnexBuilder = Callable[[ReportData], list[Block]]


def _problem_list(data: ReportData) -> list[Block]:
    rows: list[Row] = []
    seen: set[str] = set()
    for row in data.problems:
        same = sum(1 for other in data.problems if other.category == row.category)
        line = [
            Cell(content(str(row.number))),
            Cell(content(row.unit)),
            Cell(content(_problem_text(row.problem))),
        ]
        if row.category not in seen:
            seen.add(row.category)
            line.insert(0, Cell(content(row.category or "其他"), row_span=same, align=Align.CENTER))
        rows.append(tuple(line))
    return [
        Table(
            columns=(
                Column(1.2, Align.CENTER, label=True),
                Column(0.6, Align.CENTER),
                Column(1.6),
                Column(5),
            ),
            header=(cells("问题分类", "序号", "项目责任单位", "问题描述", bold=True),),
            rows=tuple(rows) or (cells("", "", "", "无"),),
            small=True,
        )
    ]


def _problem_text(problem: object) -> str:
    title, description = getattr(problem, "title", ""), getattr(problem, "description", "").strip()
    return f"{title.rstrip('。')}。{description}" if description else title


def _day(value: date | None) -> str:
    return "" if value is None else f"{value.year}.{value.month}.{value.day}"


def _share(data: ReportData, upper: str, lower: str) -> str:
    top, bottom = data.fund_totals.get(upper), data.fund_totals.get(lower)
    return show_percent(top / bottom) if top is not None and bottom else "—"


def _elapsed(data: ReportData) -> str:
    """The share of the project's time that had passed at the base date, counted in days."""
    overview = data.evaluation.overview
    start, end, base = overview.project_start, overview.project_end, overview.base_date
    if start is None or end is None or base is None or end < start:
        return "—"
    days = (end - start).days + 1
    passed = min(max((base - start).days + 1, 0), days)
    return f"{show_percent(Fraction(passed, days))}（{passed}/{days} 天）"


def _summary(data: ReportData) -> list[Block]:
    overview = data.evaluation.overview
    unit = overview.fund_unit
    budget = data.fund_totals.get("budget")
    facts = [
        ("项目名称", overview.project),
        ("主管部门", overview.department),
        ("被评价单位", overview.evaluated_unit),
        (f"预算资金（{unit}）", "—" if budget is None else show(budget)),
        ("项目开始时间", _day(overview.project_start)),
        ("项目计划完成时间", _day(overview.project_end)),
        ("项目实际完成时间", _day(overview.actual_end) or "未完成"),
        ("评价基准日", _day(overview.base_date)),
        ("至评价基准日时间进度", _elapsed(data)),
        ("资金到位率（到位资金 ÷ 预算资金）", _share(data, "arrived", "budget")),
        ("到位资金占应付金额", _share(data, "arrived", "due")),
        ("预算执行率（实际支出 ÷ 到位资金）", _share(data, "spent", "arrived")),
        ("支出进度（实际支出 ÷ 预算资金）", _share(data, "spent", "budget")),
        ("综合得分", score_text(data, data.scores.total)),
        ("评价等级", data.scores.grade.name if data.scores.grade and data.scores.complete else "—"),
    ]
    return [
        Table(
            columns=(Column(1.3), Column(2)),
            rows=tuple(cells(label, value) for label, value in facts),
        )
    ]


def _evidence_list(data: ReportData) -> list[Block]:
    uses: dict[str, list[str]] = {}
    for link in data.evaluation.table(Link).values():
        if link.from_kind == "evidence":
            uses.setdefault(link.from_id, []).append(_used_for(data, link))
    rows = [
        cells(
            "\n".join(part for part in (f"佐证-{evidence.number:03}", evidence.index) if part),
            f"{evidence.title}（原件不外发）" if evidence.withheld else evidence.title,
            evidence.kind,
            evidence.source,
            evidence.method,
            "\n".join(dict.fromkeys(uses.get(evidence.id, []))),
        )
        for evidence in data.evidence
    ]
    if not rows:
        return []
    return [
        Table(
            columns=(Column(1.1), Column(2.4), Column(1), Column(1.4), Column(1), Column(2)),
            header=(cells("佐证号", "名称", "类别", "来源", "收集方式", "用于", bold=True),),
            rows=tuple(rows),
            small=True,
        )
    ]


def _used_for(data: ReportData, link: Link) -> str:
    if link.to_kind == "indicator" and (indicator := data.evaluation.form.get(link.to_id)) is not None:
        return indicator.name
    if link.to_kind == "deduction":
        line = data.evaluation.get(Deduction, link.to_id)
        indicator = data.evaluation.form.get(line.indicator) if line is not None else None
        return f"{indicator.name}（扣分）" if indicator is not None else "扣分"
    return KIND_LABELS.get(link.to_kind, link.to_kind)


#: Every annex by the key that outlines use.
ANNEXES: Mapping[str, AnnexBuilder] = {
    "survey": survey_annex,
    "score_table": score_annex,
    "problem_list": _problem_list,
    "summary": _summary,
    "evidence_list": _evidence_list,
    "opinions": opinion_letter,
    "internal_review": internal_review,
    "checks_report": checks_report,
    "evidence_excerpts": excerpt_annex,
    "requests": requests,
    "interviews": interviews,
    "site_records": site_records,
    "fund_income": fund_income,
    "fund_spending": fund_spending,
    "work_summary": work_summary,
    "results_summary": results_summary,
    "target_suggestions": target_suggestions,
    "photos": photo_annex,
}
