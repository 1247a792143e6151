"""Checks of the fund table: totals, chains of amounts, units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from workbench.domain.amounts import exact, show_money, show_percent, show_plain
from workbench.domain.changes import Change
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.evaluation import FundLine
from workbench.domain.fields import spec_of
from workbench.domain.sources import FUND_COLUMNS

_TOTALS = {"合计", "总计", "小计", "总和", "共计"}
#: (larger in the ordinary case, smaller, what it means otherwise)
_CHAINS = (
    ("arrived", "spent", "支出超过到位资金"),
    ("budget", "spent", "支出超过预算"),
    ("budget", "arrived", "到位超过预算"),
    ("budget", "contract", "合同金额超过预算"),
)


def _label(column: str) -> str:
    return spec_of(FundLine, column).label


def _amount(line: FundLine, column: str) -> Decimal | None:
    value: Decimal | None = getattr(line, column)
    return value


@check("K15", SCORES)
def total_rows_equal_their_parts(view: View) -> Iterator[Finding]:
    """A typed total row: it would count twice, and it must equal the lines of its year."""
    lines = view.evaluation.listed(FundLine)
    unit = view.evaluation.overview.fund_unit
    parts_all = [line for line in lines if line.item.strip() not in _TOTALS]
    for total in lines:
        if total.item.strip() not in _TOTALS:
            continue
        parts = [line for line in parts_all if not total.year or line.year == total.year]
        wrong = []
        for column in FUND_COLUMNS:
            stated = _amount(total, column)
            amounts = [value for line in parts if (value := _amount(line, column)) is not None]
            if stated is not None and amounts and sum(amounts, Decimal(0)) != stated:
                wrong.append(
                    f"{_label(column)}写 {show_money(stated, unit)}，各行合计 {show_money(sum(amounts, Decimal(0)), unit)}"
                )
        changes = (Change(total, None),)
        moved = view.effect(changes)
        effect = moved if moved.total_difference else None
        yield view.at("K15", "targets_funds", "fund_line", total.id, _row(total)).error(
            f"“{total.item.strip()}”行与各行不等：{wrong[0]}。"
            if wrong
            else f"“{total.item.strip()}”行会与各行重复计入。",
            detail="；".join(wrong) + ("。" if wrong else "") + "合计由程序计算，不需要单独填一行。",
            expected="各行之和",
            found="；".join(wrong) or "重复计入",
            effect=effect,
            adopting=changes,
            remedy="请删去合计行；与各行不等的先查清差额。",
        )


def _row(line: FundLine) -> str:
    return f"{line.year + ' 年' if line.year else ''}{line.item}"


@check("K15", ("fund_line", "overview"))
def amounts_keep_their_order(view: View) -> Iterator[Finding]:
    """Spent > arrived, or any > budget, without an explanation: real overspending exists, silence does not do."""
    unit = view.evaluation.overview.fund_unit
    for line in view.evaluation.listed(FundLine):
        if line.item.strip() in _TOTALS or line.explanation.strip():
            continue
        for larger, smaller, meaning in _CHAINS:
            limit, value = _amount(line, larger), _amount(line, smaller)
            if limit is None or value is None or value <= limit:
                continue
            rate = f"，为其 {show_percent(exact(value) / exact(limit))}" if limit else ""
            yield view.at(
                "K15", "targets_funds", "fund_line", line.id, _row(line), field=smaller, part=larger
            ).warning(
                f"{meaning}：{_label(smaller)} {show_money(value, unit)}，{_label(larger)} {show_money(limit, unit)}{rate}。",
                expected=f"≤{show_money(limit, unit)}",
                found=show_money(value, unit),
                difference=f"+{show_money(value - limit, unit)}",
                remedy="请核对金额；确实超出的写明原因。",
            )


@check("K15", ("fund_line", "overview"))
def amounts_share_one_unit(view: View) -> Iterator[Finding]:
    """Amounts of one line that differ by a factor near 10,000: 元 among 万元."""
    unit = view.evaluation.overview.fund_unit
    for line in view.evaluation.listed(FundLine):
        amounts = [(column, value) for column in FUND_COLUMNS if (value := _amount(line, column))]
        if len(amounts) < 2:
            continue
        low = min(amounts, key=lambda pair: pair[1])
        high = max(amounts, key=lambda pair: pair[1])
        if low[1] > 0 and high[1] / low[1] >= view.limits.unit_factor:
            yield view.at(
                "K15", "targets_funds", "fund_line", line.id, _row(line), field=high[0], part="unit"
            ).warning(
                f"{_label(high[0])} {show_money(high[1], unit)}是{_label(low[0])} {show_money(low[1], unit)}的 "
                f"{show_plain(exact(high[1]) / exact(low[1]), 0).rstrip('…')} 倍，可能混用了元和万元。",
                detail=f"界限来自：{view.limits.source('unit_factor')}。",
                expected=f"统一为{unit}",
                found=show_money(high[1], unit),
                remedy=f"请把金额都换算成{unit}。",
            )
    for line in view.evaluation.listed(FundLine):
        for column in FUND_COLUMNS:
            negative = _amount(line, column)
            if negative is not None and negative < 0:
                yield view.at(
                    "K15", "targets_funds", "fund_line", line.id, _row(line), field=column, part="sign"
                ).error(
                    f"{_label(column)}为负数 {show_money(negative, unit)}。",
                    expected="不小于 0",
                    found=show_money(negative, unit),
                    remedy="请改正金额，收回的资金请在说明中写明。",
                )
