"""Checks of the indicator system itself: points by level, what a standard can give, weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

from workbench.domain.amounts import exact, show_percent, show_plain, show_signed
from workbench.domain.changes import Change
from workbench.domain.checks.base import SCORES, check, leaf_check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.view import View
from workbench.domain.form import Indicator
from workbench.domain.rules.measure import MeasuredRule
from workbench.domain.scoring import IndicatorScore


@check("K01", ())
def points_add_up(view: View) -> Iterator[Finding]:
    """The points of each level add up to the level above, the first level to the total."""
    form = view.form
    for indicator in form.indicators:
        children = form.children(indicator.id)
        if children:
            yield from _sum(
                view.in_form("K01", indicator.id),
                f"“{indicator.name}”的下级指标",
                children,
                indicator.full_mark,
            )
    if form.roots:
        first = form.roots[0].id
        spot = Spot("K01", view.in_form("K01", first).place, "指标体系 › 总分", part="total")
        yield from _sum(spot, form.levels[0] if form.levels else "一级指标", form.roots, form.total)


def _sum(spot: Spot, what: str, parts: tuple[Indicator, ...], whole: Decimal) -> Iterator[Finding]:
    found = sum((part.full_mark for part in parts), Decimal(0))
    if found == whole:
        return
    listed = "+".join(show_plain(part.full_mark) for part in parts)
    yield spot.error(
        f"{what}分值合计 {show_plain(found)} 分，应为 {show_plain(whole)} 分。",
        detail="、".join(f"{part.name} {show_plain(part.full_mark)}" for part in parts)
        + f"：{listed} = {show_plain(found)}。",
        expected=f"{show_plain(whole)} 分",
        found=f"{show_plain(found)} 分",
        difference=f"{show_signed(found - whole)} 分",
        remedy="请调整指标体系的分值，使各级合计相等。",
    )


@leaf_check("K07")
def standard_gives_the_full_mark(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """The most that a standard can give is the indicator's full mark."""
    indicator, rule = scored.indicator, scored.indicator.rule
    if rule is None:
        return
    most, full = rule.maximum(), exact(indicator.full_mark)
    spot = view.in_form("K07", indicator.id)
    if most == full:
        return
    adopting: tuple[Change, ...] = ()
    worked_out = scored.overridden and scored.computed is not None
    if most < full and worked_out and scored.score is not None and exact(scored.score) > most:
        entry = view.evaluation.entry(indicator.id)
        adopting = (view.change(dataclasses.replace(entry, override=None)),)
    possible = "最高只能得" if most < full else "最高可得"
    yield spot.error(
        f"评分规则{possible} {show_plain(most)} 分，本指标分值 {show_plain(full)} 分。",
        detail=f"可执行的评分标准：{rule.sentence()}"
        + (f"原文：{indicator.criterion.strip()}" if indicator.criterion else ""),
        expected=f"{show_plain(full)} 分",
        found=f"最高 {show_plain(most)} 分"
        + (f"，现记 {view.points(scored.score, scored.indicator)} 分" if scored.score is not None else ""),
        difference=f"{show_plain(most - full)} 分" if most < full else f"+{show_plain(most - full)} 分",
        effect=view.effect(adopting, indicator.id) if adopting else None,
        adopting=adopting,
        remedy="请与委托方确认：按规则计分，或改正公式中的系数使满分等于分值。",
    )


@check("K07", ())
def standard_is_sound(view: View) -> Iterator[Finding]:
    """What a standard says of itself: unreachable bands, points that can go below 0 …"""
    for leaf in view.form.leaves:
        rule = leaf.rule
        if rule is None:
            continue
        for number, fault in enumerate(rule.faults()):
            named = isinstance(rule, MeasuredRule) and "没有名称" in fault
            if named:
                yield view.in_form("K08", leaf.id, part=f"names{number}").warning(
                    fault,
                    expected="写明分子、分母各是什么",
                    found="没有名称",
                    remedy="请在指标体系里写明预算、到位、合同、应付或已付。",
                )
            else:
                yield view.in_form("K07", leaf.id, part=f"rule{number}").warning(
                    fault, remedy="请核对评分标准。"
                )


