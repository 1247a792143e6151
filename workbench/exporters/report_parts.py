"""The generated parts of a report: each builder turns the frozen data into blocks of one heading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from workbench.domain.amounts import show, show_money, show_percent, show_plain
from workbench.domain.charts import Bar, BarChart
from workbench.domain.evaluation import FundLine, Member, Waiver
from workbench.domain.fields import spec_of
from workbench.domain.sources import FUND_COLUMNS
from workbench.domain.survey import recovery_rate
from workbench.exporters.document import (
    Align,
    Block,
    Column,
    Figure,
    Heading,
    Inline,
    ListItems,
    Paragraph,
    Reference,
    Table,
    cells,
    content,
)
from workbench.exporters.report_analysis import analysis, analysis_of, by_level1
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_words import bound, evidence_text, paragraphs, score_text, see_also

Builder = Callable[[ReportData], list[Block]]


def _overview(name: str) -> Builder:
    return lambda data: paragraphs(getattr(data.evaluation.overview, name))


def _basis(data: ReportData) -> list[Block]:
    lines = [line.strip() for line in data.evaluation.overview.basis.splitlines() if line.strip()]
    return [ListItems(tuple(content(line) for line in lines))] if lines else []


def _funds(data: ReportData) -> list[Block]:
    if not data.funds:
        return []
    overview = data.evaluation.overview
    unit = overview.fund_unit
    stated = [column for column in FUND_COLUMNS if data.fund_totals[column] is not None]
    parts: list[str | Inline] = [f"项目资金来源为{overview.fund_source}。" if overview.fund_source else ""]
    for number, column in enumerate(stated):
        label = spec_of(FundLine, column).label
        total = data.fund_totals[column]
        amount = bound(show_money(total or 0, unit), f"fund:{column}")
        parts += ["其中" if not number else "，", label, " ", amount]
    parts.append("。")
    digits = Column(align=Align.RIGHT)
    header = cells("年度", "资金项目", *(spec_of(FundLine, column).label for column in stated), bold=True)
    rows = [
        cells(
            line.year,
            line.item,
            *("" if (value := getattr(line, column)) is None else show(value) for column in stated),
        )
        for line in data.funds
    ]
    totals = cells("合计", "", *(show(data.fund_totals[column] or 0) for column in stated), bold=True)
    table = Table(
        columns=(Column(), Column(), *(digits for _ in stated)),
        header=(header,),
        rows=(*rows, totals),
        caption="项目资金情况表",
        key="funds",
        unit=unit,
        small=True,
    )
    more = see_also(("收入明细", "fund_income"), ("支出明细", "fund_spending"))
    return [Paragraph(content(*parts, "详见", Reference("funds"), "。")), more, table]


def _targets(data: ReportData) -> list[Block]:
    if not data.targets:
        return []
    rows = [
        cells(row.target.level1, row.target.level2, row.target.name, row.set_text, row.actual_text)
        for row in data.targets
    ]
    return [
        Paragraph(content("年度绩效目标及完成情况见", Reference("targets"), "。")),
        see_also(("逐项完成情况", "work_summary")),
        Table(
            columns=(
                Column(1),
                Column(1.3),
                Column(2),
                Column(1.4, Align.CENTER),
                Column(1.4, Align.CENTER),
            ),
            header=(cells("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", bold=True),),
            rows=tuple(rows),
            caption="项目绩效目标",
            key="targets",
            small=True,
        ),
    ]


def _indicator_system(data: ReportData) -> list[Block]:
    form = data.evaluation.form
    counts = [sum(1 for i in form.indicators if i.level == level) for level in range(1, len(form.levels) + 1)]
    parts = "、".join(
        f"{count} 个{name}" for count, name in zip(counts, form.levels, strict=True) if count
    )  # the tree is the only place that knows how many there are
    weights = "、".join(f"{root.name} {show_plain(root.full_mark)} 分" for root in form.roots)
    source = f"依据{form.authority}，结合项目特点设置，" if form.authority else ""
    return [
        Paragraph(
            content(
                f"指标体系{source}包括{parts}，满分 ",
                bound(show_plain(data.scores.full), "full"),
                f" 分，其中{weights}。各指标的评分标准见",
                Reference("score_table"),
                "。",
            )
        )
    ]


def _bands(data: ReportData) -> list[Block]:
    bands = sorted(data.evaluation.form.bands, key=lambda band: band.lower, reverse=True)
    if not bands:
        return []
    said: list[str] = []
    upper = f"{show_plain(data.evaluation.form.total)} 分"
    for band in bands:
        low = show_plain(band.lower)
        said.append(
            f"不满 {upper}为{band.name}"
            if band.lower == 0
            else f"{low} 分（含）至 {upper}{'' if band is bands[0] else '（不含）'}为{band.name}"
        )
        upper = f"{low} 分"
    return [Paragraph(content(f"评价结果分为{len(bands)}档：{'；'.join(said)}。"))]


def _members(data: ReportData) -> list[Block]:
    members = data.evaluation.listed(Member)
    if not members:
        return []
    return [
        Table(
            columns=(
                Column(0.6, Align.CENTER),
                Column(1),
                Column(2.2),
                Column(1.2),
                Column(1.2),
                Column(1.2),
            ),
            header=(cells("序号", "姓名", "单位", "专业", "职称", "分工", bold=True),),
            rows=tuple(
                cells(str(number), m.name, m.organisation, m.speciality, m.title, m.duty)
                for number, m in enumerate(members, start=1)
            ),
            caption="评价工作组成员",
            key="members",
            small=True,
        )
    ]


def _surveys(data: ReportData) -> list[Block]:
    blocks: list[Block] = []
    for sheet in data.questionnaires:
        if sheet.valid is None:
            continue
        when = f"{sheet.held.year} 年 {sheet.held.month} 月 {sheet.held.day} 日" if sheet.held else ""
        rate = recovery_rate(sheet)
        issued = f"发放 {sheet.issued} 份、" if sheet.issued is not None else "网上发放（发放份数不明）、"
        recovered = f"，有效回收率 {show_percent(rate)}" if rate is not None else ""
        blocks.append(
            Paragraph(
                content(
                    f"工作组{when}{'面向' + sheet.group if sheet.group else ''}开展问卷调查（{sheet.title}），"
                    f"{issued}有效回收 {sheet.valid} 份{recovered}，结果见",
                    Reference("survey"),
                    "。",
                )
            )
        )
    return blocks


def _conclusion(data: ReportData) -> list[Block]:
    scores, overview = data.scores, data.evaluation.overview
    total = bound(score_text(data, scores.total), "total", bold=True)
    if not scores.complete:
        return [
            Paragraph(
                content(
                    f"尚有 {scores.leaves - scores.scored} 项指标未评分，已评指标合计 ",
                    total,
                    " 分，暂不定级。",
                )
            )
        ]
    grade = scores.grade.name if scores.grade else "（分档未设）"
    parts = "、".join(
        f"{root.name} {score_text(data, data.scores[root.id].score)} 分"
        for root in data.evaluation.form.roots
    )
    return [
        Paragraph(
            content(
                f"经综合评价，{overview.project}得分 ",
                total,
                " 分，评价等级为“",
                bound(grade, "grade", bold=True),
                f"”。其中{parts}。各一级指标得分见",
                Reference("level1"),
                "，扣分见" if data.deductions else "",
                Reference("deductions") if data.deductions else "",
                "。",
            )
        )
    ]


def _level1_table(data: ReportData) -> list[Block]:
    digits = Column(1, Align.RIGHT)
    rows = [
        cells(
            root.name,
            show_plain(root.full_mark),
            score_text(data, (scored := data.scores[root.id]).score),
            score_text(data, scored.deducted),
            "—" if scored.rate is None else show_percent(scored.rate),
        )
        for root in data.evaluation.form.roots
    ]
    full, total = data.scores.full, data.scores.total
    rate = show_percent(total / full) if full else "—"
    summed = cells(
        "合计", show_plain(full), score_text(data, total), score_text(data, full - total), rate, bold=True
    )
    return [
        Table(
            columns=(Column(1.6), digits, digits, digits, digits),
            header=(cells(data.levels[0], "分值", "得分", "扣分", "得分率", bold=True),),
            rows=(*rows, summed),
            caption="综合评价得分表",
            key="level1",
        )
    ]


def _level1_chart(data: ReportData) -> list[Block]:
    bars = tuple(
        Bar(
            root.name,
            scored.score or Decimal(0),
            f"{score_text(data, scored.score)} / {show_plain(root.full_mark)}",
            root.full_mark,
        )
        for root in data.evaluation.form.roots
        for scored in [data.scores[root.id]]
    )
    return [Figure(BarChart(bars), "各一级指标得分", "level1_chart")]


def _deduction_table(data: ReportData) -> list[Block]:
    if not data.deductions:
        return []
    rows = [
        cells(
            str(row.number),
            row.indicator.name,
            score_text(data, row.line.points, row.indicator),
            row.line.reason,
            evidence_text(row.evidence) or row.line.basis,
        )
        for row in data.deductions
    ]
    total = sum((row.line.points or Decimal(0) for row in data.deductions), Decimal(0))
    return [
        Table(
            columns=(
                Column(0.6, Align.CENTER),
                Column(1.6),
                Column(0.8, Align.RIGHT),
                Column(3.6),
                Column(1.6),
            ),
            header=(cells("序号", "指标", "扣分", "扣分原因", "依据", bold=True),),
            rows=(*rows, cells("", "合计", score_text(data, total), "", "", bold=True)),
            caption="扣分明细表",
            key="deductions",
            small=True,
        )
    ]


def _problems(data: ReportData) -> list[Block]:
    blocks: list[Block] = [see_also(("问题清单", "problem_list"))] if data.problems else []
    for row in data.problems:
        blocks.append(Heading(3, row.problem.title.rstrip("。")))
        blocks += paragraphs(row.problem.description)
        if row.problem.cause.strip():
            blocks += paragraphs(f"原因分析：{row.problem.cause.strip()}")
        if row.deductions:
            said = "；".join(
                f"{line.indicator.name}扣 {score_text(data, line.line.points, line.indicator)} 分"
                for line in row.deductions
            )
            blocks += paragraphs(f"对应扣分：{said}。")
        elif row.problem.no_deduction_reason.strip():
            blocks += paragraphs(f"未扣分的理由：{row.problem.no_deduction_reason.strip()}")
    return blocks


def _materials(_: ReportData) -> list[Block]:
    """What was collected and recorded, by the annexes that hold it."""
    return [
        see_also(
            ("资料收取情况", "requests"),
            ("座谈记录", "interviews"),
            ("现场勘查和抽样记录", "site_records"),
            ("佐证材料目录", "evidence_list"),
            ("佐证摘引", "evidence_excerpts"),
            ("现场照片", "photos"),
        ),
        see_also(
            ("征求意见及采纳情况", "opinions"),
            ("内部复核情况", "internal_review"),
            ("核验意见", "checks_report"),
        ),
    ]


def _results(_: ReportData) -> list[Block]:
    """Where every indicator's score stands, and the tables that sum the project up."""
    return [
        see_also(
            ("各项指标的得分和依据", "score_table"),
            ("项目评价情况汇总", "summary"),
            ("评价结果汇总", "results_summary"),
        )
    ]


