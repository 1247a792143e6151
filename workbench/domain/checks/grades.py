"""Checks of the grade: gap-free bands, and how near the total is to the next one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal

from workbench.domain.amounts import show_plain
from workbench.domain.checks.base import check, supposing_all
from workbench.domain.checks.finding import Finding, Place, Spot
from workbench.domain.checks.view import View
from workbench.domain.scoring import Scores

_PLACE = Place("scoring")


@check("K12", ())
def bands_cover_every_total(view: View) -> Iterator[Finding]:
    """Bands from 0 upwards without gap; what the source printed otherwise."""
    form = view.form
    spot = Spot("K12", Place("form"), "指标体系 › 等级划分", part="bands")
    if not form.bands:
        yield spot.warning(
            "没有等级划分，无法核对等级。",
            expected="各档下限",
            found="没有",
            remedy="请在指标体系里写明等级划分。",
        )
        return
    lowest = min(band.lower for band in form.bands)
    if lowest > 0:
        yield spot.error(
            f"最低一档从 {show_plain(lowest)} 分起，低于它的总分没有等级。",
            expected="从 0 分起",
            found=f"{show_plain(lowest)} 分",
            remedy="请改正等级划分。",
        )
    for number, fault in enumerate(form.faults):
        if fault.place.startswith("等级") and "小数" in fault.what:
            yield dataclasses.replace(spot, part=f"gap{number}").warning(
                f"{fault.place}：{fault.what}",
                expected="下限含、上限不含，首尾相接",
                found="按整数书写",
                remedy=fault.remedy,
            )


def boundary(view: View, findings: Sequence[Finding]) -> Iterator[Finding]:
    """How far the total is from a boundary, now and if the errors' corrections were adopted.

    Runs after the other checks, whose findings it supposes to be settled.
    """
    scores, limit = view.scores, view.limits.boundary
    if not scores.complete or scores.grade is None or not scores.leaves:
        return
    wrong = [f for f in findings if f.adopting and f.effect is not None and f.effect.total_difference]
    supposed = supposing_all(view, wrong) if wrong else scores
    near = min(
        (value for value in (_distance(scores), _distance(supposed)) if value is not None), default=None
    )
    moved = supposed.grade is not None and supposed.grade.name != scores.grade.name
    if not moved and (near is None or near >= limit):
        return
    sentence = _now(view, scores)
    if wrong:
        codes = "、".join(dict.fromkeys(finding.code for finding in wrong))
        after = supposed.grade.name if supposed.grade else "无"
        sentence += f"；若采纳 {codes}，总分为 {view.points(supposed.total)}" + (
            f"，等级变为“{after}”"
            if moved
            else f"，距边界 {view.points(_distance(supposed) or Decimal(0))} 分"
        )
    spot = Spot("K12", _PLACE, "综合得分", part="boundary")
    name = scores.grade.name
    yield spot.notice(
        f"{sentence}。",
        detail="\n".join(
            [
                *(f"{f.code} {f.where}：{f.effect}" for f in wrong),
                f"{show_plain(limit)} 分以内提示，界限来自：{view.limits.source('boundary')}。",
            ]
        ),
        expected=f"{supposed.grade.name if supposed.grade else '无'}（临界）",
        found=name,
        effect=view.compare(supposed) if wrong else None,
        remedy="临界的等级请复核每一处扣分。",
    )


def _distance(scores: Scores) -> Decimal | None:
    """Points to the nearest boundary, downwards (what may be lost) or upwards."""
    lowest = scores.grade is None or scores.grade.lower == 0
    values = [scores.to_next, None if lowest else scores.above_lower]
    return min((value for value in values if value is not None), default=None)


def _now(view: View, scores: Scores) -> str:
    down = scores.above_lower if scores.grade is not None and scores.grade.lower else None
    up = scores.to_next
    if down is not None and (up is None or down <= up):
        return f"总分 {view.points(scores.total)}，只高出“{scores.grade.name if scores.grade else ''}”下限 {view.points(down)} 分"
    if up is not None and scores.next_band is not None:
        return f"总分 {view.points(scores.total)}，距“{scores.next_band.name}”{view.points(up)} 分"
    return f"总分 {view.points(scores.total)}"