@check("K13", ("overview",))
def weights_suit_the_mode(view: View) -> Iterator[Finding]:
    """产出 + 效益 not below the share that the mode asks for; the self-evaluation's four weights."""
    form = view.form
    if not form.roots or not form.total:
        return
    mode = view.evaluation.overview.mode or form.mode
    spot = Spot("K13", view.in_form("K13", form.roots[0].id).place, "指标体系 › 权重")
    if mode == "单位自评":
        yield from _self_weights(view, spot)
        return
    share = _share(view, ("产出", "效益", "效果", "满意"))
    if share is not None and share < view.limits.output_effect_share:
        yield spot.warning(
            f"产出与效益合计占 {show_plain(share)}%，低于 {show_plain(view.limits.output_effect_share)}%。",
            detail=f"依据：{view.limits.source('output_effect_share')}。等于 "
            f"{show_plain(view.limits.output_effect_share)}% 符合要求。",
            expected=f"≥{show_plain(view.limits.output_effect_share)}%",
            found=f"{show_plain(share)}%",
            difference=f"{show_plain(share - view.limits.output_effect_share)} 个百分点",
            remedy="请与委托方确认权重，或说明理由后放行。",
        )


def _share(view: View, words: tuple[str, ...]) -> Decimal | None:
    """The share of the first level's indicators with one of the words, in percent; nothing if there are none."""
    form = view.form
    marks = [root.full_mark for root in form.roots if any(word in root.name for word in words)]
    return sum(marks, Decimal(0)) * 100 / form.total if marks else None


def _self_weights(view: View, spot: Spot) -> Iterator[Finding]:
    asked = view.limits.self_weights
    found = {word: _share(view, (word,)) for word in asked}
    if any(share is None for share in found.values()):
        return  # another cut of the first level; the paper's four weights do not apply
    wrong = {word: share for word, share in found.items() if share is not None and share != asked[word]}
    if not wrong:
        return
    yield spot.warning(
        "自评权重与规定不同："
        + "、".join(f"{word} {show_plain(share)}%" for word, share in wrong.items())
        + "。",
        detail=f"依据：{view.limits.source('self_weights')}。",
        expected="、".join(f"{word} {show_plain(weight)}%" for word, weight in asked.items()),
        found="、".join(f"{word} {show_plain(share or 0)}%" for word, share in found.items()),
        remedy="确有特殊情况的，请说明理由后放行。",
    )


@check("K13", ())
def no_indicator_outweighs_its_branch(view: View) -> Iterator[Finding]:
    """One indicator of several that carries most of the points of a first-level indicator."""
    form = view.form
    for root in form.roots:
        leaves = list(form.leaves_below(root.id))
        if len(leaves) < 4 or not root.full_mark:
            continue
        heaviest = max(leaves, key=lambda leaf: leaf.full_mark)
        share = exact(heaviest.full_mark) / exact(root.full_mark)
        if share > exact(view.limits.single_share):
            yield view.in_form("K13", heaviest.id, part="single").notice(
                f"一个指标占“{root.name}”{show_plain(root.full_mark)} 分中的 {show_plain(heaviest.full_mark)} 分，"
                f"其余 {len(leaves) - 1} 个指标共 {show_plain(root.full_mark - heaviest.full_mark)} 分。",
                detail=f"界限来自：{view.limits.source('single_share')}。",
                expected=f"不超过 {show_percent(view.limits.single_share, 0)}",
                found=show_percent(share),
                remedy="权重是否反映重要程度，请核对。",
            )


@check("K22", SCORES)
def not_everything_is_full(view: View) -> Iterator[Finding]:
    """Every indicator full, or every indicator with the same rate."""
    scores = view.scores
    if not scores.complete or len(view.leaves) < 3:
        return
    rate = view.leaves[0].rate
    if any(scored.rate != rate for scored in view.leaves):
        return
    place = view.at_indicator("K22", view.leaves[0].indicator.id).place
    spot = Spot("K22", place, "指标评分 › 全部指标")
    if rate == 1:
        yield spot.notice(
            f"{len(view.leaves)} 个指标全部满分，没有一处扣分。",
            found=f"{view.points(scores.total)} / {show_plain(scores.full)}",
            expected="逐项有依据",
            remedy="请确认每项满分都有佐证；存在问题的应相应扣分。",
        )
    elif rate is not None:
        yield spot.notice(
            f"{len(view.leaves)} 个指标的得分率都是 {show_percent(rate)}。",
            found=show_percent(rate),
            expected="逐项按标准评分",
            remedy="请确认不是统一套用的得分率。",
        )