def _advice(data: ReportData) -> list[Block]:
    blocks: list[Block] = (
        [see_also(("绩效目标的修正建议及说明", "target_suggestions"))] if data.advice else []
    )
    for advice in data.advice:
        blocks.append(Heading(2, advice.title.rstrip("。")))
        blocks += paragraphs(advice.text)
        if advice.addressee.strip():
            blocks += paragraphs(f"建议对象：{advice.addressee.strip()}。")
    return blocks


def _waivers(data: ReportData) -> list[Block]:
    waived = data.evaluation.listed(Waiver)
    if not waived:
        return []
    items = tuple(
        content(f"核验 {w.code} 的发现经复核放行，理由：{w.reason.strip().rstrip('。')}。") for w in waived
    )
    return [ListItems(items)]


def _abstract(data: ReportData) -> list[Block]:
    """What the report says, on a page: targets, conclusion, problems and advice by their titles."""
    blocks = paragraphs(data.evaluation.overview.overall_target)
    scores, project = data.scores, data.evaluation.overview.project
    if scores.complete:
        grade = f"，评价等级为“{scores.grade.name}”" if scores.grade else ""
        blocks += paragraphs(f"经综合评价，{project}得分 {score_text(data, scores.total)} 分{grade}。")
    if data.problems:
        blocks += paragraphs(f"存在的主要问题：{_titles([row.problem.title for row in data.problems])}")
    if data.advice:
        blocks += paragraphs(f"主要建议：{_titles([one.title for one in data.advice])}")
    return blocks


