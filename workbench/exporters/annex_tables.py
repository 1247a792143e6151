"""Annexes that are one table each: funds, targets, results, suggested targets."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import show, show_percent
from workbench.domain.evaluation import FundLine
from workbench.exporters.document import Align, Block, Cell, Column, Row, Table, cells, content
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_words import score_text

_AMOUNT = Column(1, Align.RIGHT)


def fund_income(data: ReportData) -> list[Block]:
    """收入明细表: what was budgeted and what arrived, line by line, with the total."""
    return _funds(
        data,
        ("initial", "年初预算"),
        ("budget", "预算资金"),
        ("arrived", "到位资金"),
        share=("arrived", "budget", "到位率"),
    )


def fund_spending(data: ReportData) -> list[Block]:
    """支出明细表: what was to be spent and what was."""
    return _funds(
        data,
        ("budget", "预算资金"),
        ("arrived", "到位资金"),
        ("spent", "实际支出"),
        share=("spent", "arrived", "执行率"),
    )


def _funds(data: ReportData, *columns: tuple[str, str], share: tuple[str, str, str]) -> list[Block]:
    if not data.funds:
        return []
    upper, lower, name = share

    def rate(top: Decimal | Fraction | None, bottom: Decimal | Fraction | None) -> str:
        return show_percent(Fraction(top) / Fraction(bottom)) if top is not None and bottom else "—"

    def amount(line: FundLine, column: str) -> str:
        value: Decimal | None = getattr(line, column)
        return "—" if value is None else show(value)

    rows = [
        cells(
            line.year,
            line.item,
            *(amount(line, column) for column, _ in columns),
            rate(getattr(line, upper), getattr(line, lower)),
            line.explanation,
        )
        for line in data.funds
    ]
    totals = data.fund_totals
    summed = cells(
        "",
        "合计",
        *("—" if (total := totals.get(column)) is None else show(total) for column, _ in columns),
        rate(totals.get(upper), totals.get(lower)),
        "",
        bold=True,
    )
    return [
        Table(
            columns=(
                Column(0.8, Align.CENTER),
                Column(1.7),
                *(_AMOUNT for _ in columns),
                _AMOUNT,
                Column(2.6),
            ),
            header=(cells("年度", "资金项目", *(label for _, label in columns), name, "说明", bold=True),),
            rows=(*rows, summed),
            unit=data.evaluation.overview.fund_unit,
            small=True,
        )
    ]


def work_summary(data: ReportData) -> list[Block]:
    """工作情况汇总表: each target as set and as reached."""
    if not data.targets:
        return []
    rows = [
        cells(
            row.target.level1,
            row.target.level2,
            row.target.name,
            row.set_text,
            row.actual_text or "—",
            "—" if row.met is None else "完成" if row.met else "未完成",
            row.target.explanation,
        )
        for row in data.targets
    ]
    return [
        Table(
            columns=(
                Column(1, label=True),
                Column(1.1),
                Column(2),
                Column(1),
                Column(1),
                Column(0.8),
                Column(2),
            ),
            header=(
                cells(
                    "一级指标", "二级指标", "内容", "目标值", "实际完成值", "完成情况", "偏差原因", bold=True
                ),
            ),
            rows=tuple(rows),
            small=True,
        )
    ]


def results_summary(data: ReportData) -> list[Block]:
    """项目评价结果汇总表: one line about the project, its scores by level 1, grade and main problems."""
    overview, scores = data.evaluation.overview, data.scores
    roots = data.evaluation.form.roots
    budget = data.fund_totals.get("budget")
    header = (
        "项目名称",
        "被评价单位",
        f"预算资金（{overview.fund_unit}）",
        *(f"{root.name}得分" for root in roots),
        "综合得分",
        "等级",
        "主要问题",
    )
    grade = scores.grade.name if scores.grade is not None and scores.complete else "—"
    problems = "\n".join(f"{row.running}. {row.problem.title}" for row in data.problems) or "无"
    row = cells(
        overview.project,
        overview.evaluated_unit,
        "—" if budget is None else show(budget),
        *(score_text(data, scores[root.id].score) for root in roots),
        score_text(data, scores.total),
        grade,
        problems,
    )
    narrow = Column(0.8, Align.CENTER)
    return [
        Table(
            columns=(
                Column(1.6),
                Column(1.4),
                Column(1, Align.RIGHT),
                *(narrow for _ in roots),
                narrow,
                narrow,
                Column(3),
            ),
            header=(cells(*header, bold=True),),
            rows=(row,),
            landscape=True,
            small=True,
        )
    ]


def target_suggestions(data: ReportData) -> list[Block]:
    """项目绩效目标修正建议及说明: the targets for which another value or wording is suggested."""
    found = [row for row in data.targets if row.target.suggested.strip()]
    rows: list[Row] = [
        (
            Cell(content(str(number))),
            Cell(content(row.target.name)),
            Cell(content(row.set_text)),
            Cell(content(row.target.suggested)),
            Cell(content(row.target.suggestion_reason)),
        )
        for number, row in enumerate(found, start=1)
    ]
    if not rows:
        return []
    return [
        Table(
            columns=(Column(0.5, Align.CENTER), Column(1.8), Column(1.2), Column(1.8), Column(2.6)),
            header=(cells("序号", "绩效指标", "原目标", "建议修正为", "修正理由", bold=True),),
            rows=tuple(rows),
            small=True,
        )
    ]
