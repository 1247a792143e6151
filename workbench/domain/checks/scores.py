"""Checks of scores: within bounds, as the standard says, with reasons where they are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from workbench.domain.amounts import exact, round_half_up, show_plain
from workbench.domain.checks.base import SCORES, check, leaf_check
from workbench.domain.checks.finding import Finding, Spot
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Mark
from workbench.domain.scoring import IndicatorScore


@leaf_check("K02")
def scores_stay_within_the_full_mark(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """0 ≤ score ≤ full mark, for each indicator and for each stage."""
    # A full mark with more decimals than scores keep may be rounded up (a third of a point).
    most = max(scored.full_mark, round_half_up(scored.full_mark, view.form.rounding.digits))
    if scored.score is not None and not 0 <= scored.score <= most:
        limit = "低于 0" if scored.score < 0 else f"超过分值 {show_plain(scored.full_mark)} 分"
        yield view.at_indicator("K02", scored.indicator.id, "entry", field="override").error(
            f"得分 {view.points(scored.score, scored.indicator)} 分，{limit}。",
            expected=f"0 至 {show_plain(scored.full_mark)} 分",
            found=f"{view.points(scored.score, scored.indicator)} 分",
            remedy="请改正得分。",
        )


@check("K02", ("mark", "overview"))
def other_stages_stay_within_the_full_mark(view: View) -> Iterator[Finding]:
    """The same for the stages that do not count."""
    for mark in view.evaluation.table(Mark).values():
        indicator = view.form.get(mark.indicator)
        if mark.score is None or indicator is None or mark.stage == view.evaluation.overview.counting_stage:
            continue
        if mark.score > indicator.full_mark:
            yield view.at_indicator("K02", indicator.id, "mark", mark.id, field="score").error(
                f"{mark.stage}得分 {view.points(mark.score, indicator)} 分，超过分值 {show_plain(indicator.full_mark)} 分。",
                expected=f"0 至 {show_plain(indicator.full_mark)} 分",
                found=f"{view.points(mark.score, indicator)} 分",
                remedy="请改正得分。",
            )


@check("K02", SCORES)
def score_sums_agree(view: View) -> Iterator[Finding]:
    """Each level's score is the sum of the level below, the total that of the first level."""
    for indicator in view.form.indicators:
        children = view.form.children(indicator.id)
        shown = view.scores[indicator.id].score
        if not children or shown is None:
            continue
        found = sum((view.scores[child.id].exact or Fraction(0) for child in children), Fraction(0))
        if found != view.scores[indicator.id].exact:
            yield view.at_indicator("K02", indicator.id, part="sum").error(
                f"下级得分合计 {view.points(found)} 分，本级为 {view.points(shown)} 分。",
                expected=f"{view.points(found)} 分",
                found=f"{view.points(shown)} 分",
                difference=f"{view.points(exact(shown) - found)} 分",
                remedy="请核对各级得分。",
            )


def _differs(view: View, scored: IndicatorScore) -> bool:
    return (
        scored.score is not None
        and scored.computed is not None
        and abs(scored.score - scored.computed) > view.limits.tolerance
    )


