"""Checks of targets: far exceeded, not measured, turned the wrong way round, in the wrong class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import exact, show_percent, show_plain
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Entry, Input, Target
from workbench.domain.rules.measure import MeasuredRule
from workbench.domain.rules.threshold import ThresholdRule

_PROVES = re.compile(r"满意[度率]\s*(?:为|达到|达|是|：|:)?\s*[{\d]")
_UP, _DOWN = {"≥", "＞"}, {"≤", "＜"}


def over_achieved(target: Target) -> Fraction | None:
    """How far a target was exceeded, as a share of it; nothing when it was not, or cannot be said."""
    value, actual = target.value, target.actual
    if value is None or actual is None or value <= 0:
        return None
    share = (exact(actual) - exact(value)) / exact(value)
    if target.operator in _DOWN:
        share = -share
    elif target.operator not in _UP:
        return None
    return share if share > 0 else None


@check("K14", ("target",))
def targets_are_not_far_exceeded(view: View) -> Iterator[Finding]:
    """Exceeded by more than the limit without an explanation; or most of them exceeded."""
    measured = [t for t in view.evaluation.listed(Target) if t.value and t.actual is not None]
    limit = exact(view.limits.over_achievement)
    single = False
    for target in measured:
        share = over_achieved(target)
        if share is None or share <= limit or target.explanation.strip():
            continue
        single = True
        yield view.at("K14", "targets_funds", "target", target.id, target.name, field="actual").warning(
            f"完成值 {_shown(target, target.actual)}，目标 {target.operator}{_shown(target, target.value)}，"
            f"优于目标 {show_percent(share)}，没有说明原因。",
            detail="财预〔2020〕10号第十六条要求分析原因，目标明显偏低的按偏离程度调减得分。"
            f"{show_percent(limit, 0)} 的界限来自：{view.limits.source('over_achievement')}。",
            expected=f"不超过目标 {show_percent(limit, 0)}，或说明原因",
            found=show_percent(share),
            difference=f"+{show_percent(share - limit)}",
            remedy="请填写偏差原因；目标偏低的考虑调减得分。",
        )
    every = exact(view.limits.over_achievement_all)
    over = [
        (target, share)
        for target in measured
        if (share := over_achieved(target) or Fraction(0)) > every and not target.explanation.strip()
    ]
    if single or len(over) < 3 or len(over) < len(measured) * Fraction(4, 5):
        return
    shares = [share for _, share in over]
    listed = "、".join(f"{target.name} {show_percent(1 + share)}" for target, share in over)
    yield view.at("K14", "targets_funds", "target", over[0][0].id, "多数目标", part="most").notice(
        f"{len(measured)} 个目标中有 {len(over)} 个超额 {show_percent(every, 0)} 以上，目标可能偏低。",
        detail=f"完成值与目标之比：{listed}。界限来自：{view.limits.source('over_achievement_all')}。",
        expected="目标有挑战性",
        found=f"{show_percent(1 + min(shares))} 至 {show_percent(1 + max(shares))}",
        remedy="请分析原因，建议下年度提高目标值。",
    )


def _shown(target: Target, value: Decimal | None) -> str:
    return "" if value is None else f"{show_plain(value)}{target.unit}"


@check("K17", ("target", "input"))
def every_target_is_measured(view: View) -> Iterator[Finding]:
    """Each target has an indicator: by choice, or one of the same name."""
    names = {indicator.name for indicator in view.form.indicators}
    bound = [source for sources in view.form.bindings.values() for source in sources]
    bound += [said.source for said in view.evaluation.table(Input).values()]
    names |= {source.partition(":")[2] for source in bound if source.startswith(("target:", "actual:"))}
    for target in view.evaluation.listed(Target):
        known = view.form.get(target.indicator) is not None
        if target.indicator and not known:
            yield view.at(
                "K17", "targets_funds", "target", target.id, target.name, field="indicator"
            ).warning(
                f"目标“{target.name}”对应的评价指标已不存在。",
                expected="现有的指标",
                found=target.indicator,
                remedy="请重新选择对应的评价指标。",
            )
        elif not known and target.name not in names and target.id not in names:
            goal = f"{target.name} {target.operator}{_shown(target, target.value)}"
            yield view.at("K17", "targets_funds", "target", target.id, target.name, field="indicator").notice(
                f"绩效目标“{goal}”没有对应的评价指标。",
                expected="一个评价指标",
                found="没有",
                remedy="请选择对应的指标，或说明为什么不评。",
            )


def missed(target: Target) -> bool:
    """Whether what was reached does not meet the target; not when either is unsaid."""
    value, actual = target.value, target.actual
    if value is None or actual is None:
        return False
    compare = {
        "≥": actual >= value,
        "≤": actual <= value,
        "=": actual == value,
        "＞": actual > value,
        "＜": actual < value,
    }
    return not compare.get(target.operator, True)


@check("K17", (*SCORES,))
def missed_targets_cost_points(view: View) -> Iterator[Finding]:
    """A target that was not met while its indicator keeps the full mark."""
    for target in view.evaluation.listed(Target):
        scored = view.scores.by_id.get(target.indicator)
        if scored is None or not missed(target) or target.explanation.strip():
            continue
        if scored.score is None or scored.score != scored.full_mark:
            continue
        reached = _shown(target, target.actual)
        yield view.at(
            "K17", "targets_funds", "target", target.id, target.name, field="actual", part="missed"
        ).warning(
            f"目标“{target.name}”要求 {target.operator}{_shown(target, target.value)}，完成 {reached}，没有达到，"
            f"指标“{scored.indicator.name}”却得满分。",
            expected="相应扣分，或说明原因",
            found=f"满分 {show_plain(scored.full_mark)} 分",
            remedy="请核对完成值和得分；确有客观原因的写在偏差原因里。",
        )


_SCOPE = re.compile(r"\d+\s*(?:秒|分钟|小时|个工作日|日|天)")


@check("K08", ("target",))
def targets_measure_what_the_indicator_measures(view: View) -> Iterator[Finding]:
    """``15秒接通率`` set as the target of an overall answering rate; one name with several targets."""
    by_name: dict[str, list[Target]] = {}
    for target in view.evaluation.listed(Target):
        if target.value is not None:
            by_name.setdefault(target.name.strip(), []).append(target)
        indicator = view.form.get(target.indicator)
        if indicator is None:
            continue
        measured = indicator.rule.name if isinstance(indicator.rule, MeasuredRule) else ""
        own, others = _scopes(target.name), _scopes(f"{indicator.name}{measured}")
        if own != others and _SCOPE.sub("", target.name)[-2:] == indicator.name[-2:]:
            yield view.at(
                "K08", "targets_funds", "target", target.id, target.name, field="indicator", part="scope"
            ).warning(
                f"目标“{target.name}”与指标“{measured or indicator.name}”口径不同，不能直接比较。",
                expected="、".join(sorted(own)) or "同一口径",
                found="、".join(sorted(others)) or "没有时限",
                remedy="请按同一口径取数，或另选对应的指标。",
            )
    for name, same in by_name.items():
        if name and len({(target.operator, target.value) for target in same}) > 1:
            listed = "、".join(f"{t.operator}{_shown(t, t.value)}" for t in same)
            yield view.at(
                "K08", "targets_funds", "target", same[0].id, name, field="value", part="several"
            ).notice(
                f"“{name}”有 {len(same)} 个目标值：{listed}。",
                expected="写明以哪一个为准",
                found=f"{len(same)} 个",
                remedy="请写明各自的来源（绩效目标、合同、上级规定），确定用于评分的一个。",
            )


def _scopes(name: str) -> frozenset[str]:
    return frozenset(re.sub(r"\s", "", found) for found in _SCOPE.findall(name))


@check("K17", ("entry",))
def satisfaction_has_an_indicator(view: View) -> Iterator[Finding]:
    """A satisfaction rate as proof of an indicator that measures something else, with none for satisfaction."""
    if any("满意" in text for i in view.form.indicators for text in (i.name, *i.tags)):
        return
    for entry in view.evaluation.table(Entry).values():
        if view.form.get(entry.id) is None or not _PROVES.search(entry.basis):
            continue
        if any(word in view.form.path(entry.id)[0].name for word in ("产出", "效益", "效果")):
            yield view.at_indicator("K17", entry.id, "entry", field="basis").notice(
                "用满意度证明本指标，指标体系里没有满意度指标。",
                expected="另设满意度指标",
                found=view.form[entry.id].name,
                remedy="请核对满意度是否能说明本指标。",
            )


@check("K21", ("target",))
def directions_suit_the_measure(view: View) -> Iterator[Finding]:
    """≥ for what should be low, ≤ for what should be high; in targets and in standards."""
    for target in view.evaluation.listed(Target):
        wanted = _wanted(view, target.name)
        if wanted and target.operator in (_UP if wanted == "≤" else _DOWN):
            yield view.at("K21", "targets_funds", "target", target.id, target.name, field="operator").notice(
                f"“{target.name}”通常越{'低' if wanted == '≤' else '高'}越好，目标却写“{target.operator}”。",
                expected=wanted,
                found=target.operator,
                remedy="请核对比较方向。",
            )
    for leaf in view.form.leaves:
        rule = leaf.rule
        if isinstance(rule, ThresholdRule):
            wanted = _wanted(view, rule.name)
            if wanted and rule.operator in (_UP if wanted == "≤" else _DOWN):
                yield view.at_indicator("K21", leaf.id, part="rule").notice(
                    f"“{rule.name}”通常越{'低' if wanted == '≤' else '高'}越好，评分标准却写“{rule.operator}”。",
                    expected=wanted,
                    found=rule.operator,
                    remedy="请核对评分标准的比较方向。",
                )


def _wanted(view: View, name: str) -> str:
    low = any(word in name for word in view.limits.lower_is_better)
    high = any(word in name for word in view.limits.higher_is_better)
    if low == high or "节约" in name or "控制" in name or "降低" in name:
        return ""
    return "≤" if low else "≥"


@check("K21", ())
def indicators_are_in_their_class(view: View) -> Iterator[Finding]:
    """A rate under 数量: it measures quality or timeliness."""
    for leaf in view.form.leaves:
        parent = view.form.get(leaf.parent)
        if parent is not None and "数量" in parent.name and leaf.name.endswith("率"):
            if any(word in leaf.name for word in ("完成率", "覆盖率")):
                continue
            yield view.at_indicator("K21", leaf.id, part="class").notice(
                f"“{leaf.name}”是比率，放在“{parent.name}”下，通常属于质量或时效。",
                expected="产出质量或产出时效",
                found=parent.name,
                remedy="请核对指标归类。",
            )
