"""Checks of rates: the inputs that the definition names, typed figures against linked ones, impossible rates."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import exact, show_percent, show_plain, show_signed
from workbench.domain.checks.base import SCORES, check, leaf_check
from workbench.domain.checks.finding import Effect, Finding
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Input, Target
from workbench.domain.rules.base import Given, InputSpec
from workbench.domain.rules.measure import MeasuredRule
from workbench.domain.scoring import IndicatorScore, Scores

#: Two rates printed with two decimals of a percent are the same below this.
SAME_RATE = Fraction(1, 20_000)
_PARTS = {"numerator": "分子", "denominator": "分母", "rate": "比率", "target": "目标值"}


def measured_value(scored: IndicatorScore) -> Fraction | None:
    """The rate (a share of one) or value that an indicator's standard measures, if its inputs are there."""
    rule, given = scored.indicator.rule, scored.given
    if not isinstance(rule, MeasuredRule) or given is None:
        return None
    if not rule.divides:
        return given["rate"].number if "rate" in given else None
    top, bottom = given["numerator"].number, given["denominator"].number
    return top / bottom if top is not None and bottom else None


def is_rate(scored: IndicatorScore) -> bool:
    """Whether the indicator measures a rate."""
    rule = scored.indicator.rule
    return isinstance(rule, MeasuredRule) and rule.value_kind == "比率"


def linked_input(said: Input) -> Input:
    """The input as the standard binds it, whatever was typed."""
    return dataclasses.replace(said, source="", manual=False)


def same(one: Fraction, other: Fraction, kind: str) -> bool:
    """Whether two figures of an input are the same as far as print can tell."""
    return abs(one - other) < (SAME_RATE if kind == "percent" else Fraction(1, 200))


def points_text(effect: Effect) -> str:
    """``影响本项 +0.16 分、总分 92.31 → 92.47``, or nothing when no score moves."""
    if effect.score_before is None or effect.score_after is None or effect.score_before == effect.score_after:
        return "不影响得分"
    return f"影响本项 {effect.score_change} 分、{effect.total_words}"


