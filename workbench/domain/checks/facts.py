"""The figures of an evaluation by the names that texts give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from workbench.domain.amounts import exact
from workbench.domain.checks.rates import is_rate, measured_value
from workbench.domain.checks.view import View
from workbench.domain.entities_rates import StatedRate
from workbench.domain.evaluation import FundLine, Question, Questionnaire, Target
from workbench.domain.prose import Fact, Facts, count_fact, money_fact, percent_fact, points_fact
from workbench.domain.scoring import IndicatorScore
from workbench.domain.survey import as_counted

_YEARS = re.compile(r"\d{4}")
_MONEY_NAMES = {
    "initial": ("年初预算",),
    "budget": ("预算资金", "预算金额", "项目预算", "资金预算金额"),
    "arrived": ("到位资金", "实际到位资金", "资金到位"),
    "due": ("应付金额", "应付资金"),
    "spent": ("实际支出", "支出金额", "实际支出资金", "支出金额共计", "实际支付资金"),
    "contract": ("合同金额", "合同价格", "合同价款"),
}
_READS = (
    "overview",
    "question",
    "option",
    "questionnaire",
    "sheet",
    "sheet_batch",
    "target",
    "fund_line",
    "stated_rate",
)
_RATES = (
    ("资金到位率", "arrived", ("budget", "due", "contract")),
    ("预算执行率", "spent", ("budget", "arrived")),
    ("支出进度", "spent", ("budget",)),
    ("财政支出进度", "spent", ("budget",)),
)


def facts_of(view: View) -> Facts:
    """Every figure that texts may name: points, rates, amounts, counts."""
    tables = view.evaluation.tables
    rests_on = (view.scores, *(tables.get(kind) for kind in _READS))
    return view.remember("facts", rests_on, lambda: Facts(_facts(view), evaluated_years(view)))


def _facts(view: View) -> Iterator[Fact]:
    scores, form = view.scores, view.form
    for indicator in form.indicators:
        scored = scores[indicator.id]
        yield from view.remember(("facts", indicator.id), (scored,), partial(_of_indicator, scored))
    if scores.complete:
        # Not 评价得分 or 最终得分: texts use these for single indicators too.
        # The conclusion says it of the project: “…项目得分 92.47 分”.
        project = view.evaluation.overview.project.strip()
        for name in ("综合得分", "综合分数", "总得分", "总分", *([project] if len(project) > 1 else [])):
            yield points_fact(name, scores.total, "得分")
            yield points_fact(name, form.total, "分值")
    for level, name in enumerate(form.levels, 1):
        yield count_fact(name, sum(1 for indicator in form.indicators if indicator.level == level), "个")
    yield from _survey_facts(view)
    yield from _target_facts(view)
    yield from _stated_facts(view)
    yield from _fund_facts(view)


def _of_indicator(scored: IndicatorScore) -> tuple[Fact, ...]:
    name = scored.indicator.name
    found = [points_fact(name, scored.full_mark, "分值")]
    if scored.score is not None:
        found.append(points_fact(name, scored.score, "得分"))
        if scored.deducted:
            found.append(points_fact(name, scored.deducted, "扣分"))
    measured = measured_value(scored)
    if measured is not None and is_rate(scored):
        found.append(percent_fact(name, measured))
    return tuple(found)


def _survey_facts(view: View) -> Iterator[Fact]:
    for question in view.evaluation.table(Question).values():
        rate = view.sources.tally(question).rate
        if rate is not None and question.name:
            yield percent_fact(question.name, rate)
    for stated in view.evaluation.table(Questionnaire).values():
        sheet = as_counted(view.evaluation, stated)
        for names, number in (
            (("发放问卷", "发放调查问卷", "发出问卷"), sheet.issued),
            (("回收问卷", "收回问卷"), sheet.returned),
            (("有效问卷", "有效回收"), sheet.valid),
        ):
            for name in names:
                if number is not None:
                    yield count_fact(name, number, "份")


def _target_facts(view: View) -> Iterator[Fact]:
    for target in view.evaluation.table(Target).values():
        if target.unit not in {"%", "％"}:
            continue
        names = {target.name}
        indicator = view.form.get(target.indicator)
        if indicator is not None:
            names.add(indicator.name)
        for name in names:
            for value in (target.value, target.actual):
                if value is not None:
                    yield percent_fact(name, exact(value) / 100)


def _stated_facts(view: View) -> Iterator[Fact]:
    """Rates with their own parts: as the parts give them, else as they are stated."""
    for rate in view.evaluation.table(StatedRate).values():
        year = found[0] if len(found := _YEARS.findall(rate.period)) == 1 else ""
        if rate.numerator is not None and rate.denominator:
            yield percent_fact(rate.name, exact(rate.numerator) / exact(rate.denominator), year)
        elif rate.rate is not None:
            yield percent_fact(rate.name, exact(rate.rate), year)


def _fund_facts(view: View) -> Iterator[Fact]:
    unit = view.evaluation.overview.fund_unit or "万元"
    lines = view.evaluation.listed(FundLine)
    years = ["", *sorted({line.year for line in lines if line.year})]
    for column, names in _MONEY_NAMES.items():
        amounts: dict[tuple[str, Fraction], None] = {}
        for year in years:
            if (total := view.sources.fund_total(column, year)) is not None:
                amounts[year, total] = None
        # A budget is also what was first asked for, and what was contracted.
        columns = (column, "initial", "contract") if column == "budget" else (column,)
        for line in lines:
            for other in columns:
                if (value := getattr(line, other)) is not None:
                    amounts[line.year, exact(value)] = None
        for name in names:
            for year, amount in amounts:
                yield money_fact(name, amount, unit, year)
    for name, top, bottoms in _RATES:
        for year in years:
            over = view.sources.fund_total(top, year)
            for bottom in bottoms:
                under = view.sources.fund_total(bottom, year)
                if over is not None and under:
                    yield percent_fact(name, over / under, year)


def evaluated_years(view: View) -> set[str]:
    """The years that the evaluation is about: ``2018-2020`` names three, fund lines name theirs."""
    found = _YEARS.findall(view.evaluation.overview.year)
    years = {line.year for line in view.evaluation.table(FundLine).values() if line.year}
    if len(found) == 2:
        first, last = sorted(int(year) for year in found)
        years |= {str(year) for year in range(first, min(last, first + 20) + 1)}
    return years | set(found)