@leaf_check("K06")
def scores_follow_the_standard(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """A score that is not what the standard gives has a reason."""
    if not _differs(view, scored) or scored.score is None or scored.computed is None:
        return
    entry = view.evaluation.entry(scored.indicator.id)
    stage = view.evaluation.overview.counting_stage
    marked = next(
        (
            mark
            for mark in view.evaluation.table(Mark).values()
            if mark.indicator == scored.indicator.id and mark.score == scored.score
        ),
        None,
    )
    if scored.overridden and scored.score == entry.override:
        reason, spot = (
            entry.override_reason,
            view.at_indicator("K06", scored.indicator.id, "entry", field="override_reason"),
        )
        changes = (view.change(dataclasses.replace(entry, override=None)),)
    elif marked is not None:
        reason, spot = (
            marked.reason,
            view.at_indicator("K06", scored.indicator.id, "mark", marked.id, field="reason"),
        )
        changes = (view.change(dataclasses.replace(marked, score=None)),)
    else:
        return
    if reason.strip():
        return
    yield spot.error(
        f"按标准应得 {view.points(scored.computed, scored.indicator)} 分，{stage}记 {view.points(scored.score, scored.indicator)} 分，没有写理由。",
        detail=f"计算：{scored.outcome.expression}。" if scored.outcome else "",
        expected=f"{view.points(scored.computed, scored.indicator)} 分",
        found=f"{view.points(scored.score, scored.indicator)} 分",
        difference=f"{view.signed(scored.score - scored.computed, scored.indicator)} 分",
        effect=view.effect(changes, scored.indicator.id),
        adopting=changes,
        remedy="请改回标准的结果，或写明改定理由。",
    )


@check("K23", SCORES)
def changed_scores_have_reasons(view: View) -> Iterator[Finding]:
    """A score changed on review or after opinions keeps its reason (财监〔2021〕4号第十八条)."""
    marks = view.evaluation.table(Mark)
    for mark in marks.values():
        indicator = view.form.get(mark.indicator)
        if indicator is None or mark.stage not in {"复核", "征求意见后"} or mark.score is None:
            continue
        scored = view.scores[indicator.id]
        earlier = view.evaluation.entry(indicator.id).override
        before = earlier if earlier is not None else scored.computed
        if mark.stage == "征求意见后":
            reviewed = next(
                (m.score for m in marks.values() if m.indicator == indicator.id and m.stage == "复核"), None
            )
            before = reviewed if reviewed is not None else before
        counts = mark.score == scored.score and _differs(view, scored)
        if before is None or mark.score == before or mark.reason.strip() or counts:
            continue  # a counting score without a reason is K06
        yield view.at_indicator("K23", indicator.id, "mark", mark.id, field="reason").error(
            f"{mark.stage}得分由 {view.points(before, indicator)} 分改为 {view.points(mark.score, indicator)} 分，没有写理由。",
            expected="写明理由",
            found=f"{view.points(before, indicator)} → {view.points(mark.score, indicator)}",
            difference=f"{view.signed(mark.score - before, indicator)} 分",
            remedy="请写明采纳了哪条意见或复核发现了什么。",
        )


@leaf_check("K25")
def rounding_is_once(view: View, scored: IndicatorScore) -> Iterator[Finding]:
    """A score rounded earlier than the form says; printed parts that do not add up to the printed total."""
    digits = view.form.digits_of(scored.indicator)
    if not scored.overridden or scored.computed is None or not _differs(view, scored):
        return
    fewer = [fewer for fewer in range(digits) if round_half_up(scored.computed, fewer) == scored.score]
    if fewer and scored.score is not None:
        yield view.at_indicator("K25", scored.indicator.id, "entry", field="override").warning(
            f"改定的 {show_plain(scored.score)} 分是 {view.points(scored.computed, scored.indicator)} 分提前取整的结果。",
            expected=f"{view.points(scored.computed, scored.indicator)} 分",
            found=f"{view.points(scored.score, scored.indicator)} 分",
            difference=f"{view.signed(scored.score - scored.computed, scored.indicator)} 分",
            remedy=f"请只在最后保留 {digits} 位小数。",
        )


@check("K25", SCORES)
def printed_parts_make_the_printed_total(view: View) -> Iterator[Finding]:
    """Scores rounded only at the total: the printed parts may add up to another figure."""
    if not view.form.rounds_finely or not view.leaves:
        return
    parts = sum(
        (
            round_half_up(scored.score, view.form.digits_of(scored.indicator))
            for scored in view.leaves
            if scored.score is not None
        ),
        Decimal(0),
    )
    if parts != view.scores.total:
        place = view.at_indicator("K25", view.leaves[0].indicator.id).place
        yield Spot("K25", place, "指标评分 › 总分", part="total").notice(
            f"各指标打印的得分相加为 {view.points(parts)}，总分按精确值取整为 {view.points(view.scores.total)}。",
            detail="总分由未取整的得分相加后一次取整；打印的各项已分别取整，所以有尾差。",
            expected=view.points(view.scores.total),
            found=view.points(parts),
            difference=f"{exact_text(parts - view.scores.total)}",
            remedy="请在评分表下注明尾差由四舍五入产生。",
        )


def exact_text(value: Decimal) -> str:
    """A signed difference without trailing zeros."""
    return f"{'+' if value > 0 else ''}{show_plain(exact(value))}"