@leaf_check("K08", ("fund_line",))
def inputs_are_those_of_the_definition(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """An input bound to another fund column, or typed against what its binding says."""
    for spec in view.specs(scored.indicator):
        said = view.said(scored.indicator.id, spec.key)
        if said is None or (said.source or spec.source).startswith("survey:"):
            continue  # survey results are K10
        if said.source.startswith("fund:") and spec.source not in {"", said.source}:
            yield from _other_column(view, scored, spec, said)
        elif said.value and (said.manual or said.source == "manual"):
            yield from _typed_against_linked(view, scored, spec, said)


def _other_column(view: View, scored: IndicatorScore, spec: InputSpec, said: Input) -> Iterator[Finding]:
    defined, used = view.sources.resolve(spec.source), view.given(scored, spec.key)
    if defined.number is None or used.number is None or defined.number == used.number:
        return
    indicator = scored.indicator.id
    changes = (view.change(linked_input(said)),)
    after = view.suppose(changes, (indicator,))
    part = _PARTS.get(spec.key, spec.label)
    effect = view.compare(after, indicator)
    yield view.at_indicator("K08", indicator, "input", said.id, field="source").error(
        f"按定义{part}是“{defined.name}”{defined.text}，计算用了“{used.name}”{used.text}。",
        detail=(f"评分标准：{scored.indicator.criterion.strip()} " if scored.indicator.criterion else "")
        + (f"录入说明：{said.note}。" if said.note else "")
        + points_text(effect)
        + "。",
        expected=_rate_text(after[indicator]) or defined.text,
        found=_rate_text(scored) or used.text,
        difference=_rate_difference(after, scored),
        effect=effect,
        adopting=changes,
        remedy=f"请改用“{defined.name}”，或与委托方确认定义后改指标体系。",
    )


def _rate_text(scored: IndicatorScore) -> str:
    value = measured_value(scored)
    return show_percent(value) if value is not None and is_rate(scored) else ""


def _rate_difference(after: Scores, scored: IndicatorScore) -> str:
    old, new = measured_value(scored), measured_value(after[scored.indicator.id])
    if old is None or new is None or not is_rate(scored):
        return ""
    return f"{show_signed((old - new) * 100)} 个百分点"


def defined_value(view: View, scored: IndicatorScore, spec: InputSpec, said: Input) -> Given | None:
    """What the input would be if it followed its binding instead of the typed value."""
    given = view.given(scored, spec.key)
    if given.linked is not None:
        return given.linked
    if said.source == "manual" and spec.source:
        return view.sources.resolve(spec.source, scored.indicator.id)
    return None


def _typed_against_linked(
    view: View, scored: IndicatorScore, spec: InputSpec, said: Input
) -> Iterator[Finding]:
    typed, linked = view.given(scored, spec.key), defined_value(view, scored, spec, said)
    if linked is None or linked.number is None or typed.number is None:
        return
    if same(typed.number, linked.number, spec.kind):
        return
    indicator = scored.indicator.id
    source = said.source if said.source not in {"", "manual"} else ""
    changes = (view.change(dataclasses.replace(said, manual=False, source=source)),)
    effect = view.effect(changes, indicator)
    yield view.at_indicator("K08", indicator, "input", said.id, field="value").error(
        f"{spec.label}填写 {typed.text}，{linked.origin}为 {linked.text}，{points_text(effect)}。",
        detail=f"录入说明：{said.note}。" if said.note else "",
        expected=linked.text,
        found=typed.text,
        difference=_difference(typed.number - linked.number, spec.kind),
        effect=effect,
        adopting=changes,
        remedy="请核对原始资料，改正填写值或取数来源。",
    )


def _difference(value: Fraction, kind: str) -> str:
    return f"{'+' if value > 0 else ''}{show_plain(value * 100 if kind == 'percent' else value, 4)}" + (
        " 个百分点" if kind == "percent" else ""
    )


@check("K08", SCORES)
def targets_agree_with_the_measured_rate(view: View) -> Iterator[Finding]:
    """The reached value stated at a target against the rate that its indicator measures."""
    for target in view.evaluation.table(Target).values():
        scored = view.scores.by_id.get(target.indicator)
        if scored is None or target.actual is None or not is_rate(scored) or target.unit not in {"%", "％"}:
            continue
        value = measured_value(scored)
        stated = exact(target.actual) / 100
        if value is None or same(value, stated, "percent"):
            continue
        yield view.at("K08", "targets_funds", "target", target.id, target.name, field="actual").warning(
            f"目标“{target.name}”填写完成值 {show_percent(stated)}，指标按分子分母测算为 {show_percent(value)}。",
            detail="、".join(scored.outcome.steps) if scored.outcome else "",
            expected=show_percent(value),
            found=show_percent(stated),
            difference=_difference(stated - value, "percent"),
            remedy="请核对分母口径，使两处一致。",
        )


@check("K08", ("target",))
def one_satisfaction_rate(view: View) -> Iterator[Finding]:
    """Several satisfaction rates that differ: which one is meant must be said."""
    rates = [
        target
        for target in view.evaluation.listed(Target)
        if "满意" in target.name and target.actual is not None and target.unit in {"%", "％"}
    ]
    if len({target.actual for target in rates}) < 2:
        return
    listed = "、".join(f"{t.name} {show_plain(t.actual or Decimal(0))}%" for t in rates)
    first = rates[0]
    yield view.at("K08", "targets_funds", "target", first.id, "满意度", part="several").notice(
        f"满意度有 {len(rates)} 个数值：{listed}。",
        found=f"{len(rates)} 个",
        expected="写明各自的来源和口径",
        remedy="请写明哪一个用于评分，其余注明来源和调查对象。",
    )


@leaf_check("K09")
def rates_stay_possible(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """A part greater than its whole."""
    rule, value = scored.indicator.rule, measured_value(scored)
    if value is None or value <= 1 or not isinstance(rule, MeasuredRule) or not is_rate(scored):
        return
    specs = rule.measured_inputs()
    if all(view.source_of(scored.indicator.id, spec).startswith("fund:") for spec in specs):
        return  # overspending is real and belongs to the fund table
    said = [view.said(scored.indicator.id, spec.key) for spec in specs]
    if not _bounded(view, rule.name) or any(one is not None and one.note.strip() for one in said):
        return
    parts = "、".join(f"{spec.label} {view.given(scored, spec.key).text}" for spec in specs)
    yield view.at_indicator("K09", scored.indicator.id).warning(
        f"{rule.name}为 {show_percent(value)}，超过 100%。",
        detail=f"{parts}。跨期办结等情况请在录入说明中写明。依据：{view.limits.source('bounded_rates')}。",
        expected="≤100%",
        found=show_percent(value),
        difference=_difference(value - 1, "percent"),
        remedy="请核对分子分母的期间和口径，或写明原因。",
    )


@check("K09", SCORES)
def targets_stay_possible(view: View) -> Iterator[Finding]:
    """The same for stated targets and what was reached."""
    for target in view.evaluation.table(Target).values():
        if target.unit not in {"%", "％"} or target.explanation.strip():
            continue
        scored = view.scores.by_id.get(target.indicator)
        if scored is not None and is_rate(scored) and (measured_value(scored) or 0) > 1:
            continue  # said at the indicator
        for field, word in (("value", "指标值"), ("actual", "完成值")):
            amount: Decimal | None = getattr(target, field)
            if amount is not None and amount > 100 and _bounded(view, target.name):
                yield view.at("K09", "targets_funds", "target", target.id, target.name, field=field).warning(
                    f"“{target.name}”的{word}为 {show_plain(amount)}%，超过 100%。",
                    expected="≤100%",
                    found=f"{show_plain(amount)}%",
                    difference=f"+{show_plain(amount - 100)} 个百分点",
                    remedy="请核对数据；确有原因的写在偏差原因里。",
                )


def _bounded(view: View, name: str) -> bool:
    return any(word in name for word in view.limits.bounded_rates)
