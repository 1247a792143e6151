"""Checks of rates as papers state them: against their own numerator and denominator, and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import exact, round_half_up, show_percent, show_plain, show_signed
from workbench.domain.checks.base import check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.view import View
from workbench.domain.entities_rates import StatedRate
from workbench.domain.evaluation import FundLine

#: Rates that measure spending may exceed 100 %; the fund table asks for the reason.
_SPENDING = ("执行", "支出", "到位", "完成")


def prints_like(stated: Decimal, value: Fraction) -> bool:
    """Whether ``value``, printed with as many decimals of a percent as ``stated`` has, reads like it."""
    exponent = stated.as_tuple().exponent
    digits = max(-exponent, 2) if isinstance(exponent, int) else 4
    return exact(round_half_up(value, digits)) == exact(stated)


def _at(view: View, code: str, rate: StatedRate, *, field: str = "", part: str = "") -> Spot:
    words = f"{rate.name}（{rate.period}）" if rate.period else rate.name
    return view.at(code, "targets_funds", "stated_rate", rate.id, words, field=field, part=part)


def _quotient(rate: StatedRate) -> Fraction | None:
    top, bottom = rate.numerator, rate.denominator
    return exact(top) / exact(bottom) if top is not None and bottom else None


def _parts(rate: StatedRate) -> str:
    top, bottom = rate.numerator_name or "分子", rate.denominator_name or "分母"
    return f"{top} {show_plain(rate.numerator or 0)} ÷ {bottom} {show_plain(rate.denominator or 0)}"


@check("K08", ("stated_rate",))
def stated_rates_follow_from_their_parts(view: View) -> Iterator[Finding]:
    """The printed rate against its own numerator and denominator."""
    for rate in view.evaluation.listed(StatedRate):
        value = _quotient(rate)
        if rate.rate is None or value is None or prints_like(rate.rate, value):
            continue
        stated = exact(rate.rate)
        yield _at(view, "K08", rate, field="rate").error(
            f"来稿写“{rate.name}”{show_percent(stated)}，按所列分子分母为 {show_percent(value)}。",
            detail=f"{_parts(rate)} = {show_percent(value)}。"
            + (f"出处：{rate.source}。" if rate.source else ""),
            expected=show_percent(value),
            found=show_percent(stated),
            difference=f"{show_signed((stated - value) * 100)} 个百分点",
            remedy="请核对分母口径，更正比率或写明所用的分母。",
        )


@check("K09", ("stated_rate",))
def stated_parts_are_not_greater_than_their_whole(view: View) -> Iterator[Finding]:
    """A part greater than its whole: more closed than registered."""
    for rate in view.evaluation.listed(StatedRate):
        value = _quotient(rate)
        if value is None or value <= 1 or rate.explanation.strip():
            continue
        bounded = any(word in rate.name for word in view.limits.bounded_rates)
        if not bounded or any(word in rate.name for word in _SPENDING):
            continue
        more = exact(rate.numerator or 0) - exact(rate.denominator or 0)
        yield _at(view, "K09", rate, field="numerator").warning(
            f"“{rate.name}”为 {show_percent(value)}，{rate.numerator_name or '分子'}比{rate.denominator_name or '分母'}多 {show_plain(more)}。",
            detail=f"{_parts(rate)}。部分不应大于整体；跨期办结等情况请在说明中写明。依据：{view.limits.source('bounded_rates')}。",
            expected="≤100%",
            found=show_percent(value),
            difference=f"+{show_percent(value - 1)}",
            remedy="请核对分子分母的期间和口径，或写明原因。",
        )


@check("K08", ("stated_rate",))
def one_name_has_one_denominator(view: View) -> Iterator[Finding]:
    """The same rate of the same period with different values, or with several denominators of which one has no name."""
    named: dict[tuple[str, str], list[StatedRate]] = {}
    for rate in view.evaluation.listed(StatedRate):
        named.setdefault((rate.name.strip(), rate.period.strip()), []).append(rate)
    for (name, period), same in named.items():
        if len(same) < 2:
            continue
        when = f"{period}的" if period else ""
        values = {_value(rate) for rate in same} - {None}
        bottoms = {rate.denominator for rate in same if rate.denominator is not None}
        unnamed = [rate for rate in same if not rate.denominator_name.strip()]
        if len(bottoms) > 1 and unnamed:
            yield _at(view, "K08", unnamed[0], field="denominator_name", part="several").warning(
                f"{when}“{name}”用了 {len(bottoms)} 个分母，有 {len(unnamed)} 处没有写明分母是什么。",
                detail="；".join(_parts(rate) for rate in same) + "。",
                expected="写明每处的分母",
                found=f"{len(unnamed)} 处没有名称",
                remedy="请写明分母名称，并统一口径。",
            )
        elif len(values) > 1 and len({rate.denominator_name.strip() for rate in same}) < len(same):
            listed = "、".join(show_percent(value) for value in sorted(v for v in values if v is not None))
            yield _at(view, "K08", same[0], part="values").warning(
                f"{when}“{name}”有 {len(values)} 个数值：{listed}。",
                detail="；".join(
                    f"{show_percent(_value(r) or Fraction(0))}（{r.source or '未注明出处'}）" for r in same
                )
                + "。",
                expected="一个口径一个数值",
                found=f"{len(values)} 个",
                remedy="请写明各自的分母和出处，确定用于评分的一个。",
            )


def _value(rate: StatedRate) -> Fraction | None:
    return exact(rate.rate) if rate.rate is not None else _quotient(rate)


@check("K15", ("fund_line",))
def stated_execution_follows_from_the_amounts(view: View) -> Iterator[Finding]:
    """The execution rate that was printed for a line: spent by budget, or by what arrived."""
    for line in view.evaluation.listed(FundLine):
        if line.stated_rate is None or line.spent is None:
            continue
        spent = exact(line.spent)
        rates = [
            (name, spent / exact(bottom))
            for name, bottom in (("预算资金", line.budget), ("到位资金", line.arrived))
            if bottom
        ]
        if not rates or any(prints_like(line.stated_rate, value) for _, value in rates):
            continue
        stated = exact(line.stated_rate)
        listed = "，".join(f"按{name}为 {show_percent(value)}" for name, value in rates)
        row = f"{line.year + ' 年' if line.year else ''}{line.item}"
        yield view.at(
            "K15", "targets_funds", "fund_line", line.id, row, field="stated_rate", part="stated"
        ).error(
            f"来稿写执行率 {show_percent(stated)}，{listed}。",
            detail="预算执行率 = 实际支出资金 ÷ 实际到位资金（财预〔2020〕10号附件2）；自评表用全年预算数作分母。",
            expected=show_percent(rates[0][1]),
            found=show_percent(stated),
            difference=f"{show_signed((stated - rates[0][1]) * 100)} 个百分点",
            remedy="请更正执行率；超支的写明原因并相应扣分。",
        )