def _titles(titles: Sequence[str]) -> str:
    said = [title.strip().rstrip("。；") for title in titles]
    if len(said) == 1:
        return f"{said[0]}。"
    return "；".join(f"{number}. {title}" for number, title in enumerate(said, start=1)) + "。"


def _problem_titles(data: ReportData) -> list[Block]:
    return [ListItems(tuple(content(row.problem.title) for row in data.problems))] if data.problems else []


def _plain_problems(data: ReportData) -> list[Block]:
    """Problems with their causes and no points, for papers without scores."""
    blocks: list[Block] = []
    for row in data.problems:
        blocks.append(Heading(2, row.problem.title.rstrip("。")))
        blocks += paragraphs(row.problem.description)
        if row.problem.cause.strip():
            blocks += paragraphs(f"原因分析：{row.problem.cause.strip()}")
    return blocks


#: Every generated part by the name that outlines use.
BUILDERS: Mapping[str, Builder] = {
    "background": _overview("background"),
    "content": _overview("content"),
    "organisation": _overview("organisation"),
    "funds": _funds,
    "overall_target": _overview("overall_target"),
    "targets": _targets,
    "purpose": _overview("purpose"),
    "scope": _overview("scope"),
    "basis": _basis,
    "principles": _overview("principles"),
    "indicator_system": _indicator_system,
    "bands": _bands,
    "process": _overview("process"),
    "members": _members,
    "surveys": _surveys,
    "materials": _materials,
    "results": _results,
    "conclusion": _conclusion,
    "level1_table": _level1_table,
    "level1_chart": _level1_chart,
    "deduction_table": _deduction_table,
    "analysis": analysis,
    "experience": _overview("experience"),
    "problems": _problems,
    "advice": _advice,
    "remarks": _overview("remarks"),
    "unit_profile": _overview("unit_profile"),
    "achievements": _overview("achievements"),
    "abstract": _abstract,
    "by_level1": by_level1,
    "problem_titles": _problem_titles,
    "plain_problems": _plain_problems,
    **{f"analysis:{number}": analysis_of(number) for number in range(1, 9)},
    "waivers": _waivers,
}
